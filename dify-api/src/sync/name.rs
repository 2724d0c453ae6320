//! What a file is called in Dify.

use std::path::{Component, Path};

use super::report::SyncReason;

/// Dify cuts longer names, and then they would not be found again.
const LONGEST: usize = 200;

/// Dify refuses uploads with these in their names ("Filename contains invalid characters"), the slash included; their
/// full-width forms look the same and are taken.
const REFUSED: [(char, char); 9] = [
    ('/', '\u{ff0f}'),
    ('\\', '\u{ff3c}'),
    (':', '\u{ff1a}'),
    ('*', '\u{ff0a}'),
    ('?', '\u{ff1f}'),
    ('"', '\u{ff02}'),
    ('<', '\u{ff1c}'),
    ('>', '\u{ff1e}'),
    ('|', '\u{ff5c}'),
];

/// The name of the document of a file, from its path in the folder: `guides／tea.md`.
///
/// # Errors
/// When Dify could not keep the name.
pub(super) fn in_dify(path: &Path) -> Result<String, SyncReason> {
    let mut name = String::new();
    for component in path.components() {
        let Component::Normal(part) = component else { continue };
        let part = part.to_str().filter(|part| !part.chars().any(char::is_control)).ok_or(SyncReason::Name)?;
        if !name.is_empty() {
            name.push(taken('/'));
        }
        name.extend(part.chars().map(taken));
    }
    match name.chars().count() {
        length if length > LONGEST => Err(SyncReason::LongName(length)),
        _ => Ok(name),
    }
}

fn taken(letter: char) -> char {
    REFUSED.iter().find(|(refused, _)| *refused == letter).map_or(letter, |(_, instead)| *instead)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_the_folders_in_them_and_nothing_that_dify_refuses() {
        let named = |path: &str| in_dify(Path::new(path)).ok();
        assert_eq!(named("guides/tea.md").as_deref(), Some("guides／tea.md"));
        assert_eq!(named("a: \"b\"?.md").as_deref(), Some("a： ＂b＂？.md"));
        assert_eq!(named("line\nbreak.md"), None);
        assert_eq!(named(&format!("{}.md", "x".repeat(198))), None);
    }
}
