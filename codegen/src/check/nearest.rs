//! What was probably meant by a name that is none.

/// A question for the known name that differs in at most two letters; without one, what else to do.
pub(super) fn did_you_mean<'n>(name: &str, known: impl IntoIterator<Item = &'n str>, otherwise: &str) -> String {
    match nearest(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => otherwise.to_owned(),
    }
}

/// The known name that differs least, in at most two letters and fewer than it has.
fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let nearest =
        known.into_iter().map(|candidate| (distance(&name.to_lowercase(), &candidate.to_lowercase()), candidate)).min();
    let (distance, candidate) = nearest?;
    (distance <= 2 && distance < candidate.chars().count().min(name.chars().count())).then_some(candidate)
}

/// How many letters have to be added, removed or replaced to get from one word to the other; two that changed places
/// count as one.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, a) in one.iter().enumerate() {
        let mut next = vec![line + 1];
        for (column, b) in other.iter().enumerate() {
            let replaced = row[column] + usize::from(a != b);
            let mut least = replaced.min(row[column + 1] + 1).min(next[column] + 1);
            let swapped = line > 0 && column > 0 && *a == other[column - 1] && one[line - 1] == *b;
            if swapped {
                least = least.min(before[column - 1] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_differs_in_two_letters_at_most() {
        assert_eq!(nearest("Mlik", ["Milk", "Mild"]), Some("Milk"));
        assert_eq!(nearest("sumary", ["summary", "description"]), Some("summary"));
        assert_eq!(nearest("kettle", ["cup", "milk"]), None);
        assert_eq!(nearest("a", ["b"]), None);
    }
}
