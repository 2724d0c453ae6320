//! What the client does with knowledge bases beyond single calls: waiting, walking lists, many uploads, files back.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use dify_api::{
    ErrorKind, Knowledge, TimeLimit, Upload,
    types::{
        DatasetCreateRequest, DocumentFileConfig, DocumentFileUpload, DocumentTextRequest, DocumentsListQuery,
        IndexingStatus, IndexingTechnique, ProcessMode, ProcessRule, RetrieveRequest,
    },
};
use dify_mock::Server;
use dify_tests::script::RELEASES;

/// A server that takes this long to index, a client, and an empty knowledge base.
async fn scene(indexing: Duration) -> (Server, Knowledge, String) {
    scene_of("1.16.1", indexing).await
}

async fn scene_of(release: &str, indexing: Duration) -> (Server, Knowledge, String) {
    let builder = Server::builder().release(release).check_answers(true).indexing_time(indexing);
    let server = builder.start().await.expect("the server starts");
    let knowledge = Knowledge::builder().api_key("dataset-key").base_url(server.base_url()).build().expect("a client");
    let request = DatasetCreateRequest::new("Teas").indexing_technique(IndexingTechnique::HighQuality);
    let dataset = knowledge.datasets().create(&request).await.expect("a knowledge base").id;
    (server, knowledge, dataset)
}

fn file(name: &str, text: String) -> DocumentFileUpload {
    let config = DocumentFileConfig::new().process_rule(ProcessRule::new(ProcessMode::Automatic));
    DocumentFileUpload::new(Upload::bytes(name, text)).data(config)
}

fn text(name: &str, text: &str) -> DocumentTextRequest {
    DocumentTextRequest::new(name, text).process_rule(ProcessRule::new(ProcessMode::Automatic))
}

#[tokio::test]
async fn a_document_is_followed_through_its_states_and_found_when_it_is_indexed() {
    let (_server, knowledge, dataset) = scene(Duration::from_millis(1200)).await;
    let request = text("green.txt", "Green tea steeps for two minutes.");
    let added = knowledge.documents().create_by_text(&dataset, &request).await.expect("a document");
    let question = RetrieveRequest::new("How long does green tea steep?");
    let early = knowledge.datasets().retrieve(&dataset, &question).await.expect("an answer");
    assert!(early.records.is_empty(), "it is not indexed yet");

    let mut indexing = knowledge.documents().wait_until_indexed(&dataset, &added.batch);
    let mut states = Vec::new();
    while let Some(progress) = indexing.next().await {
        states.push(progress.expect("progress").data[0].indexing_status.clone());
    }
    assert!(states.len() > 1, "{states:?}");
    assert_eq!(states.last(), Some(&IndexingStatus::Completed));
    let found = knowledge.datasets().retrieve(&dataset, &question).await.expect("an answer");
    assert_eq!(found.records[0].segment.content, "Green tea steeps for two minutes.");
}

#[tokio::test]
async fn a_document_that_fails_or_is_paused_is_named_with_difys_reason() {
    for release in RELEASES {
        let (_server, knowledge, dataset) = scene_of(release, Duration::from_millis(100)).await;
        for (name, status) in [("unreadable.txt", IndexingStatus::Error), ("PAUSED.txt", IndexingStatus::Paused)] {
            let added = knowledge.documents().create_by_text(&dataset, &text(name, "Tea.")).await.expect("a document");
            let error = knowledge
                .documents()
                .wait_until_indexed(&dataset, &added.batch)
                .deadline(Duration::from_secs(20))
                .await
                .expect_err("it is not indexed");
            let ErrorKind::Indexing(failed) = error.kind() else { panic!("{error}") };
            assert_eq!(failed.documents.len(), 1);
            let document = &failed.documents[0];
            // A single document can be read from 1.5.1 on.
            let named = Some(name).filter(|_| release != "1.0.1");
            assert_eq!((document.name.as_deref(), &document.status), (named, &status));
            assert!(error.to_string().contains(named.unwrap_or(&document.id)), "{error}");
            assert_eq!(document.reason.is_some(), status == IndexingStatus::Error, "{error}");
        }
    }
}

