//! `Knowledge::sync_folder`: whatever happens to it, nothing is done twice, and nothing is left over.

mod line;
mod plans;
mod scene;
mod states;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dify_api::types::{
    DatasetCreateRequest, DocumentFileUpdate, DocumentFileUpload, DocumentTextRequest, ProcessMode, ProcessRule,
};
use dify_api::{SyncError, SyncEvent, SyncOutcome, SyncReason, SyncReport, Upload};
use dify_tests::release::{replay, supported};
use line::Line;
use scene::{CONCURRENCY, CREATE, DELETE, MARK, Scene, UPDATE, changes, connect, hash, mark, sent};
use tokio::sync::Notify;

const FILES: usize = 2_000;

fn path_of(number: usize) -> String {
    format!("chapter {}/page {number}.txt", number % 20)
}

/// Lets arrive what a run before had under way, as soon as the next one has listed the documents.
fn released_by_the_next(line: &Line) -> impl Fn(SyncEvent<'_>) + Send + Sync {
    move |event| {
        if matches!(event, SyncEvent::Compared { .. }) {
            line.release();
        }
    }
}

/// Lets a run go on until something has happened, and drops it.
async fn interrupt(run: impl IntoFuture<Output = Result<SyncReport, SyncError>>, when: impl Future<Output = ()>) {
    tokio::select! {
        biased;
        () = when => {}
        ended = run.into_future() => panic!("it ended before it was interrupted: {ended:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_files_arrive_once_each_though_three_runs_are_interrupted() {
    let mut scene = Scene::new().await;
    let mut expected = BTreeMap::new();
    for number in 0..FILES {
        let text = format!("This is page {number}.\nIt has its own text.");
        scene.write(&path_of(number), &text);
        expected.insert(path_of(number).replace('/', "／"), hash(text.as_bytes()));
    }

    // The first run dies after 300 files. What it has under way arrives, soon.
    let (finished, enough) = (AtomicUsize::new(0), Notify::new());
    let line = Line::to(scene.server.address()).await;
    let report = |event: SyncEvent<'_>| {
        if matches!(event, SyncEvent::Finished { .. }) && finished.fetch_add(1, Ordering::Relaxed) == 300 {
            enough.notify_one();
        }
    };
    let knowledge = connect(&line.base_url());
    interrupt(scene.run(&knowledge).progress(report), enough.notified()).await;

    // The second dies after 500 more. The files that it has under way become documents when the third has listed those
    // that there are.
    let (finished, enough) = (AtomicUsize::new(0), Notify::new());
    let second = Line::to(scene.server.address()).await;
    let report = |event: SyncEvent<'_>| {
        if matches!(event, SyncEvent::Finished { outcome: SyncOutcome::Added, .. })
            && finished.fetch_add(1, Ordering::Relaxed) == 500
        {
            second.hold();
            enough.notify_one();
        }
    };
    let knowledge = connect(&second.base_url());
    interrupt(scene.run(&knowledge).progress(report), async {
        enough.notified().await;
        second.holds(CONCURRENCY).await;
    })
    .await;

    // The third dies when the server has seen so many requests, whatever these were. Its last ones come late, too.
    let third = Line::to(scene.server.address()).await;
    let knowledge = connect(&third.base_url());
    let begun = scene.server.requests().len();
    let report = released_by_the_next(&second);
    interrupt(scene.run(&knowledge).progress(report), async {
        while scene.server.requests().len() < begun + 1_000 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        third.hold();
        third.holds(CONCURRENCY).await;
    })
    .await;

    let knowledge = scene.knowledge();
    let report = released_by_the_next(&third);
    let summary = scene.run(&knowledge).progress(report).await.expect("a summary");
    assert!(summary.failed.is_empty(), "{:?}", summary.failed);
    assert!(summary.deleted.is_empty() && summary.kept.is_empty(), "{summary:?}");
    assert!(summary.surplus >= CONCURRENCY, "what came late became second documents, and these were deleted");

    let requests = scene.requests();
    let documents = scene.documents().await;
    let marks: BTreeMap<String, String> =
        documents.iter().map(|it| (it.name.clone(), mark(it).unwrap_or_default().to_owned())).collect();
    assert_eq!(documents.len(), FILES, "one document of each file");
    assert_eq!(marks, expected, "each has its name and its hash");
    let contents = scene.contents(&documents).await;
    assert_eq!(contents, expected.values().cloned().collect(), "and its content");
    assert!(documents.iter().all(|document| document.indexing_status.as_str() == "completed"));

    let sent = sent(&requests);
    let twice: Vec<_> = sent.iter().filter(|(_, times)| **times > 1).collect();
    let total: usize = sent.values().sum();
    assert_eq!(sent.len(), FILES);
    assert!(twice.len() <= 3 * CONCURRENCY, "only what was under way at an interruption: {twice:?}");
    assert!(total - FILES <= 3 * CONCURRENCY, "{total} files were sent");
    let changes = changes(&requests);
    assert_eq!(changes.get(UPDATE), None, "what had arrived was recognised, not sent again");
    let deleted = changes.get(DELETE).copied().unwrap_or_default();
    assert!(deleted <= total - FILES, "{deleted} documents were deleted of {} too many", total - FILES);

    only_the_differences(&mut scene).await;
}

