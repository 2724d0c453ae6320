//! `dify-record`: records what goes between clients and a Dify server.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use dify_record::{Error, Proxy};

/// Records what goes between clients and a Dify server, without its secrets.
#[derive(Parser)]
#[command(name = "cargo xtask record", bin_name = "cargo xtask record")]
struct Cli {
    /// The server: its address without `/v1`, `/api` or `/console/api`. A name and a password in it are sent as Basic
    /// authentication where a client sends no `Authorization`.
    #[arg(long, value_name = "URL")]
    upstream: String,
    /// The folder to write to, as `cargo xtask verify` reads it. Existing files stay.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Where to listen.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:5005")]
    listen: SocketAddr,
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let cli = Cli::parse();
    let proxy = Proxy::start(&cli.upstream, &cli.out, cli.listen).await?;
    let (address, upstream) = (proxy.address(), proxy.upstream());
    let mut stdout = std::io::stdout();
    // A reader at the other end of a pipe waits for it. A closed output does not end the recording.
    let _ = writeln!(stdout, "Send requests to http://{address} instead of {upstream}. Ctrl-C ends the recording.");
    let _ = stdout.flush();
    if tokio::signal::ctrl_c().await.is_err() {
        eprintln!("Ctrl-C cannot be heard here: end the recording by ending the process.");
        std::future::pending::<()>().await;
    }
    let written = proxy.finish().await;
    println!("{} exchanges below {}.", written.exchanges, cli.out.display());
    for problem in &written.problems {
        eprintln!("{problem}");
    }
    Ok(())
}
