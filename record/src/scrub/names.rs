//! Names of members, parameters and headers, and whether what they name is a secret.

/// Words that name a secret wherever they occur in a name.
const SECRET: [&str; 28] = [
    "authorization",
    "bearer",
    "cookie",
    "cookies",
    "credential",
    "credentials",
    "csrf",
    "cvv",
    "dsn",
    "jwt",
    "mnemonic",
    "otp",
    "pass",
    "passcode",
    "passphrase",
    "passport",
    "passwd",
    "password",
    "passwords",
    "pat",
    "pin",
    "pwd",
    "secret",
    "secrets",
    "signature",
    "token",
    "tokens",
    "xsrf",
];

/// What names a secret without a border between its words: `openaiapikey`.
const JOINED: [&str; 17] = [
    "accesskey",
    "accesstoken",
    "apikey",
    "apitoken",
    "authkey",
    "authtoken",
    "clientsecret",
    "connectionstring",
    "credential",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "privatetoken",
    "refreshtoken",
    "secretkey",
    "subscriptionkey",
];

/// The same in other languages of Dify's users.
const FOREIGN: [&str; 8] = ["密码", "口令", "密钥", "令牌", "凭证", "パスワード", "秘密鍵", "пароль"];

/// What makes a key a secret one: `api_key`, but not `file_key`.
const KEYS: [&str; 29] = [
    "access",
    "account",
    "admin",
    "api",
    "app",
    "auth",
    "aws",
    "azure",
    "client",
    "dataset",
    "deploy",
    "encryption",
    "function",
    "google",
    "host",
    "license",
    "master",
    "openai",
    "private",
    "rsa",
    "secret",
    "server",
    "service",
    "session",
    "shared",
    "signing",
    "ssh",
    "storage",
    "subscription",
];

/// The last word of a name that is about a secret and is none: `token_type`, `api_key_id`.
const ABOUT: [&str; 45] = [
    "at",
    "budget",
    "buffer",
    "configured",
    "count",
    "counts",
    "description",
    "enabled",
    "endpoint",
    "expired",
    "expires",
    "expiry",
    "fields",
    "form",
    "hint",
    "id",
    "ids",
    "in",
    "label",
    "length",
    "limit",
    "limits",
    "login",
    "method",
    "mode",
    "name",
    "names",
    "placeholder",
    "policy",
    "price",
    "rate",
    "required",
    "rotation",
    "schema",
    "schemas",
    "selector",
    "setup",
    "size",
    "status",
    "strategy",
    "ttl",
    "type",
    "types",
    "usage",
    "visible",
];

/// Parameters of addresses that are secret there, though a member of such a name need not be.
const PARAMETERS: [&str; 20] = [
    "auth",
    "code",
    "hmac",
    "key",
    "key-pair-id",
    "keypairid",
    "nonce",
    "ossaccesskeyid",
    "awsaccesskeyid",
    "googleaccessid",
    "policy",
    "q-ak",
    "q-signature",
    "sid",
    "session",
    "sig",
    "sign",
    "state",
    "ticket",
    "x-oss-credential",
];

/// Whether a member of this name contains a secret, or personal data that is removed like one.
pub(crate) fn is_secret(name: &str) -> bool {
    let words = words(name);
    let last = words.last().map_or("", String::as_str);
    if ABOUT.contains(&last) {
        return false;
    }
    let flat = words.concat();
    words.iter().any(|word| SECRET.contains(&word.as_str()))
        || flat.ends_with("token")
        || flat.contains("secret")
        || JOINED.iter().chain(&FOREIGN).any(|joined| flat.contains(joined))
        || words.windows(2).any(|pair| matches!(pair[1].as_str(), "key" | "keys") && KEYS.contains(&pair[0].as_str()))
        || (matches!(last, "url" | "uri") && words.iter().any(|word| word == "webhook"))
        || is_personal(&words)
}

/// Whether a query's or a form's parameter of this name contains a secret.
pub(crate) fn is_secret_parameter(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    PARAMETERS.contains(&lower.as_str())
        || lower.starts_with("x-amz-") && lower != "x-amz-date" && lower != "x-amz-expires"
        || lower.starts_with("x-goog-") && lower != "x-goog-date" && lower != "x-goog-expires"
        || is_secret(name)
}

