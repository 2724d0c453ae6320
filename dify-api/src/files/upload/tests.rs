//! Files as they go over the wire.

use super::*;
#[cfg(feature = "app")]
use crate::{Error, ErrorKind};
use futures_util::StreamExt as _;

/// The form as it goes over the wire.
async fn wire(part: Part) -> String {
    let form = reqwest::multipart::Form::new().part("file", part);
    let mut request = reqwest::Request::new(reqwest::Method::POST, "http://x/".parse().expect("URL"));
    *request.body_mut() = Some(reqwest::Body::wrap_stream(form.into_stream()));
    let body = request.body_mut().take().expect("body");
    let bytes = crate::transport::incoming::Incoming::new(body, None, None, crate::transport::timer::Timer::new(None))
        .whole(1 << 20)
        .await
        .expect("bytes");
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test]
async fn name_and_guessed_type_go_along() {
    let text = wire(Upload::bytes("a b.pdf", "content").part().await.expect("part")).await;
    assert!(text.contains("filename=\"a b.pdf\""), "{text}");
    assert!(text.contains("Content-Type: application/pdf\r\n\r\ncontent\r\n"), "{text}");
}

#[tokio::test]
async fn a_type_that_was_set_is_not_guessed() {
    let upload = Upload::bytes("a.mp3", "x").media_type("audio/ogg");
    assert!(wire(upload.audio_part().await.expect("part")).await.contains("Content-Type: audio/ogg"));
    let error = Upload::bytes("a", "x").media_type("no type").part().await.expect_err("bad type");
    assert!(error.to_string().contains("`no type` is no media type"), "{error}");
}

#[tokio::test]
async fn speech_is_called_as_dify_calls_it() {
    let upload = Upload::bytes("a.MP3", "x");
    assert!(wire(upload.audio_part().await.expect("part")).await.contains("Content-Type: audio/mp3"));
    assert!(wire(upload.part().await.expect("part")).await.contains("Content-Type: audio/mpeg"));
}

#[tokio::test]
async fn a_reader_is_read_once_and_a_path_again_and_again() {
    let upload = Upload::reader("a.txt", &b"content"[..], 7);
    assert!(wire(upload.part().await.expect("part")).await.contains("\r\n\r\ncontent\r\n"));
    assert!(upload.clone().part().await.is_err());

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let upload = Upload::from(path.as_path());
    for _ in 0..2 {
        let text = wire(upload.part().await.expect("part")).await;
        assert!(text.contains("filename=\"Cargo.toml\"") && text.contains("[package]"), "{text}");
    }
}

#[tokio::test]
async fn a_file_that_is_not_there_is_named() {
    let error = Upload::path("/no/such/file.pdf").part().await.expect_err("no file");
    assert!(error.to_string().starts_with("/no/such/file.pdf: "), "{error}");
    let error = Upload::path("/").part().await.expect_err("a folder");
    assert!(error.to_string().contains("it is a folder"), "{error}");
}

// Guards a past bug: a line break in a name or a type wrote headers of its own.
#[tokio::test]
async fn a_name_or_type_that_writes_headers_is_refused() {
    let name = "a\r\nX-Evil: 1\r\n\r\nb";
    for upload in [
        Upload::bytes(name, "x"),
        Upload::bytes("a", "x").file_name(name),
        Upload::path(name),
        Upload::bytes("a", "x").media_type("text/plain\r\nX-Evil: 1"),
        Upload::bytes("a", "x").media_type("text/plain; a=\"\n\""),
    ] {
        let error = upload.audio_part().await.expect_err("refused");
        assert!(matches!(error, Unsendable::Invalid(_)), "{error}");
        assert!(!error.to_string().contains(['\r', '\n']), "{error}");
    }
    let text = wire(Upload::bytes("a\"; x=\"\\.txt", "x").part().await.expect("part")).await;
    assert!(text.contains(r#"filename="a\"; x=\"\\.txt""#), "{text}");
}

// Guards a past bug: a pipe without a writer was waited for, forever.
#[cfg(unix)]
#[tokio::test]
async fn a_device_is_refused_and_not_opened() {
    let error = Upload::path("/dev/zero").part().await.expect_err("a device");
    assert!(matches!(error, Unsendable::Unreadable(_)), "{error}");
    assert!(error.to_string().contains("pipe or a device"), "{error}");
}

/// What becomes of an upload whose server reads all of it and accepts it.
#[cfg(feature = "app")]
async fn sent(upload: Upload) -> Result<(), Error> {
    use crate::{Timeouts, tests::test_server, types::FileUploadRequest};

    let server = test_server::Server::start(vec![test_server::answer(500, "text/plain", "")]).await;
    let error = server.app(Timeouts::none()).files().upload(&FileUploadRequest::new(upload)).await.expect_err("500");
    if matches!(error.kind(), ErrorKind::Http(_)) { Ok(()) } else { Err(error) }
}

#[cfg(feature = "app")]
#[tokio::test]
async fn a_reader_of_another_length_breaks_the_request() {
    let big = vec![b'x'; 200_000];
    for (content, length) in
        [(&big[..], 100), (&big, 199_999), (&big, 65_537), (b"", 1), (b"a", 2), (b"ab", 1), (b"a", 0)]
    {
        let reader = io::Cursor::new(content.to_vec());
        let error = sent(Upload::reader("a.txt", reader, length)).await.expect_err("another length");
        assert!(matches!(error.kind(), ErrorKind::File { .. }), "{error}");
        assert!(error.to_string().contains(": a.txt: it "), "{error}");
        assert!(!error.may_have_acted(), "{error}");
    }
    for content in [&big[..], b"", b"a"] {
        sent(Upload::reader("a.txt", io::Cursor::new(content.to_vec()), content.len() as u64)).await.expect("sent");
    }
    let (mut writer, open) = tokio::io::duplex(64);
    tokio::io::AsyncWriteExt::write_all(&mut writer, b"ab").await.expect("written");
    sent(Upload::reader("a.txt", open, 2)).await.expect("a reader that stays open is not waited for");
}

// Guards a past bug: what a file had grown by was cut off, and the upload was taken for whole.
#[tokio::test]
async fn a_file_that_changes_its_size_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.log");
    let sizes =
        [(65_536, 65_537), (65_537, 65_538), (300_000, 300_001), (300_000, 10), (65_537, 0), (0, 1), (7, 7), (0, 0)];
    for (before, after) in sizes {
        let file = fs::File::create(&path).expect("a file");
        file.set_len(before).expect("a size");
        let (opened, length) = open(&path).await.expect("opened");
        file.set_len(after).expect("a size");
        let pieces: Vec<_> = Exact::file(opened, length, "a.log".to_owned()).collect().await;
        let failed = pieces.iter().any(Result::is_err);
        assert_eq!(failed, before != after, "{before} {after}");
        let read: usize = pieces.iter().flatten().map(Bytes::len).sum();
        assert!(failed || read as u64 == before, "{read} of {before}");
    }
}

// Files of the system have no size until they are read.
#[cfg(all(feature = "app", target_os = "linux"))]
#[tokio::test]
async fn a_file_without_a_size_breaks_the_request() {
    let error = sent(Upload::path("/proc/self/status")).await.expect_err("no size");
    assert!(error.to_string().contains("more than the 0 bytes"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_is_refused_and_not_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo");
    assert!(made.success());
    let error = Upload::path(&path).part().await.expect_err("a pipe");
    assert!(error.to_string().contains("pipe or a device"), "{error}");
}
