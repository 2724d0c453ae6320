//! Makes a module of each example that talks to a server: those of the guides and the `no_run` ones of rustdoc.
//! Examples without `no_run` run as documentation tests.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

/// Addresses and codes that an example spells out, and what stands for them when it runs.
const REPLACED: [(&str, &str); 2] =
    [("\"https://dify.example.com\"", "crate::page_url()"), ("\"FEWmgEFwtqNwqOz3\"", "crate::page_code()")];

/// The guide in another language: a test compares its examples with those of the guide, which run.
const TRANSLATION: &str = "docs/guide/src/zh";

/// The example of a server, which has a test of its own.
const SERVER: &str = "docs/guide/src/browser.md#";

/// An example as it stands in the documentation.
struct Example {
    /// Its file and the item or heading that it belongs to.
    name: String,
    code: String,
}

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = ["README.md", "README.zh.md", "CONTRIBUTING.md", "SECURITY.md"].map(PathBuf::from).to_vec();
    for folder in ["docs", "dify-api/src"] {
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
        collect(&root, Path::new(folder), &mut files);
    }
    let mut examples = Vec::new();
    let mut seen = BTreeMap::new();
    for file in files {
        println!("cargo::rerun-if-changed={}", root.join(&file).display());
        let Ok(text) = fs::read_to_string(root.join(&file)) else { continue };
        for mut example in read(&file, &text) {
            let count = seen.entry(example.name.clone()).and_modify(|count| *count += 1).or_insert(1);
            if *count > 1 {
                example.name.push_str(&format!("-{count}"));
            }
            examples.push(example);
        }
    }
    let mut modules = String::new();
    let mut list = "pub(crate) const EXAMPLES: &[Example] = &[\n".to_owned();
    for (number, example) in examples.iter().enumerate() {
        modules.push_str(&module(number, example));
        list.push_str(&format!("    Example {{ name: {:?}, start: e{number}::start }},\n", example.name));
    }
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    let server = examples.iter().find(|example| example.name.starts_with(SERVER)).map_or("", |example| &example.code);
    let guide = fs::read_to_string(root.join(SERVER.trim_end_matches('#'))).unwrap_or_default();
    let script =
        guide.split_once("```js\n").and_then(|(_, rest)| rest.split_once("```")).map_or("", |(script, _)| script);
    fs::write(Path::new(&out).join("page.js"), script).expect("OUT_DIR is writable");
    fs::write(Path::new(&out).join("server.rs"), server).expect("OUT_DIR is writable");
    fs::write(Path::new(&out).join("examples.rs"), modules + &list + "];\n").expect("OUT_DIR is writable");
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(root.join(folder)).into_iter().flatten().flatten().collect();
    entries.sort_by_key(fs::DirEntry::path);
    for entry in entries {
        let path = folder.join(entry.file_name());
        if path == Path::new(TRANSLATION) {
            continue;
        }
        if entry.path().is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "md") {
            files.push(path);
        }
    }
}

/// The examples of a file.
fn read(file: &Path, text: &str) -> Vec<Example> {
    let rust = file.extension().is_some_and(|extension| extension == "rs");
    let mut examples = Vec::new();
    let mut lines = text.lines().enumerate();
    let mut heading = String::new();
    while let Some((number, line)) = lines.next() {
        let Some(line) = documentation(line, rust) else { continue };
        if !rust && line.starts_with('#') {
            heading = line.trim_start_matches('#').trim().to_owned();
        }
        if !matches!(line.trim(), "```no_run" | "```rust,no_run") {
            continue;
        }
        let mut code = String::new();
        for (_, line) in lines.by_ref() {
            let line = documentation(line, rust).unwrap_or_default();
            if line.trim() == "```" {
                break;
            }
            code.push_str(shown(line));
            code.push('\n');
        }
        let place = if rust { item(text, number) } else { heading.clone() };
        examples.push(Example { name: format!("{}#{place}", file.display()), code });
    }
    examples
}

/// A line of documentation without its marks.
fn documentation(line: &str, rust: bool) -> Option<&str> {
    if !rust {
        return Some(line);
    }
    let line = line.trim_start();
    let line = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"))?;
    Some(line.strip_prefix(' ').unwrap_or(line))
}

/// A line as the compiler sees it: hidden ones are shown, and conditions on features of dify-api hold here.
fn shown(line: &str) -> &str {
    let line = if line == "#" { "" } else { line.strip_prefix("# ").unwrap_or(line) };
    if line.starts_with("#[cfg(") { "" } else { line }
}

