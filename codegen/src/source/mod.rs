//! The split source in `spec/`, with file and line of every node.

pub(crate) mod folder;
mod node;
pub mod outline;
mod scalar;
mod section;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub(crate) use contract::escape;
pub use folder::has_source;
pub(crate) use node::unescape;
pub use node::{Entry, Kind, Node, Place};
#[cfg(test)]
pub(crate) use scalar::is_ambiguous;
pub use section::Section;
pub(crate) use yaml::parse;

use crate::diagnostic::{Finding, Findings};
use crate::reconciliation;

/// Everything that people edit.
#[derive(Clone, Debug)]
pub struct Source {
    /// The files, by path.
    pub files: Vec<File>,
    /// The APIs: each directory with an `openapi.yaml`, such as `service`.
    pub apis: Vec<Api>,
    /// Errors of the text as YAML, although it could be read.
    slips: Findings,
    /// The indexes of the files by path.
    by_path: BTreeMap<String, usize>,
    /// The numbers that `RECONCILIATION.md` has a section for.
    reconciled: BTreeSet<u32>,
}

/// One file of the source.
#[derive(Clone, Debug)]
pub struct File {
    /// Path below the source's root, with `/`.
    pub path: String,
    /// The path as a person at the workspace root would write it.
    pub shown: String,
    /// Its content, which follows from its place.
    pub section: Section,
    /// Its content.
    pub node: Node,
}

/// One API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// Its directory, `service`.
    pub name: String,
    /// Index of its `openapi.yaml` in [`Source::files`].
    pub file: usize,
}

/// Where a `$ref` leads.
#[derive(Clone, Copy, Debug)]
pub struct Target<'s> {
    /// Index of the file in [`Source::files`].
    pub file: usize,
    /// The part, with its name and the place of its name.
    pub entry: &'s Entry,
}

/// Read every YAML file of the source below `root`.
///
/// # Errors
/// Files that cannot be read or are not YAML. What can be read but is doubtful, such as a name given twice, is left to
/// [`check`](crate::check::check), so that it is reported together with the rest.
pub fn load(root: &Path) -> Result<Source, Findings> {
    let shown = root.file_name().map_or_else(|| "spec".to_owned(), |name| name.to_string_lossy().into_owned());
    let (mut paths, mut findings) = folder::yaml(root, &shown);
    paths.extend(Some(root.join(reconciliation::FILE)).filter(|path| path.is_file()));
    let mut texts = Vec::new();
    for path in paths {
        let named = folder::below(root, &path, &shown);
        match folder::read(&path) {
            Ok(text) => texts.push((named.split_once('/').map_or("", |(_, below)| below).to_owned(), text)),
            Err(error) => findings.push(folder::unreadable(&named, &error)),
        }
    }
    if findings.is_empty() {
        return from_texts(&shown, texts);
    }
    if let Err(others) = from_texts(&shown, texts) {
        findings.extend(others);
    }
    Err(findings)
}

