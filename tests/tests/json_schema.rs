//! The JSON Schema of the Rust types (feature `schemars`) says the same as the published documents: the same members,
//! the same ones required, of the same types, null where it may be null.
//!
//! schemars writes two schemas of a type: of what it writes and of what it reads. In the first all is compared. The second
//! calls no member required that may be null, though such a type does not read without it: there this is let pass.

use std::collections::{BTreeMap, BTreeSet};

use dify_api::{AccumulateInto, Run, types};
use dify_tests::{corpus, replay::expected, workspace::published};
use schemars::{
    JsonSchema,
    generate::{Contract, SchemaSettings},
};
use serde::Serialize;
use serde_json::{Value, json};

/// What a member may be: the names of JSON types, `any` for whatever.
type Types = BTreeSet<String>;

/// A component's members: whether required, and of which types.
type Members = BTreeMap<String, (bool, Types)>;

fn types(names: &[&str]) -> Types {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Reads schemas of either dialect.
struct Reader<'d> {
    root: &'d Value,
}

impl Reader<'_> {
    fn members(&self, schema: &Value) -> Members {
        let required: BTreeSet<_> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let properties = schema["properties"].as_object().into_iter().flatten();
        properties
            .map(|(name, schema)| (name.clone(), (required.contains(name.as_str()), self.types(schema))))
            .collect()
    }

    /// The types that a schema allows. Any JSON, and objects with any members, are raw JSON in Rust: any type.
    fn types(&self, schema: &Value) -> Types {
        if let Some(reference) = schema["$ref"].as_str() {
            let target = self.root.pointer(reference.trim_start_matches('#')).expect("a reference leads somewhere");
            return if reference.ends_with("/AnyValue") { types(&["any"]) } else { self.types(target) };
        }
        if schema["additionalProperties"] == true && schema.get("properties").is_none() {
            return types(&["any"]);
        }
        if schema["enum"] == json!([null]) {
            return types(&["null"]);
        }
        let mut found: Types = match &schema["type"] {
            Value::String(one) => types(&[one]),
            Value::Array(several) => several.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Types::new(),
        };
        let branches = ["allOf", "anyOf", "oneOf"].iter().filter_map(|word| schema[*word].as_array()).flatten();
        let branches: Types = branches.flat_map(|branch| self.types(branch)).collect();
        if branches.contains("any") {
            found = types(&["any"]);
        }
        found.extend(branches);
        if let Some(value) = schema.get("const") {
            found.insert(if value.is_string() { "string" } else { "any" }.to_owned());
        }
        if schema["nullable"] == true {
            found.insert("null".to_owned());
        }
        if found.is_empty() || found.contains("any") { types(&["any"]) } else { found }
    }
}

/// Holds one type against its component; tells each difference.
fn held_against<T: JsonSchema>(name: &str, documents: &[Value]) -> Vec<String> {
    let mut found = Vec::new();
    for contract in [Contract::Serialize, Contract::Deserialize] {
        let settings = SchemaSettings::default().with(|settings| settings.contract = contract.clone());
        let schema = settings.into_generator().into_root_schema_for::<T>().to_value();
        found.extend(differences(name, &schema, &contract, documents));
    }
    found
}

fn differences(name: &str, schema: &Value, contract: &Contract, documents: &[Value]) -> Vec<String> {
    let (document, component) = documents
        .iter()
        .find_map(|document| Some((document, document["components"]["schemas"].get(name)?)))
        .unwrap_or_else(|| panic!("no component {name}"));
    let described = Reader { root: document }.members(component);
    let in_rust = Reader { root: schema }.members(schema);
    // What some release does not send may be absent in Rust.
    let comes = |member: &str| {
        let described = &component["properties"][member];
        let marks = ["x-dify-since", "x-dify-until", "x-dify-earlier"];
        component.get("x-dify-earlier").is_some() || marks.iter().any(|mark| described.get(*mark).is_some())
    };
    assert!(!described.is_empty(), "{name} has no members to compare");

    let mut found = Vec::new();
    let names: BTreeSet<_> = described.keys().chain(in_rust.keys()).collect();
    for member in names {
        match (described.get(member), in_rust.get(member)) {
            // The method says it.
            (Some(_), None) if member == "response_mode" => {}
            // The client may fill it in.
            (Some((true, kinds)), Some((false, in_rust))) if member == "user" && in_rust.is_superset(kinds) => {}
            (Some((required, kinds)), Some((required_in_rust, kinds_in_rust))) => {
                let mut expected = kinds.clone();
                // Null and absent are one where a member is optional.
                if !required && !expected.contains("any") {
                    expected.insert("null".to_owned());
                }
                // Text that is JSON is raw JSON.
                if component["properties"][member]["format"] == "json" {
                    expected = types(&["any"]);
                }
                let mut kinds_in_rust = kinds_in_rust.clone();
                if kinds_in_rust.contains("any") || expected.contains("any") {
                    kinds_in_rust.remove("null");
                    expected.remove("null");
                }
                let let_pass =
                    *contract == Contract::Deserialize && kinds.iter().any(|kind| kind == "null" || kind == "any");
                if comes(member) && !required_in_rust {
                    kinds_in_rust.remove("null");
                    expected.remove("null");
                } else if required != required_in_rust && !let_pass {
                    found
                        .push(format!("{contract:?} {name}.{member}: required {required}, in Rust {required_in_rust}"));
                }
                if kinds_in_rust != expected {
                    found.push(format!("{contract:?} {name}.{member}: {expected:?}, in Rust {kinds_in_rust:?}"));
                }
            }
            (described, _) => found.push(format!("{name}.{member}: described {}", described.is_some())),
        }
    }
    found
}

