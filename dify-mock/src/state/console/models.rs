//! What the workspace has chosen of its models.

use std::collections::BTreeMap;
use std::fmt;

use crate::ids;

/// The provider that is set up from the start.
pub(crate) const PROVIDER: &str = "langgenius/openai/openai";

/// Defaults and credentials.
#[derive(Debug)]
pub(crate) struct Models {
    /// By kind of model: provider and model.
    pub(crate) defaults: BTreeMap<String, (String, String)>,
    /// The oldest first; the first of a provider is the one in use.
    pub(crate) credentials: Vec<Credential>,
}

/// A key for a provider of models.
pub(crate) struct Credential {
    pub(crate) id: String,
    pub(crate) provider: String,
    pub(crate) name: String,
    pub(crate) secret: String,
}

impl Credential {
    pub(crate) fn new(provider: &str, name: &str, secret: &str) -> Credential {
        let (provider, name, secret) = (provider.to_owned(), name.to_owned(), secret.to_owned());
        Credential { id: ids::new(), provider, name, secret }
    }

    /// The secret as it is shown: its beginning and its end.
    pub(crate) fn masked(&self) -> String {
        let letters: Vec<char> = self.secret.chars().collect();
        if letters.len() <= 8 {
            return "*".repeat(20);
        }
        let (head, tail) = (letters.iter().take(6), letters.iter().skip(letters.len() - 2));
        head.chain("*".repeat(12).chars().collect::<Vec<_>>().iter()).chain(tail).collect()
    }
}

impl Default for Models {
    fn default() -> Self {
        let defaults = [
            ("llm", "gpt-4o-mini"),
            ("text-embedding", "text-embedding-3-small"),
            ("rerank", "rerank-fake"),
            ("speech2text", "whisper-1"),
            ("tts", "tts-1"),
        ];
        let defaults = defaults.map(|(kind, model)| (kind.to_owned(), (PROVIDER.to_owned(), model.to_owned())));
        let credentials = vec![Credential::new(PROVIDER, "k1", "sk-fake-123456")];
        Models { defaults: defaults.into_iter().collect(), credentials }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_masked_as_recorded() {
        assert_eq!(Credential::new(PROVIDER, "k1", "sk-fake-123456").masked(), "sk-fak************56");
    }
}