/// The same folder, five files changed, three new, two gone; then once more.
async fn only_the_differences(scene: &mut Scene) {
    scene.requests();
    for number in 0..5 {
        scene.write(&path_of(number), &format!("Page {number} was written anew."));
    }
    for number in 0..3 {
        scene.write(&format!("appendix/{number}.md"), &format!("# Appendix {number}"));
    }
    scene.remove(&path_of(100));
    scene.remove(&path_of(101));
    scene.options.delete = true;
    let summary = scene.sync().await;
    assert!(summary.failed.is_empty(), "{:?}", summary.failed);
    assert_eq!((summary.added.len(), summary.changed.len(), summary.deleted.len()), (3, 5, 2));
    assert_eq!((summary.unchanged, summary.recognized.len(), summary.surplus), (FILES - 7, 0, 0));
    let requests = scene.requests();
    // Of a changed file, the mark is taken back before.
    assert_eq!(changes(&requests), BTreeMap::from([(CREATE, 3), (UPDATE, 5), (DELETE, 2), (MARK, 3 + 2 * 5)]));

    let documents = scene.documents().await;
    assert_eq!(documents.len(), FILES + 1);
    let anew = documents.iter().find(|it| it.name == "chapter 3／page 3.txt").expect("the changed document");
    assert_eq!(mark(anew), Some(hash(b"Page 3 was written anew.").as_str()));
    assert!(scene.contents(&documents).await.contains(&hash(b"Page 3 was written anew.")));

    scene.requests();
    let summary = scene.sync().await;
    assert_eq!(summary.unchanged, FILES + 1);
    assert_eq!(changes(&scene.requests()), BTreeMap::new(), "nothing was to be done, so nothing was");
}

#[tokio::test]
async fn a_replacement_that_was_interrupted_is_told_by_its_bytes() {
    let scene = Scene::new().await;
    scene.write("tea.md", "Steep it for three minutes.");
    scene.sync().await;

    // The old content is still there, and the file is as it was.
    let document = scene.take_the_mark_back().await;
    let summary = scene.sync().await;
    assert_eq!(summary.recognized, ["tea.md"]);
    assert_eq!(changes(&scene.requests()).get(UPDATE), None);

    // Another content of the same length is there: the change went through, and was undone in the folder.
    scene.take_the_mark_back().await;
    let other = DocumentFileUpdate::new().file(Upload::bytes("tea.md", "Steep it for seven minutes."));
    let dataset = scene.dataset().await;
    scene.knowledge().documents().update_by_file(&dataset, &document.id, &other).await.expect("a change");
    scene.requests();
    let summary = scene.sync().await;
    assert_eq!(summary.changed, ["tea.md"]);
    let documents = scene.documents().await;
    assert_eq!(scene.contents(&documents).await, BTreeSet::from([hash(b"Steep it for three minutes.")]));
}

#[tokio::test]
async fn what_happens_is_told_while_it_does() {
    let mut scene = Scene::new().await;
    scene.options.concurrency = 1;
    scene.write("a/tea.md", "Steep it.");
    scene.write("b.md", "Grind it.");
    let told = Mutex::new(Vec::new());
    let report = |event: SyncEvent<'_>| {
        let line = match event {
            SyncEvent::Compared { files, documents } => format!("{files} files, {documents} documents"),
            SyncEvent::Finished { name, outcome } => format!("{name}: {outcome:?}"),
            SyncEvent::Indexed { done, of } => format!("{} of {of}", if done < of { "some" } else { "all" }),
            other => format!("{other:?}"),
        };
        told.lock().expect("the lines").push(line);
    };
    scene.run(&scene.knowledge()).progress(report).await.expect("a summary");
    let mut told = told.into_inner().expect("the lines");
    told.dedup();
    assert_eq!(told, ["2 files, 0 documents", "a／tea.md: Added", "b.md: Added", "some of 2", "all of 2"]);
}

