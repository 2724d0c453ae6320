//! Documents in states in which Dify does not let them be changed, and servers that cannot do everything.

use std::fs::File;
use std::time::{Duration, SystemTime};

use dify_api::SyncReason;
use dify_api::types::{DocumentStatusAction, DocumentStatusRequest};

use super::line::Line;
use super::scene::{DELETE, Scene, UPDATE, changes, connect};

#[tokio::test]
async fn a_document_that_could_not_be_indexed_fails_and_is_made_anew() {
    let scene = Scene::new().await;
    scene.write("tea.md", "ERR_EMBED is a word at which the embedded server fails.");
    let summary = scene.sync().await;
    assert!(matches!(&summary.failed[..], [one] if matches!(one.reason, SyncReason::NotIndexed(_))), "{summary:?}");
    assert!(summary.added.is_empty(), "what failed was not added");

    scene.write("tea.md", "Steep it.");
    let summary = scene.sync().await;
    assert_eq!((summary.changed, summary.failed.len()), (vec!["tea.md".to_owned()], 0));
    let documents = scene.documents().await;
    assert_eq!(documents.len(), 1);
    assert_eq!(documents[0].indexing_status.as_str(), "completed");
}

#[tokio::test]
async fn a_document_that_somebody_paused_is_not_waited_for() {
    let scene = Scene::new().await;
    scene.write("PAUSED.md", "With this name the embedded server stops in the middle.");
    scene.write("tea.md", "Steep it.");
    let summary = scene.sync().await;
    assert!(matches!(&summary.failed[..], [one] if matches!(one.reason, SyncReason::Paused)), "{summary:?}");
    assert_eq!(summary.added, ["tea.md"]);
}

#[tokio::test]
async fn an_archived_document_stays_as_it_is_and_is_told_of() {
    let mut scene = Scene::new().await;
    scene.options.delete = true;
    scene.write("tea.md", "Steep it.");
    scene.sync().await;
    let (knowledge, dataset) = (scene.knowledge(), scene.dataset().await);
    let request = DocumentStatusRequest::new(vec![scene.documents().await[0].id.clone()]);
    let archive = DocumentStatusAction::Archive;
    knowledge.documents().set_status(&dataset, &archive, &request).await.expect("it is archived");
    scene.requests();

    assert_eq!(scene.sync().await.unchanged, 1, "as long as the file is the same, nothing is wrong");
    scene.write("tea.md", "Steep it longer.");
    let summary = scene.sync().await;
    assert!(matches!(&summary.failed[..], [one] if matches!(one.reason, SyncReason::Archived)), "{summary:?}");
    assert!(changes(&scene.requests()).is_empty(), "nothing is tried that cannot be");
    scene.remove("tea.md");
    let summary = scene.sync().await;
    assert!(matches!(&summary.failed[..], [one] if matches!(one.reason, SyncReason::Archived)), "{summary:?}");
}

#[tokio::test]
async fn a_server_without_downloads_is_believed_by_length_and_time() {
    let scene = Scene::new().await;
    scene.write("tea.md", "Steep it for three minutes.");
    // Written before Dify got it.
    let file = File::options().append(true).open(scene.folder.path().join("tea.md")).expect("the file");
    file.set_modified(SystemTime::now() - Duration::from_secs(60)).expect("a time");
    scene.sync().await;
    let line = Line::to_older(scene.server.address()).await;
    let knowledge = connect(&line.base_url());
    let again = async || scene.run(&knowledge).await.expect("a summary");

    scene.take_the_mark_back().await;
    assert_eq!(again().await.recognized, ["tea.md"]);
    assert_eq!(changes(&scene.requests()).get(UPDATE), None);

    // Of the same length, and written since: nobody knows.
    scene.take_the_mark_back().await;
    file.set_modified(SystemTime::now() + Duration::from_secs(60)).expect("a time");
    assert_eq!(again().await.changed, ["tea.md"]);
    let requests = scene.requests();
    assert_eq!((changes(&requests).get(UPDATE), changes(&requests).get(DELETE)), (Some(&1), None));
}
