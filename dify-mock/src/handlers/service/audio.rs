//! Speech to text and back.

use bytes::Bytes;
use serde_json::{Value, json};

use super::parameters;
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::values::refusal::Refusal;

/// What Dify takes for sound. `audio/mpeg`, the usual name of an mp3, is not among it.
const SOUNDS: &[&str] = &["audio/mp3", "audio/m4a", "audio/wav", "audio/amr", "audio/mpga"];

/// `POST /audio-to-text`.
pub(crate) fn to_text(call: &Call) -> Outcome {
    if !parameters::enabled(call, "speech_to_text") {
        return Err(Refusal::new(400, "speech_to_text_disabled", "Speech to text is disabled."));
    }
    let Some(part) = call.form().and_then(|form| form.file("file")) else {
        return Err(Refusal::new(400, "no_audio_uploaded", "Please upload your audio."));
    };
    let media = part.content_type.as_deref().unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    if !SOUNDS.contains(&media) {
        return Err(Refusal::new(415, "unsupported_audio_type", "Audio type not allowed."));
    }
    let text = format!("This is what {} bytes of {} say.", part.blob.length(), part.file_name);
    Ok(Reply::ok(json!({"text": text})))
}

/// `POST /text-to-audio`.
pub(crate) fn from_text(call: &Call) -> Outcome {
    if !parameters::enabled(call, "text_to_speech") {
        return Err(Refusal::invalid("TTS is not enabled"));
    }
    let text = call.text("text").filter(|text| !text.is_empty()).map(str::to_owned);
    let text = match call.text("message_id").filter(|id| !id.is_empty()) {
        None => text.ok_or_else(|| Refusal::invalid("Text is required"))?,
        Some(id) => {
            let answer =
                call.world(|world| world.app(&call.key).messages.get(id).map(|message| message.answer.clone()));
            // Of an unknown message there is nothing to say, and that is what Dify says.
            let Some(answer) = answer else { return Ok(Reply::ok(Value::Null)) };
            answer
        }
    };
    // A frame of silence for each word, at least one.
    let frames = text.split_whitespace().count().max(1);
    Ok(Reply::Audio((0..frames).map(|_| silence()).collect()))
}

/// One frame of an mp3: MPEG-1 layer III, 32 kbit/s, 44.1 kHz, mono, 104 bytes of silence.
fn silence() -> Bytes {
    let mut frame = vec![0_u8; 104];
    frame[..4].copy_from_slice(&[0xff, 0xfb, 0x10, 0xc0]);
    Bytes::from(frame)
}
