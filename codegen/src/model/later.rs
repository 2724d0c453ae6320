//! Members of requests that are newer than their operation.

use super::{Body, Model, Operation, Type};
use serde_json::Value;

impl Operation {
    /// The members of its body and query that came with a later release than the operation itself, and those.
    pub(crate) fn later(&self, model: &Model) -> Vec<(String, String)> {
        let members = match &self.body {
            Some(Body::Json(Type::Named(name)) | Body::Form { component: name, .. }) => model.members(name),
            _ => &[],
        };
        let members = members.iter().map(|member| (&member.name, &member.since));
        let parameters = self.query_parameters().map(|parameter| (&parameter.name, &parameter.since));
        let own = self.since.as_deref().unwrap_or(super::OLDEST);
        members
            .chain(parameters)
            .filter_map(|(name, since)| Some((name.clone(), since.clone()?)))
            .filter(|(_, since)| contract::before(own, Some(&Value::from(since.as_str()))))
            .collect()
    }
}
