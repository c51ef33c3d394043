//! Finds what looks like a secret in a text that is about to be kept: keys, tokens, passwords.
//!
//! Code map: here private keys and passwords in addresses, and putting together what was found; [`tokens`] knows keys and tokens by how
//! they begin, [`assigned`] by the word before them (`password=…`, `Authorization: Bearer …`).
//!
//! It is a net, not a proof: whoever writes is asked, and may keep the text all the same. So it shall not cry at ordinary sentences, nor at
//! what stands in for a secret (`***`, `$TOKEN`, `<password>`). Every search is linear in the length of the text.

mod assigned;
#[cfg(test)]
mod tests;
mod tokens;

use std::cmp::Reverse;
use std::ops::Range;

/// What a secret seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecretKind {
    /// A private key in PEM, also when it is written in Base64 once more, or an age identity.
    PrivateKey,
    /// The id of an AWS access key.
    AwsKey,
    /// An API key of Yagura.
    YaguraKey,
    /// A token of a service that is known by how it begins.
    ServiceToken,
    /// A JSON Web Token, such as those of Kubernetes service accounts.
    Jwt,
    /// The address of a webhook, which is all it takes to post there.
    Webhook,
    /// A password in an address.
    UrlPassword,
    /// What follows `Authorization: Bearer`.
    Authorization,
    /// What follows `password=` or a word like it.
    Assigned,
}

impl SecretKind {
    /// The name in JSON and message keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PrivateKey => "private_key",
            Self::AwsKey => "aws_key",
            Self::YaguraKey => "yagura_key",
            Self::ServiceToken => "service_token",
            Self::Jwt => "jwt",
            Self::Webhook => "webhook",
            Self::UrlPassword => "url_password",
            Self::Authorization => "authorization",
            Self::Assigned => "assigned",
        }
    }
}

/// Something that looks like a secret, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretFound {
    /// What it seems to be.
    pub kind: SecretKind,
    /// Where it stands, in bytes.
    pub range: Range<usize>,
}

/// What begins a PEM block, before its label.
const PEM_BEGIN: &str = "-----BEGIN ";
/// What ends one.
const PEM_END: &str = "-----END ";
/// What stands behind a label.
const PEM_DASHES: &str = "-----";
/// Words that stand in for a secret.
const STAND_INS: [&str; 12] = [
    "password",
    "passwd",
    "passphrase",
    "pass",
    "secret",
    "token",
    "redacted",
    "removed",
    "hidden",
    "masked",
    "changeme",
    "placeholder",
];
/// A secret has at least so many different characters; `xxx` and `----` have not.
const DIFFERENT_MIN: usize = 3;

/// Everything in `text` that looks like a secret, in order. None overlaps another.
pub fn find(text: &str) -> Vec<SecretFound> {
    let mut found = Vec::new();
    private_keys(text, &mut found);
    tokens::find(text, &mut found);
    url_passwords(text, &mut found);
    assigned::find(text, &mut found);
    apart(found)
}

/// In order, with those that overlap made one. Of two in the same place the kind that was found first says more.
fn apart(mut found: Vec<SecretFound>) -> Vec<SecretFound> {
    found.sort_by_key(|secret| (secret.range.start, Reverse(secret.range.end)));
    let mut apart: Vec<SecretFound> = Vec::with_capacity(found.len());
    for next in found {
        match apart.last_mut() {
            Some(last) if next.range.start < last.range.end => last.range.end = last.range.end.max(next.range.end),
            _ => apart.push(next),
        }
    }
    apart
}

fn private_keys(text: &str, found: &mut Vec<SecretFound>) {
    let mut from = 0;
    let mut may_end = true;
    while let Some(begin) = text[from..].find(PEM_BEGIN).map(|at| from + at) {
        let label_from = begin + PEM_BEGIN.len();
        let Some(label) = text[label_from..].find(PEM_DASHES).map(|length| &text[label_from..label_from + length]) else {
            return;
        };
        from = label_from + label.len();
        if !label.contains("PRIVATE KEY") || label.contains('\n') {
            continue;
        }
        let body = from + PEM_DASHES.len();
        // Where there was none, there is none further behind: a text full of beginnings is still read once.
        let end = if may_end { text[body..].find(PEM_END).map(|at| body + at + PEM_END.len()) } else { None };
        may_end = end.is_some();
        from = match end {
            Some(end) => text[end..].find(PEM_DASHES).map_or(end, |at| end + at + PEM_DASHES.len()),
            None => body + length_while(&text[body..], |c| c.is_ascii_alphanumeric() || c.is_whitespace() || "+/=\\".contains(c)),
        };
        found.push(SecretFound { kind: SecretKind::PrivateKey, range: begin..from });
    }
}

/// `user:password@` behind `://`.
fn url_passwords(text: &str, found: &mut Vec<SecretFound>) {
    for (at, mark) in text.match_indices("://") {
        let from = at + mark.len();
        // It ends where the next address can begin, so nothing is read twice.
        let length = length_while(&text[from..], |c| !c.is_whitespace() && !"/?#\"'`<>()「」、。".contains(c));
        let Some((user_and_password, _)) = text[from..from + length].rsplit_once('@') else { continue };
        let Some((user, password)) = user_and_password.split_once(':') else { continue };
        if !is_stand_in(password) {
            let start = from + user.len() + 1;
            found.push(SecretFound { kind: SecretKind::UrlPassword, range: start..start + password.len() });
        }
    }
}

/// True for what is written in the place of a secret: `***`, `xxx`, `$TOKEN`, `${TOKEN}`, `{{ token }}`, `<token>`, `abcd…`, `password`.
fn is_stand_in(value: &str) -> bool {
    value.starts_with(['$', '{', '<', '[', '(', '%', '*', '•', '●', '■', '＊'])
        || ["***", "xxxx", "XXXX", "...", "…", "environ", "getenv", "process.env"].iter().any(|sign| value.contains(sign))
        || STAND_INS.iter().any(|word| value.eq_ignore_ascii_case(word))
        || !has_different_signs(value, DIFFERENT_MIN)
}

/// True when a text has at least so many different characters.
fn has_different_signs(text: &str, min: usize) -> bool {
    let mut seen: Vec<char> = Vec::with_capacity(min);
    for c in text.chars() {
        if !seen.contains(&c) {
            seen.push(c);
        }
        if seen.len() >= min {
            return true;
        }
    }
    false
}

/// Bytes at the beginning of a text whose characters are all wanted.
fn length_while(text: &str, is_wanted: impl Fn(char) -> bool) -> usize {
    text.find(|c: char| !is_wanted(c)).unwrap_or(text.len())
}