// Guards a past bug: Dify 1.14.0 to 1.14.2 repeat the question as bare text, and the client took that for no answer.
#[tokio::test]
async fn a_search_is_read_on_releases_that_repeat_the_bare_question() {
    for release in ["1.13.3", "1.14.0", "1.14.2", "1.15.0"] {
        let (server, knowledge, dataset) = scene_of(release, Duration::ZERO).await;
        let request = text("green.txt", "Green tea steeps for two minutes.");
        let added = knowledge.documents().create_by_text(&dataset, &request).await.expect("a document");
        knowledge.documents().wait_until_indexed(&dataset, &added.batch).await.expect("indexed");
        let question = RetrieveRequest::new("How long does green tea steep?");
        let found = knowledge.datasets().retrieve(&dataset, &question).await.expect(release);
        assert_eq!((&*found.query.content, found.records.len()), ("How long does green tea steep?", 1), "{release}");
        assert!(server.requests().iter().all(|request| request.answer_problems.is_empty()), "{release}");
    }
}

#[tokio::test]
async fn nobody_waits_beyond_the_deadline() {
    let (_server, knowledge, dataset) = scene(Duration::from_secs(600)).await;
    let added = knowledge.documents().create_by_text(&dataset, &text("a.txt", "Tea.")).await.expect("a document");
    let indexing = knowledge.documents().wait_until_indexed(&dataset, &added.batch);
    let error = indexing.deadline(Duration::from_millis(300)).await.expect_err("it takes longer");
    assert!(matches!(error.kind(), ErrorKind::Timeout(timeout) if timeout.which == TimeLimit::Indexing), "{error}");
}

#[tokio::test]
async fn many_files_go_up_a_few_at_a_time_and_their_outcomes_come_in_order() {
    const COUNT: usize = 60;
    const AT_ONCE: usize = 4;
    let (server, knowledge, dataset) = scene(Duration::ZERO).await;
    let first = file("first.txt", "The first brings the settings.".into());
    knowledge.documents().create_by_file(&dataset, &first).await.expect("a document");

    let taken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&taken);
    let files = (0..COUNT).map(move |number| {
        counter.fetch_add(1, Ordering::SeqCst);
        // A kind of file that Dify does not read.
        let name = if number % 10 == 3 { format!("{number}.exe") } else { format!("{number}.txt") };
        file(&name, format!("Tea number {number}."))
    });
    let mut uploads = knowledge.documents().upload_all(&dataset, files, AT_ONCE);
    let mut outcomes = Vec::new();
    while let Some(outcome) = uploads.next().await {
        outcomes.push(outcome);
        let ahead = taken.load(Ordering::SeqCst) - outcomes.len();
        assert!(ahead <= AT_ONCE, "{ahead} files were taken ahead of the outcomes");
    }
    assert_eq!(outcomes.len(), COUNT);
    for (number, outcome) in outcomes.iter().enumerate() {
        match outcome {
            Ok(added) => assert_eq!(added.document.name, format!("{number}.txt")),
            Err(error) => assert!(number % 10 == 3 && error.status().is_some(), "{number}: {error}"),
        }
    }
    let query = DocumentsListQuery::new().limit(7);
    let listed = knowledge.documents().list(&dataset, &query).items().into_vec().await.expect("the list");
    assert_eq!(listed.len(), 1 + COUNT - COUNT / 10);
    let lists = server.requests().iter().filter(|r| r.operation.as_deref() == Some("knowledge_documents_list")).count();
    assert_eq!(lists, listed.len().div_ceil(7));
}

#[tokio::test]
async fn asking_for_more_than_dify_gives_in_a_page_cuts_nothing_off() {
    for release in RELEASES {
        let (_server, knowledge, dataset) = scene_of(release, Duration::ZERO).await;
        let files = (0..130).map(|number| file(&format!("{number}.txt"), format!("Tea number {number}.")));
        for outcome in knowledge.documents().upload_all(&dataset, files, 8).into_vec().await {
            outcome.expect("a document");
        }
        let query = DocumentsListQuery::new().limit(500);
        let listed = knowledge.documents().list(&dataset, &query).items().into_vec().await.expect("the list");
        assert_eq!(listed.len(), 130);
        let page = knowledge.documents().list(&dataset, &query).await.expect("a page");
        assert_eq!((page.data.len(), page.has_more), (100, false), "what real servers answer");
    }
}

#[tokio::test]
async fn the_file_of_a_document_comes_back_byte_by_byte() {
    let (_server, knowledge, dataset) = scene(Duration::ZERO).await;
    let content: String = (0..20_000).map(|number| format!("Tea number {number}.\n")).collect();
    let added = knowledge.documents().create_by_file(&dataset, &file("many teas.txt", content.clone())).await;
    let document = added.expect("a document").document.id;
    let download = knowledge.documents().download_file(&dataset, &document).await.expect("a file");
    assert_eq!(download.file_name(), Some("many teas.txt"));
    assert_eq!(download.bytes().await.expect("its bytes"), content);
}
