//! The tests of the recorder, in one program.

mod fetching;
mod passing_on;
mod scrubbing;
