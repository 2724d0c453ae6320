//! Which operation a path is for.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::{
    document::follow,
    format::is_uuid,
    query::{split_target, unquote},
};

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "patch", "head", "options", "trace"];

/// Where the Console API lies on every server.
const CONSOLE: &str = "/console/api";

static PARAMETER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\{[^}]*\}").ok());

/// The routes of a document, static segments before variable ones.
#[derive(Debug)]
pub(super) struct Routes {
    /// Path prefixes of the servers.
    bases: Vec<String>,
    routes: Vec<Route>,
}

/// One operation's place.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) method: &'static str,
    pub(super) template: String,
    segments: Vec<Segment>,
}

#[derive(Debug)]
enum Segment {
    Static(String),
    Any,
    /// A parameter of format uuid only matches a UUID: servers route on it.
    Uuid,
    /// Text around a parameter.
    Mixed(Regex),
}

impl Routes {
    pub(super) fn new(root: &Value) -> Self {
        let mut routes = Vec::new();
        let paths = root.get("paths").and_then(Value::as_object);
        for (template, item) in paths.into_iter().flatten() {
            let item = follow(root, item);
            for method in METHODS {
                let Some(operation) = item.get(method) else {
                    continue;
                };
                let uuids = uuid_parameters(root, item, operation);
                routes.push(Route {
                    method,
                    template: template.clone(),
                    segments: template.split('/').map(|segment| Segment::new(segment, &uuids)).collect(),
                });
            }
        }
        routes.sort_by_key(|route| {
            let variable = |segment: &str| segment.contains('{');
            route.template.split('/').map(variable).collect::<Vec<_>>()
        });
        Self { bases: bases(root.get("servers")), routes }
    }

    pub(super) fn len(&self) -> usize {
        self.routes.len()
    }

    /// Whether the path is below the Console API, of which the document describes a part.
    pub(super) fn is_partly_described(&self, path: &str) -> bool {
        self.bases.iter().any(|base| base.ends_with(CONSOLE)) && self.in_scope(path)
    }

    /// Whether the path is below one of the servers.
    pub(super) fn in_scope(&self, path: &str) -> bool {
        self.below_servers(path).next().is_some()
    }

    pub(super) fn find(&self, method: &str, path: &str) -> Option<&Route> {
        self.below_servers(path)
            .find_map(|rest| self.routes.iter().find(|route| route.method == method && route.matches(rest)))
    }

    /// Whether the path is a route with any method. A server's prefix alone is none.
    pub(super) fn knows(&self, path: &str) -> bool {
        self.below_servers(path)
            .filter(|rest| path.ends_with(rest))
            .any(|rest| self.routes.iter().any(|route| route.matches(rest)))
    }

    /// The path without the prefix of each server that it is below.
    fn below_servers<'p>(&self, path: &'p str) -> impl Iterator<Item = &'p str> {
        self.bases.iter().filter_map(move |base| {
            let rest = path.strip_prefix(base.as_str())?;
            match rest {
                "" => Some("/"),
                rest if base.is_empty() || rest.starts_with('/') => Some(rest),
                _ => None,
            }
        })
    }
}

impl Route {
    /// Segments are decoded one by one: `%2F` does not end one.
    fn matches(&self, path: &str) -> bool {
        let mut parts = path.split('/').map(unquote);
        self.segments.iter().all(|segment| parts.next().is_some_and(|part| segment.matches(&part)))
            && parts.next().is_none()
    }
}

impl Segment {
    fn new(template: &str, uuids: &[&str]) -> Self {
        let is_uuid = |braced: &str| uuids.contains(&braced.trim_matches(['{', '}']));
        let parameters: Vec<_> =
            PARAMETER.as_ref().map(|pattern| pattern.find_iter(template).collect()).unwrap_or_default();
        match parameters.as_slice() {
            [] => return Self::Static(template.to_owned()),
            [only] if only.as_str() == template => {
                return if is_uuid(template) { Self::Uuid } else { Self::Any };
            }
            _ => {}
        }
        let mut pattern = "^".to_owned();
        let mut end = 0;
        for parameter in parameters {
            pattern.push_str(&regex::escape(&template[end..parameter.start()]));
            pattern.push_str(if is_uuid(parameter.as_str()) {
                "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
            } else {
                ".+"
            });
            end = parameter.end();
        }
        pattern.push_str(&regex::escape(&template[end..]));
        pattern.push('$');
        Regex::new(&pattern).map_or_else(|_| Self::Static(template.to_owned()), Self::Mixed)
    }

    fn matches(&self, part: &str) -> bool {
        match self {
            Self::Static(text) => text == part,
            Self::Any => !part.is_empty(),
            Self::Uuid => is_uuid(part),
            Self::Mixed(pattern) => pattern.is_match(part),
        }
    }
}