/// The name of what a comment documents.
fn item(text: &str, number: usize) -> String {
    let after = text.lines().skip(number).map(str::trim_start).find(|line| line.starts_with("pub "));
    let words = after.unwrap_or_default().split(|character: char| !character.is_alphanumeric() && character != '_');
    let kind = ["fn", "struct", "enum", "trait", "mod", "type", "const"];
    let mut words = words.skip_while(|word| !kind.contains(word));
    words.nth(1).unwrap_or("crate").to_owned()
}

fn module(number: usize, example: &Example) -> String {
    let mut code = example.code.clone();
    for (literal, value) in REPLACED {
        code = code.replace(literal, value);
    }
    let start =
        if code.contains("fn main()") { Ok("crate::on_a_thread(main).await".to_owned()) } else { call(&code, example) };
    // An example that cannot be called fails when it runs, and stops no build.
    let start = start.unwrap_or_else(|why| {
        code.clear();
        format!("let outcome: crate::Outcome = Err({why:?}.into());\n        outcome")
    });
    format!(
        "mod e{number} {{\n{code}\n    pub(crate) fn start(given: &crate::Given) -> crate::Running<'_> {{\n        \
         let _ = given;\n        Box::pin(async move {{\n        {start}\n        }})\n    }}\n}}\n"
    )
}

/// The call of the first function of an example whose parameters can be given.
fn call(code: &str, example: &Example) -> Result<String, String> {
    let mut refused = "an example is a `main` or a function that returns a result".to_owned();
    let asynchronous = code.contains("async fn ");
    let start = if asynchronous { "async fn " } else { "fn " };
    for (name, parameters) in code.split(start).skip(1).filter_map(function) {
        let values: Result<Vec<String>, _> = parameters.iter().map(|parameter| value(parameter, example)).collect();
        match values {
            Ok(values) if asynchronous => return Ok(format!("{name}({}).await?;\n        Ok(())", values.join(", "))),
            Ok(values) => return Ok(blocking_call(name, &values)),
            Err(why) => refused = why,
        }
    }
    Err(refused)
}

/// The call of a function whose calls block.
fn blocking_call(name: &str, values: &[String]) -> String {
    let mut code = String::new();
    let mut arguments = Vec::new();
    for (number, value) in values.iter().enumerate() {
        code.push_str(&format!("let a{number} = {value};\n        "));
        arguments.push(format!("a{number}"));
    }
    code + &format!("tokio::task::block_in_place(move || {name}({}))?;\n        Ok(())", arguments.join(", "))
}

/// The name and the parameters of a function.
fn function(code: &str) -> Option<(&str, Vec<&str>)> {
    let (name, rest) = code.split_once('(')?;
    let parameters = rest.split_once(')')?.0.split(", ").filter(|parameter| !parameter.is_empty()).collect();
    Some((name, parameters))
}

/// What an example is given for a parameter.
fn value(parameter: &str, example: &Example) -> Result<String, String> {
    let (name, kind) = parameter.split_once(": ").unwrap_or_default();
    let (borrow, kind) = kind.strip_prefix('&').map_or(("", kind), |kind| ("&", kind));
    let calls = |method: &&str| example.code.contains(method);
    let value = match (kind.rsplit("::").next().unwrap_or_default(), name) {
        // A key belongs to one application, so what an example calls says which one it needs.
        ("App", _) if calls(&"run_with_input") => "app(\"HUMAN_INPUT\")?",
        ("App", _) if calls(&".workflows()") => "app(\"WORKFLOW\")?",
        ("App", _) if calls(&".completion()") => "app(\"COMPLETION\")?",
        ("App", _) => "app(\"\")?",
        ("Knowledge", _) => "knowledge()?",
        ("Console", _) => "console()?",
        ("WebApp", _) if calls(&".workflows()") => "page(\"WORKFLOW\").await?",
        ("WebApp", _) if [".completion()", ".saved_messages()", ".more_like_this"].iter().any(calls) => {
            "page(\"COMPLETION\").await?"
        }
        ("WebApp", _) => "page(\"\").await?",
        ("Download", _) => "download().await?",
        ("str", "dataset") => "dataset().await?",
        ("str", "document") => "document().await?",
        ("str", "definition") => "definition()?",
        _ => return Err(format!("nothing is known for the parameter `{parameter}`")),
    };
    Ok(format!("{borrow}given.{value}"))
}
