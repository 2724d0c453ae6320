//! The handlers of calls, by operation.

mod broken;
pub(crate) mod call;
pub(crate) mod console;
pub(crate) mod events;
pub(crate) mod form_data;
pub(crate) mod handler;
pub(crate) mod reply;
pub(crate) mod routes;
mod service;
mod web;
