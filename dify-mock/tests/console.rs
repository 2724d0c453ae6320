//! The Console API: its sessions, and the same state as the Service API has.

mod api_keys;
mod apps;
mod definitions;
mod desk;
mod examples;
mod sessions;
mod workflows;
