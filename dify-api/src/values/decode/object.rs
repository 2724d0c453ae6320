//! Objects: one routine for all, driven by a table of members.

use super::{Decode, Read, Reader, Stop};
/// What the routine does where a member is missing or null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    /// Fails: nothing that decides what a program does is made up.
    Essential,
    /// Leaves the empty value, and counts it.
    Required,
    /// Leaves the empty value.
    Optional,
}

/// A member of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    /// Its name and the colon as servers write them: `"name":`.
    head: &'static str,
    need: Need,
    /// Null is a value of its type.
    null: bool,
    /// Some release sent it as another type: numbers as text, text as any JSON.
    loose: bool,
    /// It is an object that is kept as JSON, so that its empty value is `{}`.
    open: bool,
}

impl Member {
    const fn new(head: &'static str, need: Need) -> Self {
        Self { head, need, null: false, loose: false, open: false }
    }

    pub(crate) const fn essential(head: &'static str) -> Self {
        Self::new(head, Need::Essential)
    }

    pub(crate) const fn required(head: &'static str) -> Self {
        Self::new(head, Need::Required)
    }

    pub(crate) const fn optional(head: &'static str) -> Self {
        Self::new(head, Need::Optional)
    }

    fn name(&self) -> &'static str {
        self.head.get(1..self.head.len().saturating_sub(2)).unwrap_or_default()
    }

    pub(crate) const fn null(mut self) -> Self {
        self.null = true;
        self
    }

    pub(crate) const fn open(mut self) -> Self {
        self.open = true;
        self
    }

    pub(crate) const fn loose(mut self) -> Self {
        self.loose = true;
        self
    }
}

/// Members of refusals. An answer that has one and none of its own is an error that was sent as a success.
const REFUSAL: [&str; 5] = ["code", "message", "error", "errors", "custom"];

/// Where members go that the table does not name.
pub(crate) trait Open {
    /// Removes what an earlier object left here.
    fn empty(&mut self);

    /// Reads the value of such a member.
    fn add(&mut self, name: &str, reader: &mut Reader<'_>) -> Read;
}

/// Where the items of a list go.
pub(super) trait ListSlot {
    /// Returns the place of the next item.
    fn another(&mut self) -> Option<&mut dyn Decode>;
}

impl Reader<'_> {
    /// Reads an object into fields, which are in the order of the table.
    pub(crate) fn object(
        &mut self,
        members: &'static [Member],
        fields: &mut [&mut dyn Decode],
        mut open: Option<&mut dyn Open>,
    ) -> Read {
        if self.loose && self.peek() == b'"' {
            return self.bare_text(members, fields);
        }
        if let Some(open) = &mut open {
            open.empty();
        }
        // Servers send members in the order of the table, more or less.
        let (mut next, mut seen, mut refused) = (0, 0u64, false);
        let begin = self.entries(|reader| {
            let index = match members.get(next) {
                Some(member) if reader.skip(member.head) => next,
                _ => match reader.other_member(members, &mut open, &mut refused)? {
                    Some(index) => index,
                    None => return Ok(()),
                },
            };
            next = index + 1;
            let (Some(member), Some(field)) = (members.get(index), fields.get_mut(index)) else { return Ok(()) };
            if !member.null && reader.null()? {
                return Ok(());
            }
            reader.loose = member.loose;
            field.read(reader)?;
            seen |= 1 << index;
            Ok(())
        })?;
        let due = members.iter().any(|member| member.need != Need::Optional);
        if seen == 0 && refused && !due && self.is_whole(begin) {
            return Err(self.fail_at(begin, "an error in place of an answer"));
        }
        if seen.count_ones() as usize == members.len() {
            return Ok(());
        }
        self.absent(begin, members, fields, seen)
    }

    /// Reads the name of a member that is not the next of the table and returns its place there; of one that is not in
    /// the table, the value as well.
    #[inline(never)]
    fn other_member(
        &mut self,
        members: &'static [Member],
        open: &mut Option<&mut dyn Open>,
        refused: &mut bool,
    ) -> Result<Option<usize>, Stop> {
        let name = self.string()?;
        self.byte(b':', "`:`")?;
        let index = members.iter().position(|member| member.name() == name);
        if index.is_none() {
            *refused |= REFUSAL.contains(&&*name);
            match open {
                Some(open) => open.add(&name, self)?,
                None => self.raw().map(drop)?,
            }
        }
        Ok(index)
    }

    /// Reads the only required member of an object that some release sends as the text of that member.
    fn bare_text(&mut self, members: &'static [Member], fields: &mut [&mut dyn Decode]) -> Read {
        self.partial = true;
        let mut due = members.iter().zip(fields).filter(|(member, _)| member.need != Need::Optional);
        match (due.next(), due.next()) {
            (Some((member, field)), None) => {
                self.loose = member.loose;
                field.read(self)
            }
            _ => Err(self.unexpected("an object")),
        }
    }

