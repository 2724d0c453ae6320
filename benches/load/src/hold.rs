//! The embedded server, in a process of its own, with streams that stay open.

use crate::Failures;
use dify_mock::{
    Server,
    fault::{Fault, Place},
};
use std::{future::pending, time::Duration};

/// Serves until it is ended. Each stream gives its first event, nothing for so many seconds, and then all the rest.
pub async fn serve(seconds: u64) -> Failures {
    let server = match Server::builder().keep_requests(0).start().await {
        Ok(server) => server,
        Err(error) => return vec![error.to_string()],
    };
    let pause = Fault::Pause { at: Place::AfterEvents(1), lasts: Duration::from_secs(seconds) };
    server.faults().on("app_chat_send").inject(pause);
    println!("{}", server.url());
    pending().await
}
