//! What the server remembers. Nothing of it outlives the process.

pub(crate) mod annotation;
pub(crate) mod app;
mod apps;
pub(crate) mod console;
pub(crate) mod conversation;
mod embedded;
pub(crate) mod feed;
pub(crate) mod file;
pub(crate) mod form;
pub(crate) mod knowledge;
pub(crate) mod message;
pub(crate) mod passport;
pub(crate) mod profile;
pub(crate) mod run;
pub(crate) mod settings;
pub(crate) mod shared;
pub(crate) mod site;
pub(crate) mod stop;
pub(crate) mod trace;
pub(crate) mod variable;
pub(crate) mod workflow;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use app::App;
use console::Console;
use feed::Feed;
use file::UploadedFile;
use form::Submission;
use knowledge::Knowledge;
use passport::Passports;
use stop::Stop;
use tokio::sync::oneshot;

use crate::values::ids;
use crate::values::key::{KEYS, Key};

/// Everything.
#[derive(Default)]
pub(crate) struct World {
    /// By key: each key is an application of its own.
    apps: HashMap<String, App>,
    /// How many applications there ever were.
    made: u64,
    /// By a key that the console gave: the application's own.
    minted: HashMap<String, String>,
    /// Keys that open nothing any more.
    revoked: HashSet<String>,
    /// Applications that were deleted, by their own key.
    deleted: HashSet<String>,
    pub(crate) console: Console,
    /// By id.
    pub(crate) files: HashMap<String, UploadedFile>,
    /// The workspace's, whichever key asks.
    pub(crate) knowledge: Knowledge,
    /// What lets visitors of pages in.
    pub(crate) passports: Passports,
    /// The running tasks, by id.
    pub(crate) tasks: HashMap<String, Task>,
    /// By form token: the run that waits for it.
    pub(crate) waiting: HashMap<String, Waiting>,
    /// Feeds without a run, to which nothing is ever written.
    pub(crate) empty_feeds: Vec<Arc<Feed>>,
    /// By token that lets files in: the token of the form that they are for.
    pub(crate) upload_tokens: HashMap<String, String>,
}

/// Something that runs.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) stop: Stop,
    pub(crate) app: String,
    /// The only one who may stop it; anybody, when there is none.
    pub(crate) user: Option<String>,
}

/// A run that waits for a person.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) app: String,
    pub(crate) run: String,
    /// Makes the run continue; taken by the submission.
    pub(crate) resume: Option<oneshot::Sender<Submission>>,
}

// Keys are everywhere in it, so it shows how much there is and nothing more.
impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("apps", &self.apps.len()).finish_non_exhaustive()
    }
}

impl World {
    /// The application of a key. It comes into being when it is first asked for.
    pub(crate) fn app(&mut self, key: &Key) -> &mut App {
        self.apps.entry(key.text.clone()).or_insert_with(|| {
            self.made += 1;
            let mut app = App::new(key);
            app.profile.order = self.made;
            app
        })
    }

    /// The application whose page has this code: a predefined one, or one that was used before.
    pub(crate) fn page(&self, code: &str) -> Option<Key> {
        let made = self.listed().into_iter().find(|app| app.profile.site.code == code);
        let known = || KEYS.iter().filter_map(|(key, _)| Key::known(key)).find(|key| ids::code(&key.text) == code);
        match made {
            Some(app) => Some(self.key_of(&app.key)),
            // One that nobody has asked for yet is not there yet.
            None => known().filter(|key| !self.apps.contains_key(&key.text)),
        }
    }

    /// The key of an application of any origin, by its text.
    pub(crate) fn key_of(&self, text: &str) -> Key {
        let key = Key::of(text);
        self.apps.get(text).map_or(key.clone(), |app| Key { mode: app.profile.mode, ..key })
    }

    /// Stops running tasks, ends followed streams and waits.
    pub(crate) fn shut(&mut self) {
        self.tasks.values().for_each(|task| task.stop.ask());
        let runs = self.apps.values().flat_map(|app| app.run.values());
        runs.filter_map(|run| run.feed.as_ref()).for_each(|feed| feed.close());
        self.empty_feeds.drain(..).for_each(|feed| feed.close());
        self.waiting.clear();
    }

    /// Whether a file was used in a message of this application, and whether anybody else's.
    pub(crate) fn users_of_file(&self, file: &str, app: &str) -> (bool, bool) {
        let uses = |app: &App| app.messages.values().any(|message| message.uses(file));
        let here = self.apps.get(app).is_some_and(uses);
        (here, !here && self.apps.iter().any(|(key, other)| key != app && uses(other)))
    }
}
