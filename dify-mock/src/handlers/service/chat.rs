//! `POST /chat-messages`.

use serde_json::{Map, Value, json};

use super::{inputs, workflows};
use crate::described::{Api, Complaint};
use crate::handlers::call::{Call, Outcome};
use crate::handlers::events::Events;
use crate::handlers::reply::Reply;
use crate::run::beginning::{Beginning, Talk};
use crate::run::chat::Speech;
use crate::run::flow::Flow;
use crate::run::script::{AnswerScript, beginning, title};
use crate::state::conversation::Conversation;
use crate::state::file::UsedFile;
use crate::state::message::{Message, Parent};
use crate::state::run::Status;
use crate::state::variable::Variable;
use crate::values::ids;
use crate::values::key::Mode;
use crate::values::refusal::Refusal;

/// Sends a message, and answers with an event stream or the whole.
pub(crate) async fn send(call: Call) -> Outcome {
    let question = call.text("query").unwrap_or_default().to_owned();
    if question.is_empty() {
        return Err(Refusal::invalid("query is required"));
    }
    let mode = call.key.mode;
    let asked = call.text("response_mode");
    let streaming = asked == Some("streaming") || (mode == Mode::Agent && asked.is_none());
    match mode {
        Mode::AgentChat if !streaming => {
            return Err(Refusal::invalid("Agent Chat App does not support blocking mode"));
        }
        Mode::Agent if !streaming => {
            let message = "Agent App only supports streaming response mode.";
            return Err(Refusal::new(400, "bad_request", message));
        }
        _ => {}
    }
    if mode == Mode::AdvancedChat {
        workflows::check_published(&call)?;
    }
    let streamed_flow = mode == Mode::AdvancedChat && streaming;
    let options = &call.server.options;
    let conversation = match known_conversation(&call) {
        Err(Refusal::Coded { status: 404, .. }) if streamed_flow && options.between("1.13.0", "1.15.0") => {
            return workflows::endless(&call);
        }
        // These start another one.
        Err(Refusal::Coded { status: 404, .. }) if streamed_flow && options.between("1.15.0", "1.16.0") => None,
        known => known?,
    };
    let ready = inputs::given(&call).and_then(|given| Ok((given, inputs::files(&call)?)));
    let (given, files) = match ready {
        Ok(ready) => ready,
        // A chatflow has begun to stream when it notices.
        Err(problem) if streamed_flow && options.since("1.13.0") => return workflows::refused(&call, &problem),
        Err(problem) => return Err(Refusal::invalid(problem)),
    };
    let conversation = conversation.unwrap_or_else(|| new_conversation(&call, &question, given.clone()));
    if mode == Mode::AdvancedChat {
        flow(&call, question, conversation, given, &files, streaming).await
    } else {
        speech(&call, &question, conversation, given, &files, streaming).await
    }
}

/// The conversation to continue, if the request names one. Blank text counts as none.
fn known_conversation(call: &Call) -> Result<Option<String>, Refusal> {
    let id = call.text("conversation_id").unwrap_or_default().trim();
    if id.is_empty() {
        return Ok(None);
    }
    if !ids::is_uuid(id) {
        let complaint = "conversation_id must be a valid UUID";
        return Err(Complaint::value(
            "conversation_id",
            complaint,
            call.member("conversation_id"),
            if call.api == Api::Web { "ChatMessagePayload" } else { "ChatRequestPayload" },
        ));
    }
    let id = id.to_ascii_lowercase();
    let known = call.world(|world| world.app(&call.key).conversation(&id, call.user()).is_some());
    if known { Ok(Some(id)) } else { Err(Refusal::no_conversation()) }
}

fn new_conversation(call: &Call, question: &str, given: Map<String, Value>) -> String {
    let named = call.member("auto_generate_name").as_bool().unwrap_or(true);
    let name = match call.api {
        Api::Web => beginning(question),
        Api::Service if named => title(question),
        _ => "New conversation".to_owned(),
    };
    let introduction = super::parameters::introduction(call, &given);
    call.world(|world| {
        let app = world.app(&call.key);
        let tick = app.tick();
        let mut conversation = Conversation::new(call.user(), name, given, introduction, tick);
        if call.key.mode == Mode::AdvancedChat {
            conversation.variables = Variable::starting(&app.id);
        }
        let id = conversation.id.clone();
        app.conversations.insert(id.clone(), conversation);
        id
    })
}

/// A message that is not kept yet, and which of those that the model sees it will be.
fn message(
    call: &Call,
    question: &str,
    conversation: &str,
    given: Map<String, Value>,
    files: &[UsedFile],
) -> (Message, usize) {
    let mut message = Message::new(Some(conversation.to_owned()), call.user(), given, question);
    let url = &call.server.url;
    message.files = files.iter().map(|file| file.in_history(url, &ids::new())).collect();
    if call.api == Api::Web {
        // Only the Service API puts turns in a row by itself.
        let parent = call.text("parent_message_id").map(str::trim).filter(|id| !id.is_empty());
        message.parent = parent.map_or(Parent::None, |id| Parent::Message(id.to_ascii_lowercase()));
    }
    let turn = match &message.parent {
        Parent::Last => dialogues(call, conversation) + 1,
        Parent::None => 1,
        Parent::Message(id) => call.world(|world| world.app(&call.key).turns(id)) + 1,
    };
    (message, turn)
}

/// How many turns a conversation has had.
fn dialogues(call: &Call, conversation: &str) -> usize {
    call.world(|world| {
        let conversation = world.app(&call.key).conversations.get(conversation);
        conversation.map_or(0, |conversation| conversation.messages.len())
    })
}

