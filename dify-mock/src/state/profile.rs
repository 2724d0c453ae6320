//! What an application is, apart from what people do with it: name, look, settings, page, workflow, keys.

use serde_json::{Value, json};

use super::console::api_key::ApiKey;
use super::settings::Settings;
use super::site::Site;
use super::workflow::Workflows;
use super::{embedded, settings};
use crate::values::key::{Key, Mode};
use crate::values::{clock, ids};

/// What an application is.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    pub(crate) mode: Mode,
    pub(crate) name: String,
    pub(crate) description: String,
    /// `icon_type`, `icon`, `icon_background`.
    pub(crate) look: Value,
    pub(crate) icon_answers: bool,
    pub(crate) api_open: bool,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    /// Orders where seconds do not.
    pub(crate) order: u64,
    /// Of the modes that are no workflows.
    pub(crate) settings: Option<Settings>,
    pub(crate) site: Site,
    pub(crate) workflows: Workflows,
    /// The oldest first.
    pub(crate) keys: Vec<ApiKey>,
}

/// Name and look, as requests and definitions give them.
#[derive(Clone, Debug)]
pub(crate) struct Given<'a> {
    pub(crate) name: &'a str,
    pub(crate) description: &'a str,
    /// `icon_type`, `icon`, `icon_background`; anything else in it is passed over.
    pub(crate) look: &'a Value,
}

impl Profile {
    /// Of an application that somebody makes.
    pub(crate) fn new(mode: Mode, given: &Given<'_>) -> Profile {
        let now = clock::now();
        let look = look(given.look);
        Profile {
            mode,
            name: given.name.to_owned(),
            description: given.description.to_owned(),
            site: Site::new(given.name, &look),
            look,
            icon_answers: false,
            api_open: true,
            created_at: now,
            updated_at: now,
            order: 0,
            settings: (!mode.flows()).then(|| Settings::new(settings::standard(mode))),
            workflows: Workflows::default(),
            keys: Vec::new(),
        }
    }

    /// The profile of a predefined key's application.
    pub(crate) fn embedded(key: &Key) -> Profile {
        let look = json!({"icon_type": "emoji", "icon": "🤖", "icon_background": "#FFEAD5"});
        let name = key.text.trim_start_matches("app-");
        let given = Given { name, description: "An embedded application — always there ✨", look: &look };
        let mut profile = Profile::new(key.mode, &given);
        profile.site.code = ids::code(&key.text);
        profile.api_open = !name.starts_with("disabled");
        profile.keys = vec![ApiKey::known(&key.text)];
        match key.mode.flows() {
            false => profile.settings = Some(Settings::new(embedded::settings(key.mode))),
            true => {
                profile.workflows.draft = Some(embedded::draft(key));
                profile.workflows.publish("", "");
                if let Some(version) = profile.workflows.versions.last_mut() {
                    version.id = ids::of("workflow", &key.text);
                }
            }
        }
        profile
    }

    /// Something in it changed.
    pub(crate) fn touch(&mut self) {
        self.updated_at = clock::now();
    }

    /// The form that it has people fill before it begins; nothing for a workflow that was never published.
    pub(crate) fn form(&self) -> Option<Value> {
        match &self.settings {
            Some(settings) => Some(settings.value["user_input_form"].clone()),
            None => {
                let field = |variable: &Value| {
                    let kind = variable["type"].as_str().unwrap_or("text-input").to_owned();
                    json!({kind: variable})
                };
                Some(self.workflows.running()?.variables().iter().map(field).collect())
            }
        }
    }

    /// Its opening statement and the like: settings, or the features of the running workflow.
    pub(crate) fn features(&self) -> Option<&Value> {
        match &self.settings {
            Some(settings) => Some(&settings.value),
            None => self.workflows.running().map(|workflow| &workflow.features),
        }
    }

    /// Whether its runs wait for a person.
    pub(crate) fn pauses(&self) -> bool {
        self.workflows.running().is_some_and(super::workflow::Workflow::pauses)
    }
}

/// The members of a look, and no others. One without any is the plain one.
pub(crate) fn look(given: &Value) -> Value {
    json!({
        "icon_type": given["icon_type"].as_str().unwrap_or("emoji"), "icon": given["icon"],
        "icon_background": given["icon_background"],
    })
}
