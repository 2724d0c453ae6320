//! `codegen::verify` and the reference tool, `validate_corpus.py`, give every packed recording the same verdict: by the
//! spec as it is, and by specs damaged on purpose, so that there is something to find.
//!
//! The tool is no part of this repository: the environment variable `VALIDATE_CORPUS` names it, for instance
//! `VALIDATE_CORPUS=../shared/tools/validate_corpus.py`. Without it nothing is compared.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use codegen::verify::{Corpus, Judge};
use dify_tests::{archive, workspace};
use serde_json::{Value, json};

/// The tool, where it is named and can be run.
fn reference() -> Result<PathBuf, String> {
    let tool = std::env::var_os("VALIDATE_CORPUS").map(PathBuf::from).ok_or("VALIDATE_CORPUS names no tool")?;
    let tool = workspace::root().join(tool);
    if !tool.is_file() {
        return Err(format!("{} is not there", tool.display()));
    }
    let modules = Command::new("python3").args(["-c", "import jsonschema, referencing"]).output();
    match modules {
        Ok(output) if output.status.success() => Ok(tool),
        Ok(_) => Err("python3 has no module jsonschema".into()),
        Err(error) => Err(format!("python3: {error}")),
    }
}

/// The packed recordings as files, one folder per server, as the tool reads them. `OPTIONS` stays out: the tool takes it for
/// an operation that is missing.
fn unpacked() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for corpus in archive::servers().expect("the packed recordings can be read") {
        let server = folder.path().join(corpus.path.file_name().expect("a name"));
        fs::create_dir_all(&server).expect("a folder");
        fs::copy(corpus.path.join("index.json"), server.join("index.json")).expect("an index");
        for (file, exchange) in corpus.recordings.iter().filter(|(_, it)| it["request"]["method"] != "OPTIONS") {
            let path = server.join(file);
            fs::create_dir_all(path.parent().expect("an area")).expect("a folder");
            fs::write(path, exchange.to_string()).expect("a recording is written");
        }
    }
    folder
}

/// The bundle of the spec as it stands in this checkout.
fn bundle() -> Value {
    let source = codegen::source::load(&workspace::root().join("spec"))
        .unwrap_or_else(|findings| panic!("spec/ cannot be loaded:\n{findings}"));
    codegen::bundle::bundle(&source, "service")
}

/// What the two must agree on; messages may differ.
type Row = (String, Value, Value, bool, bool, Value, BTreeSet<(String, String)>);

fn rows(report: &Value) -> Vec<Row> {
    let exchanges = report["exchanges"].as_array().expect("exchanges");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    exchanges
        .iter()
        .map(|exchange| {
            let violations = exchange["violations"].as_array().expect("violations");
            (
                text(&exchange["file"]),
                exchange["op"].clone(),
                exchange["status"].clone(),
                exchange["aside"] == true,
                exchange["declared"] == true,
                exchange["checked"].clone(),
                violations.iter().map(|violation| (text(&violation["kind"]), text(&violation["where"]))).collect(),
            )
        })
        .collect()
}

/// Compares the verdicts on all recordings of every server; returns how many violations there were.
fn agree(name: &str, document: &Value, tool: &Path, servers: &[Corpus]) -> usize {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let spec = folder.path().join("spec.json");
    fs::write(&spec, document.to_string()).expect("the spec is written");
    let mut violations = 0;
    for corpus in servers {
        let answer = folder.path().join("report.json");
        let output = Command::new("python3")
            .arg(tool)
            .args([&spec, &corpus.path])
            .args(["--show", "0", "--json"])
            .arg(&answer)
            .output()
            .expect("python3 runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let answer = fs::read(&answer).expect("the report is there");
        let theirs: Value = serde_json::from_slice(&answer).expect("the report is JSON");
        let release = corpus.release().expect("an index");
        let judge = Judge::new(vec![document.clone()], &release).expect("the document can be judged by");
        let ours = corpus.judged(&judge).to_json();
        assert_eq!(ours["summary"], theirs["summary"], "{name}, {release}: summary");
        let (ours, theirs) = (rows(&ours), rows(&theirs));
        assert_eq!(ours.len(), theirs.len(), "{name}, {release}: exchanges");
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert_eq!(ours, theirs, "{name}, {release}: ours first, theirs second");
            violations += ours.6.len();
        }
    }
    println!("{name}: the same verdicts, {violations} violations");
    violations
}

#[test]
fn every_verdict_is_the_python_tools() {
    let tool = match reference() {
        Ok(tool) => tool,
        Err(reason) => {
            println!("skipped, the verdicts were not compared: {reason}");
            return;
        }
    };
    let bundle = bundle();
    let files = unpacked();
    let servers = codegen::verify::corpora(files.path(), None).expect("the recordings can be listed");
    agree("the spec", &bundle, &tool, &servers);
    for damage in [Damage::Names, Damage::Types, Damage::Bounds, Damage::Answers] {
        let mut damaged = bundle.clone();
        damage.to(&mut damaged, &mut 0);
        let violations = agree(&format!("{damage:?}"), &damaged, &tool, &servers);
        assert!(violations > 800, "{damage:?} damages too little");
    }
}

