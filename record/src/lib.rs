//! A recording reverse proxy for Dify servers.
//!
//! Point a client at [`Proxy::address`] instead of the server: requests and answers pass through unchanged and at once,
//! events of streams included, and every exchange is written below a folder in the format that `cargo xtask verify` and
//! the replay tests read. [Its secrets](scrub) are taken out before anything is written.
//!
//! ```no_run
//! # async fn demo() -> Result<(), dify_record::Error> {
//! let proxy = dify_record::Proxy::start("http://localhost", "recordings", ([127, 0, 0, 1], 5005)).await?;
//! println!("send requests to http://{}", proxy.address());
//! let written = proxy.finish().await;
//! # Ok(())
//! # }
//! ```
//!
//! A file contains one exchange: `OUT/dify-<version>/<area>/<number>-<method>-<route>-<status>.json`. The version is what the
//! server sends in `X-Version`.

// Times and ends of connections are the proxy's.
#![cfg_attr(not(feature = "proxy"), allow(dead_code))]

#[cfg(feature = "proxy")]
mod fetch;
#[cfg(feature = "proxy")]
mod forward;
mod kept;
#[cfg(feature = "proxy")]
mod proxy;
pub mod scrub;
#[cfg(feature = "proxy")]
mod shelf;
#[cfg(feature = "proxy")]
mod tape;
mod unscrubbed;
#[cfg(feature = "proxy")]
mod upstream;

#[cfg(feature = "proxy")]
pub use fetch::fetch;
#[cfg(feature = "proxy")]
pub use proxy::{Error, Proxy};
#[cfg(feature = "proxy")]
pub use shelf::Written;
pub use unscrubbed::Unscrubbed;
