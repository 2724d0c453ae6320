//! A stream as the network hands it out: in pieces.

use bytes::Bytes;

/// The pieces of `stream`, of `size` bytes each. Copies nothing.
pub fn chunks(stream: &Bytes, size: usize) -> impl Iterator<Item = Bytes> {
    let mut rest = stream.clone();
    std::iter::from_fn(move || {
        let next = rest.split_to(size.min(rest.len()));
        (!next.is_empty()).then_some(next)
    })
}

/// One huge `message` event with `length` bytes of answer, made piece by piece, so that only its reader holds it.
pub fn huge_event(length: usize, size: usize) -> impl Iterator<Item = Bytes> {
    let filler = Bytes::from(vec![b'x'; size]);
    let mut left = length;
    let body = std::iter::from_fn(move || {
        let next = filler.slice(..size.min(left));
        left -= next.len();
        (!next.is_empty()).then_some(next)
    });
    std::iter::once(Bytes::from_static(HEAD)).chain(body).chain(std::iter::once(Bytes::from_static(TAIL)))
}

const HEAD: &[u8] = br#"data: {"event":"message","conversation_id":"c","message_id":"m","created_at":1,"task_id":"t","id":"m","answer":""#;
const TAIL: &[u8] = b"\",\"from_variable_selector\":null}\n\n";
