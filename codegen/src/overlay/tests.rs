use super::*;
use crate::source::from_texts;
use serde_json::json;

const TEA: &str = "\
openapi: 3.0.3
info:
  title: Tea
  description: Makes tea. {checked}
  x-dify-checked: [\"1.0.0\", \"1.1.0\"]
paths:
  /tea: {$ref: \"paths/tea.yaml#/~1tea\"}
";
const PATHS: &str = "\
/tea:
  get:
    x-dify-method: app.tea.get
    summary: Returns tea.
    description: Returns `tea` (R28).
    responses: {}
";

fn source(paths: &str) -> Source {
    from_texts("spec", [("service/openapi.yaml", TEA), ("service/paths/tea.yaml", paths)]).expect("it loads")
}

fn overlay(actions: &str) -> Result<Overlay, Findings> {
    let head = "overlay: 1.0.0\ninfo: {title: 茶, version: '1'}\nx-dify-apis: [service]\nactions:\n";
    Overlay::from_text("spec/overlays/zh.yaml", &format!("{head}{actions}"))
}

/// A complete translation.
fn complete() -> String {
    format!(
        "  - target: $.info\n    update: {{x-dify-language: zh}}\n\
         \x20 - target: $[?(@.title=='Tea')]\n    update: {{title: 茶, description: '泡茶。{{checked}}'}}\n\
         \x20   x-dify-english: {{title: '{}', description: '{}'}}\n\
         \x20 - target: $.paths.*[?(@.operationId=='app_tea_get')]\n    update:\n      summary: 返回茶。\n\
         \x20     description: 返回 `tea`（详情见 (R28)）。\n    x-dify-english: {{summary: '{}', description: '{}'}}\n",
        fingerprint("Tea"),
        fingerprint("Makes tea. {checked}"),
        fingerprint("Returns tea."),
        fingerprint("Returns `tea` (R28)."),
    )
}

fn findings(actions: &str, paths: &str) -> String {
    check(&overlay(actions).expect("an overlay"), &source(paths)).to_string()
}

#[test]
fn a_complete_translation_has_no_findings() {
    assert_eq!(findings(&complete(), PATHS), "");
}

#[test]
fn texts_are_replaced_before_links_and_releases() {
    let document = translated(&source(PATHS), "service", &overlay(&complete()).expect("an overlay"));
    assert_eq!(document["info"]["title"], "茶");
    assert_eq!(document["info"]["description"], "泡茶。1.0.0 和 1.1.0");
    let get = &document["paths"]["/tea"]["get"];
    assert_eq!(get["summary"], "返回茶。");
    assert!(get["description"].as_str().is_some_and(|text| text.contains("[R28](https://")), "{get}");
    assert_eq!(get["operationId"], "app_tea_get");
}

#[test]
fn a_changed_english_text_is_reported_with_its_new_fingerprint() {
    let changed = PATHS.replace("Returns tea.", "Returns a cup.");
    let now = fingerprint("Returns a cup.");
    assert_eq!(
        findings(&complete(), &changed),
        format!(
            "spec/overlays/zh.yaml:12: the English text of `summary` has changed to \"Returns a cup.\"; translate that, then \
             set `summary: '{now}'` below `x-dify-english`\n"
        )
    );
    let accepted = complete().replace(&fingerprint("Returns tea."), &now);
    assert_eq!(findings(&accepted, &changed), "");
}

#[test]
fn a_text_without_translation_is_reported_at_its_line() {
    let added = PATHS.replace("    responses: {}\n", "    responses: {\"204\": {description: No tea.}}\n");
    let expected = json!({
        "target": "$.paths.*[?(@.operationId=='app_tea_get')].responses['204']",
        "update": {"description": "…"},
        "x-dify-english": {"description": fingerprint("No tea.")},
    });
    assert_eq!(
        findings(&complete(), &added),
        format!(
            "spec/service/paths/tea.yaml:6: `description` \"No tea.\" is not translated; add the action {expected} to \
             spec/overlays/zh.yaml\n"
        )
    );
    // Documented parts are not published.
    let documented = added.replace("{description: No tea.}", "{description: No tea., x-dify-evidence: documented}");
    assert_eq!(findings(&complete(), &documented), "");
}

#[test]
fn actions_that_translate_nothing_are_reported() {
    let with = |action: &str| findings(&(complete() + action), PATHS);
    let gone =
        "  - target: $.tags[?(@.name=='tea')]\n    update: {description: 茶}\n    x-dify-english: {description: 'x'}\n";
    assert!(
        with(gone).starts_with("spec/overlays/zh.yaml:15: `$.tags[?(@.name=='tea')]` selects nothing"),
        "{}",
        with(gone)
    );
    let no_text = "  - target: $.info\n    update: {summary: 茶}\n";
    assert!(with(no_text).contains("zh.yaml:16: what the target selects has no `summary` in English"));
    let twice = format!(
        "  - target: $.info\n    update: {{title: 茶}}\n    x-dify-english: {{title: '{}'}}\n",
        fingerprint("Tea")
    );
    assert!(with(&twice).contains("zh.yaml:16: another action translates `title`"));
    let lone = "  - target: $.info\n    update: {x-dify-language: zh}\n    x-dify-english: {title: 'x'}\n";
    assert!(with(lone).contains("zh.yaml:17: `x-dify-english` has `title`, and `update` has not"));
}

#[test]
fn translations_keep_code_and_citations() {
    let without_code = complete().replace("返回 `tea`", "返回茶");
    assert!(findings(&without_code, PATHS).contains("zh.yaml:13: `description` leaves out the code `tea`"));
    let without_number = complete().replace("(R28)", "");
    assert!(findings(&without_number, PATHS).contains("zh.yaml:13: `description` does not cite"));
    let empty = complete().replace("summary: 返回茶。", "summary: ''");
    assert!(findings(&empty, PATHS).contains("zh.yaml:12: `summary` is empty"));
}

#[test]
fn files_that_are_no_overlay_of_texts_are_refused() {
    for (actions, message) in [
        ("  - update: {title: x}\n", "has a `target`"),
        ("  - target: tags\n    update: {title: x}\n", "no JSONPath"),
        ("  - target: $.info\n", "has an `update`"),
        ("  - target: $.info\n    remove: true\n", "has no `remove`"),
        ("  - target: $.info\n    update: {tags: [x]}\n", "`tags` is no text"),
        ("  - target: $.info\n    update: {title: x}\n    x-dify-english: {title: 12345678}\n", "`title` is no text"),
        ("  []\n", "has no actions"),
    ] {
        let error = overlay(actions).expect_err(message).to_string();
        assert!(error.contains(message), "{message}: {error}");
    }
    let error = Overlay::from_text("zh.yaml", "openapi: 3.0.3\n").expect_err("no overlay").to_string();
    assert!(error.contains("this is no overlay") && error.contains("names no API"), "{error}");
}
