//! Where the examples connect to: your server if a key is set, else an embedded one.

use std::{error::Error, time::Duration};

use dify_api::App;
use dify_mock::Server;

/// A client, and the embedded server it talks to, if it does.
pub struct Connected {
    /// The client.
    pub app: App,
    /// Lives as long as the example: dropping it stops the server.
    _server: Option<Server>,
}

/// Connects with `DIFY_API_KEY` (and `DIFY_BASE_URL`), or, when no key is set, to an embedded server with `key`.
pub async fn connect(key: &str) -> Result<Connected, Box<dyn Error>> {
    if std::env::var_os("DIFY_API_KEY").is_some() {
        return Ok(Connected { app: App::from_env()?, _server: None });
    }
    let server = Server::builder().pace(Duration::from_millis(40)).start().await?;
    println!("(no DIFY_API_KEY is set: talking to an embedded server at {})\n", server.url());
    let app = App::builder().api_key(key).base_url(server.base_url()).build()?;
    Ok(Connected { app, _server: Some(server) })
}
