//! All verdicts together: counts, percentages, and what is wrong most often.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde_json::{Map, Value, json};

use super::{
    judge::Judge,
    verdict::{Aside, Verdict, Violation},
};

/// How many places of each kind of violation are shown, unless told otherwise.
const SHOWN: usize = 3;

/// The verdicts on a set of recordings.
#[derive(Clone, Debug)]
pub struct Report {
    /// One for each exchange, in the order they were judged.
    pub verdicts: Vec<Verdict>,
    /// What could not be judged.
    pub unreadable: Vec<Unreadable>,
    /// How many operations the documents have.
    operations: usize,
    shown: usize,
}

/// A recording that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Its name.
    pub file: String,
    /// Why.
    pub reason: String,
}

/// The counts of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    judged: usize,
    checked: usize,
    conforming: usize,
    conforming_and_checked: usize,
    strict: usize,
    strict_and_checked: usize,
}

/// The exchanges with one kind of violation in one place.
struct Group<'r> {
    kind: &'r str,
    place: &'r str,
    /// File and message of each.
    found: Vec<(&'r str, &'r str)>,
}

impl Report {
    pub(super) fn new(judge: &Judge) -> Self {
        Self { verdicts: Vec::new(), unreadable: Vec::new(), operations: judge.operations(), shown: SHOWN }
    }

    pub(super) fn add(&mut self, verdict: Verdict) {
        self.verdicts.push(verdict);
    }

    /// Shows this many places of each kind of violation when it is printed.
    #[must_use]
    pub fn show(mut self, places: usize) -> Self {
        self.shown = places;
        self
    }

    /// How many exchanges are set aside for each reason.
    fn aside(&self) -> BTreeMap<Aside, usize> {
        let mut counts = BTreeMap::new();
        for reason in self.verdicts.iter().filter_map(|verdict| verdict.reason) {
            *counts.entry(reason).or_default() += 1;
        }
        counts
    }

    /// Why nothing was judged, where that is so.
    fn explain_nothing(&self) -> Option<&'static str> {
        if self.judged().next().is_some() {
            return None;
        }
        Some(match (self.verdicts.is_empty(), self.unreadable.is_empty()) {
            (true, true) => "there is no recording (*.json, *.jsonl.gz) in the folder, or none whose name matches",
            (true, false) => "no file holds a recording",
            _ => "every recording was set aside, for the reasons above",
        })
    }

    /// Whether something was judged, everything could be read, and nothing is wrong that is not declared.
    #[must_use]
    pub fn passes(&self) -> bool {
        let mut judged = self.judged().peekable();
        self.unreadable.is_empty()
            && judged.peek().is_some()
            && judged.all(|verdict| verdict.conforms_strictly() && verdict.checked == Some(true))
    }

    /// The exchanges that count.
    pub fn judged(&self) -> impl Iterator<Item = &Verdict> {
        self.verdicts.iter().filter(|verdict| !verdict.aside)
    }

    /// The exchanges that are set aside because deviations excuse all that is wrong with them.
    pub fn declared(&self) -> impl Iterator<Item = &Verdict> {
        self.verdicts.iter().filter(|verdict| verdict.declared)
    }

    /// The whole report, in the layout of `validate_corpus.py --json`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let counts = Counts::of(self.judged());
        let mut operations: BTreeMap<&str, BTreeMap<String, u64>> = BTreeMap::new();
        let mut events: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
        for verdict in &self.verdicts {
            let Some(operation) = verdict.operation.as_deref().filter(|_| verdict.documented) else {
                continue;
            };
            let statuses = operations.entry(operation).or_default();
            *statuses.entry(verdict.status.to_string()).or_default() += 1;
            for (event, count) in &verdict.events {
                *events.entry(operation).or_default().entry(event).or_default() += count;
            }
        }
        let groups: Vec<Value> = self
            .groups()
            .iter()
            .map(|group| {
                json!({"kind": group.kind, "where": group.place, "n": group.found.len(), "example": group.found.first()})
            })
            .collect();
        let kinds: Map<String, Value> =
            self.kinds().into_iter().map(|(kind, count)| (kind.to_owned(), count.into())).collect();
        let unreadable: Vec<_> = self.unreadable.iter().map(|bad| (&bad.file, &bad.reason)).collect();
        json!({
            "summary": {
                "judged": counts.judged,
                "aside": self.verdicts.len() - counts.judged,
                "declared": self.declared().count(),
                "checked": counts.checked,
                "conforming": counts.conforming,
                "conforming_and_checked": counts.conforming_and_checked,
                "strict": counts.strict,
                "strict_and_checked": counts.strict_and_checked,
                "kinds": kinds,
            },
            "groups": groups,
            "operations": operations,
            "events": events,
            "exchanges": self.verdicts,
            "unreadable": unreadable,
        })
    }

    /// How often each kind of violation occurs, the most frequent first.
    fn kinds(&self) -> Vec<(&str, usize)> {
        let mut kinds: Vec<(&str, usize)> = Vec::new();
        for violation in self.judged().flat_map(|verdict| &verdict.violations) {
            match kinds.iter_mut().find(|(kind, _)| *kind == violation.kind) {
                Some((_, count)) => *count += 1,
                None => kinds.push((&violation.kind, 1)),
            }
        }
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        kinds
    }

    /// The violations by kind and place, the most frequent first.
    fn groups(&self) -> Vec<Group<'_>> {
        let mut found: BTreeMap<(&str, &str), Vec<(&str, &str)>> = BTreeMap::new();
        for verdict in self.judged() {
            for violation in &verdict.violations {
                found.entry((&violation.kind, &violation.place)).or_default().push((&verdict.file, &violation.message));
            }
        }
        let mut groups: Vec<Group<'_>> =
            found.into_iter().map(|((kind, place), found)| Group { kind, place, found }).collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.found.len()));
        groups
    }

    fn write_kinds(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kinds, groups) = (self.kinds(), self.groups());
        if kinds.is_empty() {
            return writeln!(f, "\nno violations");
        }
        writeln!(f, "\nviolations by kind (occurrences / distinct places)")?;
        for (kind, count) in &kinds {
            let places = groups.iter().filter(|group| group.kind == *kind).count();
            let violation = Violation { kind: (*kind).to_owned(), place: String::new(), message: String::new() };
            let note = if violation.informs() {
                "   (information)"
            } else if violation.is_undocumented_member() {
                "   (strict only)"
            } else {
                ""
            };
            writeln!(f, "  {kind:28} {count:6} / {places}{note}")?;
        }
        if self.shown > 0 {
            writeln!(f)?;
        }
        for (kind, _) in &kinds {
            let of_kind = groups.iter().filter(|group| group.kind == *kind);
            for group in of_kind.take(self.shown) {
                let (file, message) = group.found.first().copied().unwrap_or_default();
                let (place, count) = (group.place, group.found.len());
                writeln!(f, "  {kind}: {place}  ×{count}  {message}  [{file}]")?;
            }
        }
        Ok(())
    }
}

