//! What goes over the wire, to the byte, for one operation of each kind; and what comes of answers that are not what
//! they should be.

mod refused;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dify_api::{
    App, ErrorKind, Knowledge, Upload,
    types::{
        ChatRequest, ConversationDeleteRequest, ConversationRenameRequest, ConversationsListQuery, DocumentFileConfig,
        DocumentFileUpload, DocumentForm, DocumentTextRequest, FileUploadRequest, FilesPreviewQuery, IndexingTechnique,
        MetadataComparison, MetadataCondition, MetadataFilter, MetadataFilterOperator, ParentMode, ProcessMode,
        ProcessRule, ProcessSettings, RetrievalModel, RetrieveRequest, SearchMethod, SegmentationRule,
        WorkflowRunRequest,
    },
};
use httpmock::{HttpMockRequest, HttpMockResponse, MockServer};
use serde_json::json;

const CONVERSATION: &str = "45701982-8118-4bc5-8e9b-64562b4555f2";

/// A server that gives one answer, and keeps what it was asked.
struct Wire {
    app: App,
    knowledge: Knowledge,
    seen: Arc<Mutex<Vec<String>>>,
    _server: MockServer,
}

impl Wire {
    async fn answering(status: u16, media_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self::answering_with(status, vec![("content-type", media_type), ("x-version", "1.16.1")], body).await
    }

    async fn answering_with(status: u16, headers: Vec<(&'static str, &'static str)>, body: impl Into<Vec<u8>>) -> Self {
        let server = MockServer::start_async().await;
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (kept, body) = (Arc::clone(&seen), body.into());
        server
            .mock_async(move |when, then| {
                when.any_request();
                then.respond_with(move |request| {
                    lock(&kept).push(shown(request));
                    let answer = HttpMockResponse::builder().status(status).headers(headers.iter().copied());
                    if body.is_empty() { answer.no_body().build() } else { answer.body(body.clone()).build() }
                });
            })
            .await;
        let app = App::builder().api_key("app-key").base_url(server.url("/v1")).build().expect("a client");
        let knowledge = Knowledge::builder().api_key("dataset-key").base_url(server.url("/v1"));
        let knowledge = knowledge.build().expect("a client");
        Self { app, knowledge, seen, _server: server }
    }

    /// The one request that was sent.
    fn sent(&self) -> String {
        let seen = lock(&self.seen);
        assert_eq!(seen.len(), 1, "{seen:#?}");
        seen[0].clone()
    }
}

fn lock(seen: &Mutex<Vec<String>>) -> MutexGuard<'_, Vec<String>> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The whole request as text: what differs from run to run (the port, the boundary) and the crate's version get a name.
fn shown(request: &HttpMockRequest) -> String {
    // The server puts its address in front of what the request line says.
    let target = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let mut text = format!("{} {target}\n", request.method_str());
    let mut headers: Vec<_> =
        request.headers_vec().iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect();
    headers.sort();
    let mut boundary = None;
    for (name, value) in headers {
        let value = match name.as_str() {
            "host" => "HOST".to_owned(),
            "user-agent" => value.replace(env!("CARGO_PKG_VERSION"), "VERSION"),
            "content-type" => match value.split_once("boundary=") {
                Some((kind, mark)) => {
                    boundary = Some(mark.to_owned());
                    format!("{kind}boundary=BOUNDARY")
                }
                None => value,
            },
            _ => value,
        };
        text.push_str(&format!("{name}: {value}\n"));
    }
    text.push('\n');
    text.push_str(&request.body_string());
    match boundary {
        Some(boundary) => text.replace(&boundary, "BOUNDARY").replace("\r\n", "\n"),
        None => text,
    }
}

#[tokio::test]
async fn a_blocking_post_is_json_with_its_mode() {
    let wire = Wire::answering(400, "application/json", "{}").await;
    let request = ChatRequest::new("你好").user("user-1").conversation_id("").inputs([("city", "Beijing")]);
    let _ = wire.app.chat().send(&request).await;
    let body = r#"{"inputs":{"city":"Beijing"},"query":"你好","user":"user-1","conversation_id":"","response_mode":"blocking"}"#;
    assert_eq!(
        wire.sent(),
        format!(
            "POST /v1/chat-messages\naccept: application/json\nauthorization: Bearer app-key\ncontent-length: {}\n\
             content-type: application/json\nhost: HOST\nuser-agent: dify-api/VERSION (Rust)\n\n{body}",
            body.len()
        )
    );
}

