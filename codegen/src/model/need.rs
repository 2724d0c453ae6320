//! What the client does where a member of an answer is missing or null.
//!
//! Answers of older releases lack members that newer ones send. What came later than 1.0.0 or has gone since is optional;
//! what decides what a program does is essential, and its absence an error; the rest has the empty value of its type.

use super::{Body, Member, Model, Shape, Type};
use contract::before;
use serde_json::Value;
use std::collections::BTreeSet;

/// The oldest release whose answers the client decodes: what came with it is in all.
pub(crate) const OLDEST: &str = "1.0.0";

/// Text that may be any JSON.
const ANY_TEXT: [(&str, &str); 2] = [
    // Text on every recorded release; a server that sent JSON of the variable's own type was reported, and one such
    // variable must not make the list of all undecodable: <https://github.com/langgenius/dify/issues/14382>.
    ("ConversationVariable", "value"),
    // An object with the tokens up to Dify 1.9.1.
    ("LoginReply", "data"),
];

/// The action where a member is missing or null.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Need {
    /// Decoding fails.
    Essential,
    /// The empty value is put in its place, and counted.
    Required,
    /// The empty value is put in its place.
    #[default]
    Optional,
}

impl Member {
    /// Whether some release of those that the client decodes does not send it.
    pub(crate) fn comes_or_goes(&self) -> bool {
        let since = self.since.as_deref().map(Value::from);
        self.until.is_some() || self.was_absent || before(OLDEST, since.as_ref())
    }

    /// Whether it is required of every release.
    fn is_due(&self) -> bool {
        self.required && !self.nullable && !self.comes_or_goes()
    }

    /// Whether its name shows that it decides what a program does: ids, states, tokens, amounts and counts.
    fn is_telling(&self) -> bool {
        let name = self.name.as_str();
        let (text, number) =
            (matches!(self.ty, Type::Text | Type::Named(_)), matches!(self.ty, Type::Integer | Type::Number));
        let ends = |endings: &[&str]| endings.iter().any(|end| name == *end || name.ends_with(&format!("_{end}")));
        match name {
            _ if ends(&["status"]) => text || number,
            "has_more" => self.ty == Type::Boolean,
            "data" => matches!(self.ty, Type::List(_)),
            _ if ends(&["id", "token", "price", "amount", "cost"]) => text || number,
            _ => number && (ends(&["tokens", "count", "total", "balance"]) || name.starts_with("total_")),
        }
    }
}

/// Decides for every member of every object.
pub(super) fn decide(model: &mut Model) {
    let lists = named_by_paging(model);
    let tags = tags(model);
    let (requests, answers) = (model.requests.clone(), model.answers.clone());
    for component in model.components.values_mut() {
        let Shape::Object(members) = &mut component.shape else { continue };
        let strict = requests.contains(&component.name) && !answers.contains(&component.name);
        let alone = members.iter().filter(|member| member.required).count() == 1;
        for member in members {
            member.loose |= ANY_TEXT.contains(&(component.name.as_str(), member.name.as_str()));
            let listed =
                |set: &BTreeSet<(String, String)>| set.contains(&(component.name.clone(), member.name.clone()));
            let essential = member.essential.unwrap_or_else(|| {
                member.is_due() && (alone || member.is_telling() || listed(&lists) || listed(&tags))
            });
            // Nothing can stand for an essential member, so that one which was null in some release is optional.
            let goes = member.comes_or_goes() || (essential && member.was_null);
            member.need = match member.required {
                true if strict || (essential && !goes) => Need::Essential,
                true if !goes => Need::Required,
                _ => Need::Optional,
            };
            // A list that a release does not send is an empty one; anything else is none.
            let collection = matches!(member.ty, Type::List(_) | Type::Map(_) | Type::Open);
            let null = member.nullable || member.ty == Type::Any || member.ty.rust() == "crate::RawJson";
            member.written_null = member.required && null && !strict;
            member.required &= strict || !goes || collection;
        }
    }
    let mut telling = BTreeSet::new();
    while spread(model, &mut telling) {}
}

/// An empty object would have made up what decides what a program does: it is essential itself. Returns whether one
/// became so.
fn spread(model: &mut Model, telling: &mut BTreeSet<String>) -> bool {
    let mut changed = false;
    for component in model.components.values_mut() {
        let Shape::Object(members) = &mut component.shape else { continue };
        for member in members.iter_mut().filter(|member| member.need != Need::Optional && !member.nullable) {
            let holds = matches!(&member.ty, Type::Named(name) if telling.contains(name));
            if holds && member.need == Need::Required && member.essential.is_none() {
                member.need = Need::Essential;
                changed = true;
            }
            // The only required member is essential as well, but may be as harmless as a list that is empty.
            let tells = holds || member.is_telling() || member.essential == Some(true);
            if member.need == Need::Essential && tells {
                changed |= telling.insert(component.name.clone());
            }
        }
    }
    changed
}

/// The members by which lists continue, by component.
fn named_by_paging(model: &Model) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for operation in &model.operations {
        let (Some(paging), super::Answer::Json(Type::Named(name))) = (&operation.paging, &operation.answer) else {
            continue;
        };
        let members = [Some(&paging.items), paging.more.as_ref(), paging.total.as_ref()];
        found.extend(members.into_iter().flatten().map(|member| (name.clone(), member.clone())));
    }
    found
}

/// The tags of unions, by variant.
pub(super) fn tags(model: &Model) -> BTreeSet<(String, String)> {
    let unions = model.components.values().filter_map(|component| match &component.shape {
        Shape::Union { tag, variants, .. } => Some((tag, variants)),
        _ => None,
    });
    unions.flat_map(|(tag, variants)| variants.iter().map(move |v| (v.component.clone(), tag.clone()))).collect()
}

impl Model {
    /// Finds the components that bodies of requests are made of, and those of which answers, events and refusals are.
    pub(super) fn find_reach(&mut self) {
        let (mut requests, mut answers) = (BTreeSet::new(), BTreeSet::new());
        for operation in &self.operations {
            if let Some(Body::Json(Type::Named(name)) | Body::Form { component: name, .. }) = &operation.body {
                self.walk(name, &mut |name| requests.insert(name.to_owned()));
            }
            let mut roots = operation.refusals.clone();
            roots.extend(operation.answered());
            for root in roots {
                self.walk(&root, &mut |name| answers.insert(name.to_owned()));
            }
        }
        (self.requests, self.answers) = (requests, answers);
    }

    /// Visits a component and those it names; `visit` returns whether it was new.
    pub(crate) fn walk(&self, name: &str, visit: &mut dyn FnMut(&str) -> bool) {
        let Some(component) = self.components.get(name) else { return };
        let mut next = Vec::new();
        match &component.shape {
            // The runtime's and other names of types are nothing by themselves.
            Shape::Runtime(_) => return,
            Shape::Alias(ty) => ty.names(&mut next),
            _ if !visit(name) => return,
            Shape::Object(members) | Shape::Form(members) => members.iter().for_each(|m| m.ty.names(&mut next)),
            Shape::Union { variants, .. } => next.extend(variants.iter().map(|v| v.component.clone())),
            Shape::Choice { choices, .. } => choices.iter().for_each(|(ty, _)| ty.names(&mut next)),
            Shape::Enum(_) => {}
        }
        for name in next {
            self.walk(&name, visit);
        }
    }
}
