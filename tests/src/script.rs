//! Calls of every operation: arguments from the examples of the documents, ids from what earlier calls made.

use dify_api::{
    App, Error, Upload,
    types::{
        AnnotationInput, AnnotationReplyAction, AnnotationReplySettings, ChatRequest, ConversationsVariablesQuery,
        FileInput, FileTransferMethod, FileType, FileUploadRequest, UploadedFile, WorkflowEvent, WorkflowRunRequest,
    },
};
use serde_json::{Map, Value, json};

use crate::{
    generated::{Arguments, OPERATIONS},
    workspace,
};

/// The user of the documents' examples.
pub const USER: &str = "maria-0412";

/// Every method of the bindings that an [`App`] has.
pub fn operations() -> impl Iterator<Item = &'static str> {
    OPERATIONS.iter().map(|(id, ..)| *id).filter(|id| id.starts_with("app_"))
}

/// Prepares calls against one server.
#[derive(Clone, Debug)]
pub struct Script {
    base_url: String,
    documents: Vec<Value>,
}

impl Script {
    /// For the server at this base URL.
    pub fn new(base_url: impl Into<String>) -> Self {
        Self { base_url: base_url.into(), documents: workspace::published() }
    }

    /// The client whose application the operation suits, and what to call it with. What the call needs is made.
    ///
    /// # Errors
    /// When the calls that make it fail.
    ///
    /// # Panics
    /// When the operation is of a group that this does not know.
    pub async fn prepare(&self, operation: &str) -> Result<(App, Arguments), Error> {
        let group = GROUPS.iter().find(|(group, _)| operation.starts_with(&format!("app_{group}_")));
        let (group, key) = group.unwrap_or_else(|| panic!("{operation} is of a new group: say here how to call it"));
        let key = if operation.contains("variable") { "app-chatflow" } else { key };
        let app = App::builder().api_key(key).base_url(&self.base_url).build()?;
        let mut arguments = self.examples(operation);
        for (name, value) in made(&app, group, operation).await? {
            arguments.parameters.insert(name.to_owned(), value);
        }
        let audio = Upload::bytes("voice.mp3", &b"not much of a sound"[..]);
        arguments.file = Some(if *group == "audio" { audio } else { text_file() });
        Ok((app, arguments))
    }

    /// Parameters and body, as the document shows them.
    fn examples(&self, operation: &str) -> Arguments {
        let (_, method, path) =
            OPERATIONS.iter().find(|(id, ..)| *id == operation).unwrap_or_else(|| panic!("no operation {operation}"));
        let document =
            self.documents.iter().find(|document| document["paths"].get(path).is_some()).expect("it is described");
        let item = &document["paths"][*path];
        let described = &item[method.to_lowercase()];
        let mut arguments = Arguments::default();
        for list in [&item["parameters"], &described["parameters"]] {
            for parameter in list.as_array().into_iter().flatten() {
                let parameter = resolved(document, parameter);
                let name = parameter["name"].as_str().expect("a parameter has a name");
                arguments.parameters.insert(name.to_owned(), parameter["example"].clone());
            }
        }
        let content = &resolved(document, &described["requestBody"])["content"];
        arguments.body = content["application/json"]["example"].clone();
        // The method says it.
        if let Some(body) = arguments.body.as_object_mut() {
            body.remove("response_mode");
        }
        for (name, value) in content["multipart/form-data"]["example"].as_object().into_iter().flatten() {
            arguments.parameters.insert(name.clone(), value.clone());
        }
        arguments
    }
}

/// The groups, and the kind of application that each is tried on.
const GROUPS: &[(&str, &str)] = &[
    ("chat", "app-chat"),
    ("completion", "app-completion"),
    ("workflows", "app-workflow"),
    ("human_input", "app-human"),
    ("conversations", "app-chat"),
    ("messages", "app-chat"),
    ("files", "app-chat"),
    ("audio", "app-chat"),
    ("info", "app-chat"),
    ("end_users", "app-chat"),
    ("annotations", "app-chat"),
];

fn resolved<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    match value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) => document.pointer(pointer).expect("a reference leads somewhere"),
        None => value,
    }
}

/// The parameters that name what exists: made by calls, for each operation anew, since some delete it.
async fn made(app: &App, group: &str, operation: &str) -> Result<Vec<(&'static str, Value)>, Error> {
    Ok(match group {
        "conversations" | "messages" => {
            let first = app.chat().send(&ChatRequest::new("What is worth seeing here?", USER)).await?;
            let next = ChatRequest::new("And there?", USER).conversation_id(&first.conversation_id);
            let next = app.chat().send(&next).await?;
            // The list of conversations continues after one, the list of variables after another kind of id.
            let last = if operation == "app_conversations_list" { json!(first.conversation_id) } else { Value::Null };
            let mut made = vec![
                ("conversation_id", json!(first.conversation_id)),
                ("message_id", json!(next.message_id)),
                ("first_id", json!(next.message_id)),
                ("last_id", last),
            ];
            if operation == "app_conversations_update_variable" {
                let query = ConversationsVariablesQuery::new().user(USER);
                let variables = app.conversations().variables(&first.conversation_id, &query).await?;
                // The example sets a list.
                let list = variables.data.iter().find(|variable| variable.value_type.as_str().starts_with("array"));
                made.push(("variable_id", json!(list.map(|variable| &variable.id))));
            }
            made
        }
        "files" => {
            let file = uploaded(app).await?;
            let used = FileInput::new(FileType::Document, FileTransferMethod::LocalFile).upload_file_id(&file.id);
            app.chat().send(&ChatRequest::new("What does it say?", USER).files(vec![used])).await?;
            vec![("file_id", json!(file.id))]
        }
        "end_users" => vec![("end_user_id", json!(uploaded(app).await?.created_by))],
        "annotations" => {
            let input = AnnotationInput::new("Do you sell gift cards?", "Yes.");
            let annotation = app.annotations().create(&input).await?;
            let settings = AnnotationReplySettings::new(0.8, "langgenius/openai/openai", "text-embedding-3-small");
            let job = app.annotations().set_reply(&AnnotationReplyAction::Enable, &settings).await?;
            vec![("annotation_id", json!(annotation.id)), ("job_id", json!(job.job_id))]
        }
        "workflows" => {
            let reply = app.workflows().run(&run()).await?;
            vec![
                ("workflow_run_id", json!(reply.workflow_run_id)),
                ("workflow_id", json!(reply.data.workflow_id)),
                ("task_id", json!(reply.task_id)),
            ]
        }
        "human_input" => {
            let mut token = Value::Null;
            let mut stream = app.workflows().run_stream(&run()).await?;
            while let Some(event) = stream.next().await {
                if let WorkflowEvent::HumanInputRequired(required) = event? {
                    token = json!(required.data.form_token);
                }
            }
            vec![("form_token", token)]
        }
        _ => Vec::new(),
    })
}

fn run() -> WorkflowRunRequest {
    WorkflowRunRequest::new(Map::from_iter([("city".to_owned(), json!("Beijing"))]), USER)
}

async fn uploaded(app: &App) -> Result<UploadedFile, Error> {
    app.files().upload(&FileUploadRequest::new(text_file()).user(USER)).await
}

fn text_file() -> Upload {
    Upload::bytes("notes.txt", &b"Three sights and a tea house."[..])
}
