//! Examples that cannot run by themselves, each with the reason.

const EXCEPTIONS: &[(&str, &str)] = &[
    ("dify-api/src/clients/deploy.rs#deploy-2", "it deploys to an application that exists, with its key"),
    ("docs/guide/src/deploy.md#Every further deployment", "it deploys to an application that exists, with its key"),
    ("dify-api/src/generated/groups/account.rs#login", "it logs in with the password of another"),
    (
        "dify-api/src/generated/groups/account.rs#refresh",
        "the client refreshes its session itself, with a cookie that no caller has",
    ),
    ("dify-api/src/generated/groups/annotations.rs#reply_status", "it asks for a job that must be running"),
    ("dify-api/src/generated/groups/console_datasets.rs#init", "it leaves out the data source, whose members are many"),
    ("dify-api/src/generated/groups/console_models.rs#credential", "it names a credential, and its refusal is a 400"),
    ("dify-api/src/generated/groups/session.rs#permission", "a community edition answers it with 500"),
    ("dify-api/src/generated/groups/setup.rs#create", "it sets up a server that has no account yet"),
    ("dify-api/src/generated/groups/info.rs#server", "the server answers it up to 1.7.2"),
    ("dify-api/src/generated/groups/annotations.rs#update_by_post", "the server answers it up to 1.3.0"),
    ("dify-api/src/generated/groups/documents.rs#upload_file", "the server answers it up to 1.8.1"),
    ("dify-api/src/generated/groups/metadata.rs#built_in_shared", "the server answers it up to 1.8.1"),
    ("dify-api/src/generated/groups/console_models.rs#provider_summaries", "the server answers it from 1.17.0 on"),
    ("dify-api/src/generated/groups/definitions.rs#export_package", "the server answers it from 1.17.0 on"),
    ("dify-api/src/generated/groups/definitions.rs#import_package", "the server answers it from 1.17.0 on"),
    ("dify-api/src/generated/groups/web_human_input.rs#upload", "it requires the upload token of a form"),
];

/// Why an example does not run.
pub(crate) fn reason(name: &str) -> Option<&'static str> {
    EXCEPTIONS.iter().find(|(excepted, _)| *excepted == name).map(|(_, reason)| *reason)
}

/// The exceptions for examples that do not exist.
pub(crate) fn stale<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'static str> {
    let names: Vec<&str> = names.collect();
    EXCEPTIONS.iter().map(|(name, _)| *name).filter(|name| !names.contains(name)).collect()
}
