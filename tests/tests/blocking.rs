//! Blocking calls: where they work, where they are refused, and the runtime that they bring.

mod connections;
mod everything;
mod places;
mod scene;
mod shared;
mod streams;
