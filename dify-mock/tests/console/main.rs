//! The Console API: its sessions, and the same state as the Service API has.

#[path = "../common/mod.rs"]
mod common;

mod api_keys;
mod apps;
mod datasets;
mod definitions;
mod desk;
mod logs;
mod models;
mod sessions;
mod statistics;
mod tags;
mod workflows;
