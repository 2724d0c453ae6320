//! Texts of events that are stored in place: what each event of a stream repeats.

use super::{Model, Shape, Type, need};
use std::collections::BTreeSet;

/// Decides for every member of every object that events alone are made of.
pub(super) fn decide(model: &mut Model) {
    let (mut events, mut others) = (BTreeSet::new(), model.requests.clone());
    let is_union = |name: &str| matches!(model.components.get(name).map(|c| &c.shape), Some(Shape::Union { .. }));
    for operation in &model.operations {
        for root in operation.answered().into_iter().chain(operation.refusals.clone()) {
            let found = if is_union(&root) { &mut events } else { &mut others };
            model.walk(&root, &mut |name| found.insert(name.to_owned()));
        }
    }
    let tags = need::tags(model);
    for name in events.difference(&others) {
        let Some(Shape::Object(members)) = model.components.get_mut(name).map(|component| &mut component.shape) else {
            continue;
        };
        for member in members.iter_mut().filter(|member| member.ty == Type::Text) {
            let id = member.name == "id" || member.name.ends_with("_id");
            if id || tags.contains(&(name.clone(), member.name.clone())) {
                member.ty = Type::Short;
            }
        }
    }
}
