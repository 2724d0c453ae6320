//! The list of published documents, for programs that fetch them.

use std::fmt::Write;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Version;

/// A published file.
#[derive(Clone, Copy, Debug)]
pub struct Published<'d> {
    /// The API, such as `service`.
    pub api: &'d str,
    /// The version of OpenAPI that it is written in.
    pub openapi: Version,
    /// The version of the document itself.
    pub version: &'d str,
    /// The end of its name: `json` or `yaml`.
    pub extension: &'d str,
    /// Its content.
    pub contents: &'d str,
}

/// The entry of a file in the list: its versions and its hash.
#[must_use]
pub fn index(file: &Published<'_>) -> Value {
    json!({
        "api": file.api,
        "openapi": file.openapi.exact(),
        "format": file.extension,
        "file": file.openapi.file(file.api, file.extension),
        "version": file.version,
        "sha256": sha256(file.contents),
    })
}

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_has_its_name_its_versions_and_its_hash() {
        let file = Published { api: "tea", openapi: Version::V31, version: "2.0", extension: "json", contents: "abc" };
        assert_eq!(
            index(&file),
            json!({
                "api": "tea", "openapi": "3.1.0", "format": "json", "file": "dify-tea-3.1.json", "version": "2.0",
                "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            })
        );
    }
}