/// A way to spoil a document; each spoils every few places it can.
#[derive(Clone, Copy, Debug)]
enum Damage {
    /// Members are taken out, others required that are not there; events lose their mapping.
    Names,
    /// Types are changed, or made one of several.
    Types,
    /// Values are held to formats, patterns, bounds and enums.
    Bounds,
    /// Statuses and media types are taken out, deviations declared.
    Answers,
}

impl Damage {
    fn to(self, value: &mut Value, turn: &mut usize) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.to(item, turn)),
            Value::Object(_) => {
                *turn += 1;
                match self {
                    Self::Names => names(value, *turn),
                    Self::Types => types(value, *turn),
                    Self::Bounds => bounds(value, *turn),
                    Self::Answers => answers(value, *turn),
                }
                for (name, child) in value.as_object_mut().into_iter().flatten() {
                    if name != "example" {
                        self.to(child, turn);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The schema's type, where the object is a schema that has one.
fn kind(value: &Value) -> Option<&str> {
    value.get("type").and_then(Value::as_str).filter(|_| value.get("scheme").is_none())
}

fn names(schema: &mut Value, turn: usize) {
    if let Some(members) =
        schema.get_mut("properties").and_then(Value::as_object_mut).filter(|_| turn.is_multiple_of(2))
    {
        let doomed = members.keys().nth(turn % 5).cloned();
        doomed.and_then(|name| members.shift_remove(&name));
    }
    if kind(schema) == Some("object") && turn.is_multiple_of(7) {
        schema["required"] = json!(["absent", "id"]);
    }
    if let Some(mapping) = schema.get_mut("mapping").and_then(Value::as_object_mut) {
        let doomed: Vec<_> = mapping.keys().step_by(4).cloned().collect();
        for name in doomed {
            mapping.shift_remove(&name);
        }
    }
    if schema.get("discriminator").is_some() && turn.is_multiple_of(2) {
        schema["discriminator"] = json!({"propertyName": "event"});
    }
}

fn types(schema: &mut Value, turn: usize) {
    if kind(schema).is_none() || !turn.is_multiple_of(5) {
        return;
    }
    match turn % 4 {
        0 => schema["type"] = json!("integer"),
        1 => schema["type"] = json!("string"),
        2 => {
            if let Some(members) = schema.as_object_mut() {
                members.shift_remove("nullable");
            }
        }
        _ => {
            *schema = json!({"oneOf": [
                {"type": "string", "nullable": true, "maxLength": 12},
                schema.take(),
                {"type": "object", "properties": {"id": {"type": "integer"}}, "additionalProperties": {"type": "boolean"}},
            ]});
        }
    }
}

fn bounds(schema: &mut Value, turn: usize) {
    let Some(kind) = kind(schema).map(str::to_owned) else {
        return;
    };
    match (kind.as_str(), turn % 8) {
        ("string", 0) => schema["format"] = json!("uuid"),
        ("string", 1) => schema["format"] = json!("date-time"),
        ("string", 2) => schema["format"] = json!("uri"),
        ("string", 3) => schema["pattern"] = json!("^[a-m]"),
        ("string", 4) => schema["enum"] = json!(["message", "success"]),
        ("string", 5) => schema["minLength"] = json!(3),
        ("integer" | "number", turn) => {
            schema["minimum"] = json!(1);
            schema["exclusiveMinimum"] = json!(turn % 2 == 0);
            schema["format"] = json!("int32");
        }
        ("array", 0..4) => schema["maxItems"] = json!(1),
        ("object", 0..3) => schema["additionalProperties"] = json!(turn.is_multiple_of(2)),
        _ => {}
    }
}

fn answers(value: &mut Value, turn: usize) {
    let is_operation = value.get("operationId").is_some();
    if let Some(answers) = value.get_mut("responses").and_then(Value::as_object_mut)
        && is_operation
    {
        let doomed = answers.keys().nth(turn % 6).cloned();
        doomed.and_then(|status| answers.shift_remove(&status));
        value["x-dify-deviations"] = json!([
            {"servers": ["1.13.0", "1.16.1"], "status": 404},
            {"servers": ["1.16.1"], "status": 200, "where": "/data/*/id"},
        ]);
        value["x-dify-since"] = json!("1.16.1");
    }
    if turn.is_multiple_of(3)
        && let Some(content) = value.get_mut("content").and_then(Value::as_object_mut)
    {
        let doomed = content.keys().next().cloned();
        doomed.and_then(|media| content.shift_remove(&media));
    }
    if let Some(parameters) = value.get_mut("parameters").and_then(Value::as_array_mut) {
        parameters.pop();
    }
}
