//! Definitions of applications: bringing them in, and writing them out.

use serde_json::{Value, json};

use super::app;
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::World;
use crate::state::console::definition::{CURRENT, Definition, Held, Verdict};
use crate::values::ids;
use crate::values::refusal::Refusal;

/// `POST /apps/imports`.
pub(crate) fn import(call: &Call) -> Outcome {
    let id = ids::new();
    match read(call) {
        Err(error) => failed(&id, &error),
        Ok(definition) => call.world(|world| begin(world, &id, definition)),
    }
}

/// The definition of a request; the error is Dify's message.
fn read(call: &Call) -> Result<Definition, String> {
    let given = |name: &str| call.text(name).filter(|text| !text.is_empty());
    if call.text("mode") == Some("yaml-url") {
        let url = given("yaml_url").ok_or("yaml_url is required when import_mode is yaml-url")?;
        // An embedded server fetches nothing: to it every address is out of reach.
        return Err(format!("Error fetching YAML from URL: Reached maximum retries (3) for URL {url}"));
    }
    let text = given("yaml_content").ok_or("yaml_content is required when import_mode is yaml-content")?;
    let file: Value = serde_saphyr::from_str(text).map_err(|error| format!("Invalid YAML format: {error}"))?;
    if !file.is_object() {
        return Err("Invalid YAML format: content must be a mapping".to_owned());
    }
    let version = match &file["version"] {
        Value::Null => "0.1.0".to_owned(),
        Value::String(version) => version.clone(),
        other => {
            let kind = crate::values::python::type_name(other);
            return Err(format!("Invalid version type, expected str, got <class '{kind}'>"));
        }
    };
    if !file["app"].is_object() {
        return Err("Missing app data in YAML content".to_owned());
    }
    Ok(Definition { file, above: call.members(), app: given("app_id").map(str::to_owned), version })
}

fn begin(world: &mut World, id: &str, definition: Definition) -> Outcome {
    if let Some(app) = &definition.app {
        let Some(app) = world.app_of(app) else { return failed(id, "App not found") };
        if !app.profile.mode.flows() {
            return failed(id, "Only workflow or advanced chat apps can be overwritten");
        }
    }
    match definition.verdict() {
        Verdict::Bad => failed(id, &format!("Invalid version: '{}'", definition.version)),
        Verdict::Held => {
            let version = definition.version.clone();
            world.console.held.retain(|_, held| !held.is_over());
            world.console.held.insert(id.to_owned(), Held::new(definition));
            Ok(Reply::Json(202, told(id, "pending", None, &version)))
        }
        Verdict::Good => finish(world, id, &definition, "completed"),
        Verdict::Warned => finish(world, id, &definition, "completed-with-warnings"),
    }
}

fn finish(world: &mut World, id: &str, definition: &Definition, status: &str) -> Outcome {
    let before = match definition.app.as_deref().map(|app| world.app_of(app)) {
        Some(None) => return failed(id, "App not found"),
        Some(Some(app)) => Some((app.id.clone(), app.profile.clone())),
        None => None,
    };
    let profile = match definition.apply(before.as_ref().map(|(_, profile)| profile)) {
        Ok(profile) => profile,
        Err(error) => return failed(id, &error),
    };
    let mode = profile.mode.name();
    let app = match before {
        None => world.make(profile),
        Some((app, _)) => {
            if let Some(known) = world.app_of(&app) {
                known.profile = profile;
            }
            app
        }
    };
    Ok(Reply::ok(told(id, status, Some((&app, mode)), &definition.version)))
}

/// `POST /apps/imports/{import_id}/confirm`: once.
pub(crate) fn confirm(call: &Call) -> Outcome {
    let id = call.at("import_id");
    call.world(|world| match world.console.held.remove(id).filter(|held| !held.is_over()) {
        Some(held) => finish(world, id, &held.definition, "completed"),
        None => failed(id, "Import information expired or does not exist"),
    })
}

fn told(id: &str, status: &str, app: Option<(&str, &str)>, version: &str) -> Value {
    json!({
        "id": id, "status": status, "app_id": app.map(|(id, _)| id), "app_mode": app.map(|(_, mode)| mode),
        "permission_keys": [], "current_dsl_version": CURRENT, "imported_dsl_version": version, "error": "",
        "warnings": [],
    })
}

fn failed(id: &str, error: &str) -> Outcome {
    let mut body = told(id, "failed", None, "");
    body["error"] = json!(error);
    Err(Refusal::Shaped { status: 400, body })
}

/// `GET /apps/imports/{app_id}/check-dependencies`: here every plugin is there.
pub(crate) fn dependencies(call: &Call) -> Outcome {
    call.world(|world| app(world, call).map(|_| Reply::ok(json!({"leaked_dependencies": []}))))
}

/// `GET /apps/{app_id}/export`.
pub(crate) fn export(call: &Call) -> Outcome {
    let secrets = call.yes("include_secret").unwrap_or_default();
    let mut file = call.world(|world| {
        let profile = &app(world, call)?.profile;
        // Nobody catches what the server raises here.
        Definition::of(profile, call.asked("workflow_id"), secrets).ok_or_else(Refusal::unknown)
    })?;
    // By name, as the server writes definitions.
    file.sort_all_objects();
    let text = serde_saphyr::to_string(&file).map_err(|_| Refusal::unknown())?;
    Ok(Reply::ok(json!({"data": text})))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_look_like_something_else_come_back_as_texts() {
        let texts = [
            "yes",
            "null",
            "1.0",
            "0x10",
            "~",
            "",
            " a ",
            "a: b",
            "- a",
            "#c",
            "😀",
            "a\nb\n",
            "'",
            "\"",
            "=",
            "2026-01-01",
        ];
        let value = json!({"texts": texts, "number": 1, "deep": {"list": [[1.5, true, null], {}], "empty": []}});
        let text = serde_saphyr::to_string(&value).expect("written");
        let back: Value = serde_saphyr::from_str(&text).expect("read");
        assert_eq!(back, value, "{text}");
    }
}
