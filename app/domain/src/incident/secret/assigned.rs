//! Secrets that are known by the word before them: `password=…`, `token: …`, `パスワード：…`, `Authorization: Bearer …`.

use super::{SecretFound, SecretKind, has_different_signs, is_stand_in, length_while};

/// What a word before a value promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Promise {
    /// Something that people make up, so it may be a word.
    Password,
    /// Something that machines make.
    Secret,
    /// A scheme, and then a secret.
    Header,
}

/// Ends of the words before a value, in small letters: `DB_PASSWORD` ends with `password`.
const WORDS: [(&str, Promise); 43] = [
    ("password", Promise::Password),
    ("passwd", Promise::Password),
    ("passphrase", Promise::Password),
    ("passcode", Promise::Password),
    ("pwd", Promise::Password),
    ("パスワード", Promise::Password),
    ("パスフレーズ", Promise::Password),
    ("暗証番号", Promise::Password),
    ("合言葉", Promise::Password),
    ("secret", Promise::Secret),
    ("token", Promise::Secret),
    ("credential", Promise::Secret),
    ("credentials", Promise::Secret),
    ("apikey", Promise::Secret),
    ("api_key", Promise::Secret),
    ("api-key", Promise::Secret),
    ("api key", Promise::Secret),
    ("accesskey", Promise::Secret),
    ("access_key", Promise::Secret),
    ("access-key", Promise::Secret),
    ("access key", Promise::Secret),
    ("secretkey", Promise::Secret),
    ("secret_key", Promise::Secret),
    ("secret-key", Promise::Secret),
    ("secret key", Promise::Secret),
    ("privatekey", Promise::Secret),
    ("private_key", Promise::Secret),
    ("private-key", Promise::Secret),
    ("private key", Promise::Secret),
    ("account_key", Promise::Secret),
    ("accountkey", Promise::Secret),
    ("encryption_key", Promise::Secret),
    ("signing_key", Promise::Secret),
    ("auth_key", Promise::Secret),
    ("authkey", Promise::Secret),
    ("client-key-data", Promise::Secret),
    ("トークン", Promise::Secret),
    ("シークレット", Promise::Secret),
    ("秘密鍵", Promise::Secret),
    ("apiキー", Promise::Secret),
    ("api キー", Promise::Secret),
    ("アクセスキー", Promise::Secret),
    ("authorization", Promise::Header),
];
/// Schemes behind `Authorization:`.
const SCHEMES: [&str; 6] = ["bearer ", "basic ", "token ", "apikey ", "digest ", "aws4-hmac-sha256 "];
/// What is said of secrets without saying them.
const ORDINARY: [&str; 62] = [
    "accepted",
    "again",
    "authentication",
    "authorization",
    "broken",
    "changed",
    "correct",
    "default",
    "deleted",
    "denied",
    "disabled",
    "done",
    "empty",
    "enabled",
    "error",
    "expired",
    "exposed",
    "failed",
    "failing",
    "failure",
    "false",
    "fixed",
    "from",
    "generated",
    "incorrect",
    "invalid",
    "issued",
    "kept",
    "leaked",
    "login",
    "lost",
    "mismatch",
    "missing",
    "needed",
    "none",
    "null",
    "okay",
    "pending",
    "random",
    "refreshed",
    "rejected",
    "renewed",
    "required",
    "reset",
    "restored",
    "revoked",
    "rotated",
    "rotation",
    "same",
    "stored",
    "true",
    "unchanged",
    "undefined",
    "unknown",
    "unset",
    "updated",
    "used",
    "valid",
    "verified",
    "working",
    "works",
    "wrong",
];
/// Shortest value, in characters: behind `=` or in quotes, behind a colon, and of what machines make behind a colon.
const CHARS_MIN: usize = 4;
const SAID_CHARS_MIN: usize = 6;
const MADE_CHARS_MIN: usize = 8;
/// From this length on, what has letters of both sizes was made by a machine, also without a digit.
const MIXED_CHARS_MIN: usize = 20;
/// Shortest token behind the bare word `Bearer`.
const BEARER_CHARS_MIN: usize = 20;
/// Most characters of a value that are looked at, so that a text full of such words is still read quickly.
const VALUE_CHARS_MAX: usize = 256;
/// Quotes, and what closes them.
const QUOTES: [(char, char); 7] = [('"', '"'), ('\'', '\''), ('`', '`'), ('「', '」'), ('『', '』'), ('“', '”'), ('‘', '’')];

