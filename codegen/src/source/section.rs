//! The content of a file, which follows from its place.

/// What the top-level members of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// `<api>/openapi.yaml`: the document.
    Document,
    /// `<api>/paths/*.yaml`: path items.
    Paths,
    /// `schemas/*.yaml`, `events/*.yaml`: schemas.
    Schemas,
    /// `parameters.yaml`: parameters.
    Parameters,
    /// `responses.yaml`: responses.
    Responses,
    /// `headers.yaml`: response headers.
    Headers,
    /// `common/info.yaml`: what the `info` of every document has.
    Info,
    /// `common/streams.yaml`: whole streams, as recorded.
    Streams,
    /// Nothing known.
    Unknown,
}

impl Section {
    pub(super) fn of(path: &str) -> Self {
        let mut parts: Vec<&str> = path.split('/').collect();
        let name = parts.pop().unwrap_or_default();
        match (parts.as_slice(), name) {
            ([_api], "openapi.yaml") => Self::Document,
            ([_, "paths", ..], _) => Self::Paths,
            ([_, "schemas" | "events", ..], _) => Self::Schemas,
            ([_], "parameters.yaml") => Self::Parameters,
            ([_], "responses.yaml") => Self::Responses,
            ([_], "headers.yaml") => Self::Headers,
            (["common"], "info.yaml") => Self::Info,
            (["common"], "streams.yaml") => Self::Streams,
            _ => Self::Unknown,
        }
    }

    /// The member of `components` with parts of this kind in a bundled document.
    pub fn components(self) -> Option<&'static str> {
        match self {
            Self::Schemas => Some("schemas"),
            Self::Parameters => Some("parameters"),
            Self::Responses => Some("responses"),
            Self::Headers => Some("headers"),
            Self::Document | Self::Paths | Self::Info | Self::Streams | Self::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_file_tells_what_it_holds() {
        for (path, section) in [
            ("service/openapi.yaml", Section::Document),
            ("service/paths/chat.yaml", Section::Paths),
            ("service/schemas/parameters.yaml", Section::Schemas),
            ("common/events/chat.yaml", Section::Schemas),
            ("common/parameters.yaml", Section::Parameters),
            ("common/responses.yaml", Section::Responses),
            ("common/info.yaml", Section::Info),
            ("common/streams.yaml", Section::Streams),
            ("common/other.yaml", Section::Unknown),
            ("openapi.yaml", Section::Unknown),
        ] {
            assert_eq!(Section::of(path), section, "{path}");
        }
    }
}
