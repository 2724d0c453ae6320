//! How a run of a workflow or a chatflow begins.

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Map, Value, json};

use super::flow::Flow;
use super::script::AnswerScript;
use crate::state::Task;
use crate::state::feed::Feed;
use crate::state::run::Run;
use crate::state::shared::Shared;
use crate::state::stop::Stop;
use crate::state::trace::Kind;
use crate::state::workflow::Workflow;
use crate::values::clock;
use crate::values::key::Key;

/// What a run is begun with.
#[derive(Debug)]
pub(crate) struct Beginning {
    pub(crate) user: String,
    /// Whether a visitor of the application's page begins it.
    pub(crate) visit: bool,
    pub(crate) talk: Option<Talk>,
    /// What the caller gave.
    pub(crate) inputs: Map<String, Value>,
    /// What the system adds: `sys.query` and the like.
    pub(crate) system: Map<String, Value>,
    pub(crate) question: String,
    pub(crate) script: AnswerScript,
}

/// The message that a chatflow's run answers.
#[derive(Clone, Debug)]
pub(crate) struct Talk {
    pub(crate) conversation: String,
    pub(crate) message: String,
    pub(crate) created_at: i64,
}

impl Flow {
    /// Enters the run and the task, so that both are known before the first event.
    pub(crate) fn begin(server: &Arc<Shared>, key: &Key, beginning: Beginning) -> Flow {
        let Beginning { user, visit, talk, inputs, system, question, script } = beginning;
        let mut nodes = vec![Kind::Start];
        nodes.extend(talk.is_some().then_some(Kind::Assigner));
        // Forms came with 1.13.0.
        nodes.extend((key.pauses && server.options.since("1.13.0")).then_some(Kind::Human));
        nodes.extend([Kind::Llm, if talk.is_some() { Kind::Answer } else { Kind::End }]);
        let flow = Flow {
            server: Arc::clone(server),
            key: key.clone(),
            run: crate::values::ids::new(),
            task: crate::values::ids::new(),
            talk,
            inputs,
            question,
            script,
            feed: Feed::new(),
            stop: Stop::new(),
            started: Instant::now(),
            nodes,
            said: String::new(),
            usage: None,
            submission: None,
        };
        let task = Task { stop: flow.stop.clone(), app: key.text.clone(), user: None };
        let talk = flow.talk.as_ref().map(|talk| (talk.conversation.clone(), talk.message.clone(), talk.created_at));
        server.world(|world| {
            world.tasks.insert(flow.task.clone(), task);
            let app = world.app(key);
            let mut all = flow.inputs.clone();
            all.extend(system);
            all.insert("sys.workflow_id".to_owned(), json!(app.workflow_id));
            all.insert("sys.workflow_run_id".to_owned(), json!(flow.run));
            let run = Run {
                id: flow.run.clone(),
                task_id: flow.task.clone(),
                workflow_id: app.workflow_id.clone(),
                version: app.profile.workflows.running().map_or("draft", Workflow::version_name).to_owned(),
                user_id: app.end_user(&user, false),
                user,
                visit,
                inputs: all,
                outputs: json!({}),
                created_at: clock::now(),
                talk,
                feed: Some(Arc::clone(&flow.feed)),
                ..Run::default()
            };
            app.runs.push(run.id.clone());
            app.run.insert(run.id.clone(), run);
        });
        flow
    }
}
