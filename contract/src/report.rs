//! All verdicts together: counts, percentages, and the most frequent errors.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde_json::{Map, Value, json};

use crate::verdict::{Aside, Verdict, Violation};

/// The default for how many places of each kind of violation are shown.
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
    pub(crate) fn new(verdicts: Vec<Verdict>, unreadable: Vec<Unreadable>, operations: usize) -> Self {
        Self { verdicts, unreadable, operations, shown: SHOWN }
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
        for reason in self.verdicts.iter().filter_map(|verdict| verdict.aside) {
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
            (true, false) => "no file contains a recording",
            _ => "every recording was set aside, for the reasons above",
        })
    }

    /// Whether something was judged, everything could be read, and nothing is wrong that is not declared.
    #[must_use]
    pub fn passes(&self) -> bool {
        let mut judged = self.judged().peekable();
        self.unreadable.is_empty()
            && judged.peek().is_some()
            && judged.all(|verdict| verdict.conforms_strictly() && verdict.checked)
    }

    /// The exchanges that count.
    pub fn judged(&self) -> impl Iterator<Item = &Verdict> {
        self.verdicts.iter().filter(|verdict| verdict.aside.is_none())
    }

    /// The exchanges that are set aside because deviations excuse all that is wrong with them.
    pub fn declared(&self) -> impl Iterator<Item = &Verdict> {
        self.verdicts.iter().filter(|verdict| verdict.aside == Some(Aside::Declared))
    }

    /// Returns the whole report: counts, groups of violations, operations, events, and each exchange.
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
            "exchanges": self.verdicts.iter().map(row).collect::<Vec<_>>(),
            "unreadable": unreadable,
        })
    }

    /// How often each kind of violation occurs, the most frequent first.
    fn kinds(&self) -> Vec<(&str, usize)> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for violation in self.judged().flat_map(|verdict| &verdict.violations) {
            *counts.entry(&violation.kind).or_default() += 1;
        }
        let mut kinds: Vec<(&str, usize)> = counts.into_iter().collect();
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
            let note = match (violation.informs(), violation.is_undocumented_member()) {
                (true, _) => "   (information)",
                (_, true) => "   (strict only)",
                _ => "",
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
            let checked = verdict.checked;
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
        for name in self.judged().map(class).collect::<BTreeSet<String>>() {
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
        let documented = self.verdicts.iter().filter(|verdict| verdict.documented);
        let exercised: BTreeSet<&str> = documented.filter_map(|verdict| verdict.operation.as_deref()).collect();
        write!(f, "\noperations exercised {} of {}", exercised.len(), self.operations)
    }
}

/// A verdict in the layout of the report.
fn row(verdict: &Verdict) -> Value {
    let mut row = json!({"file": verdict.file, "op": verdict.operation, "status": verdict.status});
    match verdict.aside {
        Some(aside) => {
            row["aside"] = true.into();
            if aside == Aside::Declared {
                row["declared"] = true.into();
            }
        }
        None => row["checked"] = verdict.checked.into(),
    }
    row["violations"] = json!(verdict.violations);
    row
}

/// `2xx` and so on.
fn class(verdict: &Verdict) -> String {
    format!("{}xx", verdict.status / 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Exchange, Judge};

    fn judged(judge: &Judge, recordings: &[(&str, Value)], unreadable: Vec<Unreadable>) -> Report {
        let verdict = |(file, exchange): &(&str, Value)| {
            let exchanges = Exchange::read(&exchange.to_string()).expect("an exchange");
            judge.exchange(file, &exchanges[0])
        };
        Report::new(recordings.iter().map(verdict).collect(), unreadable, judge.operations().count())
    }

    fn report() -> Report {
        let document = json!({"paths": {"/a": {"get": {
            "x-dify-deviations": [{"servers": "1.13.0", "status": 500, "note": "it fails"}],
            "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}},
        }}}, "components": {"schemas": {"A": {"type": "object", "required": ["a"], "properties": {"a": {}}}}}});
        let judge = Judge::new([document], "1.13.0").expect("a judge");
        let answer = |status: u16, body: &str| {
            let headers = json!({"Content-Type": "application/json", "X-Version": "1.13.0"});
            let response = json!({"status": status, "headers": headers, "body": body});
            json!({"request": {"method": "GET", "path": "/a"}, "response": response})
        };
        let recordings = [
            ("1.json", answer(200, r#"{"a": 1}"#)),
            ("2.json", answer(200, r#"{"a": 1, "b": 2}"#)),
            ("3.json", answer(200, "{}")),
            ("4.json", answer(500, "{}")),
        ];
        judged(&judge, &recordings, vec![Unreadable { file: "5.json".to_owned(), reason: "it is none".to_owned() }])
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
            "  unreadable: 5.json: it is none",
            "  extra_field                       1 / 1   (strict only)",
            "  body_required: GET /a 200 /a  ×1  \"a\" is a required property  [3.json]",
            "operations exercised 1 of 1",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\nis not in\n{text}");
        }
    }

    #[test]
    fn the_json_has_counts_groups_and_each_exchange() {
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
        let judge = Judge::new([], "1.16.1").expect("a judge");
        let nothing = judged(&judge, &[], Vec::new());
        assert!(!nothing.passes());
        assert!(nothing.to_string().contains("nothing was judged: there is no recording"), "{nothing}");
        let beside = json!({"request": {"path": "/a"}, "response": {"status": 200}});
        let aside = judged(&judge, &[("a.json", beside)], Vec::new());
        assert!(!aside.passes());
        for line in
            ["  set aside: 1 below no server of the documents", "nothing was judged: every recording was set aside"]
        {
            assert!(aside.to_string().contains(line), "{aside}");
        }
    }
}
