//! Every fault, as a client sees it on the wire.

#[path = "../common/mod.rs"]
mod common;

mod answers;
mod connections;
mod counts;
mod places;
mod raw;
mod streams;
