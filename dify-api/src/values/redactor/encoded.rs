//! Secrets as web software writes them into text: percent-encoded, escaped for JSON, for HTML, and several of these.

/// The bytes with which a secret may begin.
pub(super) fn beginnings(secret: &str) -> impl Iterator<Item = u8> {
    secret.bytes().take(1).chain(*b"%\\&").chain(secret.starts_with(' ').then_some(b'+'))
}

/// How long the secret is with which the text begins, each of its characters encoded or not. At the end of the text,
/// `beginning` characters of it are enough: what follows was cut off.
pub(super) fn length(secret: &str, text: &[u8], beginning: usize) -> Option<usize> {
    (1..=DEEPEST).find_map(|depth| length_at(depth, secret, text, beginning))
}

/// So many times a text is percent-encoded or escaped for HTML at most.
const DEEPEST: usize = 3;

fn length_at(depth: usize, secret: &str, text: &[u8], beginning: usize) -> Option<usize> {
    let mut at = 0;
    let mut letters = secret.chars().peekable();
    let mut found = 0;
    let mut after_backslash = false;
    while let Some(letter) = letters.next() {
        if at == text.len() {
            return (found >= beginning).then_some(at);
        }
        let rest = &text[at..];
        // The backslash of an escape was taken with those before it.
        let escaped = || after_backslash.then(|| numbered(letter, rest)).flatten();
        match one(depth, letter, rest).or_else(escaped) {
            Some(length) => at += length,
            // The cut went through an encoded character.
            None if found >= beginning && is_stub(rest) => return Some(text.len()),
            None => return None,
        }
        found += 1;
        after_backslash = letter == '\\';
        // A run of backslashes is escaped as a whole.
        while letter == '\\' && letters.next_if_eq(&'\\').is_some() {}
    }
    Some(at)
}

/// The beginning of an encoded character, at the end of a text.
fn is_stub(text: &[u8]) -> bool {
    text.len() < 6 && matches!(text, [b'%' | b'\\' | b'&', ..])
}

/// How long the character is with which the text begins, encoded in one of the ways there are.
fn one(depth: usize, letter: char, text: &[u8]) -> Option<usize> {
    let mut plain = [0; 4];
    let plain = letter.encode_utf8(&mut plain).as_bytes();
    percent(depth, plain, text)
        .or_else(|| entity(depth, letter, text))
        .or_else(|| escaped(letter, text))
        .or_else(|| text.starts_with(plain).then_some(plain.len()))
        .or_else(|| (letter == ' ' && text.starts_with(b"+")).then_some(1))
}

/// `%41`; at depth two `%2541`, and so on: each byte.
fn percent(depth: usize, bytes: &[u8], text: &[u8]) -> Option<usize> {
    let mut rest = text;
    for byte in bytes {
        rest = rest.strip_prefix(b"%")?;
        for _ in 1..depth {
            rest = rest.strip_prefix(b"25")?;
        }
        let (value, after) = rest.split_at_checked(2)?;
        if hex(value)? != u32::from(*byte) {
            return None;
        }
        rest = after;
    }
    Some(text.len() - rest.len())
}

/// `&#65;`, `&#x41;`, `&quot;`; at depth two `&amp;quot;`, and so on.
fn entity(depth: usize, letter: char, text: &[u8]) -> Option<usize> {
    let mut rest = text.strip_prefix(b"&")?;
    for _ in 1..depth {
        rest = rest.strip_prefix(b"amp;")?;
    }
    let length = rest.iter().take(10).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(&rest[..length]).ok()?;
    let value = match name.strip_prefix('#') {
        Some(number) => {
            let hexadecimal = number.strip_prefix(['x', 'X']).map(|digits| u32::from_str_radix(digits, 16));
            char::from_u32(hexadecimal.unwrap_or_else(|| number.parse()).ok()?)
        }
        None => NAMED.iter().find(|(known, _)| *known == name).map(|(_, letter)| *letter),
    };
    (value == Some(letter)).then_some(text.len() - rest.len() + length + 1)
}

const NAMED: [(&str, char); 5] = [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\'')];

/// `\u0041`, `\u{41}`, `\x41`, `\"`, after any number of backslashes.
fn escaped(letter: char, text: &[u8]) -> Option<usize> {
    let at = text.iter().position(|byte| *byte != b'\\').unwrap_or(text.len());
    if at == 0 {
        return None;
    }
    if letter == '\\' {
        return Some(backslashes(text));
    }
    let rest = &text[at..];
    if let Some(length) = numbered(letter, rest) {
        return Some(at + length);
    }
    let mut plain = [0; 4];
    let plain = letter.encode_utf8(&mut plain).as_bytes();
    rest.starts_with(plain).then_some(at + plain.len())
}

/// A run of backslashes, numbered ones among them.
fn backslashes(text: &[u8]) -> usize {
    let mut at = 0;
    while text.get(at) == Some(&b'\\') {
        at += 1;
        at += numbered('\\', &text[at..]).unwrap_or_default();
    }
    at
}

/// `u0041`, `ud83d\ude00`, `u{41}`, `x41`: what follows a backslash.
fn numbered(letter: char, text: &[u8]) -> Option<usize> {
    let (kind, digits) = text.split_first()?;
    match kind {
        b'u' if digits.starts_with(b"{") => {
            let length = digits.iter().take(8).position(|byte| *byte == b'}')?;
            (hex(&digits[1..length])? == u32::from(letter)).then_some(length + 2)
        }
        b'u' => {
            let mut units = [0; 2];
            let mut at = 0;
            for (index, unit) in letter.encode_utf16(&mut units).iter().enumerate() {
                if index > 0 {
                    at += text[at..].iter().position(|byte| *byte != b'\\').filter(|slashes| *slashes > 0)?;
                    at += text.get(at..)?.strip_prefix(b"u").map(|_| 1)?;
                } else {
                    at += 1;
                }
                if hex(text.get(at..at + 4)?)? != u32::from(*unit) {
                    return None;
                }
                at += 4;
            }
            Some(at)
        }
        b'x' => (hex(digits.get(..2)?)? == u32::from(letter)).then_some(3),
        _ => None,
    }
}

fn hex(digits: &[u8]) -> Option<u32> {
    let digits = std::str::from_utf8(digits).ok()?;
    u32::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))
}
