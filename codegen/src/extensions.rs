//! The OpenAPI extensions of the description: place, form and short meaning of each.
//!
//! The linter and the table in `spec/EXTENSIONS.md` are made from this list.

/// What carries an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExtensionPlace {
    Document,
    Tag,
    Info,
    Operation,
    Parameter,
    Response,
    Header,
    Media,
    Schema,
}

/// What the value of an extension has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueForm {
    Bool,
    True,
    Text,
    Secret,
    TextList,
    MapList,
    Map,
    Anything,
}

/// One extension.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extension {
    pub(crate) name: &'static str,
    pub(crate) form: ValueForm,
    places: &'static [ExtensionPlace],
    /// The row of the table: what carries it, and its meaning. Extensions that share a row follow each other, and the
    /// first of them has it.
    row: Option<(&'static str, &'static str)>,
}

const fn extension(
    name: &'static str,
    form: ValueForm,
    places: &'static [ExtensionPlace],
    row: Option<(&'static str, &'static str)>,
) -> Extension {
    Extension { name, form, places, row }
}

/// What may begin and end with a release.
const VERSIONED: &[ExtensionPlace] = &[
    ExtensionPlace::Operation,
    ExtensionPlace::Parameter,
    ExtensionPlace::Response,
    ExtensionPlace::Header,
    ExtensionPlace::Media,
    ExtensionPlace::Schema,
];
const DEPRECATED: &[ExtensionPlace] = &[ExtensionPlace::Operation, ExtensionPlace::Parameter, ExtensionPlace::Schema];

/// Every extension, in the order of the table.
pub(crate) const EXTENSIONS: [Extension; 31] = {
    use ExtensionPlace::{Document, Info, Media, Operation, Response, Schema, Tag};
    use ValueForm::{Anything, Bool, Map, MapList, Secret, Text, TextList, True};
    [
        // Before all rows, in none: no published document has it.
        extension("x-dify-evidence", Text, VERSIONED, None),
        extension(
            "x-dify-checked",
            TextList,
            &[Info],
            Some(("`info`", "the releases against which the document was verified")),
        ),
        extension("x-displayName", Text, &[Tag], Some(("tag", "its name for people; `summary` in 3.2"))),
        extension(
            "x-tagGroups",
            MapList,
            &[Document],
            Some(("document", "its tags in groups; `parent` of each tag in 3.2")),
        ),
        extension("x-dify-language", Text, &[], Some(("`info`", "the language of the texts, where it is not English"))),
        extension("x-codeSamples", MapList, &[], Some(("operation", "programs that call it, in several languages"))),
        extension("x-dify-method", Text, &[Operation], Some(("operation", "names for the methods of a client"))),
        extension("x-dify-stream-method", Text, &[Operation], None),
        extension("x-dify-errors", TextList, &[Operation], Some(("operation", "its error codes"))),
        extension("x-dify-paging", Map, &[Operation], Some(("operation", "how its list is paged"))),
        extension(
            "x-dify-idempotent",
            Bool,
            &[Operation],
            Some(("operation", "whether it is idempotent, if that differs from its HTTP method")),
        ),
        extension(
            "x-dify-cacheable",
            True,
            &[Operation],
            Some(("operation", "a client may keep its answers for some time")),
        ),
        extension(
            "x-dify-needs",
            TextList,
            &[Operation],
            Some(("operation", "optional members without which the server finds nothing")),
        ),
        extension("x-dify-deviations", MapList, &[Operation], Some(("operation", "defects of a release"))),
        extension("x-dify-state", True, &[Response], Some(("response", "an error status whose body may be a state"))),
        extension(
            "x-dify-framing",
            Text,
            &[Media],
            Some(("body", "the body is a stream, and the schema describes one event")),
        ),
        extension(
            "x-dify-stream-examples",
            TextList,
            &[Media],
            Some(("body", "whole streams, as recorded; `examples` in 3.2")),
        ),
        extension(
            "x-dify-modes",
            TextList,
            &[Operation, Schema],
            Some(("operation, union of events, event", "the modes of applications that it serves, or that send it")),
        ),
        extension("x-dify-final", TextList, &[Schema], Some(("union of events", "the events that end a stream"))),
        extension("x-extensible-enum", MapList, &[Schema], Some(("schema of a text", "the known values"))),
        extension("x-enum-varnames", TextList, &[], Some(("schema of a text", "names for values that are symbols"))),
        extension(
            "x-dify-new",
            TextList,
            &[Schema],
            Some(("schema of a request", "the members that a caller must give")),
        ),
        extension(
            "x-dify-send-default",
            Anything,
            &[Schema],
            Some(("member of a request", "the default value that is sent")),
        ),
        extension(
            "x-dify-tristate",
            True,
            &[Schema],
            Some(("member of a request", "absent and null have different effects")),
        ),
        extension(
            "x-dify-essential",
            Bool,
            &[Schema],
            Some(("member of an answer", "whether a client can do without it, where its name suggests otherwise")),
        ),
        extension("x-dify-secret", Secret, &[Schema], Some(("member", "content that must not be logged"))),
        extension(
            "x-dify-since",
            Text,
            VERSIONED,
            Some(("operation, parameter, response, body, schema, member", "the releases that have it")),
        ),
        extension("x-dify-until", Text, VERSIONED, None),
        extension("x-dify-deprecated", Text, DEPRECATED, None),
        extension(
            "x-dify-required-until",
            Text,
            &[Schema],
            Some(("member", "the last release that always sends it, where newer ones may not")),
        ),
        extension("x-dify-earlier", MapList, &[Schema], Some(("schema, member", "its shape in earlier releases"))),
    ]
};

