//! Resource groups: the handle, its methods, and the request builders beneath.

use super::layout::{client_type, module_name};
use super::operation::{description, static_name};
use super::{ItemSource, Part, examples, ident, queries, rust_type};
use crate::diagnostic::{Finding, Findings};
use crate::model::{
    Answer, Body, Group, Model, Operation, ReplyMode, Secret, Shape, Type, USER, chosen_by_method, rust_name,
};
use crate::rustdoc;
use crate::source::outline::COMMON_CODES;
use contract::escape;
use heck::ToPascalCase;
use quote::{ToTokens, quote};
use std::collections::BTreeMap;
use syn::{Expr, FnArg, ImplItemFn, Item, Pat, parse_quote};

/// The parts of a group's file.
pub(super) fn parts(
    group: &Group,
    model: &Model,
    builders: &BTreeMap<String, ImplItemFn>,
    findings: &mut Findings,
) -> Vec<Part> {
    let handle = ident(&handle_name(group, model));
    let docs = rustdoc::attrs(&rustdoc::lines(&group.description));
    let mut methods: Vec<ImplItemFn> = Vec::new();
    let mut statics: Vec<Item> = Vec::new();
    let mut own: Vec<ImplItemFn> = Vec::new();
    let mut query_structs = Vec::new();
    for operation in model.operations_of(group) {
        let Some(builder) = builders.get(&operation.id) else {
            findings.push(Finding::in_document(
                format!("#/paths/{}/{}", escape(&operation.path), operation.verb),
                format!("progenitor made no request builder `{}`", operation.id),
                "make `operationId` the same as `x-dify-method` with underscores",
            ));
            continue;
        };
        own.push(careful(builder, operation, model));
        statics.push(description(operation, model));
        methods.push(method(operation, builder, group, model));
        query_structs.extend(queries::part(operation, &query_name(operation, group, model), model));
    }
    let items: Vec<Item> = vec![
        parse_quote! {
            #(#docs)*
            #[derive(Clone, Copy, Debug)]
            pub struct #handle<'a> {
                pub(crate) transport: &'a crate::Transport,
            }
        },
        parse_quote! {
            impl<'a> #handle<'a> {
                pub(crate) fn new(transport: &'a crate::Transport) -> Self {
                    Self { transport }
                }
                #(#methods)*
            }
        },
    ];
    let mut parts = vec![
        Part { group: true, ..Part::of_type(&handle.to_string(), ItemSource::Items(items)) },
        Part::beside(ItemSource::Items(statics)),
        Part::beside(ItemSource::Items(vec![parse_quote! { impl crate::Transport { #(#own)* } }])),
    ];
    parts.extend(query_structs);
    parts
}

/// The accessors of a client: one per group.
pub(super) fn accessors(client: &str, model: &Model) -> Part {
    let groups = model.groups.iter().filter(|g| g.client == client);
    let accessors = groups.map(|group| -> ImplItemFn {
        let docs = rustdoc::attrs(&rustdoc::lines(&group.description));
        let (name, handle) = (ident(&group.name), ident(&handle_name(group, model)));
        parse_quote! {
            #(#docs)*
            pub fn #name(&self) -> crate::groups::#handle<'_> {
                crate::groups::#handle::new(&self.transport)
            }
        }
    });
    let client = ident(client_type(client));
    let item = parse_quote! { impl crate::#client { #(#accessors)* } };
    Part::beside(ItemSource::Items(vec![item]))
}

/// The name of a group's handle.
pub(super) fn handle_name(group: &Group, model: &Model) -> String {
    module_name(group, model).to_pascal_case()
}

/// The name of an operation's query struct.
pub(super) fn query_name(operation: &Operation, group: &Group, model: &Model) -> String {
    format!("{}{}Query", handle_name(group, model), operation.method.to_pascal_case())
}

/// A method of the handle.
fn method(operation: &Operation, builder: &ImplItemFn, group: &Group, model: &Model) -> ImplItemFn {
    let docs = rustdoc::attrs(&documentation(operation, group, model));
    let deprecated = operation.deprecated.as_deref().map(|instead| {
        let attribute = match instead {
            "" => quote!(#[deprecated]),
            version if version.starts_with(|c: char| c.is_ascii_digit()) => {
                let note = format!("deprecated since Dify {version}");
                quote!(#[deprecated(note = #note)])
            }
            instead => quote!(#[deprecated(note = #instead)]),
        };
        // The index of the documentation shows its successor alone.
        quote!(#attribute #[doc(hidden)])
    });
    let name = ident(&operation.method);
    let operation_static = static_name(operation);
    let mut arguments: Vec<FnArg> = Vec::new();
    for parameter in operation.path_parameters() {
        let name = ident(&rust_name(&parameter.name));
        let ty = match &parameter.ty {
            Type::Text => parse_quote!(str),
            other => rust_type(&other.rust()),
        };
        arguments.push(parse_quote!(#name: &#ty));
    }
    match &operation.body {
        Some(Body::Json(ty)) => {
            let ty = rust_type(&ty.rust());
            arguments.push(parse_quote!(request: &#ty));
        }
        Some(Body::Form { component, .. }) => {
            let form = ident(component);
            arguments.push(parse_quote!(request: &#form));
        }
        None => {}
    }
    if operation.query_parameters().next().is_some() {
        let query = ident(&query_name(operation, group, model));
        arguments.push(parse_quote!(query: &#query));
    }
    let (constructor, answer) = match &operation.answer {
        // Some servers answer by events what was asked for as JSON.
        Answer::Json(ty) if operation.mode == ReplyMode::Blocking => ("reply", rust_type(&ty.rust())),
        Answer::Json(ty) => ("json", rust_type(&ty.rust())),
        Answer::Empty => ("empty", parse_quote!(())),
        Answer::Events(union) => {
            let union = ident(union);
            ("events", parse_quote!(crate::EventStream<#union>))
        }
        Answer::Download(_) => ("download", parse_quote!(crate::Download)),
    };
    let (constructor, built) = (ident(constructor), call(operation, builder));
    let mut body = quote!(crate::Call::#constructor(self.transport, &#operation_static, #built));
    if let Some(stopping) = stopping(operation, group, model) {
        body = quote! { #body.#stopping };
    }
    for hiding in hidings(operation, model) {
        body = quote! { #body.#hiding };
    }
    parse_quote! {
        #(#docs)*
        #deprecated
        pub fn #name(self, #(#arguments),*) -> crate::Call<#answer> {
            #body
        }
    }
}

/// A request builder that fills in the client's user, and refuses a request without what the server needs.
fn careful(builder: &ImplItemFn, operation: &Operation, model: &Model) -> ImplItemFn {
    let mut builder = builder.clone();
    let user = ident(USER);
    let of_body = operation.user_in_body(model).map(|_| parse_quote!(let body = &*self.with_user(body);));
    let of_query = operation.user_in_query().then(|| parse_quote!(let #user = self.user_or(#user);));
    let filled: Vec<syn::Stmt> = of_body.into_iter().chain(of_query).collect();
    builder.block.stmts.splice(0..0, filled.into_iter().chain(needs(operation, model)));
    builder
}

fn needs(operation: &Operation, model: &Model) -> Vec<syn::Stmt> {
    let members = operation.request().map_or(&[][..], |name| model.members(name));
    let members = members.iter().map(|m| (&m.name, m.required && !m.nullable, &m.ty, true));
    let parameters = operation.query_parameters().map(|p| (&p.name, p.required, &p.ty, false));
    members
        .chain(parameters)
        .filter(|(name, _, ty, _)| operation.needs.contains(name) && **ty == Type::Text)
        .map(|(wire, required, _, in_body)| {
            let name = ident(&rust_name(wire));
            let value: Expr = match (in_body, required) {
                (true, true) => parse_quote!(Some(&body.#name)),
                (true, false) => parse_quote!(body.#name.as_deref()),
                (false, true) => parse_quote!(Some(#name)),
                (false, false) => parse_quote!(#name),
            };
            parse_quote!(crate::transport::needed(#wire, #value)?;)
        })
        .collect()
}

/// What hides the secrets that the call carries in its path and body from its errors.
fn hidings(operation: &Operation, model: &Model) -> Vec<Expr> {
    let paths = operation.path_parameters().filter(|parameter| parameter.secret == Secret::Value);
    let mut found: Vec<Expr> = paths
        .map(|parameter| {
            let name = ident(&rust_name(&parameter.name));
            parse_quote!(hiding([#name]))
        })
        .collect();
    let component = match &operation.body {
        Some(Body::Json(Type::Named(name))) => model.components.get(name),
        _ => None,
    };
    let Some(Shape::Object(members)) = component.map(|component| &component.shape) else { return found };
    for member in members.iter().filter(|member| member.secret == Secret::Value) {
        let name = ident(&member.rust);
        let optional = !member.required || member.nullable;
        found.extend(match (member.ty.rust().as_str(), optional) {
            ("String", false) => Some(parse_quote!(hiding([request.#name.as_str()]))),
            ("String", true) => Some(parse_quote!(hiding(request.#name.as_deref()))),
            ("crate::RawJson", false) => Some(parse_quote!(hiding_json(&request.#name))),
            _ => None,
        });
    }
    found
}

/// The call of the request builder, with what the caller gave.
fn call(operation: &Operation, builder: &ImplItemFn) -> Expr {
    let arguments = builder.sig.inputs.iter().filter_map(|argument| {
        let FnArg::Typed(argument) = argument else { return None };
        let Pat::Ident(name) = &*argument.pat else { return None };
        let name = &name.ident;
        let path = operation.path_parameters().any(|p| name == &rust_name(&p.name));
        let fixed = operation.parameters.iter().find(|p| p.fixed.is_some() && name == &rust_name(&p.name));
        if let Some(text) = fixed.and_then(|parameter| parameter.fixed.as_deref()) {
            let optional = argument.ty.to_token_stream().to_string().starts_with("Option");
            return Some(if optional { parse_quote!(Some(#text)) } else { parse_quote!(#text) });
        }
        Some(match name.to_string().as_str() {
            "body" => parse_quote!(request),
            _ if path => parse_quote!(#name),
            member if operation.mode != ReplyMode::Only && chosen_by_method(member) => {
                let mode = ident(if operation.mode == ReplyMode::Streaming { "Streaming" } else { "Blocking" });
                parse_quote!(&ResponseMode::#mode)
            }
            _ => from_query(name, &argument.ty),
        })
    });
    let arguments: Vec<Expr> = arguments.collect();
    let id = ident(&operation.id);
    parse_quote!(self.transport.#id(#(#arguments),*))
}

/// A member of the query struct, as the builder takes it.
fn from_query(name: &syn::Ident, ty: &syn::Type) -> Expr {
    let text = ty.to_token_stream().to_string().replace(' ', "");
    if text == "Option<&str>" {
        parse_quote!(query.#name.as_deref())
    } else if text.starts_with("Option<&") {
        parse_quote!(query.#name.as_ref())
    } else if text.starts_with('&') {
        parse_quote!(&query.#name)
    } else {
        parse_quote!(query.#name)
    }
}

/// How a stream's run can be stopped: when the group has a `stop` that takes the task, and the user where the request of
/// the run names one.
fn stopping(operation: &Operation, group: &Group, model: &Model) -> Option<Expr> {
    if !matches!(operation.answer, Answer::Events(_)) {
        return None;
    }
    let stop = model.operations_of(group).find(|o| o.method == "stop")?;
    let mut paths = stop.path_parameters();
    if paths.next()?.name != "task_id" || paths.next().is_some() {
        return None;
    }
    let (id, stop_static) = (ident(&stop.id), static_name(stop));
    let request = match &stop.body {
        Some(Body::Json(Type::Named(request))) => request,
        Some(_) => return None,
        None => {
            return Some(parse_quote! {
                stopping(&#stop_static, None, |transport, task_id, _| transport.#id(task_id))
            });
        }
    };
    if stop.needs != [USER] || model.object(request)?.iter().any(|member| member.required) {
        return None;
    }
    let user: Expr = if operation.user_in_body(model).is_some() {
        parse_quote!(request.user)
    } else if operation.user_in_query() {
        parse_quote!(query.user)
    } else {
        return None;
    };
    let request = ident(request);
    Some(parse_quote! {
        stopping(&#stop_static, self.transport.user_or(#user.as_deref()), |transport, task_id, user| {
            transport.#id(task_id, &#request::new().user(user))
        })
    })
}

/// Summary, description, route, and the codes of refusals.
fn documentation(operation: &Operation, group: &Group, model: &Model) -> Vec<String> {
    let mut lines = rustdoc::lines(&operation.summary);
    if !operation.description.is_empty() {
        lines.push(String::new());
        lines.extend(rustdoc::lines(&operation.description));
    }
    if let (ReplyMode::Streaming, Answer::Events(union)) = (operation.mode, &operation.answer) {
        lines.push(String::new());
        lines.push(format!("Returns a stream of [`{union}`]."));
    }
    if operation.mode == ReplyMode::Blocking {
        lines.push(String::new());
        lines.push("Returns the complete reply, after the server has finished it.".to_owned());
    }
    if let Some(paging) = &operation.paging {
        let walk =
            "Returns one page; [`items`](crate::Call::items) and [`pages`](crate::Call::pages) fetch the whole list.";
        lines.push(String::new());
        rustdoc::wrap(walk, "", &mut lines);
        if paging.cursor.as_ref().is_some_and(|cursor| cursor.first) {
            rustdoc::wrap(
                "`items` yields the newest item first; each page lists its oldest item first.",
                "",
                &mut lines,
            );
        }
    }
    if operation.cacheable {
        lines.push(String::new());
        lines.push("The answer can be cached: see `Call::cached` (feature `cache`).".to_owned());
    }
    lines.push(String::new());
    lines.push(format!("`{} {}`", operation.verb.to_uppercase(), operation.path));
    lines.extend(rustdoc::versions(operation.since.as_deref(), operation.until.as_deref()));
    let codes: Vec<String> = operation
        .errors
        .iter()
        .filter(|code| !COMMON_CODES.contains(&code.as_str()))
        .map(|code| format!("`{code}`"))
        .collect();
    let api = "Fails with [`ErrorKind::Api`](crate::ErrorKind::Api)";
    let sentence = match codes.as_slice() {
        [] => format!("{api} and a code that every operation may return, such as `unauthorized`."),
        [only] => format!("{api} and the code {only}, or a code that every operation may return."),
        [first @ .., last] => format!(
            "{api} and one of the codes {} and {last}, or a code that every operation may return.",
            first.join(", ")
        ),
    };
    lines.extend([String::new(), "# Errors".to_owned(), String::new()]);
    rustdoc::wrap(&sentence, "", &mut lines);
    if let [needs] = operation.needs.as_slice() {
        let unset = format!(
            "Fails with [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) before sending when `{needs}` is not set, neither in the request nor by [`as_user`](crate::App::as_user)."
        );
        rustdoc::wrap(&unset, "", &mut lines);
    }
    lines.extend(examples::lines(operation, group, model));
    lines
}