#[tokio::test]
async fn a_streaming_post_says_so_in_mode_and_accept() {
    let wire = Wire::answering(400, "application/json", "{}").await;
    let _ = wire.app.workflows().run_stream(&WorkflowRunRequest::new([("n", json!(1))]).user("user-1")).await;
    assert_eq!(
        wire.sent(),
        "POST /v1/workflows/run\naccept: text/event-stream\nauthorization: Bearer app-key\ncontent-length: 62\n\
         content-type: application/json\nhost: HOST\nuser-agent: dify-api/VERSION (Rust)\n\n\
         {\"inputs\":{\"n\":1},\"user\":\"user-1\",\"response_mode\":\"streaming\"}"
    );
}

#[tokio::test]
async fn a_get_has_its_query_encoded_and_no_body() {
    let wire = Wire::answering(400, "application/json", "{}").await;
    let query = ConversationsListQuery::new().user("Jörg & Söhne=1").limit(7).sort_by("-created_at");
    let _ = wire.app.conversations().list(&query).await;
    assert_eq!(
        wire.sent(),
        "GET /v1/conversations?limit=7&sort_by=-created_at&user=J%C3%B6rg+%26+S%C3%B6hne%3D1\n\
         accept: application/json\nauthorization: Bearer app-key\nhost: HOST\nuser-agent: dify-api/VERSION (Rust)\n\n"
    );
}

#[tokio::test]
async fn a_path_parameter_cannot_leave_its_place() {
    let wire = Wire::answering(400, "application/json", "{}").await;
    let request = ConversationRenameRequest::new().auto_generate(true).user("user-1");
    let _ = wire.app.conversations().rename("a\\..\\b?c#d %é", &request).await;
    assert_eq!(
        wire.sent(),
        "POST /v1/conversations/a%5C..%5Cb%3Fc%23d%20%25%C3%A9/name\naccept: application/json\n\
         authorization: Bearer app-key\ncontent-length: 38\ncontent-type: application/json\nhost: HOST\n\
         user-agent: dify-api/VERSION (Rust)\n\n{\"auto_generate\":true,\"user\":\"user-1\"}"
    );
    for nowhere in ["", ".", "..", "a/b", "../b"] {
        let error = wire.app.conversations().rename(nowhere, &request).await.expect_err("no such place");
        assert!(matches!(error.kind(), ErrorKind::InvalidRequest(_)), "{error}");
        assert!(error.to_string().contains("conversation_id"), "{error}");
        assert_eq!(error.attempts(), 0);
    }
    wire.sent();
}

// Guards a past bug: Dify answered an empty list for a user that all such calls share.
#[tokio::test]
async fn a_call_without_the_user_it_needs_is_not_sent() {
    use dify_api::types::{
        ChatRequest, ConversationVariableUpdateRequest, ConversationsVariablesQuery, MessagesListQuery, StopRequest,
        WorkflowRunRequest, WorkflowsEventsQuery,
    };
    let wire = Wire::answering(200, "application/json", "{}").await;
    let app = &wire.app;
    let (all, nobody) = (ConversationsListQuery::new(), ConversationsListQuery::new().user(""));
    let errors = [
        app.conversations().list(&all).await.map(drop),
        app.conversations().list(&nobody).await.map(drop),
        app.conversations().list(&all).items().into_vec().await.map(drop),
        app.conversations().list(&all).pages().next().await.expect("a page").map(drop),
        app.conversations().variables("c", &ConversationsVariablesQuery::new()).await.map(drop),
        app.conversations().rename("c", &ConversationRenameRequest::new().name("Tea")).await.map(drop),
        app.conversations().delete("c", &ConversationDeleteRequest::new()).await,
        app.conversations().update_variable("c", "v", &ConversationVariableUpdateRequest::new("1")).await.map(drop),
        app.messages().list(&MessagesListQuery::new("c")).await.map(drop),
        app.chat().send(&ChatRequest::new("Hello").user("")).await.map(drop),
        app.chat().stream(&ChatRequest::new("Hello").user("")).await.map(drop),
        app.chat().stop("t", &StopRequest::new().user("")).await.map(drop),
        app.workflows().run(&WorkflowRunRequest::new([("city", "Beijing")]).user("")).await.map(drop),
        app.workflows().events("r", &WorkflowsEventsQuery::new().user("")).await.map(drop),
    ];
    for error in errors.map(|outcome| outcome.expect_err("refused")) {
        assert!(matches!(error.kind(), ErrorKind::InvalidRequest(_)), "{error}");
        assert!(error.to_string().contains("`user`") && error.to_string().contains(".user("), "{error}");
        assert_eq!(error.attempts(), 0);
    }
}

