//! The file behind a document.

use crate::{
    Call, Download, Error,
    groups::Documents,
    operation::{Credential, Named},
    transport::{
        exchange::{Exchange, Expect},
        request::Request,
    },
};
use reqwest::{
    Method,
    header::{ACCEPT, HeaderValue},
};

impl Documents<'_> {
    /// The file that a document was made from, byte by byte: asks for its link, and follows it.
    ///
    /// The link is signed and may lead to another server than Dify's, such as an object store: the key does not go along,
    /// nor do headers of the builder. A client of an `https` server follows no link to `http`, unless
    /// [`allow_http`](crate::KnowledgeBuilder::allow_http) is on.
    /// Since Dify 1.16.1.
    ///
    /// ```no_run
    /// # async fn run(knowledge: dify_api::Knowledge, dataset: &str, document: &str) -> Result<(), dify_api::Error> {
    /// let file = knowledge.documents().download_file(dataset, document).await?;
    /// let bytes = file.save_to("rust-guide.pdf").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of [`download`](Self::download), which gets the link; [`ErrorKind::Http`](crate::ErrorKind::Http) when the link does not answer
    /// with a file.
    pub async fn download_file(self, dataset_id: &str, document_id: &str) -> Result<Download, Error> {
        let link = self.download(dataset_id, document_id).await?;
        let transport = self.transport;
        let url = transport.given(&link.url, "FILES_URL")?;
        let named = Named::by_hand(Method::GET, "/files/{file_id}/file-preview".to_owned(), Credential::None);
        let mut request = Request::new(Method::GET, url);
        request.headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        Call::download_of(Exchange::new(transport, named, Ok(request), Expect::Download)).presigned().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use crate::tests::test_server::{Server, answer};

    async fn file_at(link: impl Fn(&Server) -> String, elsewhere: &Server) -> (Server, Result<Download, Error>) {
        let body = serde_json::json!({"url": link(elsewhere)}).to_string();
        let server = Server::start(vec![
            answer(200, "application/json", &body),
            answer(200, "application/pdf", "the same server"),
        ])
        .await;
        let file = server.knowledge().documents().download_file("d", "f").await;
        (server, file)
    }

    #[tokio::test]
    async fn a_link_to_another_server_is_followed_without_the_key() {
        let store = Server::start(vec![answer(200, "application/pdf", "content")]).await;
        let (server, file) = file_at(|store| format!("{}/files/1?sign=a", store.base_url), &store).await;
        assert_eq!(file.expect("a file").bytes().await.expect("bytes"), "content");
        assert!(server.seen()[0].contains("dataset-5ecret"));
        let asked = store.seen().concat();
        assert!(asked.starts_with("GET /v1/files/1?sign=a ") && !asked.contains("5ecret"), "{asked}");
        assert!(!asked.to_ascii_lowercase().contains("authorization"), "{asked}");
    }

    #[tokio::test]
    async fn a_link_without_a_server_is_one_of_this() {
        let store = Server::start(vec![answer(404, "text/plain", "")]).await;
        let (server, file) = file_at(|_| "/files/1?sign=a".to_owned(), &store).await;
        assert_eq!(file.expect("a file").bytes().await.expect("bytes"), "the same server");
        assert!(server.seen()[1].starts_with("GET /files/1?sign=a "));
    }

    #[tokio::test]
    async fn a_link_that_is_none_is_told() {
        let store = Server::start(vec![answer(404, "text/plain", "")]).await;
        let (_server, file) = file_at(|_| "file:///etc/passwd".to_owned(), &store).await;
        let error = file.expect_err("refused");
        assert!(matches!(error.kind(), ErrorKind::Config(_)), "{error}");
    }
}
