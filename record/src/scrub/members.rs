//! Values of JSON and YAML, cleaned by name and by place.

use super::described::Described;
use super::place::Place;
use super::placeholder::{self, REDACTED};
use super::tree::Tree;
use super::{Scrubber, looks, names, yaml};

/// Documents within texts within documents are followed so far.
const DEEPEST: usize = 6;

/// Members with the value of what another member names.
const VALUES: [&str; 7] = ["value", "values", "default", "default_value", "current_value", "data", "content"];

impl Scrubber {
    /// Takes the secrets out of a document at a place, and all that its place does not describe.
    pub(crate) fn document(&mut self, tree: &mut Tree, place: &Place) {
        self.value("", tree, place, 0);
    }

    /// Returns a text that the documents describe without its secrets; a document in it is cleaned as one.
    pub(crate) fn described_text(&mut self, text: &str) -> String {
        self.inner(text, 0)
    }

    fn value(&mut self, name: &str, tree: &mut Tree, place: &Place, depth: usize) {
        let known = place.is_known() && place.allows(tree.kind());
        match tree {
            Tree::Null | Tree::Bool(_) => {}
            Tree::Number(number) => {
                let counted = !names::is_secret(name) || names::counts(name);
                let kept = known
                    || placeholder::is_digit(&number.to_string())
                    || (counted && Described::get().is_number(name));
                if !kept || self.seen.is_in(&number.to_string()) {
                    *number = 0.into();
                }
            }
            // Older servers send documents as text.
            Tree::Text(text) if depth < DEEPEST && is_text_instead(place) && Tree::document(text).is_some() => {
                *text = self.document_text(text, place, depth);
            }
            Tree::Text(text) if known || Described::get().lists(name, text) => *text = self.inner(text, depth),
            Tree::Text(text) => *text = replaced(text).to_owned(),
            // A name and its value: `["Authorization", "Bearer …"]`.
            Tree::List(items) if matches!(items.as_slice(), [Tree::Text(name), Tree::Text(_)] if names_one(name)) => {
                items.iter_mut().skip(1).for_each(|value| self.hide(value, true));
            }
            Tree::List(items) => {
                let place = place.item();
                items.iter_mut().for_each(|item| self.value(name, item, &place, depth));
            }
            Tree::Members(members) => self.members(members, place, depth),
        }
    }

    fn members(&mut self, members: &mut [(String, Tree)], place: &Place, depth: usize) {
        let named = names_a_secret(members);
        for (name, member) in members {
            let inner = place.member(name);
            if inner.is_secret() || is_secret(name, member, &inner) || (named && VALUES.contains(&name.as_str())) {
                self.hide(member, true);
            } else {
                self.value(name, member, &inner, depth);
            }
            self.name(name, inner.is_known());
        }
    }

    /// A name may be a secret itself: sessions by their tokens.
    fn name(&self, name: &mut String, known: bool) {
        if Described::get().has_word(name) {
            return;
        }
        if !known && looks::is_random(name) {
            REDACTED.clone_into(name);
        } else {
            *name = looks::text(name, &self.seen).into_owned();
        }
    }

    /// Puts placeholders into a secret value, and remembers what its name or its looks make a secret of: the address of a
    /// credential would be looked for everywhere.
    fn hide(&mut self, tree: &mut Tree, named: bool) {
        match tree {
            Tree::Null | Tree::Bool(_) => {}
            Tree::Number(number) => {
                if named {
                    self.learn(&number.to_string());
                }
                *number = 0.into();
            }
            Tree::Text(text) => {
                if named || is_random(text) {
                    self.learn(text);
                }
                *text = replaced(text).to_owned();
            }
            Tree::List(items) => items.iter_mut().for_each(|item| self.hide(item, named)),
            Tree::Members(members) => {
                for (name, member) in members {
                    self.hide(member, names::is_secret(name));
                    self.name(name, false);
                }
            }
        }
    }

    /// Cleans a text that may be a document of JSON or YAML itself.
    fn inner(&mut self, text: &str, depth: usize) -> String {
        if placeholder::is_one(text) {
            return text.to_owned();
        }
        if depth == DEEPEST {
            return REDACTED.to_owned();
        }
        self.document_text(text, &Place::open(), depth)
    }

    fn document_text(&mut self, text: &str, place: &Place, depth: usize) -> String {
        let document = Tree::document(text).or_else(|| Tree::json(text).filter(|tree| matches!(tree, Tree::Text(_))));
        let claimed = yaml::is_definition(text);
        let document = match document {
            None if claimed || yaml::may_hold_a_secret(text) => match Tree::yaml(text).filter(Tree::is_container) {
                None if claimed => return REDACTED.to_owned(),
                document => document,
            },
            document => document,
        };
        if let Some(document) = document {
            let mut cleaned = document.clone();
            self.value("", &mut cleaned, place, depth + 1);
            // JSON is YAML as well.
            if cleaned != document {
                return cleaned.write();
            }
        }
        looks::text(text, &self.seen).into_owned()
    }
}

/// The placeholder for an undescribed text.
fn replaced(text: &str) -> &str {
    if placeholder::is_one(text) { text } else { placeholder::of(text) }
}

fn is_secret(name: &str, member: &Tree, place: &Place) -> bool {
    let harmless = match member {
        Tree::Null | Tree::Bool(_) => true,
        Tree::Number(_) => names::counts(name) || Described::get().is_number(name),
        Tree::Text(_) => false,
        Tree::List(_) | Tree::Members(_) => names::may_hold_descriptions(name) && place.lists_members(),
    };
    !harmless && names::is_secret(name)
}

/// Whether one member marks another as secret: `{"name": "api_key", "value": …}`, `{"value_type": "secret", …}`.
fn names_a_secret(members: &[(String, Tree)]) -> bool {
    members.iter().any(|(name, member)| match (name.as_str(), member) {
        ("value_type" | "type" | "variable_type" | "format" | "input_type", Tree::Text(kind)) => {
            kind.contains("secret") || kind.contains("password")
        }
        ("name" | "key" | "variable" | "field" | "header" | "parameter" | "label", Tree::Text(name)) => names_one(name),
        _ => false,
    })
}

/// Whether a text is the name of a secret.
fn names_one(text: &str) -> bool {
    text.len() < 80 && !text.contains(' ') && names::is_secret(text)
}

/// Whether a document is described where older servers send it as text.
fn is_text_instead(place: &Place) -> bool {
    (place.allows("object") || place.allows("array")) && !place.allows("string")
}

fn is_random(text: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| text.bytes().any(|byte| kind(&byte));
    text.len() >= 12 && !text.contains([' ', '/']) && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
}
