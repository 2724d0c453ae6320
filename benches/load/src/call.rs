//! One call of the mix.

use crate::seen::Seen;
use dify_api::{
    App, Error, Response, Upload,
    types::{
        AnnotationInput, ChatRequest, ConversationsListQuery, FeedbackRating, FileUploadRequest, MessageFeedbackRequest,
    },
};

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Info,
    Conversations,
    Chat,
    Feedback,
    Annotate,
    Correct,
    Upload,
}

impl Kind {
    pub const ALL: [Self; 7] =
        [Self::Info, Self::Conversations, Self::Chat, Self::Feedback, Self::Annotate, Self::Correct, Self::Upload];

    /// The id of the operation.
    pub fn operation(self) -> &'static str {
        match self {
            Self::Info => "app_info_get",
            Self::Conversations => "app_conversations_list",
            Self::Chat => "app_chat_send",
            Self::Feedback => "app_messages_feedback",
            Self::Annotate => "app_annotations_create",
            Self::Correct => "app_annotations_update",
            Self::Upload => "app_files_upload",
        }
    }

    pub fn only_reads(self) -> bool {
        matches!(self, Self::Info | Self::Conversations)
    }

    /// A read, a `PUT`, or a `POST` that the description calls so.
    pub fn idempotent(self) -> bool {
        self.only_reads() || matches!(self, Self::Feedback | Self::Correct)
    }

    /// Of a hundred calls: 25 and 20 reads, 25 chats, 10 of each of the others, no upload but one in a hundred.
    fn drawn(random: &mut fastrand::Rng) -> Self {
        match random.u32(..100) {
            0..25 => Self::Info,
            25..44 => Self::Conversations,
            44..69 => Self::Chat,
            69..79 => Self::Feedback,
            79..89 => Self::Annotate,
            89..99 => Self::Correct,
            _ => Self::Upload,
        }
    }
}

/// What became of a call.
pub struct Outcome {
    pub kind: Kind,
    pub id: String,
    /// How often it was sent, by the client's own account.
    pub attempts: u32,
    pub failure: Option<Failure>,
}

pub struct Failure {
    pub seen: Option<Seen>,
    pub may_have_acted: bool,
    pub over_budget: bool,
    pub text: String,
}

/// One of those who call at the same time, and what it has made so far.
pub struct Caller {
    app: App,
    user: String,
    random: fastrand::Rng,
    conversation: Option<String>,
    message: Option<String>,
    annotation: Option<String>,
}

impl Caller {
    pub fn new(app: App, number: usize, seed: u64) -> Self {
        let random = fastrand::Rng::with_seed(seed.wrapping_add(number as u64));
        Self { app, user: format!("user-{number}"), random, conversation: None, message: None, annotation: None }
    }

    /// Makes the next call, under this id.
    pub async fn call(&mut self, id: String) -> Outcome {
        let kind = match Kind::drawn(&mut self.random) {
            // There is nothing yet to be rated or corrected.
            Kind::Feedback if self.message.is_none() => Kind::Chat,
            Kind::Correct if self.annotation.is_none() => Kind::Annotate,
            kind => kind,
        };
        let made = self.make(kind, &id).await;
        let (attempts, failure) = match made {
            Ok(attempts) => (attempts, None),
            Err(error) => {
                let text = error.to_string();
                let over_budget = text.contains("the client's retry budget is used up");
                let failure =
                    Failure { seen: Seen::of(&error), may_have_acted: error.may_have_acted(), over_budget, text };
                (error.attempts(), Some(failure))
            }
        };
        Outcome { kind, id, attempts, failure }
    }

    /// How often it was sent until it succeeded.
    async fn make(&mut self, kind: Kind, id: &str) -> Result<u32, Error> {
        const ID: &str = "X-Request-Id";
        let app = self.app.clone();
        match kind {
            Kind::Info => app.info().get().header(ID, id).with_response().await.map(attempts),
            Kind::Conversations => {
                let query = ConversationsListQuery::new().user(&self.user).limit(5);
                app.conversations().list(&query).header(ID, id).with_response().await.map(attempts)
            }
            Kind::Chat => {
                let mut request = ChatRequest::new("How is the tea made?").user(&self.user);
                // Some turns, then a conversation of its own.
                request.conversation_id = self.conversation.take_if(|_| self.random.u32(..8) > 0);
                let reply = app.chat().send(&request).header(ID, id).with_response().await?;
                self.conversation = Some(reply.conversation_id.clone());
                self.message = Some(reply.message_id.clone());
                Ok(reply.attempts())
            }
            Kind::Feedback => {
                let message = self.message.clone().unwrap_or_default();
                let request = MessageFeedbackRequest::new().user(&self.user).rating(FeedbackRating::Like);
                app.messages().feedback(&message, &request).header(ID, id).with_response().await.map(attempts)
            }
            Kind::Annotate => {
                let request = AnnotationInput::new("How is the tea made?", "With hot water.");
                let reply = app.annotations().create(&request).header(ID, id).with_response().await?;
                self.annotation = Some(reply.id.clone());
                Ok(reply.attempts())
            }
            Kind::Correct => {
                let annotation = self.annotation.clone().unwrap_or_default();
                let request = AnnotationInput::new("How is the tea made?", "With water that has just boiled.");
                app.annotations().update(&annotation, &request).header(ID, id).with_response().await.map(attempts)
            }
            Kind::Upload => {
                let request =
                    FileUploadRequest::new(Upload::bytes("tea.txt", "Green tea: three minutes.\n".repeat(40)))
                        .user(&self.user);
                app.files().upload(&request).header(ID, id).with_response().await.map(attempts)
            }
        }
    }
}

fn attempts<T>(response: Response<T>) -> u32 {
    response.attempts()
}
