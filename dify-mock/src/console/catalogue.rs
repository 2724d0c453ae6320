//! The providers of models that there are.

use serde_json::{Value, json};

use crate::http::call::Call;
use crate::http::refusal::Refusal;
use crate::state::app::tenant;
use crate::state::console::models::PROVIDER;

/// A provider: name, title, kinds of models.
pub(super) struct Provider {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) kinds: &'static [&'static str],
}

/// All of them, and no others.
pub(super) const PROVIDERS: &[Provider] = &[
    Provider {
        name: PROVIDER,
        title: "OpenAI",
        kinds: &["llm", "text-embedding", "speech2text", "moderation", "tts", "rerank"],
    },
    Provider { name: "langgenius/anthropic/anthropic", title: "Anthropic", kinds: &["llm"] },
];

impl Provider {
    /// The provider of the path.
    pub(super) fn of(call: &Call) -> Result<&'static Provider, Refusal> {
        let name = format!("{}/{}/{}", call.at("organization"), call.at("plugin"), call.at("provider"));
        Provider::named(&name)
    }

    pub(super) fn named(name: &str) -> Result<&'static Provider, Refusal> {
        let found = PROVIDERS.iter().find(|provider| provider.name == name);
        found.ok_or_else(|| Refusal::invalid(format!("Provider {name} does not exist.")))
    }

    pub(super) fn label(&self) -> Value {
        words(self.title)
    }

    pub(super) fn icons(&self, server: &str) -> Value {
        let (tenant, name) = (tenant(), self.name);
        let icons = format!("{server}/console/api/workspaces/{tenant}/model-providers/{name}/icon_small");
        json!({"zh_Hans": format!("{icons}/zh_Hans"), "en_US": format!("{icons}/en_US")})
    }

    /// As its models tell it.
    pub(super) fn brief(&self, server: &str) -> Value {
        json!({
            "provider": self.name,
            "provider_name": "",
            "label": self.label(),
            "icon_small": self.icons(server),
            "icon_small_dark": null,
            "supported_model_types": self.kinds,
            "tenant_id": tenant(),
            "models": [],
        })
    }
}

/// One text in both languages.
pub(super) fn words(text: &str) -> Value {
    json!({"zh_Hans": text, "en_US": text})
}
