//! Secrets that are recognized by their form, anywhere in a text.

use std::borrow::Cow;
use std::sync::LazyLock;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use regex::{Captures, Regex};

use super::names;
use super::placeholder::{self, PERSON, REDACTED};
use super::seen::Seen;

/// Encodings within encodings are followed so far.
const DEEPEST: usize = 4;

static PEM: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"-----BEGIN [A-Z0-9 ]+-----(?s:.*?)(?:-----END [A-Z0-9 ]+-----|\z)"));

static LOOKS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?x)
        (?P<jwt> eyJ[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*){2,4} )
        | \b(?P<key> (?:app|dataset|sk|pk|rk|fc|tvly|r8|xai|gsk|lin_api|ntn|secret|jina|pplx|dfoa|dfoe|hitl_upload
            |hf|npm|pypi|glpat|glrt|gldt|dop_v1|shpat|shpss|github_pat|gh[pousr]|xox[abeprs]|xapp|whsec|sq0[a-z]{3}
            |GOCSPX|dapi|rzp_live|rzp_test|key)[_-][A-Za-z0-9_-]{16,} )
        | \b(?P<fixed> (?:AKIA|ASIA|AROA|AIDA|AKID|LTAI)[A-Za-z0-9]{12,} | AIza[A-Za-z0-9_-]{30,}
            | ya29\.[A-Za-z0-9_.-]{16,} | 1//[A-Za-z0-9_-]{30,} | SG\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}
            | [0-9]{8,10}:[A-Za-z0-9_-]{35} )
        | (?P<email> [A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+ )
        "#,
    )
});

/// A user's name and password, or a key, before the host of an address.
static USER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*:\\?/\\?/)(?P<user>[^\s/?\#"'<>]+)@"#));

/// The end of an address that lets whoever has it send messages.
static HOOK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?xi)(?P<before> https?://[^\s"'<>]*?
            (?: hooks\.slack\.com/[a-z]+/ | /(?:web)?hooks?/ | /bot(?:\d) | /triggers?/ | /mcp/server/ ) )
           (?P<secret> [^\s"'<>?\#]+ )"#,
    )
});

static PARAMETER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"(?P<before>[?&;#](?:amp;)?)(?P<name>[A-Za-z0-9_.\-\[\]]{1,64})=(?P<value>[^&"'\\\s<>#)]+)"#)
});

/// `name: value` and `name=value`, with or without quotes.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?x)(?P<name> (?: (?i:api|access|auth|license|private|secret|account) \x20)? [A-Za-z][A-Za-z0-9_.-]{1,80} | [\p{Han}\p{Katakana}]{2,12} )
           (?P<between> \\*["']? [\x20\t]* (?: => | := | = | : | ：) [\x20\t]* )
           (?P<value> \\+"[^"\\]* | "(?:[^"\\]|\\.)*"? | '[^']*'?
             | [\[{] [^\]}]* [\]}]?
             | (?i:(?:bearer|basic|token|digest|apikey|negotiate)[\x20\t]+)? [^\s,;&"'\\<>)}\]]+ )"#,
    )
});

/// An option of a command with its value.
static OPTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"(?P<before>--(?P<name>[A-Za-z][A-Za-z0-9_-]{1,80})[ \t]+)(?P<value>[^\s"'-][^\s"']*)"#)
});

/// An element of XML.
static ELEMENT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?P<before><(?P<name>[A-Za-z][A-Za-z0-9_.:-]{1,80})(?:\s[^<>]*)?>)(?P<value>[^<>]+)"));

/// A field of a form in HTML.
static FIELD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?x)(?P<before> \bname= ["']? (?P<name> [A-Za-z][A-Za-z0-9_.\-\[\]]{1,80} ) ["']? [^<>]{0,200}?
           \b(?:value|content)= ["']? ) (?P<value> [^"'<>\s]+ )"#,
    )
});

/// A header with credentials: secret to the end of its line.
static HEADER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"(?i)(?P<before>\b(?:set-cookie|cookie|(?:proxy-)?authorization)["']?\s*[:=]\s*)(?P<value>[^\r\n"'\\]+)"#)
});

static SCHEME: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?P<scheme>(?i:bearer|basic)[ \t]+)(?P<value>[A-Za-z0-9._~+/=:-]{8,})"));

/// A part of an address or form with an escape.
static ESCAPED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[A-Za-z0-9%._~+:@!$*,-]*%[0-9A-Fa-f]{2}[A-Za-z0-9%._~+:@!$*,-]*"));

/// Base64 over several lines, as keys are printed.
static WRAPPED: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:[A-Za-z0-9+/]{40,}\r?\n)+[A-Za-z0-9+/]*={0,2}"));

