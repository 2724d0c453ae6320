//! What all runs share: the tools, the documents for all releases, the corpora and the server.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::corpus::Corpus;
use super::server::Server;
use super::tools::Tools;
use super::{APIS, Edition, FIRST};
use crate::publish;

/// See the module.
pub(super) struct Stage {
    pub(super) tools: Tools,
    pub(super) server: Server,
    corpora: BTreeMap<(&'static str, Edition), Corpus>,
}

impl Stage {
    pub(super) fn new(root: &Path) -> Result<Self, Box<dyn Error>> {
        let tools = Tools::fetch(root)?;
        publish::from(root, FIRST, &tools.releases())?;
        let mut corpora = BTreeMap::new();
        for api in APIS {
            for edition in Edition::ALL {
                let text = fs::read_to_string(tools.document("3.1", api, edition))?;
                let document: Value = serde_json::from_str(&text)?;
                let contract = document.pointer("/info/version").and_then(Value::as_str).unwrap_or_default();
                let only = (edition == Edition::Contract).then_some(contract);
                let corpus = Corpus::gather(&root.join("tests/recordings"), &document, only)?;
                let path = tools.corpus(api, edition);
                fs::create_dir_all(path.parent().unwrap_or(&path))?;
                corpus.write(&path)?;
                println!(
                    "{api:<8} {}: {} lines; set aside {} that deviate and {} of no class",
                    path.display(),
                    corpus.lines.len(),
                    corpus.deviating,
                    corpus.nameless,
                );
                corpora.insert((api, edition), corpus);
            }
        }
        Ok(Self { tools, server: Server::start(root)?, corpora })
    }

    pub(super) fn corpus(&self, api: &str, edition: Edition) -> Result<&Corpus, Box<dyn Error>> {
        let corpus = self.corpora.iter().find(|((of, in_edition), _)| *of == api && *in_edition == edition);
        Ok(corpus.map(|(_, corpus)| corpus).ok_or_else(|| format!("there is no API {api}"))?)
    }
}
