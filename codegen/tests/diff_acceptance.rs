//! Two doctored versions of the real documents: every planted change is found, weighed rightly, and nothing else is.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use codegen::bindings::Document;
use codegen::diff::{Level, diff};
use serde_json::{Value, json};

const B: Level = Level::Breaking;
const A: Level = Level::Additive;
const D: Level = Level::Documentation;

/// What to do at a place of a document.
enum Edit {
    Set(Value),
    Remove,
    /// A list gets one element more.
    With(Value),
    /// A list loses this element.
    Without(&'static str),
    /// The member gets another name.
    Rename(&'static str),
}
use Edit::{Remove, Rename, Set, With, Without};

/// Which of the two versions is doctored.
#[derive(PartialEq)]
enum In {
    Old,
    New,
}
use In::{New, Old};

struct Plant {
    version: In,
    /// The API, or `*` for every document that has the place.
    api: &'static str,
    edits: Vec<(&'static str, Edit)>,
    /// Rule, place, weight for the document, weight for the crate.
    expected: (&'static str, &'static str, Level, Level),
}

fn plant(
    version: In,
    api: &'static str,
    at: &'static str,
    edit: Edit,
    expected: (&'static str, &'static str, Level, Level),
) -> Plant {
    Plant { version, api, edits: vec![(at, edit)], expected }
}

fn of_documents() -> Vec<Plant> {
    let scheme = json!({"type": "apiKey", "in": "header", "name": "X-Planted"});
    let address = json!({"url": "https://planted.example/console/api"});
    vec![
        plant(New, "service", "/info/version", Set(json!("9.9.9")), ("info-changed", "info", D, D)),
        plant(New, "service", "/servers/0", Remove, ("server-removed", "servers", B, D)),
        plant(New, "console", "/servers", With(address), ("server-added", "servers", A, D)),
        plant(New, "web", "/security", With(json!({})), ("security-alternative-added", "security", A, B)),
        plant(
            New,
            "console",
            "/components/securitySchemes/csrf/name",
            Set(json!("X-Planted")),
            ("security-scheme-changed", "security scheme csrf", B, B),
        ),
        plant(
            New,
            "web",
            "/components/securitySchemes/planted",
            Set(scheme),
            ("security-scheme-added", "security scheme planted", A, D),
        ),
    ]
}

fn of_operations() -> Vec<Plant> {
    let chat = "POST /chat-messages";
    vec![
        plant(New, "service", "/paths/~1info", Remove, ("operation-removed", "GET /info", B, B)),
        plant(Old, "service", "/paths/~1meta", Remove, ("operation-added", "GET /meta", A, A)),
        plant(New, "console", "/paths/~1ping", Rename("/planted"), ("operation-moved", "GET /planted", B, D)),
        plant(
            New,
            "service",
            "/paths/~1chat-messages/post/operationId",
            Set(json!("app_chat_planted")),
            ("operation-renamed", chat, D, B),
        ),
        plant(
            New,
            "service",
            "/paths/~1completion-messages/post/x-dify-stream-method",
            Remove,
            ("stream-method-removed", "POST /completion-messages", D, B),
        ),
        plant(
            New,
            "service",
            "/paths/~1parameters/get/tags",
            Set(json!(["x"])),
            ("tag-changed", "GET /parameters", D, D),
        ),
        plant(
            New,
            "service",
            "/paths/~1site/get/deprecated",
            Set(json!(true)),
            ("deprecation-changed", "GET /site", D, D),
        ),
        plant(
            New,
            "service",
            "/paths/~1workflows~1run/post/security",
            Set(json!([{"datasetKey": []}])),
            ("security-changed", "POST /workflows/run", B, B),
        ),
        plant(
            New,
            "service",
            "/paths/~1chat-messages/post/x-dify-errors",
            With(json!("planted")),
            ("error-code-added", chat, A, A),
        ),
        plant(
            New,
            "web",
            "/paths/~1completion-messages/post/x-dify-errors/0",
            Remove,
            ("error-code-removed", "POST /completion-messages", A, A),
        ),
        plant(New, "console", "/paths/~1apps/get/x-dify-paging", Remove, ("paging-removed", "GET /apps", B, B)),
        plant(
            New,
            "web",
            "/paths/~1audio-to-text/post/x-dify-idempotent",
            Set(json!(true)),
            ("idempotent-added", "POST /audio-to-text", A, A),
        ),
        plant(
            New,
            "service",
            "/paths/~1audio-to-text/post/summary",
            Set(json!("Planted.")),
            ("words-changed", "POST /audio-to-text", D, D),
        ),
        plant(
            New,
            "service",
            "/paths/~1chat-messages/post/x-dify-deviations",
            Remove,
            ("deviations-changed", chat, D, D),
        ),
        plant(
            New,
            "service",
            "/paths/~1site/get/x-dify-since",
            Set(json!("9.9.9")),
            ("versions-changed", "GET /site", D, D),
        ),
    ]
}

fn of_parameters_and_bodies() -> Vec<Plant> {
    let parameter =
        |required: bool| json!({"name": "planted", "in": "query", "required": required, "schema": {"type": "string"}});
    vec![
        plant(
            New,
            "console",
            "/paths/~1apps/get/parameters",
            With(parameter(false)),
            ("parameter-added-optional", "GET /apps, query parameter planted", A, A),
        ),
        plant(
            New,
            "web",
            "/paths/~1conversations/get/parameters",
            With(parameter(true)),
            ("parameter-added-required", "GET /conversations, query parameter planted", B, B),
        ),
        plant(
            New,
            "service",
            "/paths/~1conversations/get/parameters/3",
            Remove,
            ("parameter-removed", "GET /conversations, query parameter sort_by", B, B),
        ),
        plant(
            New,
            "console",
            "/paths/~1apps/get/parameters/3/required",
            Set(json!(true)),
            ("parameter-became-required", "GET /apps, query parameter name", B, B),
        ),
        plant(
            New,
            "web",
            "/paths/~1parameters/get/parameters",
            Set(json!([parameter(false)])),
            ("parameter-added-first", "GET /parameters, query parameter planted", A, B),
        ),
        plant(
            New,
            "*",
            "/components/parameters/TraceIdHeader/description",
            Set(json!("Planted.")),
            ("words-changed", "parameter TraceIdHeader", D, D),
        ),
        plant(
            New,
            "service",
            "/components/parameters/ConversationIdPath/schema/format",
            Remove,
            ("format-removed", "parameter ConversationIdPath", A, D),
        ),
        plant(
            New,
            "*",
            "/components/parameters/LimitQuery/schema/default",
            Set(json!(21)),
            ("default-changed", "parameter LimitQuery", B, D),
        ),
        plant(
            New,
            "*",
            "/components/parameters/PageQuery/schema/minimum",
            Set(json!(2)),
            ("limit-tightened", "parameter PageQuery", B, D),
        ),
        plant(
            New,
            "web",
            "/paths/~1chat-messages/post/requestBody/content/application~1xml",
            Set(json!({})),
            ("media-type-added", "POST /chat-messages, request, application/xml", A, A),
        ),
        plant(
            Old,
            "service",
            "/paths/~1completion-messages/post/requestBody/content/application~1xml",
            Set(json!({})),
            ("media-type-removed", "POST /completion-messages, request, application/xml", B, B),
        ),
        plant(
            New,
            "console",
            "/paths/~1login/post/requestBody/required",
            Set(json!(false)),
            ("request-body-became-optional", "POST /login, request", A, B),
        ),
    ]
}

fn of_responses() -> Vec<Plant> {
    let response = || json!({"description": "Planted."});
    vec![
        plant(
            New,
            "service",
            "/paths/~1chat-messages/post/responses/200/content/text~1event-stream/x-dify-framing",
            Set(json!("lines")),
            ("framing-changed", "POST /chat-messages, 200, text/event-stream", B, B),
        ),
        plant(
            New,
            "service",
            "/paths/~1workflows~1run/post/responses/202",
            Set(response()),
            ("status-added-success", "POST /workflows/run, 202", A, A),
        ),
        plant(
            Old,
            "service",
            "/paths/~1conversations/get/responses/206",
            Set(response()),
            ("status-removed-success", "GET /conversations, 206", B, B),
        ),
        plant(
            New,
            "web",
            "/paths/~1conversations/get/responses/401",
            Remove,
            ("status-removed-refusal", "GET /conversations, 401", A, A),
        ),
        plant(
            New,
            "console",
            "/paths/~1apps/get/responses/418",
            Set(response()),
            ("status-added-refusal", "GET /apps, 418", A, A),
        ),
        plant(
            New,
            "*",
            "/components/responses/PayloadTooLarge/description",
            Set(json!("Planted.")),
            ("words-changed", "response PayloadTooLarge", D, D),
        ),
        plant(
            New,
            "service",
            "/components/responses/Unauthorized/headers/WWW-Authenticate",
            Remove,
            ("header-removed", "response Unauthorized, header WWW-Authenticate", B, D),
        ),
        plant(
            New,
            "*",
            "/components/responses/TooManyRequests/headers",
            Set(json!({"Retry-After": {"schema": {"type": "string"}}})),
            ("header-added", "response TooManyRequests, header Retry-After", A, D),
        ),
        plant(
            New,
            "*",
            "/components/responses/ServerError/x-dify-state",
            Set(json!(true)),
            ("state-changed", "response ServerError", A, B),
        ),
    ]
}

/// Members and values that are only sent.
fn of_requests() -> Vec<Plant> {
    const CHAT: &str = "/components/schemas/ChatRequest";
    let at = |rest: &str| -> &'static str { Box::leak(format!("{CHAT}{rest}").into_boxed_str()) };
    let text = || json!({"type": "string"});
    vec![
        plant(
            New,
            "service",
            at("/required"),
            With(json!("auto_generate_name")),
            ("member-became-required", "ChatRequest.auto_generate_name", B, B),
        ),
        plant(
            New,
            "service",
            at("/properties/planted"),
            Set(text()),
            ("member-added-optional", "ChatRequest.planted", A, A),
        ),
        plant(
            New,
            "service",
            at("/properties/user/maxLength"),
            Set(json!(9)),
            ("limit-tightened", "ChatRequest.user", B, D),
        ),
        plant(New, "service", at("/x-dify-new"), Set(json!(["query"])), ("new-changed", "ChatRequest", D, B)),
        plant(
            New,
            "service",
            at("/properties/conversation_id/nullable"),
            Remove,
            ("null-forbidden-optional", "ChatRequest.conversation_id", B, D),
        ),
        plant(
            New,
            "service",
            at("/properties/inputs/x-dify-send-default"),
            Set(json!({"planted": 1})),
            ("send-default-changed", "ChatRequest.inputs", D, B),
        ),
        Plant {
            version: New,
            api: "web",
            edits: vec![
                ("/components/schemas/WebChatRequest/properties/planted", Set(text())),
                ("/components/schemas/WebChatRequest/required", With(json!("planted"))),
            ],
            expected: ("member-added-required", "WebChatRequest.planted", B, B),
        },
        plant(
            New,
            "service",
            "/components/schemas/DatasetUpdateRequest/properties/description/x-dify-tristate",
            Remove,
            ("tristate-changed", "DatasetUpdateRequest.description", D, B),
        ),
        plant(
            New,
            "service",
            "/components/schemas/DocumentStatusAction/enum",
            Without("archive"),
            ("value-removed", "DocumentStatusAction", B, B),
        ),
        plant(
            New,
            "console",
            "/components/schemas/AppCreateMode/enum",
            With(json!("planted")),
            ("value-added", "AppCreateMode", A, A),
        ),
        plant(
            New,
            "console",
            "/components/schemas/LoginRequest/required",
            Without("email"),
            ("member-became-optional", "LoginRequest.email", A, B),
        ),
        plant(
            New,
            "console",
            "/components/schemas/LoginRequest/properties/password/format",
            Remove,
            ("format-hint-changed", "LoginRequest.password", D, D),
        ),
        plant(
            New,
            "service",
            "/components/schemas/TagCreateRequest/properties/name",
            Set(json!({"type": "integer", "description": "Name, 1 to 50 characters, unique in the workspace."})),
            ("type-changed", "TagCreateRequest.name", B, B),
        ),
        plant(
            New,
            "*",
            "/components/schemas/RetrieveRequest/properties/query/maxLength",
            Set(json!(999)),
            ("limit-loosened", "RetrieveRequest.query", A, D),
        ),
        plant(
            New,
            "*",
            "/components/schemas/Inputs/additionalProperties",
            Set(json!(false)),
            ("additional-members-forbidden", "Inputs{}", B, D),
        ),
    ]
}

/// Members and values that are only received, or both.
fn of_replies() -> Vec<Plant> {
    let text = || json!({"type": "string"});
    vec![
        Plant {
            version: New,
            api: "service",
            edits: vec![
                ("/components/schemas/ChatReply/properties/planted", Set(text())),
                ("/components/schemas/ChatReply/required", With(json!("planted"))),
            ],
            expected: ("member-added-required", "ChatReply.planted", A, A),
        },
        plant(
            New,
            "service",
            "/components/schemas/ChatReply/properties/answer",
            Remove,
            ("member-removed", "ChatReply.answer", B, B),
        ),
        plant(
            New,
            "*",
            "/components/schemas/Conversation/properties/name/nullable",
            Set(json!(true)),
            ("null-allowed", "Conversation.name", B, B),
        ),
        plant(
            New,
            "*",
            "/components/schemas/Conversation/required",
            Without("introduction"),
            ("member-became-optional-nullable", "Conversation.introduction", B, D),
        ),
        plant(
            New,
            "*",
            "/components/schemas/Usage/properties/total_tokens/type",
            Set(json!("number")),
            ("type-widened", "Usage.total_tokens", B, B),
        ),
        plant(
            New,
            "*",
            "/components/schemas/Usage/properties/latency/type",
            Set(json!("integer")),
            ("type-narrowed", "Usage.latency", A, B),
        ),
        plant(
            New,
            "service",
            "/components/schemas/AppSite/required",
            With(json!("input_placeholder")),
            ("member-became-required-nullable", "AppSite.input_placeholder", A, D),
        ),
        plant(
            New,
            "*",
            "/components/schemas/AppMode/x-extensible-enum",
            With(json!({"value": "planted", "description": "Planted."})),
            ("open-value-added", "AppMode", A, A),
        ),
        plant(
            New,
            "*",
            "/components/schemas/AppMode/x-extensible-enum/0/description",
            Set(json!("Planted.")),
            ("value-words-changed", "AppMode", D, D),
        ),
        plant(
            New,
            "*",
            "/components/schemas/AgentLogStatus/x-extensible-enum/0",
            Remove,
            ("value-removed", "AgentLogStatus", A, B),
        ),
        plant(
            New,
            "*",
            "/components/schemas/DatasetPermission/x-extensible-enum/0",
            Remove,
            ("value-removed", "DatasetPermission", B, B),
        ),
        plant(
            New,
            "service",
            "/components/schemas/Annotation/properties/id/format",
            Set(json!("uuid")),
            ("format-added", "Annotation.id", A, D),
        ),
        plant(
            New,
            "*",
            "/components/schemas/PreProcessingRule/properties/enabled/nullable",
            Set(json!(true)),
            ("null-allowed", "PreProcessingRule.enabled", B, B),
        ),
        plant(
            New,
            "*",
            "/components/schemas/ToolLabel/additionalProperties/type",
            Set(json!("boolean")),
            ("type-changed", "ToolLabel{}", B, B),
        ),
        plant(
            New,
            "*",
            "/components/schemas/ApiErrorBody/properties/message/description",
            Set(json!("Planted.")),
            ("words-changed", "ApiErrorBody.message", D, D),
        ),
        plant(
            New,
            "console",
            "/components/schemas/Workspace/properties/last_opened_at/x-dify-since",
            Remove,
            ("versions-changed", "Workspace.last_opened_at", D, D),
        ),
        plant(
            New,
            "service",
            "/components/schemas/Annotation/example",
            Set(json!({})),
            ("example-changed", "Annotation", D, D),
        ),
        plant(
            New,
            "*",
            "/components/schemas/DatasetVectorWeight/properties/vector_weight/type",
            Set(json!("string")),
            ("type-changed", "DatasetVectorWeight.vector_weight", B, B),
        ),
    ]
}

fn of_unions_and_names() -> Vec<Plant> {
    const PLANTED: &str = "#/components/schemas/PlantedEvent";
    let event = json!({"type": "object", "properties": {"event": {"type": "string"}}, "required": ["event"]});
    let tag = json!({
        "type": "object", "description": "A tag of a knowledge base.", "required": ["id", "name"],
        "properties": {"id": {"type": "string"}, "name": {"type": "string"}},
    });
    vec![
        Plant {
            version: New,
            api: "service",
            edits: vec![
                ("/components/schemas/PlantedEvent", Set(event)),
                ("/components/schemas/ChatEvent/oneOf", With(json!({"$ref": PLANTED}))),
                ("/components/schemas/ChatEvent/discriminator/mapping/planted", Set(json!(PLANTED))),
            ],
            expected: ("event-added", "ChatEvent", A, A),
        },
        Plant {
            version: New,
            api: "service",
            edits: vec![
                ("/components/schemas/WorkflowEvent/oneOf", Without("#/components/schemas/TextChunkEvent")),
                ("/components/schemas/WorkflowEvent/discriminator/mapping/text_chunk", Remove),
            ],
            expected: ("event-removed", "WorkflowEvent", B, B),
        },
        // Both versions have both components; one place refers to the other one.
        Plant {
            version: New,
            api: "service",
            edits: vec![
                ("/components/schemas/BoundTag", Set(tag.clone())),
                ("/components/schemas/PlantedTag", Set(tag.clone())),
                (
                    "/components/schemas/BoundTagList/properties/data/items",
                    Set(json!({"$ref": "#/components/schemas/PlantedTag"})),
                ),
            ],
            expected: ("reference-changed", "BoundTagList.data[]", D, B),
        },
        Plant {
            version: Old,
            api: "service",
            edits: vec![("/components/schemas/BoundTag", Set(tag))],
            expected: ("reference-changed", "BoundTagList.data[]", D, B),
        },
    ]
}

fn plants() -> Vec<Plant> {
    let mut plants = of_documents();
    plants.extend(of_operations());
    plants.extend(of_parameters_and_bodies());
    plants.extend(of_responses());
    plants.extend(of_requests());
    plants.extend(of_replies());
    plants.extend(of_unions_and_names());
    plants
}

fn published() -> Vec<Document> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/published");
    let read = |api: &str| {
        let text = fs::read_to_string(folder.join(format!("dify-{api}-3.0.json"))).expect("a published document");
        Document { api: api.to_owned(), value: serde_json::from_str(&text).expect("JSON") }
    };
    ["service", "web", "console"].map(read).into()
}

/// Whether there was something to edit.
fn apply(document: &mut Value, pointer: &str, edit: &Edit) -> bool {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let name = name.replace("~1", "/");
    if let With(element) = edit {
        let list = document.pointer_mut(pointer).and_then(Value::as_array_mut);
        return list.map(|list| list.push(element.clone())).is_some();
    }
    if let Without(element) = edit {
        let list = document.pointer_mut(pointer).and_then(Value::as_array_mut);
        let same = |value: &Value| value == element || value["$ref"] == *element;
        return list.is_some_and(|list| {
            let before = list.len();
            list.retain(|value| !same(value));
            list.len() < before
        });
    }
    match (document.pointer_mut(parent), edit) {
        (Some(Value::Object(members)), Set(value)) => {
            members.insert(name, value.clone());
            true
        }
        (Some(Value::Object(members)), Remove) => members.shift_remove(&name).is_some(),
        (Some(Value::Object(members)), Rename(to)) => {
            let Some(value) = members.shift_remove(&name) else { return false };
            members.insert((*to).to_owned(), value).is_none()
        }
        (Some(Value::Array(items)), Remove) => match name.parse::<usize>() {
            Ok(index) if index < items.len() => {
                items.remove(index);
                true
            }
            _ => false,
        },
        _ => false,
    }
}

fn doctored(version: &In, plants: &[Plant]) -> Vec<Document> {
    let mut documents = published();
    for plant in plants.iter().filter(|plant| plant.version == *version) {
        for (pointer, edit) in &plant.edits {
            let mut applied = false;
            for document in documents.iter_mut().filter(|document| plant.api == "*" || document.api == plant.api) {
                applied |= apply(&mut document.value, pointer, edit);
            }
            assert!(applied, "{pointer} of {} is no more: plant this change elsewhere", plant.api);
        }
    }
    // A component under another name, wherever it is referred to.
    if *version == New {
        for document in &mut documents {
            let text = document.value.to_string();
            let text = text.replace("\"AudioTranscript\":", "\"PlantedTranscript\":");
            let text = text.replace("/schemas/AudioTranscript\"", "/schemas/PlantedTranscript\"");
            document.value = serde_json::from_str(&text).expect("JSON");
        }
    }
    documents
}

#[test]
fn every_planted_change_is_found_and_weighed_and_nothing_else() {
    let plants = plants();
    let mut expected: BTreeSet<_> = plants.iter().map(|plant| plant.expected).collect();
    expected.insert(("schema-renamed", "PlantedTranscript", D, B));
    assert!(expected.len() >= 70, "only {} different changes are planted", expected.len());

    let diff = diff(&doctored(&Old, &plants), &doctored(&New, &plants));
    let found: Vec<_> = diff
        .changes
        .iter()
        .map(|change| (change.rule.id, change.place.as_str(), change.document(), change.bindings()))
        .collect();
    let set: BTreeSet<_> = found.iter().copied().collect();
    let missed: Vec<_> = expected.difference(&set).collect();
    let unplanted: Vec<_> = set.difference(&expected).collect();
    assert!(missed.is_empty() && unplanted.is_empty(), "missed: {missed:#?}\nnot planted: {unplanted:#?}");
    assert_eq!(found.len(), expected.len(), "a change is told more than once");
}

#[test]
fn a_change_of_a_shared_component_is_told_once_with_all_that_it_reaches() {
    let mut new = published();
    for document in &mut new {
        apply(&mut document.value, "/components/schemas/ApiErrorBody/properties/message", &Remove);
    }
    let diff = diff(&published(), &new);
    assert_eq!(diff.changes.len(), 1);
    let change = &diff.changes[0];
    assert_eq!(change.apis.iter().map(String::as_str).collect::<Vec<_>>(), ["console", "service", "web"]);
    assert!(change.operations().len() > 200, "every operation may refuse: {}", change.operations().len());
}

#[test]
fn the_documents_are_equal_to_themselves() {
    assert!(diff(&published(), &published()).changes.is_empty());
}
