//! The applications of the workspace, and the keys that open them.

use super::World;
use super::app::App;
use super::profile::Profile;
use crate::values::key::{KEYS, Key};
use crate::values::refusal::Refusal;
use crate::values::{clock, ids};

impl World {
    /// Applications that are there before anybody asks for them.
    pub(crate) fn embed(&mut self) {
        for (key, _) in KEYS.iter().filter(|(key, _)| key.starts_with("app-") && *key != "app-invalid") {
            self.app(&Key::of(key));
        }
    }

    /// Takes a new application in; gives its id.
    pub(crate) fn make(&mut self, profile: Profile) -> String {
        // Nobody is told this text, so nobody comes with it for a key.
        let key = Key { text: format!("app-{}", ids::new()), mode: profile.mode, pauses: false };
        let app = self.app(&key);
        let order = app.profile.order;
        app.profile = Profile { order, ..profile };
        app.workflow_id.clear();
        app.id.clone()
    }

    /// The application of an id, unless it was deleted.
    pub(crate) fn app_of(&mut self, id: &str) -> Option<&mut App> {
        let deleted = &self.deleted;
        self.apps.values_mut().find(|app| app.id == id && !deleted.contains(&app.key))
    }

    /// All applications, the newest first.
    pub(crate) fn listed(&self) -> Vec<&App> {
        let mut apps: Vec<&App> = self.apps.values().filter(|app| !self.deleted.contains(&app.key)).collect();
        apps.sort_by_key(|app| std::cmp::Reverse(app.profile.order));
        apps
    }

    /// Deletes an application: its keys become invalid. Returns whether there was one.
    pub(crate) fn delete(&mut self, id: &str) -> bool {
        let Some(app) = self.app_of(id) else { return false };
        let (key, tokens) = (app.key.clone(), app.profile.keys.iter().map(|key| key.token.clone()).collect::<Vec<_>>());
        self.tasks.values().filter(|task| task.app == key).for_each(|task| task.stop.ask());
        for token in tokens {
            self.revoke(&token);
        }
        // Runs on their way may still ask for it: it stays, and nobody sees it.
        self.revoked.insert(key.clone());
        self.deleted.insert(key);
        true
    }

    /// Makes a key known.
    pub(crate) fn mint(&mut self, token: &str, app: &str) {
        self.minted.insert(token.to_owned(), app.to_owned());
    }

    /// A key opens nothing from now on.
    pub(crate) fn revoke(&mut self, token: &str) {
        self.minted.remove(token);
        self.revoked.insert(token.to_owned());
    }

    /// Checks that a key is good; returns the application's own key, whichever of its keys it was.
    pub(crate) fn admit(&mut self, mut key: Key) -> Result<Key, Refusal> {
        let text = self.minted.get(&key.text).unwrap_or(&key.text).clone();
        if self.revoked.contains(&key.text) || self.deleted.contains(&text) {
            return Err(Refusal::unauthorized("Access token is invalid"));
        }
        if !key.is_app() {
            return Ok(key);
        }
        let app = if text == key.text { self.app(&key) } else { self.app(&Key { text, ..key.clone() }) };
        if let Some(known) = app.profile.keys.iter_mut().find(|known| known.token == key.text) {
            known.last_used_at = Some(clock::now());
        }
        if !app.profile.api_open {
            return Err(Refusal::new(403, "forbidden", "The app's API service has been disabled."));
        }
        key.text.clone_from(&app.key);
        key.mode = app.profile.mode;
        key.pauses = app.profile.pauses();
        Ok(key)
    }
}
