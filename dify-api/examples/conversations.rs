//! Two turns, then the conversation: listed, renamed, read back, deleted.

mod support;

use dify_api::Shown;
use dify_api::types::{
    ChatRequest, ConversationDeleteRequest, ConversationRenameRequest, ConversationsListQuery, MessagesListQuery,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dify = support::connect("app-chat").await?;
    let user = "example-user";
    let first = dify.app.chat().send(&ChatRequest::new("My name is Maria.").user(user)).await?;
    let again = ChatRequest::new("What is my name?").user(user).conversation_id(&*first.conversation_id);
    println!("{}", dify.app.chat().send(&again).await?.answer);

    let id = &first.conversation_id;
    dify.app.conversations().rename(id, &ConversationRenameRequest::new().name("Names").user(user)).await?;
    for conversation in dify.app.conversations().list(&ConversationsListQuery::new().user(user)).await?.data {
        println!("{}  {}", conversation.id, Shown::new(&conversation.name));
    }
    for message in dify.app.messages().list(&MessagesListQuery::new(id).user(user)).await?.data {
        println!("  {} -> {}", message.query, message.answer);
    }
    dify.app.conversations().delete(id, &ConversationDeleteRequest::new().user(user)).await?;
    println!("deleted");
    Ok(())
}
