//! What dify-api does to other crates of a program. `.ci/nightly neighbour` builds and runs such programs.

use std::process::Command;

use dify_tests::workspace::root;

// A past bug: dify-api turned on reqwest's TLS without a provider, and a program's own reqwest without TLS panicked.
#[test]
fn the_default_features_give_reqwest_a_tls_provider() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["tree", "--offline", "--package", "dify-api", "--edges", "features,no-dev", "--invert", "reqwest"])
        .current_dir(root())
        .output()
        .expect("cargo starts");
    let tree = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(tree.contains(r#"reqwest feature "rustls""#), "{tree}");
    assert!(!tree.contains(r#"reqwest feature "rustls-no-provider""#), "{tree}");
}