async fn speech(
    call: &Call,
    question: &str,
    conversation: String,
    given: Map<String, Value>,
    files: &[UsedFile],
    streaming: bool,
) -> Outcome {
    let (mut message, turn) = message(call, question, &conversation, given, files);
    let pace = call.server.options.pace;
    let mut script = AnswerScript::new(question, turn, files.len(), pace);
    let hit = call.world(|world| {
        let annotation = world.app(&call.key).annotations.hit(question)?;
        annotation.hits += 1;
        Some((annotation.answer.clone(), annotation.reply()))
    });
    if let Some((answer, reply)) = hit {
        // An annotation comes letter by letter.
        script.pieces = answer.chars().map(String::from).collect();
        message.annotation = Some(reply);
    }
    let told = files.iter().zip(&message.files);
    let told = told.map(|(file, kept)| file.in_event(&call.server.url, kept["id"].as_str().unwrap_or_default()));
    let told = told.collect();
    spoken(call, message, script, told, streaming).await
}

/// Answers without a flow: as a stream of events, or with the whole at its end. `files` are the events about them.
pub(super) async fn spoken(
    call: &Call,
    message: Message,
    script: AnswerScript,
    files: Vec<Value>,
    streaming: bool,
) -> Outcome {
    let speech = Speech::begin(&call.server, &call.key, message, script, files);
    let (cursor, id, task) = (speech.feed.from_start(), speech.message.clone(), speech.task.clone());
    let stop = speech.stop.clone();
    tokio::spawn(speech.run());
    if streaming {
        let mut events = Events::new(cursor, call.server.options.ping);
        events.abandoned = Some(Box::new(move || stop.abandon()));
        return Ok(Reply::Events(events));
    }
    cursor.rest().await;
    answered(call, &id, &task)
}

async fn flow(
    call: &Call,
    question: String,
    conversation: String,
    given: Map<String, Value>,
    files: &[UsedFile],
    streaming: bool,
) -> Outcome {
    if call.server.options.since("1.7.2") {
        workflows::check_version(call, call.text("workflow_id"))?;
    }
    let (message, turn) = message(call, &question, &conversation, given.clone(), files);
    let count = dialogues(call, &conversation) + 1;
    let talk = Talk { conversation, message: message.id.clone(), created_at: message.created_at };
    let mut system = Map::from_iter([("sys.query".to_owned(), json!(question))]);
    system.extend(inputs::system(call, files));
    system.insert("sys.dialogue_count".to_owned(), json!(count));
    let script = AnswerScript::new(&question, turn, files.len(), call.server.options.pace);
    call.world(|world| world.app(&call.key).keep(message));
    let (user, visit) = (call.user().to_owned(), call.api == Api::Web);
    let beginning = Beginning { user, visit, talk: Some(talk.clone()), inputs: given, system, question, script };
    let flow = Flow::begin(&call.server, &call.key, beginning);
    let (cursor, run, task) = (flow.feed.from_start(), flow.run.clone(), flow.task.clone());
    call.world(|world| {
        let message = world.app(&call.key).messages.get_mut(&talk.message);
        if let Some(message) = message {
            message.run = Some(run.clone());
        }
    });
    tokio::spawn(flow.start());
    if streaming {
        return Ok(Reply::Events(Events::greeting(cursor, call.server.options.ping)));
    }
    cursor.rest().await;
    let ended = call.world(|world| {
        let run = world.app(&call.key).run.get(&run)?;
        Some((run.status, run.error.clone(), run.blocking()))
    });
    match ended {
        Some((Status::Failed, error, _)) => Err(Refusal::invalid(format!("Run failed: {}", error.unwrap_or_default()))),
        Some((Status::Paused, _, value)) => Ok(Reply::run(paused(&talk, &task, &value))),
        _ => answered(call, &talk.message, &task),
    }
}

/// The blocking answer, from the message as it is remembered.
fn answered(call: &Call, message: &str, task: &str) -> Outcome {
    let mode = call.key.mode.name();
    call.world(|world| {
        let Some(message) = world.app(&call.key).messages.get(message) else { return Err(Refusal::unknown()) };
        if let Some(error) = &message.error {
            return Err(Refusal::new(400, "completion_request_error", error.clone()));
        }
        let usage = message.usage.clone().map(|usage| usage.blocking());
        let mut answer = json!({
            "event": "message", "task_id": task, "id": message.id, "message_id": message.id,
            "mode": mode, "answer": message.answer,
            "metadata": usage.map(|usage| usage.metadata(message.annotation.as_ref(), true)),
            "created_at": message.created_at,
        });
        // Completions have none.
        if let Some(conversation) = &message.conversation {
            answer["conversation_id"] = json!(conversation);
        }
        Ok(Reply::run(answer))
    })
}

/// The blocking answer of a chatflow that waits for a person.
fn paused(talk: &Talk, task: &str, run: &Value) -> Value {
    let data = &run["data"];
    let metadata = json!({"annotation_reply": null, "retriever_resources": [], "usage": null, "reasoning": {}});
    json!({
        "event": "workflow_paused", "task_id": task, "id": talk.message, "message_id": talk.message,
        "conversation_id": talk.conversation, "mode": Mode::AdvancedChat.name(), "answer": "",
        "metadata": metadata, "created_at": talk.created_at, "workflow_run_id": run["workflow_run_id"],
        "data": {
            "id": talk.message, "mode": Mode::AdvancedChat.name(), "conversation_id": talk.conversation,
            "message_id": talk.message, "workflow_run_id": run["workflow_run_id"], "answer": "",
            "metadata": metadata, "created_at": talk.created_at, "paused_nodes": data["paused_nodes"],
            "reasons": data["reasons"], "status": "paused", "elapsed_time": data["elapsed_time"],
            "total_tokens": data["total_tokens"], "total_steps": data["total_steps"],
        },
    })
}