static BASE64: LazyLock<Regex> = LazyLock::new(|| pattern(r"[A-Za-z0-9+/_-]{12,}={0,2}"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern, which a test compiles")
}

/// Returns a text without what was seen before and what looks like a secret.
pub(crate) fn text<'a>(text: &'a str, seen: &Seen) -> Cow<'a, str> {
    cleaned(text, seen, 0)
}

/// Whether a text contains a secret that is recognizable by its form alone.
pub(crate) fn is_in(text: &str) -> bool {
    PEM.is_match(text) || LOOKS.captures_iter(text).any(|found| look(&found) != found[0])
}

/// Whether a part of a name is too long and too mixed for a word.
pub(crate) fn is_random(name: &str) -> bool {
    name.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|run| {
        run.len() >= 16
            && run.bytes().any(|byte| byte.is_ascii_digit())
            && run.bytes().any(|byte| byte.is_ascii_alphabetic())
    })
}

fn cleaned<'a>(text: &'a str, seen: &Seen, depth: usize) -> Cow<'a, str> {
    if text.len() < 4 {
        return Cow::Borrowed(text);
    }
    let mut result = Cow::Borrowed(text);
    let mut put = |changed: Option<String>| {
        if let Some(changed) = changed {
            result = Cow::Owned(changed);
        }
    };
    put(seen.replaced(text));
    let mut result = directly(result);
    if depth == DEEPEST {
        return result;
    }
    if result.contains('%') {
        replace(&mut result, &ESCAPED, |found| {
            let decoded = percent_encoding::percent_decode_str(&found[0]).decode_utf8_lossy();
            if decoded != found[0] && cleaned(&decoded, seen, depth + 1) != decoded {
                REDACTED.to_owned()
            } else {
                found[0].to_owned()
            }
        });
    }
    if result.contains('\n') {
        replace(&mut result, &WRAPPED, |found| {
            let run: String = found[0].split_whitespace().collect();
            if encoded(&run, seen, depth) == run { found[0].to_owned() } else { REDACTED.to_owned() }
        });
    }
    replace(&mut result, &BASE64, |found| encoded(&found[0], seen, depth));
    // Views of the whole text: where one shows a secret that the text itself hides, nothing of it is written.
    let unescaped = result.contains('\\').then(|| unescaped(&result));
    let hidden = unescaped.is_some_and(|view| view != result && cleaned(&view, seen, depth + 1) != view)
        || seen.is_in(&percent_encoding::percent_decode_str(&result).decode_utf8_lossy())
        || seen.is_in(&result.split_whitespace().collect::<String>());
    if hidden { Cow::Borrowed(REDACTED) } else { result }
}

fn directly(text: Cow<'_, str>) -> Cow<'_, str> {
    let mut text = text;
    if text.contains("-----BEGIN ") {
        replace(&mut text, &PEM, |_| REDACTED.to_owned());
    }
    if text.contains(":") && text.contains('@') {
        replace(&mut text, &USER, |found| format!("{}{REDACTED}@", &found["scheme"]));
    }
    if text.contains("://") {
        replace(&mut text, &HOOK, |found| format!("{}{REDACTED}", &found["before"]));
    }
    if text.contains(['=', ':', '：']) {
        replace(&mut text, &PARAMETER, |found| {
            let secret = names::is_secret_parameter(&found["name"]) && !placeholder::is_one(&found["value"]);
            let value = if secret { placeholder::of(&found["value"]) } else { &found["value"] };
            format!("{}{}={value}", &found["before"], &found["name"])
        });
        replace(&mut text, &HEADER, |found| format!("{}{}", &found["before"], credentials(&found["value"])));
        replace(&mut text, &NAMED, named);
    }
    if text.contains("--") {
        replace(&mut text, &OPTION, valued);
    }
    if text.contains('<') {
        replace(&mut text, &ELEMENT, valued);
        replace(&mut text, &FIELD, valued);
    }
    replace(&mut text, &SCHEME, |found| {
        let value = &found["value"];
        let word = |word: &str| word.len() <= 14 && word.bytes().all(|byte| byte.is_ascii_lowercase());
        let plain = placeholder::is_one(value) || value.trim_end_matches(['.', ':']).split('-').all(word);
        let value = if plain { value } else { placeholder::of(value) };
        format!("{}{value}", &found["scheme"])
    });
    replace(&mut text, &LOOKS, look);
    text
}

fn replace(text: &mut Cow<'_, str>, pattern: &Regex, by: impl FnMut(&Captures<'_>) -> String) {
    if let Cow::Owned(changed) = pattern.replace_all(text, by)
        && changed != **text
    {
        *text = Cow::Owned(changed);
    }
}