/// How a value stands behind its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    /// `password=…`
    Equals,
    /// `password: …`
    Colon,
    /// `the password is …`, `パスワードは…`
    Sentence,
}

/// What stands behind a word.
struct Value<'t> {
    /// Bytes between the word and the value.
    start: usize,
    text: &'t str,
    is_quoted: bool,
    /// True when no word follows in the line.
    is_last: bool,
}

/// Finds secrets by the word before them.
pub(super) fn find(text: &str, found: &mut Vec<SecretFound>) {
    for (at, mark) in text.match_indices([':', '=', '：', '＝', ' ', 'は']) {
        let (before, behind) = (&text[..at], &text[at + mark.len()..]);
        let secret = match mark {
            " " if ends_with(before, "bearer") => bearer(behind).map(|value| (SecretKind::Authorization, value)),
            " " if ends_with(before, " is") => assigned(&before[..before.len() - " is".len()], behind, Link::Sentence),
            " " => None,
            "は" => assigned(before, behind, Link::Sentence),
            "=" | "＝" => assigned(before, behind, Link::Equals),
            _ => assigned(before, behind, Link::Colon),
        };
        if let Some((kind, value)) = secret {
            let start = at + mark.len() + value.start;
            found.push(SecretFound { kind, range: start..start + value.text.len() });
        }
    }
}

/// The secret between a word and the rest of the text, if both look like it.
fn assigned<'t>(before: &str, behind: &'t str, link: Link) -> Option<(SecretKind, Value<'t>)> {
    // `Token::new` is a path in a program.
    if behind.starts_with(':') {
        return None;
    }
    let word = before.trim_end_matches([' ', '\t', '\u{3000}', '"', '\'', '`', '*', '」', '』']);
    let (_, promise) = WORDS.into_iter().find(|(end, _)| ends_with(word, end))?;
    if promise == Promise::Header {
        return header(behind).map(|value| (SecretKind::Authorization, value));
    }
    let value = Value::read(behind)?;
    is_secret(promise, link, &value).then_some((SecretKind::Assigned, value))
}

/// True when a text ends with this, in small or in capital letters.
fn ends_with(text: &str, end: &str) -> bool {
    text.len().checked_sub(end.len()).is_some_and(|from| text.as_bytes()[from..].eq_ignore_ascii_case(end.as_bytes()))
}

/// What follows `Authorization:`.
fn header(behind: &str) -> Option<Value<'_>> {
    let from = length_while(behind, |c| matches!(c, ' ' | '\t' | '"' | '\''));
    let left = &behind.as_bytes()[from..];
    let is_next = |scheme: &str| left.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()));
    let scheme = SCHEMES.into_iter().find(|scheme| is_next(scheme))?;
    let from = from + scheme.len();
    let value = Value::unquoted(behind, from + length_while(&behind[from..], |c| c == ' '));
    let is_word = value.text.chars().all(|c| c.is_ascii_lowercase());
    (value.text.len() >= SAID_CHARS_MIN && !is_word && !is_stand_in(value.text)).then_some(value)
}

/// What follows `Bearer` without a header before it.
fn bearer(behind: &str) -> Option<Value<'_>> {
    let value = Value::unquoted(behind, 0);
    let is_secret = value.text.len() >= BEARER_CHARS_MIN && has_digit(value.text) && !is_stand_in(value.text);
    is_secret.then_some(value)
}

