//! Rules about tags and their groups.

use crate::diagnostic::Findings;
use crate::source::Node;
use crate::source::outline::Outline;

/// A tag in no group is not displayed by viewers that support groups.
pub fn tag_groups_are_complete(o: &Outline<'_>, found: &mut Findings) {
    for document in o.documents() {
        let Some(groups) = document.get("x-tagGroups") else { continue };
        let tags = document.list("tags");
        let listed: Vec<&Node> =
            groups.items().iter().filter_map(|group| group.get("tags")).flat_map(Node::items).collect();
        for tag in tags {
            let name = tag.text("name").unwrap_or_default();
            let times = listed.iter().filter(|listed| listed.as_str() == Some(name)).count();
            if times != 1 {
                let message = format!("the tag `{name}` is in {times} groups");
                found.push(o.at(tag.place, message, "list it in exactly one group of `x-tagGroups`"));
            }
            if !tag.has("x-displayName") {
                found.push(o.at(tag.place, format!("the tag `{name}` has no name for people"), "add `x-displayName`"));
            }
        }
        for name in listed {
            if !tags.iter().any(|tag| tag.text("name") == name.as_str()) {
                let message = format!("`{}` is not a tag of this document", name.as_str().unwrap_or_default());
                found.push(o.at(name.place, message, "correct it, or describe it under `tags`"));
            }
        }
    }
}
