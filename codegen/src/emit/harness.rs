//! The table the tests walk through: every operation called through the bindings, every type read and written back.

use super::groups::query_name;
use super::layout::{client_type, clients, features};
use super::{ident, rust_type};
use crate::model::{Answer, Body, Group, Member, Model, Operation, ReplyMode, Shape, Type, rust_name};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Item, parse_quote};

/// The items of the tests' file.
pub(super) fn items(model: &Model) -> Vec<Item> {
    let mut items = helpers();
    let rows = contracted(model).map(|operation| {
        let (id, verb, path) = (&operation.id, operation.verb.to_uppercase(), &operation.path);
        quote!((#id, #verb, #path))
    });
    items.push(parse_quote! {
        /// Every method of the bindings: id, HTTP method, path.
        pub const OPERATIONS: &[(&str, &str, &str)] = &[#(#rows),*];
    });
    items.push(table(
        "reply",
        "How the JSON answer of an operation is read and written back.",
        contracted(model).filter_map(|operation| match &operation.answer {
            Answer::Json(ty) => Some((&operation.id, round_trip(ty))),
            _ => None,
        }),
    ));
    items.push(listing(
        "reply_substitutions",
        "What the JSON answer of an operation lacks, as the client counts it.",
        contracted(model).filter_map(|operation| match &operation.answer {
            Answer::Json(ty) => {
                let ty = public(ty);
                Some((&operation.id, quote!(dify_api::__private::substitutions::<#ty>)))
            }
            _ => None,
        }),
    ));
    items.push(listing(
        "event_substitutions",
        "What an event of an operation's stream lacks, as the client counts it.",
        contracted(model).filter_map(|operation| match &operation.answer {
            Answer::Events(union) => {
                let union = ident(union);
                Some((&operation.id, quote!(dify_api::__private::event_substitutions::<dify_api::types::#union>)))
            }
            _ => None,
        }),
    ));
    items.push(table(
        "request",
        "How the JSON body of an operation is read and written back.",
        contracted(model).filter_map(|operation| match &operation.body {
            Some(Body::Json(ty)) => Some((&operation.id, round_trip(ty))),
            _ => None,
        }),
    ));
    items.push(table(
        "event",
        "How an event of an operation's stream is read and written back.",
        contracted(model).filter_map(|operation| match &operation.answer {
            Answer::Events(union) => Some((&operation.id, event(union))),
            _ => None,
        }),
    ));
    let components = features(model);
    items.push(table(
        "schema",
        "How a component is read and written back.",
        components.keys().filter_map(|name| match &model.components.get(name)?.shape {
            Shape::Object(_) | Shape::Enum(_) | Shape::Choice { .. } => {
                Some((name, round_trip(&Type::Named(name.clone()))))
            }
            Shape::Union { .. } => Some((name, event(name))),
            Shape::Form(_) | Shape::Alias(_) | Shape::Runtime(_) => None,
        }),
    ));
    for client in clients(model) {
        items.push(calls(&client, model));
    }
    items
}

/// The operations of the contract's documents.
fn contracted(model: &Model) -> impl Iterator<Item = &Operation> {
    model.operations.iter().filter(|operation| !operation.documented)
}

/// What the rest of the file speaks of.
fn helpers() -> Vec<Item> {
    vec![
        parse_quote! {
            /// Reads JSON text into a type of the bindings and writes it back.
            pub type RoundTrip = fn(&str) -> Result<serde_json::Value, serde_json::Error>;
        },
        parse_quote! {
            /// Decodes JSON text and lists the members that it lacks.
            pub type Substitutions = fn(&str) -> Result<Vec<String>, serde_json::Error>;
        },
        parse_quote! {
            /// What to call an operation with.
            #[derive(Clone, Debug, Default)]
            pub struct Arguments {
                /// Path, query and header parameters, and members of forms, by their names on the wire.
                pub parameters: serde_json::Map<String, serde_json::Value>,
                /// The JSON body.
                pub body: serde_json::Value,
                /// The file of a form.
                pub file: Option<dify_api::Upload>,
            }
        },
        parse_quote! {
            impl Arguments {
                fn get(&self, name: &str) -> Option<&serde_json::Value> {
                    self.parameters.get(name).filter(|value| !value.is_null())
                }

                fn text(&self, name: &str) -> String {
                    self.get(name).map(text).unwrap_or_default()
                }

                fn file(&self) -> dify_api::Upload {
                    self.file.clone().expect("the operation takes a file: give one")
                }
            }
        },
        parse_quote! {
            fn text(value: &serde_json::Value) -> String {
                value.as_str().map_or_else(|| value.to_string(), str::to_owned)
            }
        },
        parse_quote! {
            fn round_trip<T: serde::de::DeserializeOwned + serde::Serialize>(
                text: &str,
            ) -> Result<serde_json::Value, serde_json::Error> {
                serde_json::to_value(serde_json::from_str::<T>(text)?)
            }
        },
        parse_quote! {
            fn event_round_trip<E: dify_api::Event + serde::Serialize>(text: &str) -> Result<serde_json::Value, serde_json::Error> {
                serde_json::to_value(E::from_json(text)?)
            }
        },
    ]
}

/// A function from names to round trips.
fn table<'a>(name: &str, doc: &str, rows: impl Iterator<Item = (&'a String, TokenStream)>) -> Item {
    function(name, doc, "RoundTrip", rows)
}

/// A function from names to what answers lack.
fn listing<'a>(name: &str, doc: &str, rows: impl Iterator<Item = (&'a String, TokenStream)>) -> Item {
    function(name, doc, "Substitutions", rows)
}

fn function<'a>(name: &str, doc: &str, ty: &str, rows: impl Iterator<Item = (&'a String, TokenStream)>) -> Item {
    let ty = ident(ty);
    let (name, doc) = (ident(name), format!(" {doc}"));
    let rows = rows.map(|(name, function)| quote!(#name => #function));
    parse_quote! {
        #[doc = #doc]
        pub fn #name(name: &str) -> Option<#ty> {
            Some(match name {
                #(#rows,)*
                _ => return None,
            })
        }
    }
}

fn round_trip(ty: &Type) -> TokenStream {
    let ty = public(ty);
    quote!(round_trip::<#ty>)
}

fn event(union: &str) -> TokenStream {
    let union = ident(union);
    quote!(event_round_trip::<dify_api::types::#union>)
}

/// A type as it is written outside of the crate.
fn public(ty: &Type) -> syn::Type {
    match ty {
        Type::Named(name) if !ty.rust().contains("::") => {
            let name = ident(name);
            parse_quote!(dify_api::types::#name)
        }
        Type::List(inner) => {
            let inner = public(inner);
            parse_quote!(Vec<#inner>)
        }
        Type::Map(inner) => {
            let inner = public(inner);
            parse_quote!(std::collections::BTreeMap<String, #inner>)
        }
        Type::Nullable(inner) => {
            let inner = public(inner);
            parse_quote!(Option<#inner>)
        }
        other => rust_type(&other.rust().replace("crate::", "dify_api::")),
    }
}

/// `call`: every method of a client.
fn calls(client: &str, model: &Model) -> Item {
    let of_client: Vec<&Operation> = contracted(model).filter(|o| o.client == client).collect();
    let arms = of_client.iter().filter_map(|operation| {
        let group = model.groups.iter().find(|g| g.client == client && g.name == operation.group)?;
        let (id, body) = (&operation.id, arm(operation, group, model));
        Some(quote!(#id => async { #body }.await))
    });
    // The first client's function has the short name.
    let first = clients(model).first().is_some_and(|c| c == client);
    let name = ident(&if first { "call".to_owned() } else { format!("call_{client}") });
    let client = ident(client_type(client));
    parse_quote! {
        /// Call an operation through the bindings; streams and downloads are read to their end.
        pub async fn #name(
            client: &dify_api::#client,
            operation_id: &str,
            arguments: &Arguments,
        ) -> Option<Result<(), dify_api::Error>> {
            Some(match operation_id {
                #(#arms,)*
                _ => return None,
            })
        }
    }
}

/// One call.
fn arm(operation: &Operation, group: &Group, model: &Model) -> TokenStream {
    let mut before = Vec::new();
    let mut arguments = Vec::new();
    for parameter in operation.path_parameters() {
        let (name, wire) = (ident(&rust_name(&parameter.name)), &parameter.name);
        before.push(match &parameter.ty {
            Type::Text => quote!(let #name = arguments.text(#wire);),
            other => {
                let ty = public(other);
                quote!(let #name = #ty::from(arguments.text(#wire));)
            }
        });
        arguments.push(quote!(&#name));
    }
    match &operation.body {
        Some(Body::Json(ty)) => {
            let ty = public(ty);
            before.push(quote! {
                let request: #ty = serde_json::from_str(&arguments.body.to_string()).expect("the body fits its type");
            });
            arguments.push(quote!(&request));
        }
        Some(Body::Form { component: form, .. }) => {
            if let Some(Shape::Form(members)) = model.components.get(form).map(|c| &c.shape) {
                let new = model.components.get(form).and_then(|c| c.new.clone());
                let given: Vec<Given> = members.iter().map(|m| Given::member(m, model)).collect();
                before.push(made("request", form, &given, new.as_deref()));
                arguments.push(quote!(&request));
            }
        }
        None => {}
    }
    let given: Vec<Given> = operation
        .query_parameters()
        .map(|p| Given { wire: p.name.clone(), required: p.required, ty: p.ty.clone(), object: false })
        .collect();
    if !given.is_empty() {
        before.push(made("query", &query_name(operation, group, model), &given, None));
        arguments.push(quote!(&query));
    }
    let (accessor, method) = (ident(&group.name), ident(&operation.method));
    let call = quote!(client.#accessor().#method(#(#arguments),*).await?);
    let after = match (&operation.answer, operation.mode) {
        (Answer::Events(_), ReplyMode::Only | ReplyMode::Blocking | ReplyMode::Streaming) => quote! {
            let mut stream = #call;
            while let Some(event) = futures_util::StreamExt::next(&mut stream).await {
                event?;
            }
        },
        (Answer::Download(_), _) => quote!(#call.bytes().await?;),
        (Answer::Json(_) | Answer::Empty, _) => quote!(#call;),
    };
    quote!(#(#before)* #after Ok(()))
}

/// A value that comes from the parameters.
struct Given {
    wire: String,
    required: bool,
    ty: Type,
    /// Whether it is an object: JSON in a form.
    object: bool,
}

impl Given {
    fn member(member: &Member, model: &Model) -> Self {
        let object = matches!(&member.ty, Type::Named(name) if model.object(name).is_some());
        Self { wire: member.name.clone(), required: member.required, ty: member.ty.clone(), object }
    }

    /// A value made of `value`, a JSON value.
    fn from(&self) -> TokenStream {
        match &self.ty {
            ty if self.object => {
                let ty = public(ty);
                quote!(serde_json::from_str::<#ty>(&value.to_string()).expect("the member fits its type"))
            }
            Type::Integer => quote!(value.as_i64().unwrap_or_default()),
            Type::Number => quote!(value.as_f64().unwrap_or_default()),
            Type::Boolean => quote!(value.as_bool().unwrap_or_default()),
            Type::List(item) if **item == Type::Text => {
                quote!(value.as_array().into_iter().flatten().map(text))
            }
            Type::List(_) => quote!(value.as_array().into_iter().flatten().map(|v| text(v).into())),
            _ => quote!(text(value)),
        }
    }
}

/// `let query = XQuery::new(…)` and its setters.
fn made(variable: &str, ty: &str, given: &[Given], new: Option<&[String]>) -> TokenStream {
    let (variable, ty) = (ident(variable), ident(ty));
    let in_new = |g: &&Given| new.map_or(g.required, |new| new.contains(&g.wire));
    let arguments = given.iter().filter(in_new).map(|g| {
        let wire = &g.wire;
        match g.ty {
            Type::Binary => quote!(arguments.file()),
            Type::Text | Type::Named(_) if !g.object => quote!(arguments.text(#wire)),
            _ => {
                let from = g.from();
                quote!({
                    let value = arguments.get(#wire).unwrap_or(&serde_json::Value::Null);
                    #from
                })
            }
        }
    });
    let setters: Vec<TokenStream> = given
        .iter()
        .filter(|g| !in_new(g))
        .map(|g| {
            if g.ty == Type::Binary {
                let name = ident(&rust_name(&g.wire));
                return quote! {
                    if let Some(file) = &arguments.file {
                        #variable = #variable.#name(file.clone());
                    }
                };
            }
            let (name, wire, from) = (ident(&rust_name(&g.wire)), &g.wire, g.from());
            quote! {
                if let Some(value) = arguments.get(#wire) {
                    #variable = #variable.#name(#from);
                }
            }
        })
        .collect();
    let mutable = (!setters.is_empty()).then(|| quote!(mut)).to_token_stream();
    quote! {
        let #mutable #variable = dify_api::types::#ty::new(#(#arguments),*);
        #(#setters)*
    }
}
