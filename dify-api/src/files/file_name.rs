//! Names of files, on their way in and out.

use std::iter;

/// The bytes that a name may have on common file systems.
const LONGEST: usize = 255;

/// A name from a server as one that is safe on every system: a plain name inside a folder that the caller chose.
///
/// Folders and drive letters are left out, as are invisible marks of writing direction, dots and spaces at the
/// beginning, and those at the end. What Windows refuses in a name becomes `_`, and so do lookalikes of separators. A
/// device name of Windows gets a `_` in front. A name of more than 255 bytes is cut before its extension. `None` when
/// nothing is left, or the name contains control characters, which indicate an attack.
pub(crate) fn safe(name: &str) -> Option<String> {
    if name.chars().any(char::is_control) {
        return None;
    }
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|letter| !is_invisible(*letter)).collect();
    let name = without_drive(&name);
    let name: String = name.chars().map(|letter| if is_unsafe(letter) { '_' } else { letter }).collect();
    let name = trimmed(&name);
    if name.is_empty() {
        return None;
    }
    let name = if is_device(name) { format!("_{name}") } else { name.to_owned() };
    Some(shortened(name))
}

/// Refuses a name for an upload: it is written into a header, and into the interface of everybody who sees the file.
pub(crate) fn check(name: &str) -> Result<(), String> {
    let bad = |letter: char| letter.is_control() || is_invisible(letter);
    if name.chars().any(bad) {
        return Err(format!(
            "the name of the upload, \"{}\", contains control characters or marks of writing direction: set another by \
             `Upload::file_name`",
            name.chars().take(LONGEST).flat_map(char::escape_default).collect::<String>()
        ));
    }
    Ok(())
}

/// Marks that change how a name is read without being seen: writing direction, line separators, empty spaces, tags.
/// The joiners of Persian and of emoji are no such marks.
fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

fn without_drive(name: &str) -> &str {
    match name.as_bytes() {
        [letter, b':', ..] if letter.is_ascii_alphabetic() => &name[2..],
        _ => name,
    }
}

/// What Windows refuses, and division and set signs that look like separators.
fn is_unsafe(letter: char) -> bool {
    matches!(
        letter,
        ':' | '*'
            | '?'
            | '"'
            | '<'
            | '>'
            | '|'
            | '\u{2044}'
            | '\u{2215}'
            | '\u{2216}'
            | '\u{29f5}'
            | '\u{29f8}'
            | '\u{29f9}'
    )
}

fn trimmed(name: &str) -> &str {
    name.trim_matches(|letter: char| letter == '.' || letter.is_whitespace())
}

/// `NUL`, `con.txt`, `COM1.tar.gz`: Windows opens the device, in every folder.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = ["COM", "LPT"].into_iter().find_map(|device| stem.strip_prefix(device));
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" | "CLOCK$")
        || numbered.is_some_and(|number| {
            let mut letters = number.chars();
            let digit =
                letters.next().is_some_and(|digit| digit.is_ascii_digit() || "\u{b9}\u{b2}\u{b3}".contains(digit));
            digit && letters.next().is_none()
        })
}

fn shortened(name: String) -> String {
    if name.len() <= LONGEST {
        return name;
    }
    // An extension is short; what is longer is a part of the name.
    let extension =
        name.rfind('.').map(|dot| &name[dot..]).filter(|extension| extension.len() <= 32).unwrap_or_default();
    let stem = &name[..name.len() - extension.len()];
    let room = LONGEST - extension.len();
    let end = stem.char_indices().map(|(start, _)| start).chain(iter::once(stem.len()));
    let end = end.take_while(|end| *end <= room).last().unwrap_or_default();
    format!("{}{extension}", trimmed(&stem[..end]))
}

#[cfg(test)]
mod tests {
    use super::{check, safe};

    #[test]
    fn a_plain_name_stays_as_it_is() {
        for name in ["a.png", "na\u{ef}ve file.txt", "\u{4f60}\u{ff0f}\u{597d}.txt", "console.log", "COM10.txt", "a..b"]
        {
            assert_eq!(safe(name).as_deref(), Some(name));
        }
    }

    // Guards past bugs: drive letters, device names and marks of writing direction were passed on.
    #[test]
    fn a_hostile_name_becomes_a_plain_one() {
        for (name, want) in [
            ("../../etc/passwd", Some("passwd")),
            (r"C:\a\b.txt", Some("b.txt")),
            ("C:b.txt", Some("b.txt")),
            ("a.txt:stream", Some("a.txt_stream")),
            ("a.txt::$DATA", Some("a.txt__$DATA")),
            ("..\u{2215}..\u{2044}x", Some("_.._x")),
            ("NUL", Some("_NUL")),
            ("con.txt", Some("_con.txt")),
            ("Com1.tar.gz", Some("_Com1.tar.gz")),
            ("lpt\u{b9} .txt", Some("_lpt\u{b9} .txt")),
            ("\u{200b}CON", Some("_CON")),
            ("AUX. . .", Some("_AUX")),
            ("photo\u{202e}gnp.exe", Some("photognp.exe")),
            (".bashrc", Some("bashrc")),
            ("report.pdf. . ", Some("report.pdf")),
            ("a\"b|c?.png", Some("a_b_c_.png")),
            ("..", None),
            ("a/", None),
            ("C:", None),
            ("\u{202e}.\u{200e}. ", None),
            ("a\nb", None),
            ("a\u{85}b", None),
            ("a\0b", None),
        ] {
            assert_eq!(safe(name).as_deref(), want, "{name:?}");
        }
    }

    #[test]
    fn a_long_name_is_cut_before_its_extension() {
        let name = safe(&format!("{}.pdf", "\u{4f60}".repeat(200))).expect("a name");
        assert!(name.len() <= 255 && name.len() > 250 && name.ends_with(".pdf"), "{name}");
        assert_eq!(safe(&"x".repeat(300)).map(|name| name.len()), Some(255));
        assert_eq!(safe(&format!("a.{}", "x".repeat(300))).map(|name| name.len()), Some(255));
    }

    #[test]
    fn an_upload_with_control_characters_is_refused() {
        for name in
            ["a\r\nX: 1", "a\0", "a\u{7f}", "a\u{9b}", "\u{202e}fdp.exe", "a\u{2066}", "a\u{2028}b", "\u{feff}a"]
        {
            let error = check(name).expect_err("refused");
            assert!(error.is_ascii() && error.contains("`Upload::file_name`"), "{error}");
        }
        for name in ["a b.pdf", "a\"b\\c.txt", "\u{4f60}.txt", "\u{645}\u{6cc}\u{200c}\u{634}.txt"] {
            check(name).expect(name);
        }
    }
}
