//! Members where Dify tells absent, null and a value apart (`x-dify-tristate`) are `Patch<T>`: typify knows `Option` only,
//! whose `None` is written as absent.

use crate::model::Model;
use syn::{File, GenericArgument, PathArguments, Type, parse_quote};

pub(super) fn apply(file: &mut File, model: &Model) -> usize {
    super::for_each_struct(file, |item| {
        let Some(members) = model.object(&item.ident.to_string()) else {
            return 0;
        };
        let mut count = 0;
        for field in &mut item.fields {
            let name = super::wire_name(field);
            let Some(member) = members.iter().find(|m| m.name == name && m.tristate) else {
                continue;
            };
            let Some(inner) = inside_option(&field.ty) else { continue };
            field.ty = parse_quote!(crate::Patch<#inner>);
            field.attrs.retain(|a| !a.path().is_ident("serde"));
            let absent = "crate::Patch::is_absent";
            field.attrs.push(if member.rust == name {
                parse_quote!(#[serde(default, skip_serializing_if = #absent)])
            } else {
                parse_quote!(#[serde(rename = #name, default, skip_serializing_if = #absent)])
            });
            count += 1;
        }
        count
    })
}

/// Whether any member has three states.
pub(super) fn wanted(model: &Model) -> bool {
    let objects = model.components.keys().filter_map(|name| model.object(name));
    objects.flatten().any(|member| member.tristate)
}

/// `T` of `Option<T>`.
fn inside_option(ty: &Type) -> Option<Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|s| s.ident == "Option")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(inner) => Some(inner.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::polish::tests::{progenitors, sample};

    #[test]
    fn a_member_of_three_states_is_a_patch() {
        let mut file = progenitors(
            r#"struct Ask { a: Option<String>, #[serde(rename = "type", skip_serializing_if = "Option::is_none")] type_: Option<String> }"#,
        );
        assert_eq!(apply(&mut file, &sample()), 1);
        let patched = r#"struct Ask { a: Option<String>,
            #[serde(rename = "type", default, skip_serializing_if = "crate::Patch::is_absent")] type_: crate::Patch<String> }"#;
        assert_eq!(file, progenitors(patched));
        assert_eq!(apply(&mut file, &sample()), 0);
    }
}
