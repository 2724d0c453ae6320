//! Files: bringing them, and getting them back.

use std::sync::Arc;

use crate::handlers::call::{Call, Outcome};
use crate::handlers::form_data::FilePart;
use crate::handlers::reply::Reply;
use crate::state::file::{UploadedFile, extension, sign};
use crate::state::shared::Shared;
use crate::values::refusal::Refusal;

/// `POST /files/upload`.
pub(crate) fn upload(call: &Call) -> Outcome {
    let part = part(call)?.ok_or_else(no_file)?;
    let media = typed(part)?;
    check_name(part)?;
    let file = keep(call, part, media)?;
    Ok(Reply::Json(201, file.value(&call.server.url)))
}

pub(crate) fn no_file() -> Refusal {
    Refusal::new(400, "no_file_uploaded", "Please upload your file.")
}

/// The one file of the form.
pub(crate) fn part(call: &Call) -> Result<Option<&FilePart>, Refusal> {
    match call.form().and_then(|form| Some((form.file("file")?, form.files.len()))) {
        Some((_, 2..)) => Err(Refusal::new(400, "too_many_files", "Only one file is allowed.")),
        found => Ok(found.map(|(part, _)| part)),
    }
}

/// The media type of a file that has one.
pub(crate) fn typed(part: &FilePart) -> Result<&str, Refusal> {
    let media = part.content_type.as_deref().filter(|media| !media.is_empty());
    media.ok_or_else(|| Refusal::new(415, "unsupported_file_type", "File type not allowed."))
}

/// Refuses a file whose name is missing or a path.
pub(crate) fn check_name(part: &FilePart) -> Result<(), Refusal> {
    if part.file_name.is_empty() {
        return Err(Refusal::new(400, "filename_not_exists_error", "The specified filename does not exist."));
    }
    let path = part.file_name.contains(['/', '\\']);
    if path { Err(Refusal::invalid("Filename contains invalid characters")) } else { Ok(()) }
}

/// What files may have by their extension, in MiB: pictures, films, sound.
const SIZES: [(&[&str], u64); 3] = [
    (&["jpg", "jpeg", "png", "webp", "gif", "svg"], 10),
    (&["mp4", "mov", "mpeg", "webm"], 100),
    (&["mp3", "m4a", "wav", "amr", "mpga"], 50),
];

/// Whether a file has more bytes than the server takes.
pub(crate) fn is_too_large(call: &Call, part: &FilePart) -> bool {
    let extension = extension(&part.file_name);
    let kind = SIZES.iter().find(|(extensions, _)| extensions.contains(&extension.as_str()));
    let usual = kind.map_or(15, |(_, size)| *size) << 20;
    part.blob.length() > call.server.options.upload_limit.unwrap_or(usual)
}

/// Keeps a file for the user.
fn keep(call: &Call, part: &FilePart, media: &str) -> Result<UploadedFile, Refusal> {
    if is_too_large(call, part) {
        return Err(Refusal::new(413, "file_too_large", ""));
    }
    let (app, user) = (call.key.text.clone(), call.user().to_owned());
    let user_id = call.world(|world| world.app(&call.key).end_user(&user, false));
    let file = UploadedFile::new(&part.file_name, media, Arc::clone(&part.blob));
    let file = UploadedFile { app, user, user_id, ..file };
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
    Reply::File { media, disposition, cache: "public, max-age=3600", blob: file.blob }
}

/// Percent-encodes a file name.
fn encoded(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
