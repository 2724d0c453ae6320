//! Enums that grow: the known values, and `Other` for the rest.

/// Declares an enum over strings that keeps undefined values.
///
/// ```
/// dify_api::open_enum! {
///     /// How a run ended.
///     pub enum Ending {
///         /// It did what it should.
///         Succeeded = "succeeded",
///         /// Somebody stopped it.
///         Stopped = "stopped",
///     }
/// }
///
/// let known: Ending = serde_json::from_str(r#""stopped""#)?;
/// assert_eq!(known, Ending::Stopped);
/// let new = Ending::from("paused");
/// assert_eq!(new, Ending::Other("paused".to_owned()));
/// assert_eq!(serde_json::to_string(&new)?, r#""paused""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident = $wire:literal ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        $vis enum $name {
            $( $(#[$variant_meta])* $variant, )*
            /// A value that this version of the crate does not define, as sent.
            Other(::std::string::String),
        }

        impl $name {
            /// The values that this version of the crate defines, as sent.
            pub const KNOWN: &'static [&'static str] = &[$($wire),*];

            /// The value as it is sent.
            #[must_use]
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $wire, )*
                    Self::Other(value) => value,
                }
            }

            // One allocation for an unknown value, none for a known one.
            #[inline]
            fn known(value: &str) -> ::std::option::Option<Self> {
                match value {
                    $( $wire => ::std::option::Option::Some(Self::$variant), )*
                    _ => ::std::option::Option::None,
                }
            }
        }

        impl ::std::convert::From<&str> for $name {
            #[inline]
            fn from(value: &str) -> Self {
                Self::known(value).unwrap_or_else(|| Self::Other(value.to_owned()))
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            #[inline]
            fn from(value: ::std::string::String) -> Self {
                match Self::known(&value) {
                    ::std::option::Option::Some(known) => known,
                    ::std::option::Option::None => Self::Other(value),
                }
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;
            #[inline]
            fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
                ::std::result::Result::Ok(Self::from(value))
            }
        }

        impl ::std::convert::AsRef<str> for $name {
            #[inline]
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::std::cmp::PartialEq<str> for $name {
            #[inline]
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl ::std::cmp::PartialEq<&str> for $name {
            #[inline]
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl ::std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&$crate::Shown::new(self.as_str()), f)
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self {
                    $( Self::$variant => f.write_str(::std::stringify!($variant)), )*
                    Self::Other(value) => f.debug_tuple("Other").field(&$crate::Shown::new(value)).finish(),
                }
            }
        }

        impl $crate::__private::serde::Serialize for $name {
            #[inline]
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            #[inline]
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::__private::visit_text(deserializer, |text| Self::from(text))
            }
        }

        $crate::__open_enum_schema!($name);
    };
}

/// JSON Schema: the known values as examples of a string, for the set is not closed.
#[cfg(feature = "schemars")]
#[doc(hidden)]
#[macro_export]
macro_rules! __open_enum_schema {
    ($name:ident) => {
        impl $crate::__private::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                ::std::borrow::Cow::Borrowed(::std::stringify!($name))
            }
            fn json_schema(
                _: &mut $crate::__private::schemars::SchemaGenerator,
            ) -> $crate::__private::schemars::Schema {
                $crate::__private::schemars::json_schema!({
                    "type": "string",
                    "examples": Self::KNOWN,
                })
            }
        }
    };
}

/// Nothing, without the feature.
#[cfg(not(feature = "schemars"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __open_enum_schema {
    ($name:ident) => {};
}

/// What the expansion of [`open_enum!`] needs in crates that do not depend on it themselves.
#[doc(hidden)]
pub mod __private {
    #[cfg(feature = "schemars")]
    pub use schemars;
    pub use serde;

    use crate::{
        Event,
        stream::event,
        values::decode::{self, Decode},
    };
    use serde::{Deserializer, de};
    use std::{fmt, marker::PhantomData};

    /// For the fuzzer.
    pub use crate::transport::{
        path::{url, written},
        retry::retry_after,
    };

    /// Decodes an answer and lists the members that it lacks, for tests.
    pub fn substitutions<T: Decode>(text: &str) -> serde_json::Result<Vec<String>> {
        let (_, substitutions) = decode::decode::<T>(text).map_err(|fault| fault.into_json(text))?;
        Ok(substitutions.paths(text.as_bytes()).collect())
    }

    /// The same for an event.
    pub fn event_substitutions<E: Event>(text: &str) -> serde_json::Result<Vec<String>> {
        let name = event::peek(text, "event").map_err(|fault| fault.into_json(text))?;
        let (_, substitutions) = event::decode::<E>(&name, text, &mut None).map_err(|fault| fault.into_json(text))?;
        Ok(substitutions.paths(text.as_bytes()).collect())
    }

    /// Decodes an event in the memory of another one, for tests and benchmarks.
    pub fn decode_again<E: Event>(used: &mut Option<E>, text: &str) -> serde_json::Result<E> {
        let name = event::peek(text, "event").map_err(|fault| fault.into_json(text))?;
        event::decode(&name, text, used).map(|(event, _)| event).map_err(|fault| fault.into_json(text))
    }

    /// Reads a string without allocating it first.
    pub fn visit_text<'de, D, T>(deserializer: D, make: fn(&str) -> T) -> Result<T, D::Error>
    where
        D: Deserializer<'de>,
    {
        struct Text<T>(fn(&str) -> T, PhantomData<T>);

        impl<T> de::Visitor<'_> for Text<T> {
            type Value = T;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
                Ok((self.0)(text))
            }
        }

        deserializer.deserialize_str(Text(make, PhantomData))
    }
}

#[cfg(test)]
mod tests {
    crate::open_enum! {
        /// A mode.
        pub(crate) enum Mode {
            /// Chat.
            Chat = "chat",
            /// Chatflow.
            Chatflow = "advanced-chat",
        }
    }

    #[test]
    fn a_known_value_becomes_its_variant_and_an_unknown_one_is_kept() {
        let modes: Vec<Mode> = serde_json::from_str(r#"["chat", "advanced-chat", "\u006eew"]"#).expect("JSON");
        assert_eq!(modes, [Mode::Chat, Mode::Chatflow, Mode::Other("new".into())]);
        assert_eq!(serde_json::to_string(&modes).expect("JSON"), r#"["chat","advanced-chat","new"]"#);
    }

    #[test]
    fn it_compares_with_text_and_pads_when_shown() {
        assert_eq!(Mode::from("advanced-chat".to_owned()), "advanced-chat");
        assert_eq!(format!("{:>6}|", Mode::Chat), "  chat|");
        assert_eq!("x".parse::<Mode>(), Ok(Mode::Other("x".into())));
        assert_eq!(Mode::KNOWN, ["chat", "advanced-chat"]);
    }

    #[test]
    fn what_is_no_string_is_refused() {
        assert!(serde_json::from_str::<Mode>("3").is_err());
    }
}