/// The names of those that a place may carry.
pub(crate) fn names(place: ExtensionPlace) -> Vec<&'static str> {
    EXTENSIONS.iter().filter(|extension| extension.places.contains(&place)).map(|extension| extension.name).collect()
}

/// The extension of a name.
pub(crate) fn named(name: &str) -> Option<&'static Extension> {
    EXTENSIONS.iter().find(|extension| extension.name == name)
}

/// The first line of the table.
const HEAD: &str = "| Extension | On | Meaning |";

/// `spec/EXTENSIONS.md` with its table made again; unchanged if it has none.
pub(crate) fn page(text: &str) -> String {
    let mut table = vec![HEAD.to_owned(), "|---|---|---|".to_owned()];
    let mut names = String::new();
    for (index, extension) in EXTENSIONS.iter().enumerate().rev() {
        names =
            if names.is_empty() { format!("`{}`", extension.name) } else { format!("`{}`, {names}", extension.name) };
        if let Some((on, meaning)) = EXTENSIONS[index].row {
            table.insert(2, format!("| {names} | {on} | {meaning} |"));
            names.clear();
        }
    }
    let mut made: Vec<&str> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line == HEAD {
            inside = true;
            made.extend(table.iter().map(String::as_str));
        }
        inside &= line.starts_with('|');
        if !inside {
            made.push(line);
        }
    }
    made.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_made_anew_and_the_rest_stays() {
        let page = page(&format!("# Extensions\n\n{HEAD}\n|---|---|---|\n| `x-old` | y | z |\n\nText | with a bar.\n"));
        assert!(page.starts_with(
            "# Extensions\n\n| Extension | On | Meaning |\n|---|---|---|\n| `x-dify-checked` | `info` | "
        ));
        assert!(page.contains("| `x-dify-since`, `x-dify-until`, `x-dify-deprecated` | operation, "), "{page}");
        assert!(page.ends_with(" |\n\nText | with a bar.\n") && !page.contains("x-old"), "{page}");
        assert_eq!(super::page("no table\n"), "no table\n");
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = EXTENSIONS.iter().map(|extension| extension.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), EXTENSIONS.len());
    }
}