impl Counts {
    fn of<'r>(verdicts: impl Iterator<Item = &'r Verdict>) -> Self {
        let mut counts = Self::default();
        for verdict in verdicts {
            let checked = verdict.checked == Some(true);
            let (conforms, strict) = (verdict.conforms(), verdict.conforms_strictly());
            counts.judged += 1;
            counts.checked += usize::from(checked);
            counts.conforming += usize::from(conforms);
            counts.conforming_and_checked += usize::from(conforms && checked);
            counts.strict += usize::from(strict);
            counts.strict_and_checked += usize::from(strict && checked);
        }
        counts
    }
}

/// `3/4 = 75.0%`.
struct Share(usize, usize);

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(part, whole) = *self;
        #[expect(clippy::cast_precision_loss, reason = "counts of files are small")]
        let percent = 100.0 * part as f64 / whole.max(1) as f64;
        write!(f, "{part}/{whole} = {percent:.1}%")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = Counts::of(self.judged());
        let whole = counts.judged;
        writeln!(
            f,
            "exchanges judged {whole} (set aside {}, of these declared deviations {}, unreadable {})",
            self.verdicts.len() - whole,
            self.declared().count(),
            self.unreadable.len(),
        )?;
        for Unreadable { file, reason } in &self.unreadable {
            writeln!(f, "  unreadable: {file}: {reason}")?;
        }
        for (reason, count) in self.aside() {
            writeln!(f, "  set aside: {count} {}", reason.reason())?;
        }
        if let Some(reason) = self.explain_nothing() {
            return writeln!(f, "nothing was judged: {reason}");
        }
        for (label, share) in [
            ("body had a schema to check", Share(counts.checked, whole)),
            ("conforming (no hard violation)", Share(counts.conforming, whole)),
            ("conforming AND checked", Share(counts.conforming_and_checked, counts.checked)),
            ("strict (no extra field either)", Share(counts.strict, whole)),
            ("strict AND checked", Share(counts.strict_and_checked, counts.checked)),
        ] {
            writeln!(f, "{label:31} {share}")?;
        }
        let classes: BTreeSet<String> = self.judged().map(class).collect();
        for name in classes {
            let of_class = Counts::of(self.judged().filter(|verdict| class(verdict) == name));
            writeln!(
                f,
                "  {name}: {} exchanges, conforming {}, strict+checked {}",
                of_class.judged,
                Share(of_class.conforming, of_class.judged),
                Share(of_class.strict_and_checked, of_class.judged),
            )?;
        }
        for verdict in self.declared() {
            let hard = verdict.violations.iter().filter(|v| !v.informs());
            for Violation { kind, place, .. } in hard {
                writeln!(f, "  excused: {place} ({kind})  [{}]", verdict.file)?;
            }
        }
        self.write_kinds(f)?;
        let exercised: BTreeSet<&str> = self
            .verdicts
            .iter()
            .filter(|verdict| verdict.documented)
            .filter_map(|verdict| verdict.operation.as_deref())
            .collect();
        write!(f, "\noperations exercised {} of {}", exercised.len(), self.operations)
    }
}

