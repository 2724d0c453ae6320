//! Blocking calls: where they work, where they are refused, and the runtime that they bring.

#[path = "blocking/connections.rs"]
mod connections;
#[path = "blocking/everything.rs"]
mod everything;
#[path = "blocking/places.rs"]
mod places;
#[path = "blocking/scene.rs"]
mod scene;
#[path = "blocking/shared.rs"]
mod shared;
#[path = "blocking/streams.rs"]
mod streams;
