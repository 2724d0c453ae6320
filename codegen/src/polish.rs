//! What lowering took away, given back in the request builders; and progenitor's own habits, taken away.
//!
//! Each pass is one file. It returns how often it matched; a pass that matched nothing is a finding, so that dead
//! workarounds leave.

mod accept;
mod api_version;
mod headers;
mod multipart;
mod noise;
mod queries;
mod request_builder;
mod response_mode;
mod route;
mod std_paths;
pub(crate) mod stream_marker;

use crate::diagnostic::{Finding, Findings};
use crate::model::{Model, Operation};
use syn::visit_mut::VisitMut;

/// One change of the syntax tree. Returns how many places it changed.
pub(crate) struct Pass {
    pub(crate) name: &'static str,
    pub(crate) apply: fn(&mut syn::File, &Model) -> usize,
    /// Whether the document asks for it. Workarounds are always to match; our own vocabulary where it is used.
    pub(crate) wanted: fn(&Model) -> bool,
}

macro_rules! passes {
    ($($module:ident $(if $wanted:ident)?),* $(,)?) => {
        &[$(Pass { name: stringify!($module), apply: $module::apply, wanted: passes!(@ $module $($wanted)?) }),*]
    };
    (@ $module:ident $wanted:ident) => { $module::$wanted };
    (@ $module:ident) => { |_| true };
}

/// The passes, in the order in which they are applied.
pub(crate) const PASSES: &[Pass] = passes![
    noise,
    request_builder,
    api_version,
    headers if wanted,
    queries if wanted,
    stream_marker,
    route,
    multipart,
    response_mode,
    accept,
    std_paths,
];

/// Apply every pass; the findings name those that matched nothing.
pub(crate) fn polish(file: &mut syn::File, model: &Model, passes: &[Pass]) -> Findings {
    let mut unused = Findings::new();
    for pass in passes {
        if (pass.apply)(file, model) == 0 && (pass.wanted)(model) {
            unused.push(Finding::new(
                format!("codegen/src/polish/{}.rs", pass.name),
                0,
                format!("the polish pass `{}` matched nothing", pass.name),
                "progenitor or the spec no longer needs it: remove it",
            ));
        }
    }
    unused
}

/// Call `change` on each request builder and the operation it is for. Returns the sum of what it returns.
fn for_each_builder(
    file: &mut syn::File,
    model: &Model,
    change: impl FnMut(&mut syn::ImplItemFn, &Operation) -> usize,
) -> usize {
    struct Visitor<'a, F> {
        model: &'a Model,
        change: F,
        count: usize,
    }
    impl<F: FnMut(&mut syn::ImplItemFn, &Operation) -> usize> VisitMut for Visitor<'_, F> {
        fn visit_impl_item_fn_mut(&mut self, function: &mut syn::ImplItemFn) {
            if let Some(operation) = self.model.operations.iter().find(|o| function.sig.ident == o.id) {
                self.count += (self.change)(function, operation);
            }
        }
    }
    let mut visitor = Visitor { model, change, count: 0 };
    visitor.visit_file_mut(file);
    visitor.count
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A tree with one request builder, as progenitor prints it.
    pub(super) fn progenitors(source: &str) -> syn::File {
        syn::parse_str(source).expect("the sample is Rust")
    }

    /// A model of a few operations and one component, which the samples of the passes speak of.
    pub(super) fn sample() -> Model {
        let text = json!({"type": "string"});
        let ask = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Ask"}}});
        let ok = json!({"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Ask"}},
            "text/event-stream": {"schema": {"$ref": "#/components/schemas/Ask"}}}}});
        let form = json!({"multipart/form-data": {"schema": {"$ref": "#/components/schemas/Form"}}});
        let document = json!({
            "tags": [{"name": "chat"}, {"name": "files"}],
            "paths": {
                "/chat": {"post": {"x-dify-method": "app.chat.send", "x-dify-stream-method": "stream",
                    "requestBody": {"content": ask}, "responses": ok}},
                "/stop/{task_id}": {"post": {"x-dify-method": "app.chat.stop", "requestBody": {"content": ask},
                    "parameters": [{"name": "task_id", "in": "path", "required": true, "schema": text}]}},
                "/files": {"post": {"x-dify-method": "app.files.upload", "requestBody": {"content": form}}},
            },
            "components": {"schemas": {
                "Ask": {"type": "object", "description": "A question, [so to say].", "properties": {
                    "a": {"type": "string", "description": "First."},
                    "type": {"type": "string", "x-dify-tristate": true}}},
                "Form": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}},
            }},
        });
        Model::read(&document).expect("the sample is a good document")
    }

    #[test]
    fn every_pass_says_when_it_matched_nothing() {
        let mut empty = progenitors("");
        let unused = polish(&mut empty, &sample(), PASSES);
        let asked_for = PASSES.iter().filter(|pass| (pass.wanted)(&sample()));
        assert_eq!(unused.len(), asked_for.clone().count());
        assert_eq!(unused.len(), PASSES.len() - 2, "the sample asks for all passes but `headers` and `queries`");
        for pass in asked_for {
            assert!(unused.to_string().contains(&format!("`{}` matched nothing", pass.name)));
        }
    }

    #[test]
    fn a_pass_that_the_document_does_not_ask_for_need_not_match() {
        let unused = polish(&mut progenitors(""), &Model::default(), PASSES);
        assert_eq!(unused.len(), PASSES.len() - 2);
        for pass in ["`headers`", "`queries`"] {
            assert!(!unused.to_string().contains(pass), "{pass}");
        }
    }
}