#[test]
fn types_and_components_say_the_same() {
    let documents = published();
    let mut found = Vec::new();
    macro_rules! hold {
        ($($name:ident),* $(,)?) => {$(
            found.extend(held_against::<types::$name>(stringify!($name), &documents));
        )*};
    }
    hold!(
        Annotation,
        AnnotationPage,
        ApiErrorBody,
        AppFeedback,
        AppInfo,
        AppParameters,
        AppSite,
        ChatPause,
        ChatReply,
        CompletionReply,
        Conversation,
        ConversationPage,
        ConversationVariable,
        EndUser,
        FileInput,
        HumanInputForm,
        Message,
        MessageEvent,
        MessageEndEvent,
        MessagePage,
        NodeFinishedEvent,
        ErrorEvent,
        UploadedFile,
        Usage,
        WorkflowFinishedEvent,
        WorkflowLogPage,
        WorkflowRun,
        WorkflowRunReply,
        WorkflowStartedEvent,
    );
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
}

#[test]
fn types_of_requests_require_what_the_server_requires() {
    let documents = published();
    let mut found = Vec::new();
    macro_rules! hold {
        ($($name:ident),* $(,)?) => {$(
            found.extend(held_against::<types::$name>(stringify!($name), &documents));
        )*};
    }
    hold!(
        AnnotationInput,
        ChatRequest,
        CompletionRequest,
        ConversationRenameRequest,
        HumanInputSubmitRequest,
        MessageFeedbackRequest,
        TextToAudioRequest,
        WorkflowRunRequest,
    );
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
}

/// Validates what the types of all recorded streams of an operation write, against their schemas; returns how many events
/// there are.
fn written_events<E: AccumulateInto<Run> + JsonSchema + Serialize>(operation: &str) -> usize {
    let validator = |schema: schemars::Schema| jsonschema::validator_for(schema.as_value()).expect("a schema");
    let writing = || SchemaSettings::default().for_serialize().into_generator();
    let event_schema = validator(writing().into_root_schema_for::<E>());
    let run_schema = validator(writing().into_root_schema_for::<Run>());
    let valid = |schema: &jsonschema::Validator, value: Value| {
        let problems: Vec<_> = schema.iter_errors(&value).map(|problem| problem.to_string()).collect();
        assert!(problems.is_empty(), "{operation}: {problems:?}\n{value:#}");
    };
    let mut count = 0;
    for (_, stream) in corpus()
        .cases
        .iter()
        .filter(|case| case.decodes())
        .filter_map(|case| case.stream())
        .filter(|(id, _)| *id == operation)
    {
        let mut run = Run::default();
        for (_, event) in expected(stream.as_bytes()) {
            let event = E::from_json(&event.to_string()).expect("an event");
            valid(&event_schema, serde_json::to_value(&event).expect("JSON"));
            run.apply(&event);
            count += 1;
        }
        valid(&run_schema, serde_json::to_value(&run).expect("JSON"));
    }
    count
}

#[test]
fn written_events_and_runs_fit_their_schemas() {
    let chat = written_events::<types::ChatEvent>("app_chat_stream");
    let workflow = written_events::<types::WorkflowEvent>("app_workflows_run_stream");
    assert!(chat > 500 && workflow > 500, "{chat} and {workflow} events");
}

#[test]
fn an_event_fits_the_schema_of_its_own_name_only() {
    let schema = schemars::schema_for!(types::ChatEvent);
    let validator = jsonschema::validator_for(schema.as_value()).expect("a schema");
    let ping = serde_json::json!({"event": "newer", "anything": 1});
    assert!(validator.is_valid(&ping));
    assert!(!validator.is_valid(&serde_json::json!({"event": "message", "answer": 1})));
    assert!(!validator.is_valid(&serde_json::json!({"answer": "Hello"})));
}
