//! The APIs of a server, and the documents that describe them.

/// The methods of HTTP, as documents write them.
pub const METHODS: [&str; 8] = ["get", "put", "post", "delete", "patch", "head", "options", "trace"];

/// An API of a Dify server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Api {
    /// For programs that have a key.
    Service,
    /// For the visitors of an application's page.
    Web,
    /// For people with an account.
    Console,
}

impl Api {
    /// Every API.
    pub const ALL: [Self; 3] = [Self::Service, Self::Web, Self::Console];

    /// Returns the name, as the folders of the source and the published files have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Web => "web",
            Self::Console => "console",
        }
    }

    /// Returns the prefix of its paths on every server.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Service => "/v1",
            Self::Web => "/api",
            Self::Console => "/console/api",
        }
    }

    /// Returns the API that a path of a server belongs to.
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        let below =
            |api: &Self| path.strip_prefix(api.prefix()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        Self::ALL.into_iter().find(below)
    }

    /// Returns the document of the API in OpenAPI 3.1, as `cargo xtask codegen` writes it: the union of all releases.
    ///
    /// # Errors
    /// Fails if the carried text is not JSON.
    #[cfg(feature = "documents")]
    pub fn document(self) -> serde_json::Result<serde_json::Value> {
        serde_json::from_str(match self {
            Self::Service => include_str!("../documents/service.json"),
            Self::Web => include_str!("../documents/web.json"),
            Self::Console => include_str!("../documents/console.json"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_belongs_to_the_api_of_its_prefix() {
        let of = |path| Api::of_path(path);
        assert_eq!([of("/v1/info"), of("/api/site"), of("/api")], [Some(Api::Service), Some(Api::Web), Some(Api::Web)]);
        assert_eq!([of("/console/api/apps"), of("/v12/info"), of("/")], [Some(Api::Console), None, None]);
    }
}
