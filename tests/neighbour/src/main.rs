//! Uses a `reqwest::Client` of its own and a client of dify-api in one program.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
};

use dify_api::App;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/", listener.local_addr()?);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        }
    });

    // A past bug: this panicked when reqwest had no TLS of its own, because dify-api turned on TLS without a provider.
    let reply = reqwest::Client::new().get(&url).send().await?.text().await?;
    assert_eq!(reply, "ok");

    App::builder().api_key("app-1").base_url("https://dify.test/v1").build()?;
    App::builder().api_key("app-1").base_url(&url).build()?;
    Ok(())
}