/// The same from texts in memory: paths below the root, and contents. All are YAML but `RECONCILIATION.md`.
///
/// # Errors
/// Texts that are not YAML.
pub fn from_texts<P, T>(shown_root: &str, texts: impl IntoIterator<Item = (P, T)>) -> Result<Source, Findings>
where
    P: Into<String>,
    T: AsRef<str>,
{
    let (mut slips, mut broken) = (Findings::new(), Findings::new());
    let (mut files, mut reconciled) = (Vec::new(), BTreeSet::new());
    for (path, text) in texts {
        let path = path.into();
        if path == reconciliation::FILE {
            reconciled = reconciliation::sections(text.as_ref());
            continue;
        }
        let shown = format!("{shown_root}/{path}");
        let (node, problems) = yaml::parse(text.as_ref(), files.len());
        let heard = if node.is_some() { &mut slips } else { &mut broken };
        heard.extend(
            problems.into_iter().map(|problem| Finding::new(&shown, problem.line, problem.message, problem.fix)),
        );
        if let Some(node) = node {
            let section = Section::of(&path);
            files.push(File { path, shown, section, node });
        }
    }
    if !broken.is_empty() {
        broken.extend(slips);
        return Err(broken);
    }
    let apis: Vec<Api> = files
        .iter()
        .enumerate()
        .filter(|(_, file)| file.section == Section::Document)
        .filter_map(|(index, file)| {
            let (name, _) = file.path.split_once('/')?;
            Some(Api { name: name.to_owned(), file: index })
        })
        .collect();
    if apis.is_empty() {
        return Err(Finding::new(
            shown_root,
            0,
            "there is no `openapi.yaml` one directory below",
            "run this at the root of the workspace",
        )
        .into());
    }
    // Of two files with one path, the first.
    let by_path = files.iter().enumerate().rev().map(|(index, file): (_, &File)| (file.path.clone(), index)).collect();
    Ok(Source { files, apis, slips, by_path, reconciled })
}

/// One file alone, YAML or JSON, as plain data.
///
/// # Errors
/// A text that is neither.
pub fn value(shown: &str, text: &str) -> Result<serde_json::Value, Findings> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|error| {
            Finding::new(shown, error.line(), format!("this is not JSON: {error}"), "mend it").into()
        });
    }
    match yaml::parse(text, 0) {
        (Some(node), _) => Ok(node.to_value()),
        (None, problems) => {
            Err(problems.into_iter().map(|it| Finding::new(shown, it.line, it.message, it.fix)).collect())
        }
    }
}

impl Source {
    /// Errors of the text as YAML.
    pub(crate) fn slips(&self) -> &Findings {
        &self.slips
    }

    /// The numbers that `RECONCILIATION.md` has a section for.
    pub(crate) fn reconciled(&self) -> &BTreeSet<u32> {
        &self.reconciled
    }

    /// A finding at a place.
    pub fn finding(&self, place: Place, message: impl Into<String>, fix: impl Into<String>) -> Finding {
        let file = self.files.get(place.file).map_or("", |file| &file.shown);
        Finding::new(file, place.line, message, fix)
    }

    /// The API of this name.
    pub fn api(&self, name: &str) -> Option<&Api> {
        self.apis.iter().find(|api| api.name == name)
    }

    /// The shared members of `info`, from `common/info.yaml`.
    pub fn info(&self) -> Option<&Node> {
        self.files.iter().find(|file| file.section == Section::Info).map(|file| &file.node)
    }

