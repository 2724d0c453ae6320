//! How lists are paged.

use super::text;
use crate::diagnostic::{Finding, Findings};
use contract::escape;
use serde_json::Value;

/// `x-dify-paging` of an operation. The pointers of the document are names of members here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paging {
    /// The query parameter that asks for the next page.
    pub(crate) parameter: String,
    /// The member of the answer with the items.
    pub(crate) items: String,
    /// The member that shows whether there is another page.
    pub(crate) more: Option<String>,
    /// The member with the number of all items.
    pub(crate) total: Option<String>,
    /// The item after which the list continues.
    pub(crate) cursor: Option<Cursor>,
}

/// The item that the next page comes after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The member of the item that is its id.
    pub(crate) id: String,
    /// It is the first item of the page, not the last.
    pub(crate) first: bool,
    /// The members of the item by which the server orders the list.
    pub(crate) order: Vec<String>,
}

impl Paging {
    pub(super) fn read(path: &str, verb: &str, operation: &Value, findings: &mut Findings) -> Option<Self> {
        let paging = operation.get("x-dify-paging")?;
        let mut member = |name: &str, pointer: &Value| {
            let pointer = pointer.as_str()?;
            let member = pointer.strip_prefix('/').filter(|member| !member.contains('/'));
            if member.is_none() {
                findings.push(Finding::in_document(
                    format!("#/paths/{}/{verb}/x-dify-paging", escape(path)),
                    format!("`{name}: {pointer}` is not a member of the object itself"),
                    "give the answer that member, or write the paging of this operation by hand",
                ));
            }
            member.map(str::to_owned)
        };
        let order = paging.get("order").and_then(Value::as_array).into_iter().flatten();
        let order = order.filter_map(|pointer| member("order", pointer)).collect();
        let mut member = |name: &str| member(name, paging.get(name)?);
        let (more, total, id) = (member("more"), member("total"), member("id"));
        Some(Self {
            parameter: text(paging, "parameter").to_owned(),
            items: member("items")?,
            more,
            total,
            cursor: id.map(|id| Cursor { id, first: text(paging, "from") == "first", order }),
        })
    }
}
