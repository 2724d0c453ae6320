//! Every fault, as a client sees it on the wire.

mod answers;
mod connections;
mod counts;
mod places;
mod raw;
mod streams;