impl<'t> Value<'t> {
    fn read(behind: &'t str) -> Option<Self> {
        let is_space = |c: char| matches!(c, ' ' | '\t' | '\u{3000}');
        let mut start = length_while(behind, is_space);
        // `:=`, `==`, `=>`, and the end of `**Password:** …`
        for more in ["=", ">", "**"] {
            if behind[start..].starts_with(more) {
                start += more.len();
                start += length_while(&behind[start..], is_space);
            }
        }
        let first = behind[start..].chars().next()?;
        let quoted = QUOTES.into_iter().find(|(open, _)| *open == first).and_then(|(open, close)| {
            let inside = &behind[start + open.len_utf8()..];
            let (end, ending) = inside.char_indices().take(VALUE_CHARS_MAX).find(|(_, c)| *c == close || *c == '\n')?;
            (ending == close).then(|| Self {
                start: start + open.len_utf8(),
                text: &inside[..end],
                is_quoted: true,
                is_last: true,
            })
        });
        Some(quoted.unwrap_or_else(|| Self::unquoted(behind, start)))
    }

    fn unquoted(behind: &'t str, start: usize) -> Self {
        let rest = &behind[start..];
        let is_of_it = |c: char| c.is_ascii_graphic() && !"\"'`,;<>".contains(c);
        let end = rest
            .char_indices()
            .take(VALUE_CHARS_MAX)
            .find(|(_, c)| !is_of_it(*c))
            .map_or_else(|| rest.char_indices().nth(VALUE_CHARS_MAX).map_or(rest.len(), |(at, _)| at), |(at, _)| at);
        let text = rest[..end].trim_end_matches(['.', ',', ':', '!', '?', ')', ']', '}', '|']);
        let is_last = rest[end..].chars().take_while(|c| *c != '\n').all(|c| !c.is_alphanumeric());
        Self { start, text, is_quoted: false, is_last }
    }
}

/// Whether a value is a secret, given what was promised. The more it is like a sentence, the more it takes.
fn is_secret(promise: Promise, link: Link, value: &Value<'_>) -> bool {
    let text = value.text;
    let chars = text.chars().count();
    let is_typed = text.chars().all(|c| c.is_ascii_graphic() || c == ' ');
    let is_path = ["/", "./", "../", "~/"].iter().any(|start| text.starts_with(start)) || text.contains("://");
    let is_ordinary = ORDINARY.iter().any(|word| text.eq_ignore_ascii_case(word));
    if chars < CHARS_MIN || !is_typed || is_path || is_ordinary || is_stand_in(text) {
        return false;
    }
    let has_letter = text.chars().any(|c| c.is_ascii_alphabetic());
    if value.is_quoted || link == Link::Equals {
        // What is quoted may be a sentence; a passphrase of words is not told from one.
        return link == Link::Equals || !text.contains(' ') || has_digit(text);
    }
    let is_mixed = has_letter && has_digit(text);
    match (promise, link) {
        (Promise::Password, Link::Sentence) => chars >= SAID_CHARS_MIN && is_mixed,
        (Promise::Password, _) => {
            let has_sign = text.chars().any(|c| c.is_ascii_punctuation() && !matches!(c, '-' | '_' | '.' | '/' | ':'));
            let is_number = text.chars().all(|c| c.is_ascii_digit());
            chars >= SAID_CHARS_MIN && (is_mixed || is_number || (has_letter && (has_sign || value.is_last)))
        }
        _ => {
            let has_both_sizes = text.chars().any(|c| c.is_ascii_lowercase()) && text.chars().any(|c| c.is_ascii_uppercase());
            let is_long = chars >= MIXED_CHARS_MIN && has_both_sizes && has_different_signs(text, MADE_CHARS_MIN);
            chars >= MADE_CHARS_MIN && (is_mixed || is_long) && !is_name(text)
        }
    }
}

fn has_digit(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit())
}

/// True for names of things, such as `pasokey-db-1` or `v1.2.3`: several parts that are words, with short numbers behind them.
fn is_name(text: &str) -> bool {
    let is_word = |part: &str| {
        let number = part.trim_start_matches(|c: char| c.is_ascii_lowercase());
        number.len() <= 3 && number.chars().all(|c| c.is_ascii_digit())
    };
    text.contains(['-', '_', '.', '/', ':']) && text.split(['-', '_', '.', '/', ':']).all(is_word)
}
