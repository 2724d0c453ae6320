//! The tests of the server, in one program.

mod common;
mod console;
mod contract;
mod faults;
mod knowledge;
mod memory;
mod releases;
mod runs;
mod web;