#[tokio::test]
async fn a_delete_has_the_json_body_that_dify_wants() {
    let wire = Wire::answering_with(204, vec![("content-type", "application/json")], "").await;
    wire.app
        .conversations()
        .delete(CONVERSATION, &ConversationDeleteRequest::new().user("user-1"))
        .await
        .expect("deleted");
    assert_eq!(
        wire.sent(),
        format!(
            "DELETE /v1/conversations/{CONVERSATION}\naccept: application/json\nauthorization: Bearer app-key\n\
             content-length: 17\ncontent-type: application/json\nhost: HOST\nuser-agent: dify-api/VERSION (Rust)\n\n\
             {{\"user\":\"user-1\"}}"
        )
    );
}

#[tokio::test]
async fn an_upload_is_a_form_with_name_type_and_length() {
    let wire = Wire::answering(400, "application/json", "{}").await;
    let file = Upload::bytes("a b.bin", "content").file_name("Müller.txt");
    let _ = wire.app.files().upload(&FileUploadRequest::new(file).user("user-1")).await;
    let sent = wire.sent();
    let (head, body) = sent.split_once("\n\n").expect("a head and a body");
    let lines: Vec<&str> = head.lines().filter(|line| !line.starts_with("content-length: ")).collect();
    assert_eq!(
        lines,
        [
            "POST /v1/files/upload",
            "accept: application/json",
            "authorization: Bearer app-key",
            "content-type: multipart/form-data; boundary=BOUNDARY",
            "host: HOST",
            "user-agent: dify-api/VERSION (Rust)",
        ]
    );
    assert!(head.contains("content-length: "), "the length is known, so it is said: {head}");
    assert_eq!(
        body,
        "--BOUNDARY\nContent-Disposition: form-data; name=\"file\"; filename=\"Müller.txt\"\n\
         Content-Type: text/plain\n\ncontent\n--BOUNDARY\n\
         Content-Disposition: form-data; name=\"user\"\n\nuser-1\n--BOUNDARY--\n"
    );
}

#[tokio::test]
async fn the_settings_of_a_documents_file_go_along_as_json() {
    let wire = Wire::answering(400, "application/json", "{}").await;
    let rules = ProcessSettings::new()
        .segmentation(SegmentationRule::new(500).separator("\n\n"))
        .parent_mode(ParentMode::Paragraph)
        .subchunk_segmentation(SegmentationRule::new(100));
    let config = DocumentFileConfig::new()
        .indexing_technique(IndexingTechnique::HighQuality)
        .doc_form(DocumentForm::HierarchicalModel)
        .process_rule(ProcessRule::new(ProcessMode::Hierarchical).rules(rules));
    let file = DocumentFileUpload::new(Upload::bytes("tea.md", "# Tea")).data(config);
    let _ = wire.knowledge.documents().create_by_file("d-1", &file).await;
    let sent = wire.sent();
    let (head, body) = sent.split_once("\n\n").expect("a head and a body");
    assert!(head.starts_with("POST /v1/datasets/d-1/document/create-by-file\n"), "{head}");
    assert!(head.contains("authorization: Bearer dataset-key\n"), "{head}");
    assert_eq!(
        body,
        "--BOUNDARY\nContent-Disposition: form-data; name=\"data\"\n\n\
         {\"indexing_technique\":\"high_quality\",\"process_rule\":{\"mode\":\"hierarchical\",\"rules\":{\
         \"pre_processing_rules\":[],\"segmentation\":{\"separator\":\"\\n\\n\",\"max_tokens\":500},\"parent_mode\":\"paragraph\",\
         \"subchunk_segmentation\":{\"max_tokens\":100}}},\"doc_form\":\"hierarchical_model\"}\n--BOUNDARY\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"tea.md\"\n\
         Content-Type: text/markdown\n\n# Tea\n--BOUNDARY--\n"
    );
}