    /// Judges what an object lacks.
    fn absent(&mut self, begin: usize, members: &'static [Member], fields: &mut [&mut dyn Decode], seen: u64) -> Read {
        self.partial = true;
        let missing = |index: usize| seen >> index & 1 == 0;
        let due = || members.iter().enumerate().filter(|(_, member)| member.need != Need::Optional);
        if let Some((_, member)) = due().find(|(index, member)| member.need == Need::Essential && missing(*index)) {
            return Err(self.fail_at(begin, format!("missing member `{}`", member.name())));
        }
        if due().next().is_some() && due().all(|(index, _)| missing(index)) {
            return Err(self.fail_at(begin, "an object without any of its required members"));
        }
        for (index, member) in due().filter(|(index, _)| missing(*index)) {
            if let (true, Some(field)) = (member.open, fields.get_mut(index)) {
                field.read(&mut Reader::new("{}"))?;
            }
            self.substitutions.add(begin, member.name());
        }
        Ok(())
    }

    /// Reads an object member by member, each from its name on; returns where the object begins.
    #[inline]
    fn entries(&mut self, mut entry: impl FnMut(&mut Self) -> Read) -> Result<usize, Stop> {
        self.byte(b'{', "an object")?;
        let begin = self.at - 1;
        if self.peek() == b'}' {
            self.at += 1;
            return Ok(begin);
        }
        loop {
            entry(self)?;
            match self.peek() {
                b',' => self.at += 1,
                b'}' => break,
                _ => return Err(self.unexpected("`,` or `}`")),
            }
        }
        self.at += 1;
        Ok(begin)
    }

    /// Reads an object whose members have no names of their own.
    pub(super) fn map(&mut self, open: &mut dyn Open) -> Read {
        let loose = self.loose;
        let entry = |reader: &mut Self| {
            let name = reader.string()?;
            reader.byte(b':', "`:`")?;
            reader.loose = loose;
            open.add(&name, reader)
        };
        self.entries(entry).map(drop)
    }

    /// Reads a list item by item.
    pub(super) fn list(&mut self, items: &mut dyn ListSlot) -> Read {
        self.byte(b'[', "a list")?;
        let loose = self.loose;
        if self.peek() == b']' {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.loose = loose;
            if let Some(item) = items.another() {
                item.read(self)?;
            }
            match self.peek() {
                b',' => self.at += 1,
                b']' => break,
                _ => return Err(self.unexpected("`,` or `]`")),
            }
        }
        self.at += 1;
        Ok(())
    }

    /// Moves to the value of a member; `false` where the object has none of this name.
    pub(crate) fn find(&mut self, member: &str) -> Result<bool, Stop> {
        self.byte(b'{', "an object")?;
        if self.peek() == b'}' {
            self.at += 1;
            return Ok(false);
        }
        loop {
            let name = self.string()?;
            self.byte(b':', "`:`")?;
            if name == member {
                return Ok(true);
            }
            self.raw()?;
            match self.peek() {
                b',' => self.at += 1,
                b'}' => break,
                _ => return Err(self.unexpected("`,` or `}`")),
            }
        }
        self.at += 1;
        Ok(false)
    }
}

/// Implements `Decode` and `Deserialize` of a struct by the table of its members.
macro_rules! object {
    ($name:ident { $($field:ident: $need:ident $wire:literal $($flag:ident)*,)* } $(extra $extra:ident)?) => {
        impl crate::values::decode::Decode for $name {
            fn blank() -> Self {
                Self { $($field: crate::values::decode::Decode::blank(),)* $($extra: crate::values::decode::Decode::blank(),)? }
            }

            fn read(&mut self, reader: &mut crate::values::decode::Reader<'_>) -> crate::values::decode::Read {
                const MEMBERS: &[crate::values::decode::Member] = &[$(crate::values::decode::Member::$need(concat!("\"", $wire, "\":"))$(.$flag())*),*];
                let open = None$(.or(Some(&mut self.$extra as _)))?;
                reader.object(MEMBERS, &mut [$(&mut self.$field),*], open)
            }
        }
        crate::values::decode::named!($name);
    };
}

/// Implements `Deserialize` of a generated type.
macro_rules! named {
    ($name:ident) => {
        impl<'de> serde::Deserialize<'de> for $name {
            #[inline]
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::values::decode::deserialize(deserializer)
            }
        }
    };
}

/// Implements `Decode` of an open enum.
macro_rules! text {
    ($name:ident) => {
        impl crate::values::decode::Decode for $name {
            fn blank() -> Self {
                Self::Other(String::new())
            }

            fn read(&mut self, reader: &mut crate::values::decode::Reader<'_>) -> crate::values::decode::Read {
                *self = Self::from(&*reader.string()?);
                Ok(())
            }
        }
    };
}

pub(crate) use {named, object, text};
