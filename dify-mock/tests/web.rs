//! The Web API: pages of applications and their visitors.

mod chats;
mod completions;
mod conversations;
mod files;
mod forms;
mod messages;
mod page;
mod passports;
mod sites;
mod sounds;
mod workflows;