#[tokio::test]
async fn documents_of_others_are_left_alone() {
    let mut scene = Scene::new().await;
    scene.options.delete = true;
    scene.write("tea.md", "Steep it.");
    scene.sync().await;
    let (knowledge, dataset) = (scene.knowledge(), scene.dataset().await);
    let rule = ProcessRule::new(ProcessMode::Automatic);
    let other = DocumentTextRequest::new("coffee.md", "Grind it.").process_rule(rule);
    knowledge.documents().create_by_text(&dataset, &other).await.expect("a document");

    let summary = scene.sync().await;
    assert_eq!((summary.unchanged, summary.deleted.len()), (1, 0));
    assert_eq!(scene.documents().await.len(), 2);
    scene.remove("tea.md");
    assert_eq!(scene.sync().await.deleted, ["tea.md"]);
    let left = scene.documents().await;
    assert_eq!(left.iter().map(|document| document.name.as_str()).collect::<Vec<_>>(), ["coffee.md"]);
}

#[tokio::test]
async fn without_leave_to_delete_documents_stay_and_are_named() {
    let scene = Scene::new().await;
    scene.write("tea.md", "Steep it.");
    scene.sync().await;
    scene.remove("tea.md");
    let summary = scene.sync().await;
    assert_eq!((summary.kept, summary.deleted.len()), (vec!["tea.md".to_owned()], 0));
    assert_eq!(scene.documents().await.len(), 1);
}

#[tokio::test]
async fn a_file_that_fails_keeps_nothing_else_back() {
    let scene = Scene::new().await;
    let long = format!("{}.md", "x".repeat(210));
    scene.write("a program.exe", "MZ");
    scene.write("tea.md", "Steep it.");
    scene.write("coffee.md", "Grind it.");
    scene.write(&long, "Too long.");
    scene.write(".hidden/secret.md", "Not for Dify.");
    let summary = scene.sync().await;
    let mut added = summary.added;
    added.sort_unstable();
    assert_eq!(added, ["coffee.md", "tea.md"]);
    let reason = |name: &str| summary.failed.iter().find(|failure| failure.name == name).map(|failure| &failure.reason);
    assert!(matches!(reason(&long), Some(SyncReason::LongName(213))));
    assert!(matches!(reason("a program.exe"), Some(SyncReason::Unexplained(_))));
    assert_eq!(summary.failed.len(), 2, "{:?}", summary.failed);
}

#[tokio::test]
async fn the_first_document_alone_brings_the_settings() {
    let scene = Scene::new().await;
    let bare = DatasetCreateRequest::new("Handbook");
    scene.knowledge().datasets().create(&bare).await.expect("a dataset without a technique");
    for number in 0..20 {
        scene.write(&format!("{number}.md"), &format!("Page {number}"));
    }
    let summary = scene.sync().await;
    assert_eq!((summary.added.len(), summary.failed.len()), (20, 0), "{:?}", summary.failed);
    let requests = scene.requests();
    let with_settings = requests.iter().filter(|request| {
        request.operation.as_deref() == Some(CREATE) && String::from_utf8_lossy(&request.body).contains("process_rule")
    });
    assert_eq!(with_settings.count(), 1);
}

#[tokio::test]
async fn what_an_interrupted_run_sent_twice_is_deleted_but_for_one() {
    let scene = Scene::new().await;
    scene.write("tea.md", "Steep it.");
    scene.sync().await;
    let dataset = scene.dataset().await;
    for text in ["Steep it.", "Steep it longer."] {
        let late = DocumentFileUpload::new(Upload::bytes("tea.md", text));
        scene.knowledge().documents().create_by_file(&dataset, &late).await.expect("a document");
    }
    let before = scene.documents().await;
    let summary = scene.sync().await;
    assert_eq!((summary.unchanged, summary.surplus), (1, 2));
    let after = scene.documents().await;
    assert_eq!(after.len(), 1);
    assert!(before.iter().any(|document| document.id == after[0].id && mark(document).is_some()), "the marked one");
}

/// The fields came with 1.1.1: without them there is nothing to recognise a document by.
const FIELDS: &str = "came with Dify 1.1.1";

#[tokio::test]
async fn a_folder_arrives_on_every_release_that_has_metadata() {
    for server in supported() {
        let replayed = replay(server).await;
        let scene = Scene::new().await;
        scene.write("a.txt", "Text.");
        scene.write("b.txt", "Other text.");
        let outcome = scene.run(&connect(&replayed.base_url())).await;
        match outcome {
            Ok(summary) => assert!(summary.failed.is_empty(), "{server}: {:?}", summary.failed),
            Err(error) => {
                let told = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
                assert!(server == "dify-1.0.1" && told.contains(FIELDS), "{server}: {error}: {told}");
            }
        }
    }
}
