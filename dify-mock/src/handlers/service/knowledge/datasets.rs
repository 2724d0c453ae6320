//! Knowledge bases.

use serde_json::json;

use super::{dataset, no_dataset, paged};
use crate::described::Api;
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::knowledge::dataset::{Dataset, External, SUMMARY};
use crate::state::knowledge::retrieval;
use crate::state::settings::PROVIDER;
use crate::values::json_text::picked;
use crate::values::refusal::Refusal;
use crate::values::{clock, ids};

/// The embedding model of the one provider.
const MODEL: &str = "text-embedding-3-small";
/// A knowledge base with this word in its name has a pipeline: only people make such ones, in the server's pages.
const WITH_PIPELINE: &str = "PIPELINE";

/// `GET /datasets`: the newest first.
pub(crate) fn list(call: &Call) -> Outcome {
    let word = call.asked("keyword").map(str::to_lowercase);
    let tags: Vec<&str> = call.all("tag_ids").filter(|tag| !tag.is_empty()).collect();
    let ids: Vec<&str> = call.all("ids").filter(|id| !id.is_empty()).collect();
    if !tags.iter().all(|tag| ids::is_uuid(tag)) {
        return Err(Refusal::unknown());
    }
    call.world(|world| {
        let named = |dataset: &Dataset| word.as_ref().is_none_or(|word| dataset.name.to_lowercase().contains(word));
        let wanted = |dataset: &Dataset| ids.is_empty() || ids.contains(&dataset.id.as_str());
        // No knowledge base has a tag.
        let fits = |dataset: &&Dataset| tags.is_empty() && named(dataset) && wanted(dataset);
        let found: Vec<&Dataset> = world.knowledge.datasets.iter().rev().filter(fits).collect();
        paged(call, &found, |dataset| dataset.value(true))
    })
}

/// `POST /datasets`.
pub(crate) fn create(call: &Call) -> Outcome {
    let name = call.text("name").unwrap_or_default();
    let mut made = Dataset::new(name);
    if let Some(description) = call.text("description") {
        made.description = json!(description);
    }
    settle(call, &mut made)?;
    if call.text("provider") == Some("external") {
        made.external = Some(external(call)?);
    }
    if call.member("summary_index_setting").is_object() {
        made.summary = picked(call.member("summary_index_setting"), SUMMARY);
    }
    if name.contains(WITH_PIPELINE) {
        made.pipeline = Some(ids::new());
        made.form = Some("text_model".to_owned());
        made.technique.get_or_insert_with(|| "economy".to_owned());
    }
    call.world(|world| {
        let knowledge = &mut world.knowledge;
        if knowledge.is_named(name, "") {
            let message = "The dataset name already exists. Please modify your dataset name.";
            return Err(Refusal::new(409, "dataset_name_duplicate", message));
        }
        let value = made.value(false);
        knowledge.datasets.push(made);
        Ok(Reply::Json(if call.api == Api::Console { 201 } else { 200 }, value))
    })
}

/// What making and changing have in common.
fn settle(call: &Call, dataset: &mut Dataset) -> Result<(), Refusal> {
    if let Some(permission) = call.text("permission") {
        dataset.permission = permission.to_owned();
    }
    let (model, provider) = (call.text("embedding_model"), call.text("embedding_model_provider"));
    if let Some(provider) = provider.filter(|provider| *provider != PROVIDER) {
        return Err(Refusal::invalid(format!("Provider {provider} does not exist.")));
    }
    if let Some(technique) = call.text("indexing_technique") {
        choose(dataset, technique, model, provider);
    }
    if call.member("retrieval_model").is_object() {
        dataset.retrieval = retrieval::whole(call.member("retrieval_model"));
    }
    Ok(())
}

/// Chooses how documents are made searchable, with the model for it where there is one.
pub(crate) fn choose(dataset: &mut Dataset, technique: &str, model: Option<&str>, provider: Option<&str>) {
    dataset.technique = Some(technique.to_owned());
    let known = dataset.embedding.take().filter(|_| model.is_none());
    dataset.embedding = dataset
        .counts_tokens()
        .then(|| known.unwrap_or_else(|| (model.unwrap_or(MODEL).to_owned(), provider.unwrap_or(PROVIDER).to_owned())));
}

fn external(call: &Call) -> Result<External, Refusal> {
    let given = |name: &str, message: &str| {
        call.text(name).filter(|text| !text.is_empty()).ok_or_else(|| Refusal::invalid(message))
    };
    let knowledge = given("external_knowledge_id", "External knowledge id is required.")?;
    let api = given("external_knowledge_api_id", "External knowledge api id is required.")?;
    Ok(External::new(api, knowledge))
}

/// `GET /datasets/{dataset_id}`.
pub(crate) fn get(call: &Call) -> Outcome {
    call.world(|world| {
        let dataset = dataset(world, call)?;
        let mut value = dataset.value(true);
        if !dataset.counts_tokens() {
            // Without a model there is no other way, whatever was chosen.
            value["retrieval_model_dict"]["search_method"] = json!("keyword_search");
        }
        if dataset.permission == "partial_members" {
            value["partial_member_list"] = json!(dataset.members);
        }
        Ok(Reply::ok(value))
    })
}

/// `PATCH /datasets/{dataset_id}`.
pub(crate) fn update(call: &Call) -> Outcome {
    call.world(|world| {
        let id = dataset(world, call)?.id.clone();
        let name = call.text("name");
        if name.is_some_and(|name| world.knowledge.is_named(name, &id)) {
            return Err(Refusal::invalid("Dataset name already exists"));
        }
        let dataset = dataset(world, call)?;
        if let Some(known) = &dataset.external {
            let mut external = external(call)?;
            external.retrieval = known.retrieval.clone();
            let given = call.member("external_retrieval_model");
            for name in ["top_k", "score_threshold", "score_threshold_enabled"] {
                if !given[name].is_null() {
                    external.retrieval[name] = given[name].clone();
                    dataset.retrieval[name] = given[name].clone();
                }
            }
            dataset.external = Some(external);
        }
        settle(call, dataset)?;
        if let Some(name) = name {
            dataset.name = name.to_owned();
        }
        if call.has("description") {
            dataset.description = call.member("description").clone();
        }
        if let Some(members) = call.member("partial_member_list").as_array() {
            let ids = members.iter().filter_map(|member| member["user_id"].as_str());
            dataset.members = ids.map(str::to_owned).collect();
        }
        if dataset.permission != "partial_members" {
            dataset.members.clear();
        }
        dataset.updated_at = clock::now();
        let mut value = dataset.value(false);
        value["partial_member_list"] = json!(dataset.members);
        Ok(Reply::ok(value))
    })
}

/// `DELETE /datasets/{dataset_id}`, with all that is in it.
pub(crate) fn delete(call: &Call) -> Outcome {
    let gone = call.world(|world| {
        let datasets = &mut world.knowledge.datasets;
        let place = datasets.iter().position(|dataset| dataset.id == call.at("dataset_id")).ok_or_else(no_dataset)?;
        let gone = datasets.remove(place);
        let files = gone.documents.iter().filter_map(|document| world.files.remove(&document.file.id));
        let files: Vec<_> = files.collect();
        Ok::<_, Refusal>((gone, files))
    })?;
    // Files go from the disk here, while nobody waits for the state.
    drop(gone);
    Ok(Reply::Nothing)
}
