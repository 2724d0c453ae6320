//! Rules about declared defects of releases.

use super::schemas::{blank, names};
use crate::diagnostic::Findings;
use crate::source::Node;
use crate::source::outline::Outline;

/// A deviation excuses exactly one defect of exactly the releases it names.
pub fn deviations_are_exact(o: &Outline<'_>, found: &mut Findings) {
    let versions = o.versions();
    for operation in &o.operations {
        let deviations = operation.node().get("x-dify-deviations");
        for deviation in deviations.map_or(&[][..], Node::items) {
            let mut wrong = |message: String, fix: &str| found.push(o.at(deviation.place, message, fix));
            let servers = names(deviation, "servers");
            if servers.is_empty() || servers.iter().any(|version| !versions.contains(version)) {
                wrong("a deviation does not name checked versions".into(), "write `servers: [\"1.13.0\"]`, in quotes");
            }
            if blank(deviation, "note") {
                wrong("a deviation has no note".into(), "describe the defect of the server");
            }
            if deviation.has("where") && deviation.has("media") {
                wrong("a deviation has both `where` and `media`".into(), "make two of it");
            }
            if deviation.text("where").is_some_and(|place| !place.starts_with('/')) {
                wrong("`where` is no place in the body".into(), "write a path such as `/data/*/binding_count`");
            }
            let status = deviation.get("status").map(|status| status.to_value().to_string());
            let Some(status) = status.filter(|text| text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit())) else {
                wrong("a deviation has no status".into(), "write `status: 400`");
                continue;
            };
            let documented = operation.responses().iter().any(|entry| entry.key == status);
            let in_body = deviation.has("where") || deviation.has("media");
            if in_body && !documented {
                wrong(
                    format!("a deviation within {status}, which is not documented"),
                    "document the status, or drop `where` and `media`: the status itself is the deviation",
                );
            } else if !in_body && documented {
                wrong(
                    format!("{status} is documented, so it is no deviation"),
                    "name `where` in the body, or `media`, or remove one of the two",
                );
            }
        }
    }
}
