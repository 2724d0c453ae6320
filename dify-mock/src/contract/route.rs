//! Finding the operation for a method and a path.

use super::Operation;
use crate::values::ids;

/// The operations of one document.
#[derive(Debug)]
pub(crate) struct Routes {
    operations: Vec<Operation>,
}

/// What stands at a method and path.
#[derive(Debug)]
pub(crate) enum Found<'a> {
    /// An operation and the values of its path parameters, by name, decoded.
    Operation(&'a Operation, Vec<(String, String)>),
    /// The path is known, the method is not.
    OtherMethod,
    /// No such path, or a path parameter that the server would not route.
    Nothing,
}

impl Routes {
    pub(crate) fn new(mut operations: Vec<Operation>) -> Routes {
        // `/workflows/run` before `/workflows/{id}`: the more fixed words, and the earlier, the closer the match.
        operations
            .sort_by_key(|operation| operation.path.split('/').map(|word| word.starts_with('{')).collect::<Vec<_>>());
        Routes { operations }
    }

    pub(crate) fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.iter()
    }

    pub(crate) fn find(&self, method: &str, path: &str) -> Found<'_> {
        // A HEAD is a GET whose body the HTTP layer keeps back.
        let method = if method == "HEAD" { "GET" } else { method };
        let mut known = false;
        for operation in &self.operations {
            if let Some(values) = matched(operation, path) {
                if operation.method == method {
                    return Found::Operation(operation, values);
                }
                known = true;
            }
        }
        if known { Found::OtherMethod } else { Found::Nothing }
    }
}

/// The values of the path parameters, when the path is one of this operation.
fn matched(operation: &Operation, path: &str) -> Option<Vec<(String, String)>> {
    let mut values = Vec::new();
    let mut words = path.split('/');
    for template in operation.path.split('/') {
        let word = words.next()?;
        match template.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            None if template == word => {}
            Some(name) if !word.is_empty() => {
                let value = decoded(word);
                if operation.is_uuid(name) && !ids::is_uuid(&value) {
                    return None;
                }
                values.push((name.to_owned(), value));
            }
            _ => return None,
        }
    }
    words.next().is_none().then_some(values)
}

/// Undoes percent encoding; what is no UTF-8 afterwards gets replacement characters.
pub(crate) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let pair = if byte == b'%' { hex(ahead.next()).zip(hex(ahead.next())) } else { None };
        match pair {
            Some((high, low)) => {
                bytes.push(high * 16 + low);
                rest = ahead;
            }
            None => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(byte: Option<u8>) -> Option<u8> {
    byte.and_then(|byte| char::from(byte).to_digit(16)).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Contract;

    #[test]
    fn percent_signs_are_decoded_and_broken_ones_kept() {
        assert_eq!(decoded("a%20b%E2%9C%A8%zz%2"), "a b✨%zz%2");
    }

    #[test]
    fn fixed_words_win_over_parameters_and_uuids_are_checked() {
        let contract = Contract::get().expect("the bundle is readable");
        let id = ids::new();
        let at = |method: &str, path: &str| match contract.find(method, path) {
            Found::Operation(operation, _) => operation.id.clone(),
            Found::OtherMethod => "405".to_owned(),
            Found::Nothing => "404".to_owned(),
        };
        assert_eq!(at("GET", "/v1/files/abc/preview"), "404");
        assert_eq!(at("GET", &format!("/v1/files/{id}/preview")), "app_files_preview");
        assert_eq!(at("PATCH", "/v1/info"), "405");
        assert_eq!(at("GET", "/v1/info/"), "404");
        assert_eq!(at("GET", "/v2/info"), "404");
    }
}
