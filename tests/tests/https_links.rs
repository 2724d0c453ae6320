//! A server of http whose links lead to https.
#![cfg(target_os = "linux")]

use std::{env, error::Error, path::PathBuf, process::Command, sync::Arc};

use bytes::Bytes;
use dify_api::{Knowledge, blocking::Wait as _};
use dify_tests::workspace::root;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

/// Set in the process whose system trusts the authority of the test.
const CHILD: &str = "DIFY_TESTS_HTTPS_LINKS";

type Outcome = Result<(), Box<dyn Error>>;

fn file(name: &str) -> PathBuf {
    root().join("tests/tls").join(name)
}

// Guards a past bug: a client of an http base trusted no certificate at all.
#[test]
fn an_http_base_reaches_an_https_link_without_its_key() -> Outcome {
    if env::var_os(CHILD).is_some() {
        let runtime = tokio::runtime::Runtime::new()?;
        runtime
            .block_on(follow(async |knowledge| knowledge.documents().download_file("d", "f").await?.bytes().await))?;
        // Blocking calls have HTTP clients of their own.
        return runtime.block_on(follow(async |knowledge| {
            let download = move || knowledge.documents().download_file("d", "f").wait()?.bytes().wait();
            tokio::task::spawn_blocking(download).await.expect("no panic")
        }));
    }
    // Where the certificates of the system are is said in the environment, which is the process's own.
    let output = Command::new(env::current_exe()?)
        .args(["--exact", "https_links::an_http_base_reaches_an_https_link_without_its_key", "--nocapture"])
        .env(CHILD, "1")
        .env("SSL_CERT_FILE", file("authority.pem"))
        .output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
    Ok(())
}

async fn follow(download: impl AsyncFnOnce(Knowledge) -> Result<Bytes, dify_api::Error>) -> Outcome {
    let (secure, plain) = (TcpListener::bind("127.0.0.1:0").await?, TcpListener::bind("127.0.0.1:0").await?);
    let link = format!(r#"{{"url":"https://localhost:{}/files/1?sign=a"}}"#, secure.local_addr()?.port());
    let base = format!("http://{}/v1", plain.local_addr()?);
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_file(file("localhost.pem"))?],
            PrivateKeyDer::from_pem_file(file("localhost.key"))?,
        )?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let servers = async {
        let asked = serve(plain.accept().await?.0, "application/json", &link).await?;
        assert!(asked.contains("dataset-5ecret"), "{asked}");
        let connection = acceptor.accept(secure.accept().await?.0).await?;
        let asked = serve(connection, "application/pdf", "content").await?;
        assert!(asked.starts_with("GET /files/1?sign=a ") && !asked.contains("5ecret"), "{asked}");
        Ok::<(), Box<dyn Error>>(())
    };
    let knowledge = Knowledge::builder().api_key("dataset-5ecret").base_url(base).build()?;
    let (served, content) = tokio::join!(servers, download(knowledge));
    served?;
    assert_eq!(content?, "content");
    Ok(())
}

/// Answers one request, and returns it.
async fn serve(
    mut connection: impl AsyncRead + AsyncWrite + Unpin,
    content_type: &str,
    body: &str,
) -> std::io::Result<String> {
    let mut asked = Vec::new();
    while !asked.ends_with(b"\r\n\r\n") {
        asked.push(connection.read_u8().await?);
    }
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n");
    connection.write_all(format!("{head}{body}").as_bytes()).await?;
    connection.shutdown().await?;
    Ok(String::from_utf8_lossy(&asked).into_owned())
}
