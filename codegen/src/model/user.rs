//! The end user of a request: a client can have one for all requests, so that no request type requires it.

use super::{Body, Member, Model, Operation, Parameter, Shape, Type};

/// The member and the parameter that name the end user.
pub(crate) const USER: &str = "user";

/// Makes the end user optional in the types of requests. An operation needs what the server requires: that is checked when
/// the request is encoded, after the client's own user was filled in.
pub(super) fn leave_to_the_client(model: &mut Model) {
    let mut operations = std::mem::take(&mut model.operations);
    for operation in &mut operations {
        let in_query = |parameter: &Parameter| parameter.name == USER && parameter.required;
        let required = operation.query_parameters().any(in_query)
            || operation.user_in_body(model).is_some_and(|member| member.required);
        if required && !operation.needs.iter().any(|need| need == USER) {
            operation.needs.push(USER.to_owned());
        }
    }
    for operation in &mut operations {
        operation.parameters.iter_mut().filter(|parameter| parameter.name == USER).for_each(|p| p.required = false);
        let Some(component) = operation.request().and_then(|name| model.components.get_mut(name)) else { continue };
        if let Some(new) = &mut component.new {
            new.retain(|name| name != USER);
        }
        if let Shape::Object(members) | Shape::Form(members) = &mut component.shape {
            members.iter_mut().filter(|member| member.name == USER).for_each(|member| member.required = false);
        }
    }
    model.operations = operations;
}

impl Operation {
    /// The component of its body.
    pub(crate) fn request(&self) -> Option<&String> {
        match &self.body {
            Some(Body::Json(Type::Named(name)) | Body::Form { component: name, .. }) => Some(name),
            _ => None,
        }
    }

    /// Returns the member of its body that names the end user.
    pub(crate) fn user_in_body<'m>(&self, model: &'m Model) -> Option<&'m Member> {
        model.members(self.request()?).iter().find(|member| member.name == USER)
    }

    /// Returns whether its query names an end user.
    pub(crate) fn user_in_query(&self) -> bool {
        self.query_parameters().any(|parameter| parameter.name == USER)
    }
}