/// `2xx` and so on.
fn class(verdict: &Verdict) -> String {
    format!("{}xx", verdict.status / 100)
}

#[cfg(test)]
mod tests {
    use super::super::corpus::judged;
    use super::*;

    fn report() -> Report {
        let judge = Judge::new(
            vec![json!({"paths": {"/a": {"get": {
            "x-dify-deviations": [{"servers": "1.13.0", "status": 500, "note": "it fails"}],
            "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}},
        }}}, "components": {"schemas": {"A": {"type": "object", "required": ["a"], "properties": {"a": {}}}}}})],
            "1.13.0",
        )
        .unwrap();
        let answer = |name: &str, status: i64, body: &str| {
            let headers = json!({"Content-Type": "application/json", "X-Version": "1.13.0"});
            let response = json!({"status": status, "headers": headers, "body": body});
            (name.to_owned(), json!({"request": {"path": "/a"}, "response": response}))
        };
        let recordings = [
            answer("1.json", 200, r#"{"a": 1}"#),
            answer("2.json", 200, r#"{"a": 1, "b": 2}"#),
            answer("3.json", 200, "{}"),
            answer("4.json", 500, "{}"),
            ("5.json".to_owned(), json!(null)),
        ];
        judged(&judge, &recordings)
    }

    #[test]
    fn the_summary_counts_names_and_groups() {
        let text = report().to_string();
        for line in [
            "exchanges judged 3 (set aside 1, of these declared deviations 1, unreadable 1)",
            "body had a schema to check      3/3 = 100.0%",
            "conforming AND checked          2/3 = 66.7%",
            "strict AND checked              1/3 = 33.3%",
            "  2xx: 3 exchanges, conforming 2/3 = 66.7%, strict+checked 1/3 = 33.3%",
            "  excused: GET /a 500 (status_undocumented)  [4.json]",
            "  unreadable: 5.json: it holds no `request` and `response`",
            "  extra_field                       1 / 1   (strict only)",
            "  body_required: GET /a 200 /a  ×1  \"a\" is a required property  [3.json]",
            "operations exercised 1 of 1",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\nis not in\n{text}");
        }
    }

    #[test]
    fn the_json_has_the_layout_of_the_reference() {
        let report = report();
        assert!(!report.passes());
        let json = report.to_json();
        assert_eq!(
            json["summary"],
            json!({
                "judged": 3, "aside": 1, "declared": 1, "checked": 3, "conforming": 2, "conforming_and_checked": 2,
                "strict": 1, "strict_and_checked": 1, "kinds": {"extra_field": 1, "body_required": 1},
            })
        );
        assert_eq!(json["operations"], json!({"GET /a": {"200": 3, "500": 1}}));
        assert_eq!(
            json["exchanges"][0],
            json!({"file": "1.json", "op": "GET /a", "status": 200, "violations": [], "checked": true})
        );
        assert_eq!(json["exchanges"][3]["declared"], json!(true));
        assert_eq!(json["unreadable"][0][0], json!("5.json"));
    }

    #[test]
    fn nothing_judged_is_no_pass() {
        let judge = Judge::new(vec![], "1.16.1").unwrap();
        let nothing = judged(&judge, &[]);
        assert!(!nothing.passes());
        assert!(nothing.to_string().contains("nothing was judged: there is no recording"), "{nothing}");
        let beside = json!({"request": {"path": "/a"}, "response": {"status": 200}});
        let aside = judged(&judge, &[("a.json".to_owned(), beside)]);
        assert!(!aside.passes());
        for line in
            ["  set aside: 1 below no server of the documents", "nothing was judged: every recording was set aside"]
        {
            assert!(aside.to_string().contains(line), "{aside}");
        }
    }
}
