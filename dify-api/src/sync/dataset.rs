//! The knowledge base, and the fields of its metadata.

use super::{Options, Progress, SyncError, SyncFolder, folder::Folder};
use crate::{
    Error, ErrorKind, Knowledge,
    types::{
        Dataset, DatasetCreateRequest, DatasetsListQuery, DocumentFileConfig, DocumentMetadataOperation,
        DocumentMetadataRequest, ErrorCode, IndexingTechnique, MetadataAssignment, MetadataFieldInput, MetadataType,
        MetadataValue, ProcessMode, ProcessRule,
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// A knowledge base that is being worked on.
pub(super) struct SyncSession<'a> {
    pub(super) knowledge: &'a Knowledge,
    pub(super) options: &'a Options,
    pub(super) progress: &'a Progress<'a>,
    /// Id of the knowledge base; `None` in a dry run, where it would be created.
    pub(super) dataset: Option<String>,
    /// Ids of the metadata fields by their names; without those that a dry run would create.
    fields: BTreeMap<String, String>,
    /// Only where the first document has to name it.
    technique: Option<IndexingTechnique>,
}

impl<'a> SyncSession<'a> {
    /// Finds the knowledge base and the fields, or makes them.
    pub(super) async fn open(sync: &'a SyncFolder<'_>, folder: &Folder) -> Result<Self, SyncError> {
        let SyncFolder { knowledge, options, progress, .. } = sync;
        let mut names: BTreeSet<&str> = BTreeSet::from([&*options.field]);
        for name in folder.files.values().flat_map(|file| file.metadata.keys()) {
            if *name == options.field {
                return Err(SyncError::ReservedField(name.clone()));
            }
            names.insert(name);
        }
        let mut session =
            Self { knowledge, options, progress, dataset: None, fields: BTreeMap::new(), technique: None };
        if let Some(dataset) = dataset(knowledge, options).await? {
            session.technique = dataset.indexing_technique.is_none().then(|| options.technique.clone());
            session.fields = fields(knowledge, &dataset.id, &names, options.dry_run).await?;
            session.dataset = Some(dataset.id);
        }
        Ok(session)
    }

    pub(super) fn dataset(&self) -> &str {
        self.dataset.as_deref().unwrap_or_default()
    }

    /// Id of the field for the marks.
    pub(super) fn mark_field(&self) -> Option<&str> {
        self.fields.get(&self.options.field).map(String::as_str)
    }

    /// The settings of the first document of a knowledge base.
    pub(super) fn settings(&self) -> DocumentFileConfig {
        let settings = DocumentFileConfig::new().process_rule(ProcessRule::new(ProcessMode::Automatic));
        match &self.technique {
            Some(technique) => settings.indexing_technique(technique.clone()),
            None => settings,
        }
    }

    /// The settings of later documents, which are cut by the rule of the first, or by one that was chosen in Dify
    /// since. They keep the technique too, whatever they send.
    pub(super) fn later_settings(&self) -> DocumentFileConfig {
        let mut settings = DocumentFileConfig::new();
        settings.process_rule = None;
        settings
    }

    /// Marks a document, and sets further metadata. Its other metadata stays.
    pub(super) async fn mark(
        &self,
        document: &str,
        value: &str,
        metadata: &BTreeMap<String, String>,
    ) -> Result<(), Error> {
        let values = metadata.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let values = values.chain([(self.options.field.as_str(), value)]).filter_map(|(name, value)| {
            let id = self.fields.get(name)?;
            Some(MetadataAssignment::new(id, name).value(MetadataValue::Text(value.to_owned())))
        });
        let operation = DocumentMetadataOperation::new(document, values.collect::<Vec<_>>()).partial_update(true);
        let request = DocumentMetadataRequest::new(vec![operation]);
        self.knowledge.metadata().set_values(self.dataset(), &request).await?;
        Ok(())
    }
}

/// Finds the knowledge base or creates it; `None` where a dry run would create it.
async fn dataset(knowledge: &Knowledge, options: &Options) -> Result<Option<Dataset>, SyncError> {
    let name = options.dataset.as_str();
    if is_id(name) {
        let found = knowledge.datasets().get(name).await;
        return found.map(Some).map_err(SyncError::when("finding the knowledge base by its id"));
    }
    let narrow = DatasetsListQuery::new().limit(100).keyword(name);
    let found = called(knowledge, name, &narrow).await?;
    if found.is_some() || options.dry_run {
        return Ok(found);
    }
    let request = DatasetCreateRequest::new(name).indexing_technique(options.technique.clone());
    match knowledge.datasets().create(&request).await {
        // Made meanwhile, by another run or by one that was interrupted.
        Err(error) if error.status().is_some_and(|status| status.as_u16() == 409) => {
            let everything = DatasetsListQuery::new().limit(100);
            let failed = SyncError::when("creating the knowledge base");
            called(knowledge, name, &everything).await?.map(Some).ok_or_else(|| failed(error))
        }
        made => made.map(Some).map_err(SyncError::when("creating the knowledge base")),
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

/// Returns the ids of the fields of these names. Those that do not exist are created, but not in a dry run.
async fn fields(
    knowledge: &Knowledge,
    dataset: &str,
    names: &BTreeSet<&str>,
    dry_run: bool,
) -> Result<BTreeMap<String, String>, SyncError> {
    let mut fields = existing(knowledge, dataset, names).await?;
    for name in names {
        if fields.contains_key(*name) || dry_run {
            continue;
        }
        let request = MetadataFieldInput::new(*name, MetadataType::String);
        match knowledge.metadata().create(dataset, &request).await {
            Ok(field) => drop(fields.insert((*name).to_owned(), field.id)),
            // As above: made meanwhile.
            Err(error) => {
                let taken = matches!(error.kind(), ErrorKind::Api(refusal) if refusal.code == ErrorCode::InvalidParam);
                if taken {
                    fields = existing(knowledge, dataset, names).await?;
                }
                if !fields.contains_key(*name) {
                    return Err(SyncError::when("creating a metadata field")(error));
                }
            }
        }
    }
    Ok(fields)
}

async fn existing(
    knowledge: &Knowledge,
    dataset: &str,
    names: &BTreeSet<&str>,
) -> Result<BTreeMap<String, String>, SyncError> {
    let listed = knowledge.metadata().list(dataset).await.map_err(SyncError::when("listing the metadata fields"))?;
    let mut fields = BTreeMap::new();
    for field in listed.doc_metadata.into_iter().filter(|field| names.contains(&*field.name)) {
        if field.type_ != MetadataType::String {
            return Err(SyncError::Field { name: field.name, kind: field.type_.as_str().to_owned() });
        }
        fields.insert(field.name, field.id);
    }
    Ok(fields)
}
