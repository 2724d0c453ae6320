//! The packed recordings, each with what the published documents say of it.

use std::{collections::BTreeMap, sync::LazyLock};

use contract::{Api, Judge, Verdict};

use crate::{
    Recording, archive,
    generated::{self, OPERATIONS, RoundTrip},
};

/// Answers of 0.15.8, older than the oldest supported release, that lack an essential member.
pub const UNDECODED: [(&str, &str); 2] = [
    ("dify-0.15.8/chatflow/015-chatMessages-chatflow-stream-input-blocked.json", "`usage`"),
    ("dify-0.15.8/console/019-listModelProviders-ok.json", "`tenant_id`"),
];

/// Recordings, and the judges of their releases.
#[derive(Debug)]
pub struct Corpus {
    /// By server, as the folders are named: a judge by the published documents as that release is described.
    judges: BTreeMap<String, Judge>,
    /// Every recording with its judgement.
    pub cases: Vec<Case>,
}

/// A recorded exchange, judged.
#[derive(Debug)]
pub struct Case {
    /// The exchange.
    pub recording: Recording,
    /// What the documents say of it.
    pub verdict: Verdict,
}

/// The recordings of every release, read and judged once.
pub fn corpus() -> &'static Corpus {
    static CORPUS: LazyLock<Corpus> = LazyLock::new(Corpus::read);
    &CORPUS
}

impl Corpus {
    fn read() -> Self {
        let (mut judges, mut cases) = (BTreeMap::new(), Vec::new());
        for corpus in archive::servers().expect("the packed recordings can be read") {
            let server = corpus.server();
            let release = corpus.release().expect("the recordings name their release");
            let judge = Judge::carried(Some(&release)).expect("the carried documents can be judged by");
            for (file, exchange) in corpus.recordings {
                let verdict = judge.exchange(&file, &exchange);
                cases.push(Case { recording: Recording { server: server.clone(), file, exchange }, verdict });
            }
            judges.insert(server, judge);
        }
        Self { judges, cases }
    }

    /// The servers of which there are recordings, as the folders are named.
    pub fn servers(&self) -> Vec<&str> {
        self.judges.keys().map(String::as_str).collect()
    }

    /// The judge of a server's release.
    ///
    /// # Panics
    /// When there are no recordings of the server.
    pub fn judge(&self, server: &str) -> &Judge {
        self.judges.get(server).unwrap_or_else(|| panic!("there are no recordings of {server}"))
    }
}

impl Case {
    /// The methods of the bindings for the operation: two where one answers and one streams.
    pub fn operations(&self) -> impl Iterator<Item = &'static str> {
        let name = self.verdict.operation.clone().unwrap_or_default();
        // Two APIs may have the same path below their own.
        let clients: &[&str] = match self.api() {
            Api::Service => &["app", "knowledge"],
            Api::Web => &["web"],
            Api::Console => &["console"],
        };
        OPERATIONS
            .iter()
            .filter(move |(_, method, path)| name.split_once(' ') == Some((*method, *path)))
            .map(|(id, ..)| *id)
            .filter(|id| clients.iter().any(|client| id.split('_').next() == Some(client)))
    }

    /// The API that was asked.
    pub fn api(&self) -> Api {
        Api::of_path(self.recording.exchange.request.path()).unwrap_or(Api::Service)
    }

    /// Whether the server did what it was asked.
    pub fn accepted(&self) -> bool {
        (200..300).contains(&self.recording.status())
    }

    /// Whether the client can decode all of the answer.
    pub fn decodes(&self) -> bool {
        UNDECODED.iter().all(|(file, _)| *file != self.recording.to_string())
    }

    /// Whether the body is the number of a status in place of `{"result": "success"}`: the operation reads it, not the type.
    pub fn is_bare_status(&self) -> bool {
        self.recording.reply().is_some_and(|body| matches!(body.trim(), "200" | "201" | "204"))
    }

    /// The JSON body of the answer.
    pub fn json_reply(&self) -> Option<&str> {
        self.recording.reply().filter(|_| self.recording.media_type() == "application/json")
    }

    /// The stream of the answer, and the method that reads it.
    pub fn stream(&self) -> Option<(&'static str, &str)> {
        let body = self.recording.reply().filter(|_| self.recording.media_type() == "text/event-stream")?;
        let operation = self.operations().find(|id| generated::event(id).is_some())?;
        Some((operation, body))
    }

    /// How the JSON answer goes through its type.
    pub fn reply_type(&self) -> Option<RoundTrip> {
        self.operations().find_map(generated::reply)
    }

    /// How the JSON request goes through its type.
    pub fn request_type(&self) -> Option<RoundTrip> {
        self.operations().find_map(generated::request)
    }

    /// How an event of the stream goes through its type.
    pub fn event_type(&self) -> Option<RoundTrip> {
        self.operations().find_map(generated::event)
    }
}
