//! Samples in TypeScript with fetch, for Node.js.

use serde_json::Value;

use super::literal::{TYPESCRIPT, literal};
use super::{SampleAnswer, SampleBody, SampleCall, SampleFile};

pub(super) fn program(call: &SampleCall) -> String {
    let mut out = String::new();
    let files = matches!(call.body, Some(SampleBody::Form(..)));
    match (files, call.answer == SampleAnswer::Bytes) {
        (true, _) => out.push_str("import { readFile } from \"node:fs/promises\";\n\n"),
        (_, true) => out.push_str("import { writeFile } from \"node:fs/promises\";\n\n"),
        _ => {}
    }
    let mut headers: Vec<String> = call
        .headers
        .iter()
        .map(|header| {
            let value = match header.variable {
                Some(variable) => format!("`{}`", header.value.replace("{}", &format!("${{process.env.{variable}}}"))),
                None => string(&header.value),
            };
            let plain = header.name.bytes().all(|byte| byte.is_ascii_alphabetic());
            format!("{}: {value}", if plain { header.name.clone() } else { string(&header.name) })
        })
        .collect();
    let body = match &call.body {
        Some(SampleBody::Json(value)) => {
            headers.push("\"Content-Type\": \"application/json\"".to_owned());
            format!("  body: JSON.stringify({}),\n", literal(value, TYPESCRIPT, 1))
        }
        Some(SampleBody::Form(texts, files)) => {
            out.push_str("const form = new FormData();\n");
            for SampleFile { part, name, media } in files {
                let media = media.as_ref().map_or_else(String::new, |media| format!(", {{ type: \"{media}\" }}"));
                let blob = format!("new Blob([await readFile(\"{name}\")]{media})");
                out.push_str(&format!("form.append(\"{part}\", {blob}, \"{name}\");\n"));
            }
            for (name, text) in texts {
                out.push_str(&format!("form.append(\"{name}\", {});\n", string(text)));
            }
            "  body: form,\n".to_owned()
        }
        None => String::new(),
    };
    out.push_str(&format!("const response = await fetch({}, {{\n", string(&call.url)));
    if call.method != "GET" {
        out.push_str(&format!("  method: \"{}\",\n", call.method));
    }
    if !headers.is_empty() {
        let short = format!("  headers: {{ {} }},\n", headers.join(", "));
        let long = || format!("  headers: {{\n    {},\n  }},\n", headers.join(",\n    "));
        out.push_str(&if short.len() <= 120 { short } else { long() });
    }
    out.push_str(&body);
    out.push_str("});\nif (!response.ok) throw new Error(await response.text());\n");
    out.push_str(match call.answer {
        SampleAnswer::Json => "console.log(await response.json());\n",
        SampleAnswer::Empty => "",
        SampleAnswer::Bytes => "await writeFile(\"answer\", Buffer.from(await response.arrayBuffer()));\n",
        SampleAnswer::Stream => {
            "const decoder = new TextDecoder();\nlet rest = \"\";\nfor await (const chunk of response.body ?? []) {\n  \
             const lines = (rest + decoder.decode(chunk, { stream: true })).split(\"\\n\");\n  rest = lines.pop() ?? \"\";\n  for (const line of lines) {\n    \
             if (line.startsWith(\"data: \")) console.log(JSON.parse(line.slice(6)));\n  }\n}\n"
        }
    });
    out
}

fn string(text: &str) -> String {
    Value::from(text).to_string()
}
