//! Blocking answers that are carried over a stream.

use crate::Call;

/// One method that carries the answer of another over a stream.
macro_rules! streamed {
    (
        $(#[$docs:meta])*
        $group:ident.$method:ident($($argument:ident: &$ty:ty),*) from $stream:ident -> $reply:ident
    ) => {
        impl crate::groups::$group<'_> {
            $(#[$docs])*
            pub fn $method(self, $($argument: &$ty),*) -> Call<crate::types::$reply> {
                Call::streamed(self.$stream($($argument),*))
            }
        }
    };
}

#[cfg(feature = "app")]
streamed! {
    /// Sends a message and brings the whole answer, as [`send`](Self::send) does, but over a stream.
    ///
    /// Gateways cut connections on which nothing moves for a minute or so; over a stream the pings keep them open. It
    /// also brings the answers of agents, which refuse to answer otherwise. The limit on the whole call does not apply,
    /// as for all streams.
    ///
    /// # Errors
    /// Those of [`stream`](Self::stream). [`ErrorKind::Stream`](crate::ErrorKind::Stream) where the answer failed, and
    /// [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete) where the stream ended before it was whole.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// use dify_api::types::ChatRequest;
    ///
    /// let request = ChatRequest::new("What is worth seeing here?").user("maria-0412");
    /// let reply = app.chat().send_streamed(&request).await?;
    /// println!("{}", reply.answer);
    /// # Ok(())
    /// # }
    /// ```
    Chat.send_streamed(request: &crate::types::ChatRequest) from stream -> ChatReply
}

#[cfg(feature = "app")]
streamed! {
    /// Completes a text and brings the whole, as [`send`](Self::send) does, but over a stream.
    ///
    /// Gateways cut connections on which nothing moves for a minute or so; over a stream the pings keep them open. The
    /// limit on the whole call does not apply, as for all streams.
    ///
    /// # Errors
    /// Those of [`stream`](Self::stream). [`ErrorKind::Stream`](crate::ErrorKind::Stream) where the answer failed, and
    /// [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete) where the stream ended before it was whole.
    Completion.send_streamed(request: &crate::types::CompletionRequest) from stream -> CompletionReply
}

#[cfg(feature = "app")]
streamed! {
    /// Runs the workflow and returns its result, like [`run`](Self::run) does, but over a stream.
    ///
    /// Gateways cut connections on which nothing moves for a minute or so; over a stream the pings keep them open. The
    /// limit on the whole call does not apply, as for all streams.
    ///
    /// # Errors
    /// Those of [`run_stream`](Self::run_stream), and [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete) where the
    /// stream ended before the run did. A run that failed is no error: look at its status.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// use dify_api::types::WorkflowRunRequest;
    ///
    /// let request = WorkflowRunRequest::new([("city", "Beijing")]).user("maria-0412");
    /// let reply = app.workflows().run_streamed(&request).await?;
    /// println!("{}: {}", reply.data.status, reply.data.outputs);
    /// # Ok(())
    /// # }
    /// ```
    Workflows.run_streamed(request: &crate::types::WorkflowRunRequest) from run_stream -> WorkflowRunReply
}

#[cfg(feature = "app")]
streamed! {
    /// Runs a version of the workflow and returns its result, like [`run_version`](Self::run_version) does, but over a
    /// stream.
    ///
    /// # Errors
    /// Those of [`run_version_stream`](Self::run_version_stream), and
    /// [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete) where the stream ended before the run did.
    Workflows.run_version_streamed(workflow_id: &str, request: &crate::types::WorkflowRunRequest)
        from run_version_stream -> WorkflowRunReply
}

#[cfg(feature = "web")]
streamed! {
    /// Sends a message and brings the whole answer, as [`send`](Self::send) does, but over a stream, on which pings
    /// keep gateways from cutting the connection. It also brings the answers of agents.
    ///
    /// # Errors
    /// Those of [`stream`](Self::stream). [`ErrorKind::Stream`](crate::ErrorKind::Stream) where the answer failed, and
    /// [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete) where the stream ended before it was whole.
    WebChat.send_streamed(request: &crate::types::WebChatRequest) from stream -> WebChatReply
}

#[cfg(feature = "web")]
streamed! {
    /// Completes a text and brings the whole, as [`send`](Self::send) does, but over a stream, on which pings keep
    /// gateways from cutting the connection.
    ///
    /// # Errors
    /// Those of [`stream`](Self::stream). [`ErrorKind::Stream`](crate::ErrorKind::Stream) where the answer failed, and
    /// [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete) where the stream ended before it was whole.
    WebCompletion.send_streamed(request: &crate::types::WebCompletionRequest) from stream -> WebCompletionReply
}

#[cfg(feature = "web")]
streamed! {
    /// Asks for another answer to the same and brings the whole, as [`more_like_this`](Self::more_like_this) does, but
    /// over a stream.
    ///
    /// # Errors
    /// Those of [`more_like_this_stream`](Self::more_like_this_stream), and
    /// [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete) where the stream ended before the answer was whole.
    WebMessages.more_like_this_streamed(message_id: &str) from more_like_this_stream -> WebCompletionReply
}
