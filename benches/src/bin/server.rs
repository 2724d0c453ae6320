//! A server on the loopback that plays Dify for the benches, and costs next to nothing itself.
//!
//! `server [PORT]` prints its address. Port 0, the default, takes any.
//!
//! | route | answer |
//! |---|---|
//! | `POST …/chat-messages`, blocking | 1 KB of JSON |
//! | `POST …/chat-messages`, streaming | 2,000 events, one write each; under `/hold` one, then silence |
//! | `POST …/chat-messages` under `/refused` | what Dify 1.16.1 answers to an unknown conversation |
//! | `GET …/parameters` | what Dify 1.16.1 answers |
//! | `GET …/meta` | no icons |
//! | `POST …/files/upload` | the size of the body, as a file |
//! | `GET …/files/{id}/preview` | 1 GiB |
//! | `POST …/document/create-by-file` | the size of the body, as the length of a document |
//! | `GET …/documents/{id}/download` | a link to 1 GiB |

use bytes::Bytes;
use dify_benches::corpus::{Kind, USAGE, stream};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::{Method, Request, Response, body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{
    convert::Infallible,
    pin::Pin,
    sync::OnceLock,
    task::{Context, Poll},
};

const GIB: u64 = 1 << 30;

/// The settings of an application, recorded.
const PARAMETERS: &str = r#"{"opening_statement":"Hello {{name}}, ask me!","suggested_questions":["What is Rust?","Why?"],"suggested_questions_after_answer":{"enabled":true},"speech_to_text":{"enabled":true},"text_to_speech":{"enabled":true,"voice":"alloy","language":"en-US","autoPlay":"disabled"},"retriever_resource":{"enabled":true},"annotation_reply":{"enabled":false},"more_like_this":{"enabled":false},"user_input_form":[{"text-input":{"label":"Name","variable":"name","required":false,"max_length":48,"default":""}},{"paragraph":{"label":"Bio","variable":"bio","required":false,"default":""}},{"select":{"label":"Color","variable":"color","required":false,"options":["red","green"],"default":"red"}},{"number":{"label":"Age","variable":"age","required":false,"default":""}}],"sensitive_word_avoidance":{"enabled":false},"file_upload":{"image":{"enabled":true,"number_limits":3,"detail":"high","transfer_methods":["local_file","remote_url"]},"enabled":true,"allowed_file_types":["image"],"allowed_file_extensions":[".JPG",".JPEG",".PNG",".GIF",".WEBP",".SVG"],"allowed_file_upload_methods":["local_file","remote_url"],"number_limits":3},"system_parameters":{"image_file_size_limit":10,"video_file_size_limit":100,"audio_file_size_limit":50,"file_size_limit":15,"workflow_file_upload_limit":10}}"#;

/// Events that go out one by one: hyper writes what it has whenever this has nothing for a moment.
struct Events {
    next: usize,
    end: usize,
    written: bool,
    /// Stay open after the last.
    hold: bool,
}

impl Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.next == self.end {
            return if self.hold { Poll::Pending } else { Poll::Ready(None) };
        }
        if !std::mem::replace(&mut self.written, true) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.written = false;
        self.next += 1;
        Poll::Ready(Some(Ok(Frame::data(events()[self.next - 1].clone()))))
    }
}

fn events() -> &'static [Bytes] {
    static EVENTS: OnceLock<Vec<Bytes>> = OnceLock::new();
    EVENTS.get_or_init(|| {
        let mut rest = Bytes::from(stream(Kind::Small, 2000));
        let mut events = Vec::new();
        while let Some(end) = memchr::memmem::find(&rest, b"\n\n") {
            events.push(rest.split_to(end + 2));
        }
        events
    })
}

/// So many bytes of nothing.
struct Zeros(u64);

impl Body for Zeros {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        static PIECE: [u8; 64 << 10] = [0; 64 << 10];
        let length = self.0.min(PIECE.len() as u64);
        self.0 -= length;
        Poll::Ready((length > 0).then(|| Ok(Frame::data(Bytes::from_static(&PIECE[..length as usize])))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0)
    }
}

fn reply() -> Bytes {
    static REPLY: OnceLock<Bytes> = OnceLock::new();
    REPLY
        .get_or_init(|| {
            let answer = "今天 the weather is fine. ".repeat(16);
            format!(
                r#"{{"event":"message","task_id":"c3800678-a077-43df-a102-53f23ed20b88","id":"9da23599-e713-473b-982c-4328d4f5c78a","message_id":"9da23599-e713-473b-982c-4328d4f5c78a","conversation_id":"45701982-8118-4bc5-8e9b-64562b4555f2","mode":"chat","answer":"{answer}","metadata":{{"annotation_reply":null,"retriever_resources":[],"usage":{USAGE}}},"created_at":1795228922}}"#
            )
            .into()
        })
        .clone()
}

