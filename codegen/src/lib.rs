//! Compiles the OpenAPI source in `spec/` into the `dify-api` bindings and the published documents.
//!
//! [`run()`] goes the whole way: [`source::load`] → [`check::check`] → [`bundle::bundle`] → [`publish::publish`] and
//! [`bindings::Bindings`] → write or compare.

pub mod bindings;
pub mod bundle;
pub mod check;
pub mod diagnostic;
pub mod diff;
pub mod drift;
mod emit;
mod extensions;
mod files;
mod generate;
pub mod language;
mod lower;
mod model;
pub mod overlay;
mod polish;
mod public_api;
pub mod publish;
mod reconciliation;
mod run;
mod rustdoc;
mod signs;
pub mod source;
pub mod support;
pub mod words;
mod write;

pub use run::{Mode, Report, run};
