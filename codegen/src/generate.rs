//! progenitor's part: the inner request builders, as a syntax tree.

use crate::diagnostic::{Finding, Findings};
use crate::model::{Model, Shape};
use progenitor::{GenerationSettings, Generator, InterfaceStyle, TagStyle, TypeImpl};
use serde_json::{Map, Value};

/// Run progenitor on a lowered document.
///
/// Positional style: a third of the builder style's lines, and the request types are ours anyway.
pub(crate) fn generate(mut lowered: Value, model: &Model) -> Result<syn::File, Findings> {
    // All types are ours; typify learns only their names.
    let schemas = lowered.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    schemas.into_iter().flat_map(Map::values_mut).for_each(|schema| *schema = Value::Object(Map::new()));
    let document: openapiv3::OpenAPI =
        serde_json::from_value(lowered).map_err(|e| refused("is not OpenAPI 3.0", &e))?;
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_tag(TagStyle::Merged)
        .with_map_type("::std::collections::BTreeMap");
    for component in model.components.values() {
        let ours = match &component.shape {
            Shape::Runtime(rust) => (*rust).to_owned(),
            Shape::Alias(ty) => ty.rust(),
            _ => format!("crate::types::{}", component.name),
        };
        settings.with_replacement(&component.name, ours, [TypeImpl::FromStr, TypeImpl::Display].into_iter());
    }
    let tokens = Generator::new(&settings)
        .generate_tokens(&document)
        .map_err(|e| refused("is not what progenitor takes", &e))?;
    syn::parse2(tokens).map_err(|e| refused("made progenitor print invalid Rust", &e))
}

fn refused(what: &str, error: &dyn std::fmt::Display) -> Findings {
    Finding::new(
        "codegen/src/generate.rs",
        0,
        format!("the lowered document {what}: {error}"),
        "add a lowering rule, or change the spec",
    )
    .into()
}
