//! How a knowledge base is searched.

use serde_json::{Value, json};

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
    let (model, weights) = (&given["reranking_model"], &given["weights"]);
    let (words, meaning) = (&weights["keyword_setting"], &weights["vector_setting"]);
    let weights = weights.is_object().then(|| {
        json!({
            "weight_type": weights["weight_type"],
            "keyword_setting": {"keyword_weight": words["keyword_weight"]},
            "vector_setting": {
                "vector_weight": meaning["vector_weight"],
                "embedding_model_name": meaning["embedding_model_name"],
                "embedding_provider_name": meaning["embedding_provider_name"],
            },
        })
    });
    json!({
        "search_method": given["search_method"],
        "reranking_enable": given["reranking_enable"],
        "reranking_mode": given["reranking_mode"],
        "reranking_model": {
            "reranking_provider_name": model["reranking_provider_name"],
            "reranking_model_name": model["reranking_model_name"],
        },
        "weights": weights,
        "top_k": given["top_k"],
        "score_threshold_enabled": given["score_threshold_enabled"],
        "score_threshold": given["score_threshold"],
    })
}
