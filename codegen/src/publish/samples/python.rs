//! Samples in Python with httpx.

use serde_json::Value;

use super::literal::{PYTHON, literal};
use super::{SampleAnswer, SampleBody, SampleCall, SampleFile};

pub(super) fn program(call: &SampleCall) -> String {
    let stream = call.answer == SampleAnswer::Stream;
    let mut imports: Vec<&str> = Vec::new();
    if stream {
        imports.push("import json\n");
    }
    if call.headers.iter().any(|header| header.variable.is_some()) {
        imports.push("import os\n");
    }
    if call.answer == SampleAnswer::Bytes {
        imports.push("from pathlib import Path\n");
    }
    let mut out = imports.concat();
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str("import httpx\n\n");
    // `httpx.delete` takes no body.
    let named = !stream && (call.method != "DELETE" || call.body.is_none());
    let (function, end) = match (stream, named) {
        (true, _) => ("with httpx.stream".to_owned(), ") as response:\n"),
        (_, true) => (format!("response = httpx.{}", call.method.to_lowercase()), ")\n"),
        _ => ("response = httpx.request".to_owned(), ")\n"),
    };
    out.push_str(&format!("{function}(\n"));
    if !named {
        out.push_str(&format!("    \"{}\",\n", call.method));
    }
    out.push_str(&format!("    {},\n", string(&call.url)));
    if !call.headers.is_empty() {
        let headers: Vec<String> = call
            .headers
            .iter()
            .map(|header| {
                let value = match header.variable {
                    Some(variable) if header.value == "{}" => format!("os.environ[\"{variable}\"]"),
                    Some(variable) => {
                        format!("f\"{}\"", header.value.replace("{}", &format!("{{os.environ['{variable}']}}")))
                    }
                    None => string(&header.value),
                };
                format!("{}: {value}", string(&header.name))
            })
            .collect();
        out.push_str(&format!("    headers={{{}}},\n", headers.join(", ")));
    }
    match &call.body {
        Some(SampleBody::Json(value)) => out.push_str(&format!("    json={},\n", literal(value, PYTHON, 1))),
        Some(SampleBody::Form(texts, files)) => {
            if !texts.is_empty() {
                let texts: Vec<String> =
                    texts.iter().map(|(name, text)| format!("{}: {}", string(name), string(text))).collect();
                out.push_str(&format!("    data={{{}}},\n", texts.join(", ")));
            }
            let files: Vec<String> = files
                .iter()
                .map(|SampleFile { part, name, media }| match media {
                    Some(media) => format!("\"{part}\": (\"{name}\", open(\"{name}\", \"rb\"), \"{media}\")"),
                    None => format!("\"{part}\": open(\"{name}\", \"rb\")"),
                })
                .collect();
            out.push_str(&format!("    files={{{}}},\n", files.join(", ")));
        }
        None => {}
    }
    out.push_str(&format!("    timeout={},\n{end}", if stream { "None" } else { "120" }));
    let inner = if stream { "    " } else { "" };
    out.push_str(&format!("{inner}response.raise_for_status()\n"));
    out.push_str(match call.answer {
        SampleAnswer::Json => "print(response.json())\n",
        SampleAnswer::Empty => "",
        SampleAnswer::Bytes => "Path(\"answer\").write_bytes(response.content)\n",
        // Not `iter_lines`: it also splits at U+2028, which occurs within the JSON.
        SampleAnswer::Stream => {
            "    rest = b\"\"\n    for chunk in response.iter_bytes():\n        \
             *lines, rest = (rest + chunk).split(b\"\\n\")\n        for line in lines:\n            \
             if line.startswith(b\"data: \"):\n                print(json.loads(line[6:]))\n"
        }
    });
    out
}

fn string(text: &str) -> String {
    Value::from(text).to_string()
}