fn look(found: &Captures<'_>) -> String {
    let whole = &found[0];
    let random = || {
        whole.bytes().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
            || whole.split(['-', '_']).any(|part| part.len() >= 20)
    };
    match () {
        // A user and password that were taken out of an address.
        () if whole.starts_with("REDACTED@") => whole.to_owned(),
        () if found.name("email").is_some() && !placeholder::is_example(whole) => PERSON.to_owned(),
        () if found.name("key").is_some() && !random() => whole.to_owned(),
        () if found.name("email").is_none() => placeholder::of(whole).to_owned(),
        () => whole.to_owned(),
    }
}

/// What follows a scheme is secret.
fn credentials(value: &str) -> String {
    let value = value.trim_end();
    let secret = match value.split_once(' ') {
        Some((scheme, rest)) if names::is_scheme(scheme) => rest.trim_start(),
        _ => value,
    };
    if placeholder::is_one(secret) {
        return value.to_owned();
    }
    format!("{}{}", &value[..value.len() - secret.len()], placeholder::of(secret))
}

fn named(found: &Captures<'_>) -> String {
    let (name, between, value) = (&found["name"], &found["between"], &found["value"]);
    let quoted = value.trim_matches(['\\', '"', '\'']);
    let number = quoted.parse::<f64>().is_ok();
    // A word after a colon in a sentence; an address; a count.
    let plain = !names::is_secret(name)
        || placeholder::is_one(quoted)
        || quoted.starts_with("REDACTED")
        || quoted.starts_with("//")
        || (number && names::counts(name));
    if plain {
        return found[0].to_owned();
    }
    let start = value.len() - value.trim_start_matches(['\\', '"', '\'']).len();
    let end = if start == 0 { "" } else { &value[value.trim_end_matches(['"', '\'']).len()..] };
    format!("{name}{between}{}{}{end}", &value[..start], credentials(quoted))
}

/// A value whose name may be a secret's.
fn valued(found: &Captures<'_>) -> String {
    let value = &found["value"];
    let plain = !names::is_secret(&found["name"]) || placeholder::is_one(value);
    format!("{}{}", &found["before"], if plain { value } else { placeholder::of(value) })
}

/// Base64 of a key, of a text with a secret, or of a name and a password.
fn encoded(run: &str, seen: &Seen, depth: usize) -> String {
    let Some(bytes) = decoded(run) else { return run.to_owned() };
    let padded = run.ends_with('=');
    let key = (padded && matches!(bytes.len(), 32 | 64)) || (bytes.starts_with(&[0x30, 0x82]) && bytes.len() > 32);
    let hidden = key
        || std::str::from_utf8(&bytes).is_ok_and(|inner| {
            let printable = !inner.chars().any(|letter| letter.is_control() && !letter.is_whitespace());
            printable && (is_user_and_password(inner) || hides(inner, seen, depth + 1))
        });
    if hidden { placeholder::of(run).to_owned() } else { run.to_owned() }
}

/// Returns the bytes of a run of Base64, padded or not, of either alphabet.
pub(crate) fn decoded(run: &str) -> Option<Vec<u8>> {
    const ANY: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let alphabet = if run.contains(['-', '_']) { &alphabet::URL_SAFE } else { &alphabet::STANDARD };
    GeneralPurpose::new(alphabet, ANY).decode(run).ok()
}

fn is_user_and_password(text: &str) -> bool {
    let is_user = |user: &str| user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._@%+~-".contains(&byte));
    text.is_ascii()
        && !text.contains(|letter: char| letter.is_whitespace())
        && text.split_once(':').is_some_and(|(user, password)| {
            is_user(user) && !user.is_empty() && !password.is_empty() && !password.starts_with("//")
        })
}

/// Whether cleaning changes a text.
fn hides(inner: &str, seen: &Seen, depth: usize) -> bool {
    depth <= DEEPEST && cleaned(inner, seen, depth) != inner
}

/// Resolves the escapes of JSON, also where the text is no JSON as a whole.
fn unescaped(text: &str) -> String {
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            units.extend(letter.encode_utf16(&mut [0; 2]).iter());
            continue;
        }
        let mut ahead = letters.clone();
        match ahead.next() {
            Some('u') => {
                let digits: String = ahead.by_ref().take(4).collect();
                match u16::from_str_radix(&digits, 16) {
                    Ok(unit) => {
                        units.push(unit);
                        letters = ahead;
                    }
                    Err(_) => units.push(u16::from(b'\\')),
                }
            }
            Some('n' | 'r' | 't') => {
                units.push(u16::from(b'\n'));
                letters = ahead;
            }
            Some(other) => {
                units.extend(other.encode_utf16(&mut [0; 2]).iter());
                letters = ahead;
            }
            None => {}
        }
    }
    String::from_utf16_lossy(&units)
}
