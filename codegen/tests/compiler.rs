//! The tests of the compiler, in one program.

mod diff_acceptance;
mod drift;
mod examples;
mod publish;
mod regenerate;
mod support;
mod translations;
mod words;
