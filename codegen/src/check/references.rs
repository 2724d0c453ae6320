//! Rules about `$ref`.

use std::collections::{BTreeMap, BTreeSet};

use super::nearest::did_you_mean;
use crate::diagnostic::Findings;
use crate::source::outline::{Outline, Schema};
use crate::source::{Entry, Node, Place, Section};

/// How a reference is written.
const HOW: &str =
    "write `#/Name` for this file or `../schemas/file.yaml#/Name`, relative to this file, with a name that is there";

/// A reference to nowhere would stay in the published document as a path into our own files.
pub fn references_lead_somewhere(o: &Outline<'_>, found: &mut Findings) {
    for reference in &o.references {
        let text = reference.as_str().unwrap_or_default();
        if o.source.resolve(reference.place.file, text).is_none() {
            let (file, name) = text.rsplit_once('/').unwrap_or(("#", text));
            let known = o.components.iter().map(|component| component.entry.key.as_str());
            // A name that is right stands in another file.
            let fix = match known.clone().find(|known| *known == name) {
                Some(_) => format!(
                    "`{name}` is not in {}: correct the path, relative to this file",
                    file.trim_end_matches('#')
                ),
                None => did_you_mean(name, known, HOW),
            };
            found.push(o.at(reference.place, format!("`$ref: {text}` leads nowhere"), fix));
        }
    }
}

/// What refers to itself and to nothing else has no shape: whoever follows it does not come to an end.
pub fn references_end(o: &Outline<'_>, found: &mut Findings) {
    fn parts(node: &Node) -> Vec<&Node> {
        let branches = ["allOf", "anyOf", "oneOf"].iter().filter_map(|key| node.get(key)).flat_map(Node::items);
        branches.chain(["items", "additionalProperties"].iter().filter_map(|key| node.get(key))).collect()
    }
    for entry in circles(o, parts) {
        found.push(o.at(
            entry.place,
            format!("`{}` leads back to itself and nowhere else", entry.key),
            "describe a shape in one of the parts that it leads through",
        ));
    }
}

/// An object that is a member of itself has no end either, but behind a list, a map or a choice.
pub fn objects_are_no_members_of_themselves(o: &Outline<'_>, found: &mut Findings) {
    fn parts(node: &Node) -> Vec<&Node> {
        let members = node.members("properties");
        let branches = node.list("allOf");
        branches.iter().chain(members.iter().map(|member| &member.value)).collect()
    }
    for entry in circles(o, parts) {
        found.push(o.at(
            entry.place,
            format!("`{}` is a member of itself", entry.key),
            "put it in a list or a map, or describe the inner one apart",
        ));
    }
}

/// The components that references in these parts lead through in a circle.
fn circles<'s>(o: &Outline<'s>, parts: fn(&'s Node) -> Vec<&'s Node>) -> Vec<&'s Entry> {
    let entries: Vec<&'s Entry> = o.components.iter().map(|component| component.entry).collect();
    let numbers: BTreeMap<Place, usize> =
        entries.iter().zip(0..).map(|(entry, number)| (entry.place, number)).collect();
    let targets = |number: usize| -> Vec<usize> {
        let (mut targets, mut open) = (Vec::new(), vec![&entries[number].value]);
        while let Some(node) = open.pop() {
            open.extend(parts(node));
            let target = node.reference().and_then(|text| o.source.resolve(node.place.file, text));
            targets.extend(target.and_then(|target| numbers.get(&target.entry.place)));
        }
        targets
    };
    // Depth first, without calling itself: a chain may have thousands.
    let (mut met, mut circular) = (vec![false; entries.len()], vec![false; entries.len()]);
    for first in 0..entries.len() {
        let mut path: Vec<(usize, Vec<usize>)> = Vec::new();
        let mut on_path = BTreeMap::new();
        let mut next = Some(first).filter(|first| !met[*first]);
        loop {
            if let Some(number) = next.take() {
                met[number] = true;
                on_path.insert(number, path.len());
                path.push((number, targets(number)));
            }
            let Some((number, open)) = path.last_mut() else { break };
            match open.pop() {
                Some(target) => match on_path.get(&target) {
                    Some(begin) => path[*begin..].iter().for_each(|(number, _)| circular[*number] = true),
                    None => next = Some(target).filter(|target| !met[*target]),
                },
                None => {
                    on_path.remove(number);
                    path.pop();
                }
            }
        }
    }
    entries.into_iter().zip(circular).filter_map(|(entry, circular)| circular.then_some(entry)).collect()
}

