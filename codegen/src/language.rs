//! The language of a document's texts, and the sentences that its rules add.

use serde_json::Value;

/// A language that documents are published in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Language {
    /// English, the language of the source.
    English,
    /// Chinese in simplified characters, from `spec/overlays/zh.yaml`.
    Chinese,
}

/// The member of `info` that names the language, where it is another than English.
const MEMBER: &str = "/info/x-dify-language";

impl Language {
    /// All of them, English first.
    pub const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// Returns the language of a document.
    #[must_use]
    pub fn of(document: &Value) -> Self {
        let named = document.pointer(MEMBER).and_then(Value::as_str);
        named.and_then(Self::named).unwrap_or(Self::English)
    }

    /// Returns the language of a tag, such as `zh`.
    #[must_use]
    pub fn named(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// Returns its tag (BCP 47).
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh",
        }
    }

    /// Returns releases as text: `1.13.0 and 1.16.1`.
    pub(crate) fn releases(self, checked: &Value) -> Option<String> {
        let releases: Vec<&str> = checked.as_array()?.iter().filter_map(Value::as_str).collect();
        let (comma, and) = match self {
            Self::English => (", ", " and "),
            Self::Chinese => ("、", " 和 "),
        };
        Some(match releases.split_last()? {
            (only, []) => (*only).to_owned(),
            (last, others) => format!("{}{and}{last}", others.join(comma)),
        })
    }

    /// Returns names as a sentence: `Chat, Files.`.
    pub(crate) fn list(self, names: &[&str]) -> String {
        match self {
            Self::English => format!("{}.", names.join(", ")),
            Self::Chinese => format!("{}。", names.join("、")),
        }
    }

    /// The description of a 404 that only a path without a route gets.
    pub(crate) fn no_route(self) -> &'static str {
        match self {
            Self::English => "A malformed id in the path matches no route; the server then returns an HTML page.",
            Self::Chinese => "路径中格式错误的 ID 不匹配任何路由；服务器此时返回 HTML 页面。",
        }
    }

    /// The summary of an example of a stream.
    pub(crate) fn event_example(self) -> &'static str {
        match self {
            Self::English => "One event of the stream.",
            Self::Chinese => "流的一个事件。",
        }
    }

    /// The summary of a document.
    pub(crate) fn checked(self, releases: &str) -> String {
        match self {
            Self::English => format!("Checked against Dify {releases}."),
            Self::Chinese => format!("已与 Dify {releases} 核对。"),
        }
    }

    /// Where the part of the description begins that names the checked releases of the contract.
    pub(crate) fn checked_marker(self) -> &'static str {
        match self {
            Self::English => " Checked against",
            Self::Chinese => "已用真实服务器的录制核对",
        }
    }

    /// What the description of a document for one release ends with.
    pub(crate) fn one(self, release: &str, is_checked: bool) -> String {
        match (self, is_checked) {
            (Self::English, true) => {
                format!(" Describes Dify {release} only. Checked against recordings of this release.")
            }
            (Self::English, false) => format!(" Describes Dify {release} only, of which there are no recordings."),
            (Self::Chinese, true) => format!("本文档仅描述 Dify {release}，并已与该版本的录制核对。"),
            (Self::Chinese, false) => format!("本文档仅描述 Dify {release}；该版本没有录制。"),
        }
    }

    /// What the description of a document for a range of releases ends with.
    pub(crate) fn range(self, first: &str, last: &str, checked: Option<&str>) -> String {
        match self {
            Self::English => {
                let checked =
                    checked.map(|releases| format!(" Checked against recordings of real servers, Dify {releases}."));
                format!(
                    " Describes all releases of Dify from {first} to {last}: members that some of them do not send are \
                     optional, and `x-dify-since` and `x-dify-until` mark them.{}",
                    checked.unwrap_or_default()
                )
            }
            Self::Chinese => {
                let checked = checked.map(|releases| format!("已与真实服务器（Dify {releases}）的录制核对。"));
                format!(
                    "本文档描述 Dify {first} 至 {last} 的所有版本：部分版本不返回的成员是可选的，由 `x-dify-since` 和 \
                     `x-dify-until` 标明。{}",
                    checked.unwrap_or_default()
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_document_names_its_language_or_is_english() {
        assert_eq!(Language::of(&json!({"info": {"x-dify-language": "zh"}})), Language::Chinese);
        assert_eq!(Language::of(&json!({"info": {}})), Language::English);
        assert_eq!(Language::of(&json!({"info": {"x-dify-language": "tlh"}})), Language::English);
    }

    #[test]
    fn releases_are_a_list_in_each_language() {
        let several = json!(["1.0.0", "1.1.0", "2.0.0"]);
        assert_eq!(Language::English.releases(&several).as_deref(), Some("1.0.0, 1.1.0 and 2.0.0"));
        assert_eq!(Language::Chinese.releases(&several).as_deref(), Some("1.0.0、1.1.0 和 2.0.0"));
        assert_eq!(Language::English.releases(&json!(["1.0.0"])).as_deref(), Some("1.0.0"));
        assert_eq!(Language::English.releases(&json!([])), None);
    }
}
