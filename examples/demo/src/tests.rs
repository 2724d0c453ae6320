//! The tour fits the application it finds.

use dify_api::{
    App,
    types::{FileTransferMethod, FileType, FileUploadSetting},
};
use dify_mock::Server;
use serde_json::Value;

use super::{application, install_tls, sample};

async fn shown(key: &str) -> Server {
    install_tls();
    let server = Server::builder().start().await.expect("the server starts");
    let app = App::builder().api_key(key).base_url(server.base_url()).build().expect("a client");
    if let Err(error) = application::show(&app).await {
        panic!("{key}: {error}");
    }
    server
}

// A past bug: completions were refused, and a run that waits for a form looked like one that ended.
#[tokio::test]
async fn the_tour_ends_well_for_every_application() {
    for key in [
        "app-chat",
        "app-agent",
        "app-roster",
        "app-chatflow",
        "app-chatflow-human",
        "app-completion",
        "app-workflow",
        "app-human",
    ] {
        shown(key).await;
    }
}

// A past bug: a text file was sent to applications that accept pictures only.
#[tokio::test]
async fn the_tour_sends_a_picture_where_only_pictures_are_accepted() {
    let server = shown("app-chat").await;
    let files: Vec<_> =
        server.requests().iter().filter_map(|request| serde_json::from_slice::<Value>(&request.body).ok()).collect();
    let types: Vec<_> = files.iter().filter_map(|body| body["files"][0]["type"].as_str()).collect();
    assert_eq!(types, ["image"]);
}

#[test]
fn an_application_without_uploads_is_sent_no_file() {
    let types = [FileType::Image, FileType::Document];
    let setting = FileUploadSetting::new().allowed_file_types(types.clone());
    assert!(sample::attachment(&setting).is_none());
    assert!(sample::attachment(&setting.clone().enabled(false)).is_none());
    assert!(sample::attachment(&setting.clone().enabled(true)).is_some());
    let links_only = setting.enabled(true).allowed_file_upload_methods([FileTransferMethod::RemoteUrl]);
    assert!(sample::attachment(&links_only).is_none());
    let sounds = FileUploadSetting::new().enabled(true).allowed_file_types([FileType::Audio]);
    assert!(sample::attachment(&sounds).is_none());
}