/// OpenAPI 3.0 ignores members beside a `$ref`, and so do most generators. The marks of releases may be beside
/// that of an answer: the bundle has it in place then.
pub fn references_stand_alone(o: &Outline<'_>, found: &mut Findings) {
    fn visit(o: &Outline<'_>, node: &Node, is_answer: bool, found: &mut Findings) {
        let others: Vec<_> = node
            .entries()
            .iter()
            .filter(|entry| entry.key != "$ref")
            .filter(|entry| {
                !(is_answer && matches!(entry.key.as_str(), "x-dify-since" | "x-dify-until" | "x-dify-evidence"))
            })
            .map(|entry| format!("`{}`", entry.key))
            .collect();
        if node.reference().is_some() && !others.is_empty() {
            found.push(o.at(
                node.place,
                format!("{} beside a `$ref` is ignored", others.join(", ")),
                "remove it, or wrap the reference: `allOf: [{$ref: …}]`",
            ));
        }
        node.items().iter().for_each(|item| visit(o, item, false, found));
        for entry in node.entries() {
            if entry.key == "responses" {
                entry.value.entries().iter().for_each(|answer| visit(o, &answer.value, true, found));
            } else if entry.key != "example" && (!entry.key.starts_with("x-") || entry.key == "x-dify-earlier") {
                visit(o, &entry.value, false, found);
            }
        }
    }
    for file in &o.source.files {
        visit(o, &file.node, false, found);
    }
}

/// The bundler files a part by the kind of file it comes from.
pub fn references_lead_to_the_right_kind(o: &Outline<'_>, found: &mut Findings) {
    let mut expect = |node: &Node, section: Section, noun: &str| {
        let target = node.reference().and_then(|text| o.source.resolve(node.place.file, text));
        let Some(target) = target else { return };
        if o.source.files[target.file].section != section {
            found.push(o.at(
                node.place,
                format!("`{}` is not a {noun}", target.entry.key),
                format!("refer to a {noun}, or move it to a file for these"),
            ));
        }
    };
    for Schema { node, .. } in &o.schemas {
        expect(node, Section::Schemas, "schema");
    }
    for path in &o.paths {
        for parameter in path.value.list("parameters") {
            expect(parameter, Section::Parameters, "parameter");
        }
    }
    for operation in &o.operations {
        for parameter in operation.node().list("parameters") {
            expect(parameter, Section::Parameters, "parameter");
        }
        for response in operation.responses() {
            expect(&response.value, Section::Responses, "response");
        }
    }
    for document in o.documents() {
        for path in document.members("paths") {
            expect(&path.value, Section::Paths, "path item");
        }
    }
}

/// `openapi.yaml` is the table of contents: a path that is missing there would silently not exist.
pub fn paths_are_listed_under_their_own_name(o: &Outline<'_>, found: &mut Findings) {
    let mut listed = BTreeSet::new();
    for document in o.documents() {
        for entry in document.members("paths") {
            let Some(reference) = entry.value.reference() else {
                found.push(o.at(
                    entry.place,
                    format!("`{}` is written out here", entry.key),
                    "move it to a file in paths/ and refer to it",
                ));
                continue;
            };
            let Some(target) = o.source.resolve(entry.value.place.file, reference) else {
                continue;
            };
            listed.insert(target.entry.place);
            if target.entry.key != entry.key {
                found.push(o.at(
                    entry.place,
                    format!("`{}` leads to `{}`", entry.key, target.entry.key),
                    "give the path one name in both files",
                ));
            }
        }
    }
    for path in o.paths.iter().filter(|path| !listed.contains(&path.place)) {
        found.push(o.at(
            path.place,
            format!("no openapi.yaml lists `{}`", path.key),
            "list it under `paths` there, or delete it",
        ));
    }
}

/// A part without references is not published, so that its errors would stay hidden.
pub fn components_are_used(o: &Outline<'_>, found: &mut Findings) {
    let mut used: BTreeSet<Place> = BTreeSet::new();
    let mut open: Vec<&Node> = o.documents().collect();
    while let Some(node) = open.pop() {
        open.extend(node.items());
        open.extend(node.entries().iter().map(|entry| &entry.value));
        // Mappings of discriminators hold references as plain text.
        let text = node.as_str().filter(|text| text.contains("#/"));
        if let Some(target) = text.and_then(|text| o.source.resolve(node.place.file, text))
            && used.insert(target.entry.place)
        {
            open.push(&target.entry.value);
        }
    }
    for component in &o.components {
        let Entry { key, place, .. } = component.entry;
        if !used.contains(place) {
            found.push(o.at(*place, format!("nothing uses `{key}`"), "refer to it or delete it"));
        }
    }
}

/// The place of a file determines its content.
pub fn files_have_a_place(o: &Outline<'_>, found: &mut Findings) {
    for file in &o.source.files {
        if file.section == Section::Unknown {
            found.push(o.at(
                file.node.place,
                "nothing is known about files in this place",
                "move it to paths/, schemas/ or events/, or call it parameters.yaml, responses.yaml or headers.yaml",
            ));
        }
    }
}
