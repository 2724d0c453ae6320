//! A line to a server that outlives those who talk through it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Passes requests on to a server. One that is under way when its sender dies arrives nevertheless; new documents, while
/// the line holds them, arrive when that ends.
pub struct Line {
    address: SocketAddr,
    open: watch::Sender<bool>,
    held: Arc<AtomicUsize>,
}

impl Line {
    pub async fn to(server: SocketAddr) -> Line {
        Self::new(server, Passage::AsItIs).await
    }

    /// Behind it, the server is one before 1.16.1: it has no downloads.
    pub async fn to_older(server: SocketAddr) -> Line {
        Self::new(server, Passage::NoDownloads).await
    }

    async fn new(server: SocketAddr, passage: Passage) -> Line {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (open, gate) = watch::channel(true);
        let held = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&held);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server, passage, gate.clone(), Arc::clone(&counter)));
            }
        });
        Line { address, open, held }
    }

    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// From now on, what would make documents stays in the line.
    pub fn hold(&self) {
        self.open.send_replace(false);
    }

    /// What was held arrives.
    pub fn release(&self) {
        self.open.send_replace(true);
    }

    /// Until so many requests are held.
    pub async fn holds(&self, count: usize) {
        while self.held.load(Ordering::SeqCst) < count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Passage {
    AsItIs,
    NoDownloads,
}

/// To a path that no server has, and that is as long.
fn lead_astray(piece: &mut [u8]) {
    const WANTED: &[u8] = b"/download-zip ";
    if let Some(place) = piece.windows(WANTED.len()).position(|window| window == WANTED) {
        piece[place..place + WANTED.len()].copy_from_slice(b"/downlead-zip ");
    }
}

/// Whether a request begins here that makes a document.
fn creates(piece: &[u8]) -> bool {
    let line = piece.split(|byte| *byte == b'\r').next().unwrap_or_default();
    line.starts_with(b"POST ") && String::from_utf8_lossy(line).contains("/create-by-file ")
}

async fn carry(
    client: TcpStream,
    server: SocketAddr,
    passage: Passage,
    mut gate: watch::Receiver<bool>,
    held: Arc<AtomicUsize>,
) {
    let Ok(server) = TcpStream::connect(server).await else { return };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let up = async move {
        let mut piece = vec![0; 64 << 10];
        while let Ok(count @ 1..) = from_client.read(&mut piece).await {
            if creates(&piece[..count]) && !*gate.borrow() {
                held.fetch_add(1, Ordering::SeqCst);
                if gate.wait_for(|open| *open).await.is_err() {
                    break;
                }
            }
            if passage == Passage::NoDownloads {
                lead_astray(&mut piece[..count]);
            }
            if to_server.write_all(&piece[..count]).await.is_err() {
                break;
            }
        }
        // Not closed: a server gives up a request whose sender has gone.
        to_server
    };
    let down = async move {
        let mut piece = vec![0; 64 << 10];
        while let Ok(count @ 1..) = from_server.read(&mut piece).await {
            // Whoever has died does not read the answer.
            let _ = to_client.write_all(&piece[..count]).await;
        }
    };
    let (_still_open, ()) = tokio::join!(up, down);
}
