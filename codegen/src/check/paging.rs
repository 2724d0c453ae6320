//! Rules about lists that come in pages.

use super::operations::good_bodies;
use crate::diagnostic::Findings;
use crate::source::Node;
use crate::source::outline::Outline;

/// Everything that a client needs for the next page is defined.
pub fn paging_names_what_is_there(o: &Outline<'_>, found: &mut Findings) {
    for operation in &o.operations {
        let Some(paging) = operation.node().get("x-dify-paging") else {
            continue;
        };
        let mut wrong = |member: &str, message: String, fix: &str| {
            let place = paging.entry(member).map_or(paging.place, |entry| entry.place);
            found.push(o.at(place, message, fix));
        };
        match (paging.text("style"), paging.has("id")) {
            (Some("cursor"), true) | (Some("page"), false) => {}
            (Some("cursor"), false) => {
                wrong("style", "paging by cursor needs `id`".into(), "name where an item's id is: `id: /id`")
            }
            (Some("page"), true) => wrong("id", "paging by page takes no `id`".into(), "remove it"),
            _ => wrong("style", "`style` is neither `cursor` nor `page`".into(), "write one of the two"),
        }
        if paging.has("from") && paging.text("from") != Some("first") {
            wrong("from", "`from` is not `first`".into(), "write `first`, or leave it out for the last item");
        }
        let parameter = paging.text("parameter").unwrap_or_default();
        let is_query = |node: &Node| node.text("name") == Some(parameter) && node.text("in") == Some("query");
        if !operation.parameters.iter().any(|(_, node)| is_query(node)) {
            wrong(
                "parameter",
                format!("`{parameter}` is no query parameter of `{}`", operation.route()),
                "name the one that asks for the next page",
            );
        }
        let body = good_bodies(o, operation)
            .into_iter()
            .find(|(media, _)| *media == "application/json")
            .and_then(|(_, media)| media.get("schema"));
        let Some(body) = body else { continue };
        let items = walk(o, body, paging.text("items").unwrap_or_default());
        let Some(items) = items.filter(|node| node.text("type") == Some("array")) else {
            wrong(
                "items",
                "`items` does not lead to a list in the answer".into(),
                "write a JSON pointer such as `/data`",
            );
            continue;
        };
        let order = paging.list("order");
        let order: Vec<&str> = order.iter().filter_map(Node::as_str).collect();
        if paging.text("style") == Some("cursor") && paging.has("id") && order.is_empty() {
            wrong(
                "style",
                "paging by cursor needs `order`".into(),
                "name the order of the list: `order: [/created_at]`",
            );
        }
        let pointers =
            paging.text("id").map(|id| ("id", id)).into_iter().chain(order.iter().map(|time| ("order", *time)));
        for (member, pointer) in pointers {
            if items.get("items").is_some_and(|item| walk(o, item, pointer).is_none()) {
                wrong(
                    member,
                    format!("an item has no `{pointer}`"),
                    "write a JSON pointer into an item, such as `/id`",
                );
            }
        }
        for (member, ty, such_as) in [("more", "boolean", "/has_more"), ("total", "integer", "/total")] {
            if let Some(pointer) = paging.text(member)
                && walk(o, body, pointer).is_none_or(|node| node.text("type") != Some(ty))
            {
                wrong(
                    member,
                    format!("`{pointer}` is no {ty} in the answer"),
                    &format!("write a JSON pointer such as `{such_as}`, or leave it out"),
                );
            }
        }
    }
}

/// The schema at a JSON pointer into a value of this schema; `*` and numbers are items of a list.
pub(super) fn walk<'s>(o: &Outline<'s>, schema: &'s Node, pointer: &str) -> Option<&'s Node> {
    let mut node = o.source.follow(schema);
    for name in pointer.strip_prefix('/')?.split('/') {
        let member = if name == "*" || name.bytes().all(|digit| digit.is_ascii_digit()) {
            node.get("items")?
        } else {
            node.get("properties")?.get(name)?
        };
        let wrapped = member.get("allOf").and_then(|branches| branches.items().first());
        node = o.source.follow(wrapped.unwrap_or(member));
    }
    Some(node)
}
