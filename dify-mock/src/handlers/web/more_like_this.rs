//! `GET /messages/{message_id}/more-like-this`.

use super::shape;
use crate::handlers::call::{Call, Outcome};
use crate::handlers::events::Events;
use crate::handlers::reply::Reply;
use crate::handlers::service::completion::complete;
use crate::state::feed::Feed;
use crate::values::refusal::Refusal;

/// Another text from the same inputs. A stream of it is empty: so it is with real servers.
pub(crate) async fn answer(call: Call) -> Outcome {
    let (given, query) = call.world(|world| {
        let app = world.app(&call.key);
        let message = app.message(call.at("message_id"), call.user()).ok_or_else(Refusal::no_message)?;
        Ok::<_, Refusal>((message.inputs.clone(), message.query.clone()))
    })?;
    if call.asked("response_mode") == Some("streaming") {
        let feed = Feed::new();
        feed.close();
        return Ok(Reply::Events(Events::new(feed.from_start(), call.server.options.ping)));
    }
    complete(&call, given, &query, &[], false).await.map(shape::of_speech)
}
