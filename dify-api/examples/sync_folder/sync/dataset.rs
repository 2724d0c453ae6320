//! The knowledge base, and the field for the marks.

use dify_api::{
    Error, ErrorKind, Knowledge,
    types::{
        Dataset, DatasetCreateRequest, DatasetsListQuery, DocumentFileConfig, DocumentMetadataOperation,
        DocumentMetadataRequest, ErrorCode, IndexingTechnique, MetadataAssignment, MetadataFieldInput, MetadataType,
        MetadataValue, ProcessMode, ProcessRule,
    },
};

use super::{
    Options,
    report::{Report, SyncError},
};

/// A knowledge base that is being worked on.
pub struct Session<'a> {
    pub knowledge: &'a Knowledge,
    pub options: &'a Options,
    pub report: &'a Report<'a>,
    /// Id of the knowledge base.
    pub dataset: String,
    /// Id of the field for the marks.
    pub field: String,
    /// Only where the first document has to say it.
    technique: Option<IndexingTechnique>,
}

impl<'a> Session<'a> {
    /// Finds the knowledge base and the field, or makes them.
    pub async fn open(
        knowledge: &'a Knowledge,
        options: &'a Options,
        report: &'a Report<'a>,
    ) -> Result<Self, SyncError> {
        let dataset = dataset(knowledge, options).await?;
        let technique = dataset.indexing_technique.is_none().then(|| options.technique.clone());
        let field = field(knowledge, &dataset.id, &options.field).await?;
        Ok(Self { knowledge, options, report, dataset: dataset.id, field, technique })
    }

    pub fn concurrency(&self) -> usize {
        self.options.concurrency.max(1)
    }

    /// The settings of the first document of a knowledge base.
    pub fn settings(&self) -> DocumentFileConfig {
        let settings = DocumentFileConfig::new().process_rule(ProcessRule::new(ProcessMode::Automatic));
        match &self.technique {
            Some(technique) => settings.indexing_technique(technique.clone()),
            None => settings,
        }
    }

    /// The settings of later documents, which are cut by the rule of the first, or by one that somebody chose in Dify
    /// since. They keep the technique too, whatever they send.
    pub fn later_settings(&self) -> DocumentFileConfig {
        let mut settings = DocumentFileConfig::new();
        settings.process_rule = None;
        settings
    }

    /// Marks a document. Its other metadata stays.
    pub async fn mark(&self, document: &str, value: &str) -> Result<(), Error> {
        let value = MetadataValue::Text(value.to_owned());
        let mark = MetadataAssignment::new(self.field.as_str(), self.options.field.as_str()).value(value);
        let operation = DocumentMetadataOperation::new(document, vec![mark]).partial_update(true);
        let request = DocumentMetadataRequest::new(vec![operation]);
        self.knowledge.metadata().set_values(&self.dataset, &request).await?;
        Ok(())
    }
}

async fn dataset(knowledge: &Knowledge, options: &Options) -> Result<Dataset, SyncError> {
    let name = options.dataset.as_str();
    if is_id(name) {
        return knowledge.datasets().get(name).await.map_err(SyncError::when("finding the knowledge base by its id"));
    }
    let narrow = DatasetsListQuery::new().limit(100).keyword(name);
    if let Some(dataset) = called(knowledge, name, &narrow).await? {
        return Ok(dataset);
    }
    let request = DatasetCreateRequest::new(name).indexing_technique(options.technique.clone());
    match knowledge.datasets().create(&request).await {
        // Made meanwhile, by another run or by one that was interrupted.
        Err(error) if error.status().is_some_and(|status| status.as_u16() == 409) => {
            let everything = DatasetsListQuery::new().limit(100);
            let failed = SyncError::when("making the knowledge base");
            called(knowledge, name, &everything).await?.ok_or_else(|| failed(error))
        }
        made => made.map_err(SyncError::when("making the knowledge base")),
    }
}

async fn called(knowledge: &Knowledge, name: &str, query: &DatasetsListQuery) -> Result<Option<Dataset>, SyncError> {
    let mut datasets = knowledge.datasets().list(query).items();
    while let Some(dataset) = datasets.next().await {
        let dataset = dataset.map_err(SyncError::when("finding the knowledge base by its name"))?;
        if dataset.name == name {
            return Ok(Some(dataset));
        }
    }
    Ok(None)
}

/// `eab1bf87-d9b6-477d-9e9d-2b69b0f56986`.
fn is_id(text: &str) -> bool {
    let groups = text.split('-').map(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(group.len()));
    groups.eq([8, 4, 4, 4, 12].map(Some))
}

async fn field(knowledge: &Knowledge, dataset: &str, name: &str) -> Result<String, SyncError> {
    if let Some(id) = existing(knowledge, dataset, name).await? {
        return Ok(id);
    }
    let request = MetadataFieldInput::new(name, MetadataType::String);
    match knowledge.metadata().create(dataset, &request).await {
        Ok(field) => Ok(field.id),
        // As above: made meanwhile.
        Err(error) => {
            let taken = matches!(error.kind(), ErrorKind::Api(refusal) if refusal.code == ErrorCode::InvalidParam);
            let found = if taken { existing(knowledge, dataset, name).await? } else { None };
            found.ok_or_else(|| SyncError::when("making the metadata field")(error))
        }
    }
}

async fn existing(knowledge: &Knowledge, dataset: &str, name: &str) -> Result<Option<String>, SyncError> {
    let fields =
        knowledge.metadata().list(dataset).await.map_err(SyncError::when("listing the metadata fields"))?.doc_metadata;
    match fields.into_iter().find(|field| field.name == name) {
        None => Ok(None),
        Some(field) if field.type_ == MetadataType::String => Ok(Some(field.id)),
        Some(field) => Err(SyncError::Field { name: field.name, kind: field.type_.as_str().to_owned() }),
    }
}
