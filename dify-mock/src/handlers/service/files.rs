//! Files: bringing them, and getting them back.

use std::sync::Arc;

use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::file::{UploadedFile, sign};
use crate::state::shared::Shared;
use crate::values::blob::Blob;
use crate::values::refusal::Refusal;
use crate::values::{clock, ids};

/// `POST /files/upload`.
pub(crate) fn upload(call: &Call) -> Outcome {
    let files = call.form().map(|form| form.files.as_slice()).unwrap_or_default();
    let Some(part) = files.iter().find(|part| part.name == "file") else {
        return Err(Refusal::new(400, "no_file_uploaded", "Please upload your file."));
    };
    if files.len() > 1 {
        return Err(Refusal::new(400, "too_many_files", "Only one file is allowed."));
    }
    let Some(media) = part.content_type.clone().filter(|media| !media.is_empty()) else {
        return Err(Refusal::new(415, "unsupported_file_type", "File type not allowed."));
    };
    if part.file_name.is_empty() {
        return Err(Refusal::new(400, "filename_not_exists_error", "The specified filename does not exist."));
    }
    if part.file_name.contains(['/', '\\']) {
        return Err(Refusal::invalid("Filename contains invalid characters"));
    }
    let file = keep(call, part.file_name.clone(), media, &part.blob)?;
    Ok(Reply::Json(201, file.value(&call.server.url)))
}

/// What files may have by their extension, in MiB: pictures, films, sound.
const SIZES: [(&[&str], u64); 3] = [
    (&["jpg", "jpeg", "png", "webp", "gif", "svg"], 10),
    (&["mp4", "mov", "mpeg", "webm"], 100),
    (&["mp3", "m4a", "wav", "amr", "mpga"], 50),
];

/// Whether a file of this name has more bytes than the server takes.
pub(crate) fn is_too_large(call: &Call, name: &str, blob: &Blob) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
    let kind = SIZES.iter().find(|(extensions, _)| extensions.contains(&extension.as_str()));
    let usual = kind.map_or(15, |(_, size)| *size) << 20;
    blob.length() > call.server.options.upload_limit.unwrap_or(usual)
}

/// Keeps a file for the user.
pub(crate) fn keep(call: &Call, name: String, media: String, blob: &Arc<Blob>) -> Result<UploadedFile, Refusal> {
    if is_too_large(call, &name, blob) {
        return Err(Refusal::new(413, "file_too_large", ""));
    }
    let user = call.user().to_owned();
    let user_id = call.world(|world| world.app(&call.key).end_user(&user));
    let file = UploadedFile {
        id: ids::new(),
        app: call.key.text.clone(),
        user,
        user_id,
        name,
        media,
        created_at: clock::now(),
        blob: Arc::clone(blob),
    };
    call.world(|world| world.files.insert(file.id.clone(), file.clone()));
    Ok(file)
}

/// `GET /files/{file_id}/preview`: only what was used in a message of this application.
pub(crate) fn preview(call: &Call) -> Outcome {
    let id = call.at("file_id");
    let (file, (here, elsewhere)) =
        call.world(|world| (world.files.get(id).cloned(), world.users_of_file(id, &call.key.text)));
    if elsewhere {
        let message = "File access denied: not owned by requesting app";
        return Err(Refusal::new(403, "file_access_denied", message));
    }
    let file = file.filter(|_| here);
    let file = file.ok_or_else(|| Refusal::new(404, "file_not_found", "File not found in message context"))?;
    Ok(answer(file, call.yes("as_attachment").unwrap_or_default()))
}

/// The address that a browser gets: signed, with no key.
pub(crate) fn signed(server: &Arc<Shared>, id: &str, query: &[(String, String)]) -> Outcome {
    let asked = |name: &str| query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let id = contract::decode(id);
    let file =
        server.world(|world| world.files.get(&id).cloned()).filter(|_| asked("sign") == Some(sign(&id).as_str()));
    let file = file.ok_or_else(|| Refusal::not_found("File not found or signature is invalid"))?;
    Ok(answer(file, asked("as_attachment") == Some("true")))
}

fn answer(file: UploadedFile, attached: bool) -> Reply {
    let disposition = attached.then(|| format!("attachment; filename*=UTF-8''{}", encoded(&file.name)));
    let media = if attached { "application/octet-stream".to_owned() } else { file.media };
    Reply::File { media, disposition, blob: file.blob }
}

/// Percent-encodes a file name.
fn encoded(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