/// Whether the name counts tokens of a model, so that a number below it is no secret.
pub(crate) fn counts(name: &str) -> bool {
    words(name).last().is_some_and(|word| word == "tokens")
}

/// Whether the described member may be a list of credentials without their values.
pub(crate) fn may_hold_descriptions(name: &str) -> bool {
    words(name).last().is_some_and(|word| word == "credentials" || word == "credential" || word == "tokens")
}

/// Whether a word is a scheme of `Authorization`, before the credentials.
pub(crate) fn is_scheme(word: &str) -> bool {
    ["bearer", "basic", "digest", "token", "apikey", "negotiate", "aws4-hmac-sha256"]
        .iter()
        .any(|scheme| word.eq_ignore_ascii_case(scheme))
}

/// Telephone numbers and addresses of machines.
fn is_personal(words: &[String]) -> bool {
    let last = words.last().map_or("", String::as_str);
    matches!(last, "phone" | "telephone" | "mobile" | "ip" | "ipaddress")
        || words.ends_with(&["ip".to_owned(), "address".to_owned()])
        || words.ends_with(&["remote".to_owned(), "addr".to_owned()])
        || words.ends_with(&["phone".to_owned(), "number".to_owned()])
}

/// The words of a name in lower case: `X-Auth-Key`, `APIKey` and `client_secret2` have two or three each.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().take(256).collect();
    let mut words = vec![String::new()];
    for (place, letter) in letters.iter().enumerate() {
        if !letter.is_alphabetic() {
            words.push(String::new());
            continue;
        }
        let before = place.checked_sub(1).and_then(|place| letters.get(place));
        let begins = letter.is_uppercase()
            && (before.is_some_and(|before| before.is_lowercase())
                || letters.get(place + 1).is_some_and(|after| after.is_lowercase()));
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_in_every_spelling() {
        for name in [
            "password",
            "new_password",
            "password_confirm",
            "userPassword",
            "X-Auth-Key",
            "apikey",
            "APIKey",
            "openai_api_key",
            "Ocp-Apim-Subscription-Key",
            "X-Goog-Signature",
            "client_secret",
            "clientSecret",
            "private_key",
            "access_token",
            "accesstoken",
            "form_token",
            "token_value",
            "Set-Cookie",
            "credentials",
            "connection_string",
            "webhook_url",
            "db-pwd",
            "last_login_ip",
            "phoneNumber",
            "secret_value",
            "api_keys",
            "X-Amz-Security-Token",
            "Private-Token",
            "X-CSRF-Token",
            "tokens",
            "password2",
            "secret.key",
        ] {
            assert!(is_secret(name), "{name}");
        }
    }

    #[test]
    fn names_about_secrets_are_no_secrets() {
        for name in [
            "max_tokens_limit",
            "token_count",
            "tokenizer",
            "token_type",
            "api_key_id",
            "credential_name",
            "keyword",
            "file_key",
            "customize_token_strategy",
            "secret_key_configured",
            "compass",
            "tip",
            "ship",
            "passed",
            "expires_in",
            "indexing_max_segmentation_tokens_length",
            "answer",
            "usage",
        ] {
            assert!(!is_secret(name), "{name}");
        }
        assert!(counts("max_tokens") && counts("total_tokens") && counts("tokens") && !counts("token"));
    }

    #[test]
    fn parameters_of_signed_addresses_are_secret() {
        for name in [
            "X-Goog-Signature",
            "q-signature",
            "q-ak",
            "sign",
            "sig",
            "OSSAccessKeyId",
            "Signature",
            "AWSAccessKeyId",
            "X-Amz-Credential",
            "token",
            "code",
            "state",
            "X-Amz-Security-Token",
        ] {
            assert!(is_secret_parameter(name), "{name}");
        }
        assert!(
            !is_secret_parameter("X-Amz-Date") && !is_secret_parameter("timestamp") && !is_secret_parameter("page")
        );
    }
}
