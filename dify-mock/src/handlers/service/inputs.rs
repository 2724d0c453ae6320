//! What a caller puts into a run: inputs and files.

use serde_json::{Map, Value, json};

use super::input_field::InputField;
use crate::handlers::call::Call;
use crate::state::file::UsedFile;

/// The inputs that were given, files resolved; those of the form that were not given are null.
pub(crate) fn given(call: &Call) -> Result<Map<String, Value>, String> {
    let form = super::parameters::form(call);
    let given = call.member("inputs");
    let mut inputs = Map::new();
    for field in form.as_array().into_iter().flatten().filter_map(InputField::of) {
        let value = field.read(&given[field.name()])?;
        inputs.insert(field.name().to_owned(), resolved(call, &value)?);
    }
    for (name, value) in given.as_object().into_iter().flatten() {
        if !inputs.contains_key(name) {
            inputs.insert(name.clone(), resolved(call, value)?);
        }
    }
    Ok(inputs)
}

/// The `files` of a message or run.
pub(crate) fn files(call: &Call) -> Result<Vec<UsedFile>, String> {
    call.member("files").as_array().into_iter().flatten().map(|file| used(call, file)).collect()
}

/// A value with its files, at any depth, in the shape that runs have for them.
fn resolved(call: &Call, value: &Value) -> Result<Value, String> {
    match value {
        Value::Object(members) if members.contains_key("transfer_method") => {
            Ok(used(call, value)?.in_run(&call.server.url))
        }
        Value::Array(items) => items.iter().map(|item| resolved(call, item)).collect(),
        other => Ok(other.clone()),
    }
}

fn used(call: &Call, value: &Value) -> Result<UsedFile, String> {
    let find = |id: &str| call.world(|world| world.files.get(id).cloned());
    UsedFile::read(value, call.user(), &call.key.text, find)
}

/// What a run is about: its `query`, else its first text.
pub(crate) fn question(inputs: &Map<String, Value>) -> String {
    let texts = || inputs.values().filter_map(Value::as_str);
    let query = inputs.get("query").and_then(Value::as_str);
    query.or_else(|| texts().find(|text| !text.is_empty())).unwrap_or("nothing in particular").to_owned()
}

/// What the system adds to the inputs of a run.
pub(crate) fn system(call: &Call, files: &[UsedFile]) -> Map<String, Value> {
    let files: Value = files.iter().map(|file| file.in_run(&call.server.url)).collect();
    let app = call.world(|world| world.app(&call.key).id.clone());
    Map::from_iter([
        ("sys.files".to_owned(), files),
        ("sys.user_id".to_owned(), json!(call.user())),
        ("sys.app_id".to_owned(), json!(app)),
    ])
}