fn file(size: u64) -> Bytes {
    format!(
        r#"{{"id":"72fa9618-8f89-4a37-9b33-7e1178a24a67","reference":null,"name":"big.png","size":{size},"extension":"png","mime_type":"image/png","created_by":"5ad498","created_at":1795228922,"preview_url":null,"source_url":"","original_url":null,"user_id":null,"tenant_id":"5ad4cb98","conversation_id":null,"file_key":null}}"#
    )
    .into()
}

fn document(size: u64) -> Bytes {
    format!(
        r#"{{"document":{{"id":"215598f6-0960-4ce8-bbb0-f05e959f9f5d","position":1,"data_source_type":"upload_file","data_source_info":{{"upload_file_id":"5ec4a7fe-847f-4227-b73f-7a6ad7c6738a"}},"data_source_detail_dict":{{"upload_file":{{"id":"5ec4a7fe-847f-4227-b73f-7a6ad7c6738a","name":"rust-guide.txt","size":143,"extension":"txt","mime_type":"text/plain","created_by":"78b5292b-9bab-4181-b150-159a96ea5864","created_at":1795229072.354706}}}},"dataset_process_rule_id":"4df102d0-5264-4c8a-a7d3-191550327aeb","name":"rust-guide.txt","created_from":"api","created_by":"78b5292b-9bab-4181-b150-159a96ea5864","created_at":1795229072,"tokens":null,"indexing_status":"waiting","error":null,"enabled":true,"disabled_at":null,"disabled_by":null,"archived":false,"display_status":"queuing","word_count":{size},"hit_count":0,"doc_form":"text_model","doc_metadata":[],"summary_index_status":null,"need_summary":false}},"batch":"20261121024432373528"}}"#
    )
    .into()
}

/// The size of a body, which goes by.
async fn size(mut body: Incoming) -> Result<u64, hyper::Error> {
    let mut size = 0;
    while let Some(frame) = body.frame().await.transpose()? {
        size += frame.data_ref().map_or(0, Bytes::len) as u64;
    }
    Ok(size)
}

type Answer = Response<BoxBody<Bytes, Infallible>>;

fn answer(media_type: &str, body: impl Body<Data = Bytes, Error = Infallible> + Send + Sync + 'static) -> Answer {
    Response::builder()
        .header("content-type", media_type)
        .header("x-version", "1.16.1")
        .body(body.boxed())
        .expect("an answer")
}

fn refusal(body: &'static str) -> Answer {
    let mut answer = answer("application/json", Full::from(body));
    *answer.status_mut() = hyper::StatusCode::NOT_FOUND;
    answer
}

async fn serve(request: Request<Incoming>) -> Result<Answer, hyper::Error> {
    let path = request.uri().path().to_owned();
    let post = request.method() == Method::POST;
    let body = request.into_body();
    Ok(if path.starts_with("/refused") {
        body.collect().await?;
        refusal(r#"{"code":"not_found","message":"Conversation Not Exists.","status":404}"#)
    } else if post && path.ends_with("/chat-messages") {
        let body = body.collect().await?.to_bytes();
        if memchr::memmem::find(&body, b"\"streaming\"").is_none() {
            answer("application/json", Full::new(reply()))
        } else {
            let hold = path.starts_with("/hold");
            let end = if hold { 1 } else { events().len() };
            answer("text/event-stream; charset=utf-8", Events { next: 0, end, written: true, hold })
        }
    } else if post && path.ends_with("/files/upload") {
        answer("application/json", Full::new(file(size(body).await?)))
    } else if post && path.ends_with("/document/create-by-file") {
        answer("application/json", Full::new(document(size(body).await?)))
    } else if path.ends_with("/parameters") {
        answer("application/json", Full::from(PARAMETERS))
    } else if path.ends_with("/meta") {
        answer("application/json", Full::from(r#"{"tool_icons":{}}"#))
    } else if path.ends_with("/download") {
        answer("application/json", Full::from(r#"{"url":"/files/1/preview"}"#))
    } else if path.ends_with("/preview") {
        answer("image/png", Zeros(GIB))
    } else {
        refusal(r#"{"code":"not_found","message":"","status":404}"#)
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let port = std::env::args().nth(1).map_or(0, |port| port.parse().expect("a port"));
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.set_reuseaddr(true).expect("reuse");
    socket.bind(([127, 0, 0, 1], port).into()).expect("the port");
    // Thousands of streams are opened at once.
    let listener = socket.listen(8192).expect("listen");
    println!("http://{}", listener.local_addr().expect("address"));
    loop {
        let Ok((connection, _)) = listener.accept().await else { continue };
        let _ = connection.set_nodelay(true);
        tokio::spawn(
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(connection), service_fn(serve)),
        );
    }
}