fn uuid_parameters<'d>(root: &'d Value, item: &'d Value, operation: &'d Value) -> Vec<&'d str> {
    [item, operation]
        .iter()
        .filter_map(|holder| holder.get("parameters")?.as_array())
        .flatten()
        .map(|parameter| follow(root, parameter))
        .filter(|parameter| parameter.get("in").is_some_and(|place| place == "path"))
        .filter(|parameter| {
            let schema = parameter.get("schema").map(|schema| follow(root, schema));
            schema.and_then(|schema| schema.get("format")) == Some(&Value::from("uuid"))
        })
        .filter_map(|parameter| parameter.get("name")?.as_str())
        .collect()
}

/// The path prefixes of the servers; the usual ones where the document declares none.
fn bases(servers: Option<&Value>) -> Vec<String> {
    let servers = servers.and_then(Value::as_array);
    let mut bases: Vec<String> = servers
        .into_iter()
        .flatten()
        .map(|server| {
            let mut url = server.get("url").and_then(Value::as_str).unwrap_or_default().to_owned();
            let variables = server.get("variables").and_then(Value::as_object);
            for (name, variable) in variables.into_iter().flatten() {
                let value = match variable.get("default") {
                    Some(Value::String(text)) => text.clone(),
                    Some(other) => other.to_string(),
                    None => String::new(),
                };
                url = url.replace(&format!("{{{name}}}"), &value);
            }
            let (path, _) = split_target(&url);
            path.trim_end_matches('/').to_owned()
        })
        .collect();
    if bases.iter().all(String::is_empty) {
        for usual in ["/v1", ""] {
            if !bases.iter().any(|base| base == usual) {
                bases.push(usual.to_owned());
            }
        }
    }
    bases
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn routes(servers: Value) -> Routes {
        let uuid = json!([{"name": "id", "in": "path", "schema": {"type": "string", "format": "uuid"}}]);
        Routes::new(&json!({"servers": servers, "paths": {
            "/runs/{run_id}": {"get": {}},
            "/runs/logs": {"get": {}},
            "/chats/{id}": {"parameters": uuid, "get": {}, "delete": {}},
            "/files/{name}.txt": {"get": {}},
            "/remote/{url}": {"get": {}},
            "/": {"get": {}},
        }}))
    }

    fn found(routes: &Routes, method: &str, path: &str) -> Option<String> {
        routes.find(method, path).map(|route| route.template.clone())
    }

    #[test]
    fn a_static_segment_wins_over_a_variable_one() {
        let routes = routes(json!([{"url": "https://host/v1"}]));
        assert_eq!(found(&routes, "get", "/v1/runs/logs").as_deref(), Some("/runs/logs"));
        assert_eq!(found(&routes, "get", "/v1/runs/7").as_deref(), Some("/runs/{run_id}"));
        assert_eq!(found(&routes, "get", "/v1/runs/"), None);
        assert_eq!(found(&routes, "get", "/v1/runs/7/8"), None);
        assert_eq!(found(&routes, "get", "/v1/files/a.txt").as_deref(), Some("/files/{name}.txt"));
        assert_eq!(found(&routes, "get", "/v1").as_deref(), Some("/"));
    }

    // The judge once decoded the whole path first, and no address in a path had a route.
    #[test]
    fn an_encoded_slash_stays_in_its_segment() {
        let routes = routes(json!([{"url": "https://host/v1"}]));
        let path = "/v1/remote/http%3A%2F%2Fhost%2Fa.png";
        assert_eq!(found(&routes, "get", path).as_deref(), Some("/remote/{url}"));
        assert_eq!(found(&routes, "get", "/v1/%72uns/logs").as_deref(), Some("/runs/logs"));
        assert_eq!(found(&routes, "get", "/v1/runs%2Flogs"), None);
    }

    #[test]
    fn a_parameter_of_format_uuid_takes_nothing_else() {
        let routes = routes(json!([{"url": "https://host/v1"}]));
        let path = "/v1/chats/0f8fad5b-d9cb-469f-a165-70867728950e";
        assert_eq!(found(&routes, "delete", path).as_deref(), Some("/chats/{id}"));
        assert!(found(&routes, "post", path).is_none() && routes.knows(path));
        assert!(!routes.knows("/v1/chats/nope"));
        assert!(routes.knows("/v1/") && !routes.knows("/v1"));
    }

    #[test]
    fn a_path_beside_the_servers_is_out_of_scope() {
        let declared = routes(json!([{"url": "https://{host}/v1/", "variables": {"host": {"default": "h"}}}]));
        assert!(declared.in_scope("/v1") && declared.in_scope("/v1/x"));
        assert!(!declared.in_scope("/v12/x") && !declared.in_scope("/api/x"));
        assert!(routes(json!([])).in_scope("/api/x"));
    }
}