    /// Where a `$ref` written in the file `from` leads, if anywhere. It has the form `file#/Name` or `#/Name`.
    pub fn resolve(&self, from: usize, reference: &str) -> Option<Target<'_>> {
        let (path, pointer) = reference.split_once('#')?;
        let file = if path.is_empty() {
            from
        } else {
            let path = join(&self.files.get(from)?.path, path)?;
            *self.by_path.get(&path)?
        };
        let name = unescape(pointer.strip_prefix('/')?);
        let entry = self.files.get(file)?.node.entry(&name)?;
        Some(Target { file, entry })
    }

    /// The node itself or, where it is a `$ref`, what it leads to in the end.
    pub fn follow<'s>(&'s self, node: &'s Node) -> &'s Node {
        let mut node = node;
        // Longer chains than this are circles.
        for _ in 0..16 {
            let target = node.reference().and_then(|reference| self.resolve(node.place.file, reference));
            match target {
                Some(target) => node = &target.entry.value,
                None => break,
            }
        }
        node
    }

    /// The place in the source of a place in the bundled document of any API: `#/components/schemas/Usage/properties/currency`.
    pub fn locate(&self, pointer: &str) -> Option<Place> {
        let pointer = pointer.strip_prefix("#/")?;
        if let Some(rest) = pointer.strip_prefix("components/") {
            let mut parts = rest.splitn(3, '/');
            let (section, name) = (parts.next()?, unescape(parts.next()?));
            let entry = self
                .files
                .iter()
                .filter(|file| file.section.components() == Some(section))
                .find_map(|file| file.node.entry(&name))?;
            return Some(match parts.next() {
                Some(rest) => entry.value.place_at(rest),
                None => entry.place,
            });
        }
        let mut parts = pointer.strip_prefix("paths/")?.splitn(2, '/');
        let path = unescape(parts.next()?);
        let entry =
            self.files.iter().filter(|file| file.section == Section::Paths).find_map(|file| file.node.entry(&path))?;
        Some(match parts.next() {
            Some(rest) => entry.value.place_at(rest),
            None => entry.place,
        })
    }

    /// The same in the document of one API, also of what its root has.
    pub(crate) fn locate_in(&self, api: &str, pointer: &str) -> Option<Place> {
        let root = &self.files.get(self.api(api)?.file)?.node;
        let path = pointer.strip_prefix("/paths/").map(|rest| rest.split_once('/').unwrap_or((rest, "")));
        if let Some((path, rest)) = path {
            return Some(self.follow(root.get("paths")?.get(&unescape(path))?).place_at(rest));
        }
        let component = pointer.starts_with("/components/").then(|| self.locate(&format!("#{pointer}"))).flatten();
        Some(component.unwrap_or_else(|| root.place_at(pointer)))
    }
}

/// `path` as seen from the file `from`; both below the root. `None` where it leaves the root.
fn join(from: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> Source {
        from_texts(
            "spec",
            [
                ("common/schemas/a.yaml", "A:\n  type: string\n"),
                ("service/openapi.yaml", "paths:\n  /x: {$ref: \"paths/x.yaml#/~1x\"}\n"),
                ("service/paths/x.yaml", "/x:\n  get:\n    summary: X\n"),
            ],
        )
        .expect("it loads")
    }

    #[test]
    fn a_reference_is_followed_into_another_file() {
        let source = source();
        let target = source.resolve(2, "../../common/schemas/a.yaml#/A").expect("it resolves");
        assert_eq!((target.file, target.entry.place.line), (0, 1));
        let item = source.files[1].node.get("paths").and_then(|paths| paths.get("/x"));
        assert!(source.follow(item.expect("the path")).has("get"));
        for wrong in
            ["a.yaml#/A", "../../common/schemas/a.yaml#/B", "../../common/schemas/a.yaml", "../../../x.yaml#/A", "#/A"]
        {
            assert!(source.resolve(2, wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_place_in_the_bundle_is_found_in_the_source() {
        let source = source();
        let line =
            |pointer: &str| source.locate(pointer).map(|place| (source.files[place.file].path.clone(), place.line));
        assert_eq!(line("#/components/schemas/A/type"), Some(("common/schemas/a.yaml".into(), 2)));
        assert_eq!(line("#/paths/~1x/get/summary"), Some(("service/paths/x.yaml".into(), 3)));
        assert_eq!(line("#/components/schemas/B"), None);
        let line = |pointer: &str| source.locate_in("service", pointer).map(|place| (place.file, place.line));
        assert_eq!(line("/paths/~1x/get/summary"), Some((2, 3)));
        assert_eq!(line("/components/schemas/A/type"), Some((0, 2)));
        assert_eq!(line("/paths"), Some((1, 1)));
        assert_eq!(source.locate_in("web", "/paths"), None);
    }

    #[test]
    fn files_that_are_not_yaml_are_told_all_at_once() {
        let texts = [("service/openapi.yaml", "a: ["), ("service/paths/x.yaml", "b: {")];
        let findings = from_texts("spec", texts).expect_err("two files are broken");
        assert_eq!(findings.len(), 2);
        assert!(findings.to_string().starts_with("spec/service/openapi.yaml:"));
    }
}
