//! Exports and imports of applications as servers newer than the contract describe them, and as older ones answer.

use dify_api::{
    Console, ErrorKind, Upload,
    types::{DefinitionsExportAppQuery, DefinitionsExportPackageQuery, ErrorCode, ImportStatus, PackageImportRequest},
};
use httpmock::{Method, MockServer, Then, When};
use serde_json::{Value, json};

/// A ZIP archive as text would not survive it: its bytes are no UTF-8.
const PACKAGE: &[u8] = b"PK\x03\x04\x00\xff\r\n\x00PK\x05\x06";

fn console(server: &MockServer) -> Console {
    let builder = Console::builder().base_url(server.url("/console/api")).tokens("access", "csrf");
    builder.build().expect("a client")
}

fn json(then: Then, status: u16, release: &str, body: &Value) {
    then.status(status).header("content-type", "application/json").header("x-version", release).body(body.to_string());
}

fn export(when: When) -> When {
    when.method(Method::GET).path("/console/api/apps/app-1/export")
}

fn import(when: When) -> When {
    when.method(Method::POST).path("/console/api/apps/imports")
}

fn status(status: &str, error: &str) -> Value {
    json!({
        "id": "import-1", "status": status, "app_id": null, "app_mode": null, "permission_keys": [],
        "current_dsl_version": "0.7.0", "imported_dsl_version": "0.7.0", "error": error, "warnings": [],
    })
}

// A past bug: newer servers answer a package where no format is asked for.
#[tokio::test]
async fn an_export_asks_every_server_for_yaml() {
    for release in ["1.9.2", "1.16.1", "1.18.0"] {
        let server = MockServer::start_async().await;
        let body = json!({"data": "kind: app\n"});
        let asked = server
            .mock_async(|when, then| {
                export(when).query_param("format", "yaml").query_param("include_secret", "true");
                json(then, 200, release, &body);
            })
            .await;
        let query = DefinitionsExportAppQuery::new().include_secret(true);
        let definition = console(&server).definitions().export_app("app-1", &query).await.expect(release);
        assert_eq!(definition.data, "kind: app\n");
        asked.assert_calls_async(1).await;
    }
}

#[tokio::test]
async fn an_exported_package_is_the_bytes_of_the_server() {
    let server = MockServer::start_async().await;
    server
        .mock_async(|when, then| {
            export(when).query_param("format", "ifpkg").query_param("version_id", "version-1");
            then.status(200)
                .header("content-type", "application/zip")
                .header("content-disposition", "attachment; filename=\"Trip letter.ifpkg\"")
                .body(PACKAGE);
        })
        .await;
    let query = DefinitionsExportPackageQuery::new().version_id("version-1");
    let package = console(&server).definitions().export_package("app-1", &query).await.expect("a package");
    assert_eq!(package.file_name(), Some("Trip letter.ifpkg"));
    assert_eq!(package.bytes().await.expect("the bytes"), PACKAGE);
}

#[tokio::test]
async fn a_package_of_a_server_without_packages_is_an_error() {
    let server = MockServer::start_async().await;
    let body = json!({"data": "kind: app\n"});
    server
        .mock_async(|when, then| {
            export(when);
            json(then, 200, "1.16.1", &body);
        })
        .await;
    let query = DefinitionsExportPackageQuery::new();
    let error = console(&server).definitions().export_package("app-1", &query).await.expect_err("no package");
    assert!(!matches!(error.kind(), ErrorKind::Api(_)), "{error:?}");
    assert!(error.to_string().contains("came with Dify 1.17.0; the server calls itself 1.16.1"), "{error}");
}

#[tokio::test]
async fn a_package_is_imported_as_the_bytes_of_a_file() {
    let server = MockServer::start_async().await;
    let asked = server
        .mock_async(|when, then| {
            let file = "filename=\"trip.ifpkg\"";
            import(when).is_true(move |request| {
                let body = request.body_vec();
                let holds = |part: &[u8]| body.windows(part.len()).any(|window| window == part);
                holds(file.as_bytes()) && holds(PACKAGE) && holds(b"name=\"app_id\"") && holds(b"name=\"name\"")
            });
            json(then, 202, "1.18.0", &status("pending", ""));
        })
        .await;
    let request = PackageImportRequest::new(Upload::bytes("trip.ifpkg", PACKAGE)).app_id("app-1").name("Trip letter");
    let reply = console(&server).definitions().import_package(&request).await.expect("an import");
    assert_eq!(reply.status, ImportStatus::Pending);
    asked.assert_calls_async(1).await;
}

#[tokio::test]
async fn a_failed_import_of_a_package_is_a_state() {
    let server = MockServer::start_async().await;
    let body = status("failed", "The package has no manifest.");
    server
        .mock_async(|when, then| {
            import(when);
            json(then, 400, "1.18.0", &body);
        })
        .await;
    let request = PackageImportRequest::new(Upload::bytes("trip.ifpkg", PACKAGE));
    let reply = console(&server).definitions().import_package(&request).await.expect("a state");
    assert_eq!((reply.status, reply.error.as_str()), (ImportStatus::Failed, "The package has no manifest."));
}

#[tokio::test]
async fn refusals_of_packages_have_codes() {
    let refusals = [
        (400, "invalid_roster_agent_package", ErrorCode::InvalidRosterAgentPackage),
        (409, "agent_name_conflict_error", ErrorCode::AgentNameConflictError),
        (413, "roster_agent_package_too_large", ErrorCode::RosterAgentPackageTooLarge),
    ];
    for (status, code, expected) in refusals {
        let server = MockServer::start_async().await;
        let body = json!({"code": code, "message": "Refused.", "status": status});
        server
            .mock_async(|when, then| {
                import(when);
                json(then, status, "1.18.0", &body);
            })
            .await;
        let request = PackageImportRequest::new(Upload::bytes("trip.ifpkg", PACKAGE));
        let error = console(&server).definitions().import_package(&request).await.expect_err(code);
        let ErrorKind::Api(refusal) = error.kind() else { panic!("{error:?}") };
        assert_eq!((error.status().map(|status| status.as_u16()), &refusal.code), (Some(status), &expected));
    }
}

#[tokio::test]
async fn a_server_without_imports_of_packages_is_called_too_old() {
    let refusals = [
        (404, "not_found", "The requested URL was not found on the server."),
        (415, "unsupported_media_type", "Did not attempt to load JSON data."),
        (400, "invalid_param", "Mode must be provided."),
    ];
    for (status, code, message) in refusals {
        for (release, too_old) in [("1.16.1", true), ("1.17.0", false)] {
            let server = MockServer::start_async().await;
            let body = json!({"code": code, "message": message, "status": status});
            server
                .mock_async(|when, then| {
                    import(when);
                    json(then, status, release, &body);
                })
                .await;
            let request = PackageImportRequest::new(Upload::bytes("trip.ifpkg", PACKAGE));
            let error = console(&server).definitions().import_package(&request).await.expect_err("refused");
            assert_eq!(error.to_string().contains("came with Dify 1.17.0"), too_old, "{release}: {error}");
        }
    }
}
