//! A YAML tree that remembers its lines.

use serde_json::Value;

/// A place in the source: a file of the [`Source`](super::Source) and a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Index of the file in [`Source::files`](super::Source::files).
    pub file: usize,
    /// Line, from 1.
    pub line: usize,
}

/// One value.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it begins.
    pub place: Place,
    /// What it is.
    pub kind: Kind,
}

/// What a [`Node`] is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// `null`, a boolean, a number or text.
    Scalar(Value),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order of the source.
    Map(Vec<Entry>),
}

/// One member of a mapping.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name.
    pub key: String,
    /// The place of the name.
    pub place: Place,
    /// Its value.
    pub value: Node,
}

impl Node {
    /// The members, where this is a mapping; else none.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items, where this is a list; else none.
    pub fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    /// The member of this name, with the place of the name.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The member of this name.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The items of the member of this name; none where it is no list.
    pub fn list(&self, key: &str) -> &[Node] {
        self.get(key).map_or(&[], Node::items)
    }

    /// The members of the member of this name; none where it is no mapping.
    pub fn members(&self, key: &str) -> &[Entry] {
        self.get(key).map_or(&[], Node::entries)
    }

    /// Whether there is a member of this name.
    pub fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// The text, where this is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The text of the member of this name, where it is one.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str()
    }

    /// Whether the member of this name is `true`.
    pub fn is_true(&self, key: &str) -> bool {
        self.get(key).is_some_and(|node| matches!(node.kind, Kind::Scalar(Value::Bool(true))))
    }

    /// Whether this is a mapping.
    pub fn is_map(&self) -> bool {
        matches!(self.kind, Kind::Map(_))
    }

    /// Whether this is a list.
    pub fn is_list(&self) -> bool {
        matches!(self.kind, Kind::List(_))
    }

    /// The file this leads to, where it is `{$ref: …}`.
    pub fn reference(&self) -> Option<&str> {
        self.text("$ref")
    }

    /// The same value without places.
    pub fn to_value(&self) -> Value {
        match &self.kind {
            Kind::Scalar(value) => value.clone(),
            Kind::List(items) => Value::Array(items.iter().map(Node::to_value).collect()),
            Kind::Map(entries) => {
                Value::Object(entries.iter().map(|entry| (entry.key.clone(), entry.value.to_value())).collect())
            }
        }
    }

    /// The place of the deepest node on the way along a JSON pointer that is there.
    pub fn place_at(&self, pointer: &str) -> Place {
        let mut node = self;
        let mut place = self.place;
        for segment in pointer.split('/').filter(|segment| !segment.is_empty()) {
            let segment = unescape(segment);
            let index = segment.parse::<usize>().ok();
            if let Some(entry) = node.entry(&segment) {
                (node, place) = (&entry.value, entry.place);
            } else if let Some(item) = index.and_then(|index| node.items().get(index)) {
                (node, place) = (item, item.place);
            } else {
                break;
            }
        }
        place
    }
}

/// One segment of a JSON pointer, read.
pub(crate) fn unescape(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}
