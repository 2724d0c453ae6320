//! What examples are given: clients and ids, from the environment.

use std::{cell::RefCell, env, error::Error, fmt};

use dify_api::{
    App, Console, Download, Knowledge, Upload, WebApp,
    types::{
        DatasetCreateRequest, DocumentFileConfig, DocumentFileUpload, IndexingTechnique, ProcessMode, ProcessRule,
    },
};

/// A variable that is not set, so that an example is skipped.
#[derive(Debug)]
pub(crate) struct Unset(String);

impl fmt::Display for Unset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not set", self.0)
    }
}

impl Error for Unset {}

fn variable(name: &str) -> Result<String, Unset> {
    env::var(name).ok().filter(|value| !value.is_empty()).ok_or_else(|| Unset(name.to_owned()))
}

/// `NAME`, or `KIND_NAME` with the kind after `DIFY_`.
fn of_kind(kind: &str, name: &str) -> Result<String, Unset> {
    variable(&if kind.is_empty() { format!("DIFY_{name}") } else { format!("DIFY_{kind}_{name}") })
}

/// The server of the page in place of the one that an example spells out.
pub(crate) fn page_url() -> String {
    variable("DIFY_PAGE_URL").unwrap_or_default()
}

/// The code of the page in place of the one that an example spells out.
pub(crate) fn page_code() -> String {
    variable("DIFY_PAGE_CODE").unwrap_or_default()
}

/// Makes what examples are given.
#[derive(Default)]
pub(crate) struct Given {
    /// The knowledge bases made so far.
    datasets: RefCell<Vec<String>>,
}

type Made<T> = Result<T, Box<dyn Error>>;

impl Given {
    pub(crate) fn app(&self, kind: &str) -> Made<App> {
        let builder = App::builder().api_key(of_kind(kind, "API_KEY")?).base_url(variable("DIFY_BASE_URL")?);
        Ok(builder.build()?)
    }

    pub(crate) fn knowledge(&self) -> Made<Knowledge> {
        variable("DIFY_DATASET_API_KEY")?;
        Ok(Knowledge::from_env()?)
    }

    pub(crate) fn console(&self) -> Made<Console> {
        variable("DIFY_CONSOLE_URL")?;
        Ok(Console::from_env()?)
    }

    pub(crate) async fn page(&self, kind: &str) -> Made<WebApp> {
        Ok(WebApp::connect(variable("DIFY_PAGE_URL")?, of_kind(kind, "PAGE_CODE")?).await?)
    }

    /// A new, empty knowledge base.
    pub(crate) async fn dataset(&self) -> Made<String> {
        let knowledge = self.knowledge()?;
        // The name must be new to the workspace. By keywords: this needs no embedding model.
        let name = format!("Examples {}-{}", std::process::id(), self.datasets.borrow().len());
        let request = DatasetCreateRequest::new(name).indexing_technique(IndexingTechnique::HighQuality);
        let dataset = knowledge.datasets().create(&request).await?;
        self.datasets.borrow_mut().push(dataset.id.clone());
        Ok(dataset.id)
    }

    /// An indexed document in the newest knowledge base.
    pub(crate) async fn document(&self) -> Made<String> {
        let knowledge = self.knowledge()?;
        let dataset = self.datasets.borrow().last().cloned().unwrap_or_default();
        let config = DocumentFileConfig::new().process_rule(ProcessRule::new(ProcessMode::Automatic));
        let file = DocumentFileUpload::new(Upload::bytes("tea.md", "Green tea steeps for two minutes.")).data(config);
        let added = knowledge.documents().create_by_file(&dataset, &file).await?;
        knowledge.documents().wait_until_indexed(&dataset, &added.batch).await?;
        Ok(added.document.id)
    }

    /// The definition of a chat application.
    pub(crate) fn definition(&self) -> Made<String> {
        Ok(std::fs::read_to_string("assistant.yml")?)
    }

    pub(crate) async fn download(&self) -> Made<Download> {
        let (dataset, document) = (self.dataset().await?, self.document().await?);
        Ok(self.knowledge()?.documents().download_file(&dataset, &document).await?)
    }

    /// Deletes what was made.
    pub(crate) async fn clean_up(&self) {
        let Ok(knowledge) = self.knowledge() else { return };
        for dataset in self.datasets.take() {
            if let Err(error) = knowledge.datasets().delete(&dataset).await {
                eprintln!("the knowledge base {dataset} stays behind: {error}");
            }
        }
    }
}
