//! Releases of Dify, as servers name their own.

/// Releases that report another number: the number, and the release.
const MISNAMED: [(&str, &str); 1] = [("1.2.0", "1.3.0")];

/// The described release, which is in the version of the crate: `0.1.0+dify.1.16.1`. Unreleased code reports it as well.
fn described() -> &'static str {
    env!("CARGO_PKG_VERSION").rsplit_once("+dify.").map_or("", |(_, release)| release)
}

/// Returns whether a server of this version lacks what came with a release. Text that is no release is not older.
pub(crate) fn is_older(version: &str, than: &str) -> bool {
    let newest = MISNAMED.iter().find(|(says, _)| *says == version).map_or(version, |(_, is)| is);
    matches!((numbers(newest), numbers(than)), (Some(version), Some(than)) if version < than)
}

/// Returns whether a server of this version may be of another release.
pub(crate) fn is_ambiguous(version: &str) -> bool {
    version == described() || MISNAMED.iter().any(|(says, _)| *says == version)
}

fn numbers(text: &str) -> Option<Vec<u32>> {
    let release = text.split(['-', '+']).next().unwrap_or_default();
    release.split('.').map(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_older_by_its_numbers() {
        for (version, than, older) in [
            ("1.7.2", "1.9.0", true),
            ("1.9.0", "1.9.0", false),
            ("1.9.0-beta.1", "1.9.0", false),
            ("1.10.1", "1.9.0", false),
            ("0.15.8", "1.0.0", true),
            // It may be 1.3.0, which calls itself 1.2.0.
            ("1.2.0", "1.3.0", false),
            ("1.2.0", "1.3.1", true),
            ("main", "1.9.0", false),
            ("", "1.9.0", false),
        ] {
            assert_eq!(is_older(version, than), older, "{version} {than}");
        }
    }
}
