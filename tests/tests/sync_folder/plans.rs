//! What a synchronization decides: new names, dry runs, metadata, and when nothing is deleted.

use std::collections::BTreeMap;

use dify_api::{SyncError, SyncKept, SyncReason, types::MetadataValue};
use dify_mock::fault::{Answer, Fault};
use serde_json::{Value, json};

use super::scene::{CREATE, DELETE, MARK, Scene, UPDATE, changes, connect, hash, mark};

const LIST: &str = "knowledge_documents_list";

fn renamed(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect()
}

#[tokio::test]
async fn a_renamed_file_keeps_its_document() {
    let scene = Scene::new().await;
    scene.write("tea.md", "Steep it.");
    scene.write("coffee.md", "Grind it.");
    scene.sync().await;
    let before = scene.documents().await;
    scene.remove("tea.md");
    scene.write("drinks/tea.md", "Steep it.");
    scene.requests();
    let report = scene.sync().await;
    assert_eq!(report.renamed, renamed(&[("tea.md", "drinks／tea.md")]));
    assert_eq!((report.unchanged, report.added.len(), report.kept.len()), (1, 0, 0), "{report:?}");
    assert_eq!(changes(&scene.requests()), BTreeMap::from([(UPDATE, 1), (MARK, 2)]));
    let after = scene.documents().await;
    let id = |documents: &[dify_api::types::KnowledgeDocument], name: &str| {
        documents.iter().find(|document| document.name == name).map(|document| document.id.clone())
    };
    assert_eq!(after.len(), 2);
    assert_eq!(id(&after, "drinks／tea.md"), id(&before, "tea.md"));
    assert_eq!(scene.sync().await.unchanged, 2);
}

#[tokio::test]
async fn equal_files_take_one_document_each() {
    let mut scene = Scene::new().await;
    scene.options.delete = true;
    for name in ["a.md", "b.md"] {
        scene.write(name, "The same.");
    }
    scene.sync().await;
    for name in ["a.md", "b.md"] {
        scene.remove(name);
    }
    for name in ["x.md", "y.md", "z.md"] {
        scene.write(name, "The same.");
    }
    let report = scene.sync().await;
    assert_eq!(report.renamed.len(), 2);
    assert!(report.renamed.contains(&("a.md".to_owned(), "x.md".to_owned())), "{report:?}");
    assert!(report.renamed.contains(&("b.md".to_owned(), "y.md".to_owned())), "{report:?}");
    assert_eq!((report.added, report.deleted.len()), (vec!["z.md".to_owned()], 0));
}

#[tokio::test]
async fn a_new_name_with_a_new_content_is_another_document() {
    let mut scene = Scene::new().await;
    scene.options.delete = true;
    scene.write("tea.md", "Steep it.");
    scene.sync().await;
    scene.remove("tea.md");
    scene.write("mate.md", "Shake it.");
    let report = scene.sync().await;
    assert_eq!(
        (report.renamed.len(), report.added, report.deleted),
        (0, vec!["mate.md".into()], vec!["tea.md".into()])
    );
}

#[tokio::test]
async fn a_dry_run_reports_the_same_and_writes_nothing() {
    let mut scene = Scene::new().await;
    scene.options.delete = true;
    scene.write("tea.md", "Steep it.");
    let dry = async |scene: &Scene| scene.run(&scene.knowledge()).dry_run(true).await.expect("a report");
    let report = dry(&scene).await;
    assert_eq!(report.added, ["tea.md"], "before there is a knowledge base");
    assert!(changes(&scene.requests()).is_empty());

    for name in ["same.md", "changed.md", "gone.md", "old.md"] {
        scene.write(name, &format!("This is {name}."));
    }
    scene.sync().await;
    scene.write("changed.md", "Other.");
    scene.write("new.md", "New.");
    for name in ["gone.md", "old.md"] {
        scene.remove(name);
    }
    scene.write("moved.md", "This is old.md.");
    scene.requests();
    let planned = dry(&scene).await;
    assert!(changes(&scene.requests()).is_empty(), "nothing was written");
    let done = scene.sync().await;
    assert!(!changes(&scene.requests()).is_empty());
    assert_eq!(format!("{planned:?}"), format!("{done:?}"));
    assert_eq!(
        (&*done.added, &*done.changed, &*done.deleted),
        (&["new.md".into()][..], &["changed.md".into()][..], &["gone.md".into()][..])
    );
    assert_eq!((done.renamed, done.unchanged), (renamed(&[("old.md", "moved.md")]), 2));
}

/// A list of documents in which something is missing.
async fn kept(scene: &Scene, damage: impl Fn(&mut Value)) -> (Vec<String>, Option<SyncKept>) {
    let dataset = scene.dataset().await;
    let knowledge = scene.knowledge();
    let list: dify_api::RawJson = knowledge
        .request(reqwest::Method::GET, format!("/datasets/{dataset}/documents?limit=100&page=1"))
        .decode()
        .await
        .expect("a list");
    let mut list = list.to_value().expect("JSON");
    damage(&mut list);
    scene.server.faults().on(LIST).inject(Fault::Replaced(Answer::new(200).json(&list)));
    let report = scene.sync().await;
    scene.server.faults().clear();
    assert_eq!(report.deleted.len(), 0);
    assert!(!changes(&scene.requests()).contains_key(DELETE));
    (report.kept, report.kept_because)
}

