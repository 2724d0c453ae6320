//! Definitions of applications: the content of a DSL file.

use serde_json::{Value, json};

use crate::state::profile::{Given, Profile, look};
use crate::state::settings::Settings;
use crate::values::clock;
use crate::values::key::Mode;

/// The form of definitions that the server writes.
pub(crate) const CURRENT: &str = "0.7.0";
/// How long a pending import can be confirmed, in seconds.
const PATIENCE: i64 = 600;

/// A definition that waits to be confirmed.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) definition: Definition,
    until: i64,
}

/// A definition, and the other members of its request. It may have secrets in it: there is no debug output.
#[derive(Clone)]
pub(crate) struct Definition {
    /// The whole of the file.
    pub(crate) file: Value,
    /// `name`, `description` and icon, which take precedence over those in the file.
    pub(crate) above: Value,
    /// The application to overwrite.
    pub(crate) app: Option<String>,
    pub(crate) version: String,
}

/// The action for a definition of some version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Good,
    /// An older one: something may be lost.
    Warned,
    Held,
    /// No version at all.
    Bad,
}

impl Held {
    pub(crate) fn new(definition: Definition) -> Held {
        Held { definition, until: clock::now() + PATIENCE }
    }

    pub(crate) fn is_over(&self) -> bool {
        clock::now() > self.until
    }
}

impl Definition {
    /// What its version means here.
    pub(crate) fn verdict(&self) -> Verdict {
        let (Some(given), Some(current)) = (numbers(&self.version), numbers(CURRENT)) else { return Verdict::Bad };
        if given > current || given[0] < current[0] {
            return Verdict::Held;
        }
        if given[1] < current[1] { Verdict::Warned } else { Verdict::Good }
    }

    /// The member of the request, else that of the file.
    fn word(&self, name: &str) -> Value {
        let above = &self.above[name];
        if above.as_str().is_some_and(|word| !word.is_empty()) { above.clone() } else { self.file["app"][name].clone() }
    }

    /// The kind of application; the error is Dify's message.
    pub(crate) fn mode(&self) -> Result<Mode, String> {
        let name = self.file["app"]["mode"].as_str().filter(|name| !name.is_empty()).ok_or("loss app mode")?;
        let mode = Mode::of(name).filter(|mode| *mode != Mode::Agent);
        mode.ok_or_else(|| format!("'{name}' is not a valid AppMode"))
    }

    /// Makes an application, or writes into the draft of one; the error is Dify's message.
    pub(crate) fn apply(&self, before: Option<&Profile>) -> Result<Profile, String> {
        let mode = self.mode()?;
        let names = ["icon_type", "icon", "icon_background"];
        let parts: Value = names.into_iter().map(|name| (name.to_owned(), self.word(name))).collect();
        let (name, description) = (self.word("name"), self.word("description"));
        let given = Given {
            name: name.as_str().unwrap_or_default(),
            description: description.as_str().unwrap_or_default(),
            look: &parts,
        };
        let mut profile = match before {
            None => Profile::new(mode, &given),
            Some(before) => {
                let mut profile = before.clone();
                (profile.name, profile.description) = (given.name.to_owned(), given.description.to_owned());
                profile.look = look(&parts);
                profile.touch();
                profile
            }
        };
        profile.icon_answers = self.file["app"]["use_icon_as_answer_icon"] == true;
        if mode.flows() {
            self.draw(&mut profile)?;
        } else {
            let settings = &self.file["model_config"];
            if !settings.is_object() {
                return Err("Missing model_config for chat/agent-chat/completion app".to_owned());
            }
            profile.settings = Some(Settings::given(mode, settings));
        }
        Ok(profile)
    }

    fn draw(&self, profile: &mut Profile) -> Result<(), String> {
        let workflow = &self.file["workflow"];
        if !workflow.is_object() {
            return Err("Missing workflow data for workflow/advanced chat app".to_owned());
        }
        let list = |name: &str| workflow[name].as_array().cloned().unwrap_or_default();
        let or_empty = |name: &str| if workflow[name].is_object() { workflow[name].clone() } else { json!({}) };
        let draft = profile.workflows.set_draft(or_empty("graph"), or_empty("features"));
        draft.environment.set(&list("environment_variables"));
        draft.conversation_variables = json!(list("conversation_variables"));
        Ok(())
    }

    /// The definition of an application; nothing when its workflow, or that version of it, is not there.
    pub(crate) fn of(profile: &Profile, version: Option<&str>, with_secrets: bool) -> Option<Value> {
        let look = &profile.look;
        let mut file = json!({
            "version": CURRENT, "kind": "app",
            "app": {
                "name": profile.name, "mode": profile.mode.name(), "icon": look["icon"],
                "icon_type": look["icon_type"], "icon_background": look["icon_background"],
                "description": profile.description, "use_icon_as_answer_icon": profile.icon_answers,
            },
            "dependencies": [],
        });
        match &profile.settings {
            Some(settings) => file["model_config"] = settings.value.clone(),
            None => {
                let workflow = match version {
                    Some(version) => profile.workflows.version(version)?,
                    None => profile.workflows.draft.as_ref()?,
                };
                file["workflow"] = json!({
                    "graph": workflow.graph, "features": workflow.features,
                    "environment_variables": workflow.environment.exported(with_secrets),
                    "conversation_variables": workflow.conversation_variables, "rag_pipeline_variables": [],
                });
            }
        }
        Some(file)
    }
}

/// The numbers of a version: three of them.
fn numbers(version: &str) -> Option<Vec<u64>> {
    let mut numbers: Vec<u64> = version.trim().split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    numbers.resize(3.max(numbers.len()), 0);
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_and_much_older_versions_are_held_and_older_ones_warned_of() {
        let verdict = |version: &str| {
            let (file, above) = (json!({}), json!({}));
            Definition { file, above, app: None, version: version.to_owned() }.verdict()
        };
        assert_eq!(
            ["0.7.0", "0.7", "0.6.0", "0.7.1", "99.0.0"].map(verdict),
            [Verdict::Good, Verdict::Good, Verdict::Warned, Verdict::Held, Verdict::Held]
        );
        assert_eq!(verdict("new"), Verdict::Bad);
    }
}
