//! Taking in a document: what texts and files have in common.

use serde_json::{Value, json};

use super::{dataset, datasets};
use crate::described::Complaint;
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::World;
use crate::state::file::UploadedFile;
use crate::state::knowledge::dataset::Dataset;
use crate::state::knowledge::document::Document;
use crate::state::knowledge::indexing::Indexing;
use crate::state::knowledge::material::Material;
use crate::state::knowledge::process_rule::ProcessRule;
use crate::state::knowledge::retrieval;
use crate::values::refusal::Refusal;
use crate::values::{clock, ids};

/// The source of a document: a stored file and its text.
#[derive(Debug)]
pub(crate) struct SourceText {
    pub(crate) file: UploadedFile,
    pub(crate) text: String,
}

/// Checks what a new document asks of its knowledge base, and settles what the first one decides.
pub(crate) fn admit(dataset: &mut Dataset, wish: &Value) -> Result<(ProcessRule, String), Refusal> {
    let form = wish["doc_form"].as_str();
    if form.zip(dataset.form.as_deref()).is_some_and(|(wanted, known)| wanted != known) {
        return Err(Refusal::invalid("doc_form is different from the dataset doc_form."));
    }
    let technique = technique(dataset, wish)?;
    let rule = match (&wish["process_rule"], &dataset.latest_rule) {
        (Value::Null, None) => return Err(Refusal::invalid("process_rule is required.")),
        (_, before) => rule(before.as_ref(), wish)?,
    };
    if dataset.technique.is_none() {
        datasets::choose(
            dataset,
            technique,
            wish["embedding_model"].as_str(),
            wish["embedding_model_provider"].as_str(),
        );
    }
    if dataset.documents.is_empty() && wish["retrieval_model"].is_object() {
        dataset.retrieval = retrieval::whole(&wish["retrieval_model"]);
    }
    let form = form.or(dataset.form.as_deref()).unwrap_or("text_model").to_owned();
    Ok((rule, form))
}

/// The technique that is asked for: also where it has no effect, because the knowledge base has one.
pub(crate) fn technique<'w>(dataset: &Dataset, wish: &'w Value) -> Result<&'w str, Refusal> {
    wish["indexing_technique"].as_str().ok_or_else(|| match dataset.technique {
        None => Refusal::invalid("indexing_technique is required."),
        Some(_) => {
            let missing = [Complaint::missing("indexing_technique", wish)];
            Complaint::refusal(&missing, "KnowledgeConfig")
        }
    })
}

/// The rule that is asked for, or the one before, or the server's own.
fn rule(before: Option<&ProcessRule>, wish: &Value) -> Result<ProcessRule, Refusal> {
    match &wish["process_rule"] {
        Value::Null => Ok(before.cloned().unwrap_or_else(ProcessRule::automatic)),
        given => ProcessRule::read(given).map_err(Refusal::invalid),
    }
}

pub(crate) fn material(name: &str, source: SourceText, rule: ProcessRule, form: &str, wish: &Value) -> Material {
    let mut material = Material::new(name, source.file, &source.text, rule, form);
    if let Some(language) = wish["doc_language"].as_str() {
        language.clone_into(&mut material.language);
    }
    material
}

/// Makes a document.
pub(crate) fn create(call: &Call, wish: &Value, name: &str, source: SourceText) -> Outcome {
    let (rule, form) = call.world(|world| admit(dataset(world, call)?, wish))?;
    // Cutting a long text takes a while: nobody shall wait for it.
    let material = material(name, source, rule, &form, wish);
    call.world(|world| {
        let dataset = dataset(world, call)?;
        let position = dataset.documents.next_position();
        let document = Document::new(&material, position, &batch(), indexing(call, &material));
        let id = document.id.clone();
        dataset.add(document, &material);
        world.files.insert(material.file.id.clone(), material.file.clone());
        answer(world, call, &id)
    })
}

/// Makes a document again: of a new source, or of the old one by another rule.
pub(crate) async fn renew(call: &Call, wish: &Value, id: &str, source: Option<SourceText>) -> Outcome {
    let (rule, form, name, file) = call.world(|world| {
        let document = dataset(world, call)?.documents.get(id);
        let document = document.ok_or_else(|| Refusal::not_found("Document not found"))?;
        if document.archived {
            let message = "The archived document is not editable.";
            return Err(Refusal::new(403, "archived_document_immutable", message));
        }
        if source.is_none() && wish["process_rule"].is_null() {
            return Err(Refusal::invalid("Data source or Process rule is required"));
        }
        Ok((rule(Some(&document.rule), wish)?, document.form.clone(), document.name.clone(), document.file.clone()))
    })?;
    let (known, source) = match source {
        Some(source) => (source.file.name.clone(), source),
        None => (name, super::document_files::read(file).await?),
    };
    let name = wish["name"].as_str().filter(|name| !name.is_empty()).map_or(known, str::to_owned);
    let material = material(&name, source, rule, &form, wish);
    call.world(|world| {
        let indexing = indexing(call, &material);
        let old = dataset(world, call)?.renew(id, &material, indexing);
        let old = old.ok_or_else(|| Refusal::not_found("Document not found"))?;
        world.files.remove(&old);
        world.files.insert(material.file.id.clone(), material.file.clone());
        answer(world, call, id)
    })
}

fn indexing(call: &Call, material: &Material) -> Indexing {
    Indexing::new(clock::micros(), call.server.options.indexing_time, material.fate.clone())
}

/// Independent of the clock: the server answers before it begins.
fn answer(world: &mut World, call: &Call, id: &str) -> Outcome {
    let dataset = dataset(world, call)?;
    let document = dataset.documents.get(id).ok_or_else(Refusal::unknown)?;
    let value = document.value(dataset, i64::MIN);
    Ok(Reply::ok(json!({"document": value, "batch": document.batch})))
}

/// `20261121024432373528`: the moment and six digits.
pub(crate) fn batch() -> String {
    let moment: String = clock::iso(clock::now()).chars().filter(char::is_ascii_digit).collect();
    let digits = u32::from_str_radix(&ids::new()[..8], 16).unwrap_or_default() % 900_000 + 100_000;
    format!("{moment}{digits}")
}