#[tokio::test]
async fn an_uncertain_list_deletes_nothing() {
    let mut scene = Scene::new().await;
    scene.options.delete = true;
    scene.write("tea.md", "Steep it.");
    scene.write("coffee.md", "Grind it.");
    scene.sync().await;
    scene.remove("tea.md");
    let uncertain = (vec!["tea.md".to_owned()], Some(SyncKept::UncertainList));
    // A member is missing, which the client replaces by an empty one.
    assert_eq!(
        kept(&scene, |list| drop(list["data"][0].as_object_mut().expect("one").remove("display_status"))).await,
        uncertain
    );
    // The server counts more documents than it lists.
    assert_eq!(kept(&scene, |list| list["total"] = json!(3)).await, uncertain);
    // It promises another page and repeats the first.
    assert_eq!(kept(&scene, |list| list["has_more"] = json!(true)).await, uncertain);
    // With a whole list the document goes.
    assert_eq!(scene.sync().await.deleted, ["tea.md"]);
}

#[tokio::test]
async fn a_list_that_breaks_off_is_an_error_and_deletes_nothing() {
    let mut scene = Scene::new().await;
    scene.options.delete = true;
    scene.write("tea.md", "Steep it.");
    scene.sync().await;
    scene.remove("tea.md");
    scene.requests();
    scene.server.faults().on(LIST).inject(Fault::Refused(Answer::page(502)));
    let error = scene.run(&scene.knowledge()).await.expect_err("no list");
    assert!(matches!(&error, SyncError::Dify { doing: "listing the documents", .. }), "{error}");
    assert!(changes(&scene.requests()).is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_cannot_be_read_whole_deletes_nothing() {
    let mut scene = Scene::new().await;
    scene.options.delete = true;
    scene.write("tea.md", "Steep it.");
    scene.sync().await;
    scene.remove("tea.md");
    // A link that leads nowhere: its file may have been there.
    std::os::unix::fs::symlink("nowhere", scene.folder.path().join("link.md")).expect("a link");
    let report = scene.sync().await;
    assert_eq!((report.kept, report.kept_because), (vec!["tea.md".to_owned()], Some(SyncKept::UnreadFolder)));
    assert!(matches!(&report.failed[..], [one] if matches!(one.reason, SyncReason::File(_))), "{:?}", report.failed);
    assert_eq!(scene.documents().await.len(), 1);
}

#[tokio::test]
async fn a_missing_folder_is_an_error_and_sends_nothing() {
    let scene = Scene::new().await;
    let error = scene.knowledge().sync_folder("no such folder", "Handbook").delete(true).await.expect_err("no folder");
    assert!(matches!(&error, SyncError::Folder { .. }) && error.to_string().contains("no such folder"), "{error}");
    assert!(scene.requests().is_empty());
}

#[tokio::test]
async fn metadata_of_files_is_set_and_kept_up_to_date() {
    let scene = Scene::new().await;
    scene.write("guides/tea.md", "Steep it.");
    let sync = async |team: &'static str| {
        let sync = scene.run(&scene.knowledge());
        let sync = sync.metadata(move |path| [("path", path.display().to_string()), ("team", team.to_owned())]);
        sync.await.expect("a report")
    };
    assert_eq!(sync("drinks").await.added, ["guides／tea.md"]);
    let values = async || {
        let document = scene.documents().await.remove(0);
        assert_eq!(mark(&document), Some(&*hash(b"Steep it.")));
        let values = document.doc_metadata.unwrap_or_default().into_iter().filter(|value| value.name != "sync_hash");
        let text = |value: Option<MetadataValue>| match value {
            Some(MetadataValue::Text(text)) => text,
            other => panic!("{other:?}"),
        };
        values
            .map(|value| (value.name, text(value.value)))
            .filter(|(name, _)| name == "path" || name == "team")
            .collect::<BTreeMap<_, _>>()
    };
    let expected = |team: &str| BTreeMap::from([("path".into(), "guides/tea.md".into()), ("team".into(), team.into())]);
    assert_eq!(values().await, expected("drinks"));
    assert_eq!(sync("drinks").await.unchanged, 1);
    scene.requests();
    assert_eq!(sync("kitchen").await.changed, ["guides／tea.md"]);
    assert_eq!(changes(&scene.requests()), BTreeMap::from([(MARK, 1)]), "the file is not sent again");
    assert_eq!(values().await, expected("kitchen"));
}

#[tokio::test]
async fn the_field_of_the_hashes_is_no_metadata_of_files() {
    let scene = Scene::new().await;
    scene.write("tea.md", "Steep it.");
    let error = scene.run(&scene.knowledge()).metadata(|_| [("sync_hash", "x")]).await.expect_err("refused");
    assert!(matches!(&error, SyncError::ReservedField(name) if name == "sync_hash"), "{error}");
    assert!(changes(&scene.requests()).is_empty());
}

#[tokio::test]
async fn a_synchronization_can_go_to_another_task() {
    let scene = Scene::new().await;
    scene.write("tea.md", "Steep it.");
    let sync = connect(&scene.server.base_url()).sync_folder(scene.folder.path(), "Handbook");
    let sync = sync.indexing_technique("economy").concurrency(0).hash_field("mark").wait_until_indexed(false);
    let report = tokio::spawn(sync.into_future()).await.expect("a task").expect("a report");
    assert_eq!(report.added, ["tea.md"]);
    let requests = scene.requests();
    assert_eq!(changes(&requests).get(CREATE), Some(&1));
}
