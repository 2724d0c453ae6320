use std::io::{Cursor, Read};

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;

use super::library::{NOBODY, SETTINGS, librarian, text};
use crate::common::read;

#[tokio::test]
async fn a_file_comes_back_by_its_link_byte_for_byte() {
    let caller = librarian().await;
    let path = caller.dataset("Files").await;
    let small = "Обзор: crabs walk sideways.".as_bytes().to_vec();
    let large: Vec<u8> = b"A line about lobsters.\n".iter().copied().cycle().take(3_000_000).collect();
    for (name, bytes, word) in [("обзор.md", small, "crabs"), ("large.txt", large, "lobsters")] {
        let make = format!("{path}/document/create-by-file");
        let (status, made) = caller.file(Method::POST, &make, name, bytes.clone(), SETTINGS).await;
        assert_eq!((status, text(&made["document"]["name"])), (200, name));
        let file = &made["document"]["data_source_detail_dict"]["upload_file"];
        assert_eq!(file["size"].as_u64(), u64::try_from(bytes.len()).ok());
        let (_, link) = caller.get(&format!("{path}/documents/{}/download", text(&made["document"]["id"]))).await;
        let got = caller.http.get(text(&link["url"])).send().await.expect("answered");
        assert!(
            got.headers()["content-disposition"].to_str().expect("text").starts_with("attachment; filename*=UTF-8''")
        );
        assert!(got.bytes().await.expect("read") == bytes, "{name}");
        assert_eq!(caller.search(&path, json!({"query": word})).await[0].0, name);
    }
    caller.all_agree();
}

#[tokio::test]
async fn a_replaced_file_takes_the_place_of_the_old_one() {
    let caller = librarian().await;
    let path = caller.dataset("Replaced").await;
    let (id, _) = caller.document(&path, "text doc", "typed text").await;
    let one = format!("{path}/documents/{id}");
    let (_, old) = caller.get(&format!("{one}/download")).await;
    let fetch = async |url: &str| caller.http.get(url).send().await.expect("answered");
    assert_eq!(fetch(text(&old["url"])).await.text().await.expect("read"), "typed text");
    let data = r#"{"name": "renamed.txt", "process_rule": {"mode": "automatic"}}"#;
    let (status, changed) = caller.file(Method::PATCH, &one, "new.txt", b"patched content".to_vec(), data).await;
    assert_eq!((status, text(&changed["document"]["name"])), (200, "renamed.txt"));
    let (_, new) = caller.get(&format!("{one}/download")).await;
    assert_eq!(fetch(text(&new["url"])).await.text().await.expect("read"), "patched content");
    assert_eq!(fetch(text(&old["url"])).await.status(), 404);
    // Without a file, another rule cuts the one that is there.
    let form = Form::new().text("data", r#"{"process_rule": {"mode": "automatic"}}"#);
    let again = read(caller.call(Method::PATCH, &one).multipart(form).send().await.expect("answered")).await;
    assert_eq!((again.0, text(&again.1["document"]["name"])), (200, "renamed.txt"));
    assert_eq!(caller.search(&path, json!({"query": "patched"})).await.len(), 1);
    caller.all_agree();
}

#[tokio::test]
async fn several_files_come_in_one_archive() {
    let caller = librarian().await;
    let path = caller.dataset("Archive").await;
    let make = format!("{path}/document/create-by-file");
    let mut ids = Vec::new();
    for (name, words) in [("dl one.txt", "first file"), ("второй.md", "# второй файл")] {
        let (_, made) = caller.file(Method::POST, &make, name, words.as_bytes().to_vec(), SETTINGS).await;
        ids.push(text(&made["document"]["id"]).to_owned());
    }
    ids.push(ids[0].clone());
    let zip = format!("{path}/documents/download-zip");
    let got = caller.call(Method::POST, &zip).json(&json!({"document_ids": ids})).send().await.expect("answered");
    assert_eq!((got.status().as_u16(), &got.headers()["content-type"] == "application/zip"), (200, true));
    let bytes = got.bytes().await.expect("read");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    let mut found = Vec::new();
    for place in 0..archive.len() {
        let mut file = archive.by_index(place).expect("a file");
        let name = file.name().expect("a name").into_owned();
        let mut words = String::new();
        file.read_to_string(&mut words).expect("text");
        found.push((name, words));
    }
    let expected = [("dl one.txt", "first file"), ("второй.md", "# второй файл"), ("dl one (2).txt", "first file")];
    assert_eq!(found, expected.map(|(name, words)| (name.to_owned(), words.to_owned())));
    assert_eq!(caller.post(&zip, json!({"document_ids": [ids[0], NOBODY]})).await.0, 404);
    caller.all_agree();
}

/// Larger than what is kept of any body in memory; [`dify_mock`] is meant to take a gibibyte just so.
#[tokio::test]
async fn a_file_that_arrives_in_pieces_is_kept_on_disk() {
    const PIECE: usize = 1024 * 1024;
    const PIECES: usize = 14;
    let caller = librarian().await;
    let path = caller.dataset("Stream").await;
    let pieces =
        (0..PIECES).map(|number| Ok::<_, std::io::Error>(vec![b'a' + u8::try_from(number % 26).unwrap_or(0); PIECE]));
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
    let part = Part::stream(body).file_name("big.txt").mime_str("text/plain").expect("a media type");
    let form = Form::new().text("data", SETTINGS).part("file", part);
    let make = format!("{path}/document/create-by-file");
    let (status, made) = read(caller.call(Method::POST, &make).multipart(form).send().await.expect("answered")).await;
    let size = PIECE * PIECES;
    assert_eq!((status, &made["document"]["data_source_detail_dict"]["upload_file"]["size"]), (200, &json!(size)));
    let (_, link) = caller.get(&format!("{path}/documents/{}/download", text(&made["document"]["id"]))).await;
    let mut got = caller.http.get(text(&link["url"])).send().await.expect("answered");
    let mut seen = 0;
    while let Some(chunk) = got.chunk().await.expect("read") {
        let mut rest = &chunk[..];
        while !rest.is_empty() {
            let (run, after) = rest.split_at(rest.len().min(PIECE - seen % PIECE));
            let letter = b'a' + u8::try_from(seen / PIECE % 26).unwrap_or(0);
            assert!(run == vec![letter; run.len()], "after {seen} bytes");
            seen += run.len();
            rest = after;
        }
    }
    assert_eq!(seen, size);
    caller.all_agree();
}
