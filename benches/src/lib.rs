//! What the benches share: the streams, the floor, ours, and the instruments.

pub mod chunks;
pub mod clock;
pub mod corpus;
pub mod floor;
pub mod memory;
pub mod ours;
pub mod tally;
