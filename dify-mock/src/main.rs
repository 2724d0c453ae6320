//! The embedded server on its own: prints where it is, which keys it takes and what to try, and runs until ctrl-c.

use std::net::{IpAddr, Ipv4Addr};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use dify_mock::{CONSOLE_EMAIL, CONSOLE_PASSWORD, Error, KEYS, Server};

/// A server that behaves like Dify, for tests and for trying things out.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 5001)]
    port: u16,
    /// Address to listen on.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// Release of Dify to answer as, from 1.0.0 on, such as 1.9.2; by default the newest one that is described.
    #[arg(long)]
    release: Option<String>,
    /// Milliseconds before each piece of a streamed answer.
    #[arg(long, default_value_t = 30)]
    pace: u64,
    /// Milliseconds that a document is indexed before searches find it.
    #[arg(long, default_value_t = 300)]
    indexing_time: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut builder = Server::builder()
        .address((arguments.host, arguments.port))
        .pace(Duration::from_millis(arguments.pace))
        .indexing_time(Duration::from_millis(arguments.indexing_time))
        // Nobody reads them here.
        .keep_requests(0);
    if let Some(release) = arguments.release {
        builder = builder.release(release);
    }
    let server = match builder.start().await {
        Ok(server) => server,
        Err(error) => {
            eprintln!("dify-mock: {error}");
            if matches!(error, Error::Listen { .. }) {
                eprintln!("Another port: dify-mock --port 0");
            }
            return ExitCode::FAILURE;
        }
    };
    let base = server.base_url();
    println!(
        "Dify {}, embedded, at {base} ({} operations). ctrl-c stops it.\n",
        server.release(),
        server.operations().len()
    );
    println!("Keys:");
    for (key, meaning) in KEYS {
        println!("  {key:<20} {meaning}");
    }
    println!("\nPages, at {}, and their codes for X-App-Code:", server.web_url());
    for (key, _) in KEYS.iter().filter(|(key, _)| key.starts_with("app-") && *key != "app-invalid") {
        println!("  {key:<20} {}", server.app_code(key));
    }
    println!("\nTry:\n  curl -N {base}/chat-messages -H 'Authorization: Bearer app-chat' \\");
    println!(
        "    --json '{{\"query\": \"Hello\", \"inputs\": {{}}, \"user\": \"maria\", \"response_mode\": \"streaming\"}}'"
    );
    println!("\nThe console, for {CONSOLE_EMAIL} with {CONSOLE_PASSWORD}:\n  {}", server.console_url());
    println!("\nFor the client:\n  export DIFY_BASE_URL={base} DIFY_API_KEY=app-chat");
    // When the signal cannot be waited for, there is nothing left to serve either.
    let _ = tokio::signal::ctrl_c().await;
    println!("\nStopped.");
    ExitCode::SUCCESS
}
