//! Signs of comparison, which have no letters to name a variant by.

/// The name of a sign.
pub(crate) fn spelled(value: &str) -> Option<&'static str> {
    Some(match value {
        "=" => "Equal",
        "≠" => "NotEqual",
        ">" => "Greater",
        "<" => "Less",
        "≥" => "GreaterOrEqual",
        "≤" => "LessOrEqual",
        _ => return None,
    })
}
