//! How a knowledge base is searched.

use serde_json::{Value, json};

use crate::values::json_text::picked;

const MEMBERS: &str = "search_method reranking_enable reranking_mode reranking_model weights top_k \
    score_threshold_enabled score_threshold";

/// The default of the server.
pub(crate) fn standard() -> Value {
    json!({
        "search_method": "semantic_search", "reranking_enable": false, "reranking_mode": null,
        "reranking_model": {"reranking_provider_name": "", "reranking_model_name": ""}, "weights": null,
        "top_k": 2, "score_threshold_enabled": false, "score_threshold": null,
    })
}

/// The chosen settings, with every member that a knowledge base shows.
pub(crate) fn whole(given: &Value) -> Value {
    let mut value = picked(given, MEMBERS);
    value["reranking_model"] = picked(&given["reranking_model"], "reranking_provider_name reranking_model_name");
    let weights = &given["weights"];
    if weights.is_object() {
        let vectors = "vector_weight embedding_model_name embedding_provider_name";
        value["weights"] = json!({
            "weight_type": weights["weight_type"],
            "keyword_setting": picked(&weights["keyword_setting"], "keyword_weight"),
            "vector_setting": picked(&weights["vector_setting"], vectors),
        });
    }
    value
}