// Guards a past bug: the shortest requests were refused by every server.
#[tokio::test]
async fn a_new_document_brings_what_a_server_requires() {
    let settings = "{\"indexing_technique\":\"high_quality\",\"process_rule\":{\"mode\":\"automatic\"}}";
    let wire = Wire::answering(400, "application/json", "{}").await;
    let _ = wire.knowledge.documents().create_by_text("d-1", &DocumentTextRequest::new("tea.txt", "Tea.")).await;
    let sent = wire.sent();
    let (_, body) = sent.split_once("\n\n").expect("a head and a body");
    assert_eq!(
        body,
        "{\"name\":\"tea.txt\",\"text\":\"Tea.\",\"process_rule\":{\"mode\":\"automatic\"},\
         \"indexing_technique\":\"high_quality\"}"
    );
    assert_eq!(DocumentFileConfig::default(), DocumentFileConfig::new());

    let wire = Wire::answering(400, "application/json", "{}").await;
    let upload = Upload::bytes("tea.md", "# Tea");
    let _ = wire.knowledge.documents().create_by_file("d-1", &DocumentFileUpload::from(upload)).await;
    let sent = wire.sent();
    assert!(sent.contains(&format!("name=\"data\"\n\n{settings}\n--BOUNDARY\n")), "{sent}");

    let rules = serde_json::to_value(ProcessSettings::new()).expect("JSON");
    assert_eq!(
        rules,
        serde_json::json!({
            "pre_processing_rules": [],
            "segmentation": {"separator": "\n", "max_tokens": 500, "chunk_overlap": 50},
        })
    );
}

#[tokio::test]
async fn a_search_says_what_it_is_told_and_nothing_else() {
    let wire = Wire::answering(400, "application/json", "{}").await;
    let condition = MetadataCondition::new("year", MetadataComparison::GreaterOrEqual).value(2024.0);
    let filter = MetadataFilter::new().logical_operator(MetadataFilterOperator::And).conditions([condition]);
    let model = RetrievalModel::new(SearchMethod::HybridSearch, 3).metadata_filtering_conditions(filter);
    let request = RetrieveRequest::new("When?").retrieval_model(model);
    let _ = wire.knowledge.datasets().retrieve("d-1", &request).await;
    let sent = wire.sent();
    let (_, body) = sent.split_once("\n\n").expect("a head and a body");
    assert_eq!(
        body,
        "{\"query\":\"When?\",\"retrieval_model\":{\"search_method\":\"hybrid_search\",\
         \"reranking_enable\":false,\"top_k\":3,\"score_threshold_enabled\":false,\
         \"metadata_filtering_conditions\":{\"logical_operator\":\"and\",\"conditions\":[\
         {\"name\":\"year\",\"comparison_operator\":\"≥\",\"value\":2024.0}]}}}"
    );
}

#[tokio::test]
async fn a_download_comes_with_its_name_and_type() {
    let headers =
        vec![("content-type", "image/png"), ("content-disposition", "attachment; filename*=UTF-8''M%C3%BCller.png")];
    let wire = Wire::answering_with(200, headers, &b"\x89PNG\r\n\x1a\n"[..]).await;
    let query = FilesPreviewQuery::new().as_attachment(true);
    let download = wire.app.files().preview("f-1", &query).await.expect("a file");
    assert_eq!((download.content_type(), download.file_name()), (Some("image/png"), Some("Müller.png")));
    assert_eq!(&download.bytes().await.expect("bytes")[..], b"\x89PNG\r\n\x1a\n");
    assert_eq!(
        wire.sent(),
        "GET /v1/files/f-1/preview?as_attachment=true\naccept: */*\nauthorization: Bearer app-key\nhost: HOST\n\
         user-agent: dify-api/VERSION (Rust)\n\n"
    );
}

#[tokio::test]
async fn a_response_brings_status_headers_version_and_raw_body() {
    let body = r#"{"result": "success"}"#;
    let wire = Wire::answering(200, "application/json", body).await;
    let request = dify_api::types::StopRequest::new().user("user-1");
    let response = wire.app.chat().stop("task-1", &request).with_response().await.expect("an answer");
    assert_eq!((response.status().as_u16(), response.server_version()), (200, Some("1.16.1")));
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.body().map(|body| &body[..]), Some(body.as_bytes()));
    assert_eq!((response.attempts(), response.result.as_str()), (1, "success"));
    assert_eq!(response.into_inner().result, "success");
}
