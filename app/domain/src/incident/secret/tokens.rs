//! Keys and tokens that are known by how they begin, wherever they stand.

use super::{SecretFound, SecretKind, has_different_signs, length_while};

/// How tokens begin, and how many characters at least follow.
const BEGINNINGS: [(&str, usize, SecretKind); 58] = [
    ("ygr_", 40, SecretKind::YaguraKey),
    ("AGE-SECRET-KEY-1", 50, SecretKind::PrivateKey),
    // PEM in Base64, as in a kubeconfig: `RSA PRI…`, `PRIV…`, `EC PRIV…`, `OPEN…` behind `-----BEGIN `. Certificates are none.
    ("LS0tLS1CRUdJTiBSU0EgUFJJ", 16, SecretKind::PrivateKey),
    ("LS0tLS1CRUdJTiBQUklW", 16, SecretKind::PrivateKey),
    ("LS0tLS1CRUdJTiBFQyBQUklW", 16, SecretKind::PrivateKey),
    ("LS0tLS1CRUdJTiBPUEVO", 16, SecretKind::PrivateKey),
    ("ghp_", 30, SecretKind::ServiceToken),
    ("gho_", 30, SecretKind::ServiceToken),
    ("ghu_", 30, SecretKind::ServiceToken),
    ("ghs_", 30, SecretKind::ServiceToken),
    ("ghr_", 30, SecretKind::ServiceToken),
    ("github_pat_", 22, SecretKind::ServiceToken),
    ("glpat-", 20, SecretKind::ServiceToken),
    ("gldt-", 20, SecretKind::ServiceToken),
    ("glrt-", 20, SecretKind::ServiceToken),
    ("glcbt-", 20, SecretKind::ServiceToken),
    ("glptt-", 20, SecretKind::ServiceToken),
    ("glft-", 20, SecretKind::ServiceToken),
    ("glsoat-", 20, SecretKind::ServiceToken),
    ("glimt-", 20, SecretKind::ServiceToken),
    ("glagent-", 20, SecretKind::ServiceToken),
    ("gloas-", 20, SecretKind::ServiceToken),
    ("xoxb-", 20, SecretKind::ServiceToken),
    ("xoxp-", 20, SecretKind::ServiceToken),
    ("xoxa-", 20, SecretKind::ServiceToken),
    ("xoxr-", 20, SecretKind::ServiceToken),
    ("xoxs-", 20, SecretKind::ServiceToken),
    ("xoxe-", 20, SecretKind::ServiceToken),
    ("xoxc-", 20, SecretKind::ServiceToken),
    ("xoxd-", 20, SecretKind::ServiceToken),
    ("xapp-", 20, SecretKind::ServiceToken),
    ("AIza", 35, SecretKind::ServiceToken),
    ("sk_live_", 16, SecretKind::ServiceToken),
    ("sk_test_", 16, SecretKind::ServiceToken),
    ("rk_live_", 16, SecretKind::ServiceToken),
    ("whsec_", 24, SecretKind::ServiceToken),
    ("sk-", 40, SecretKind::ServiceToken),
    ("npm_", 36, SecretKind::ServiceToken),
    ("pypi-AgEI", 16, SecretKind::ServiceToken),
    ("rubygems_", 48, SecretKind::ServiceToken),
    ("dckr_pat_", 20, SecretKind::ServiceToken),
    ("dckr_oat_", 20, SecretKind::ServiceToken),
    ("dop_v1_", 60, SecretKind::ServiceToken),
    ("doo_v1_", 60, SecretKind::ServiceToken),
    ("dor_v1_", 60, SecretKind::ServiceToken),
    ("tskey-", 16, SecretKind::ServiceToken),
    ("glsa_", 32, SecretKind::ServiceToken),
    ("glc_eyJ", 30, SecretKind::ServiceToken),
    ("hf_", 30, SecretKind::ServiceToken),
    ("lin_api_", 32, SecretKind::ServiceToken),
    ("shpat_", 32, SecretKind::ServiceToken),
    ("shpss_", 32, SecretKind::ServiceToken),
    ("sbp_", 40, SecretKind::ServiceToken),
    ("PMAK-", 32, SecretKind::ServiceToken),
    ("ATATT3x", 50, SecretKind::ServiceToken),
    ("sntrys_eyJ", 30, SecretKind::ServiceToken),
    ("nfp_", 36, SecretKind::ServiceToken),
    ("xkeysib-", 40, SecretKind::ServiceToken),
];
/// How tokens of `HashiCorp` Vault begin, before a dot, and the fewest characters behind it.
const VAULT: ([&str; 3], usize) = (["hvs", "hvb", "hvr"], 24);
/// Characters of the two parts of a key of SendGrid, which begins with `SG.`.
const SENDGRID_CHARS: (usize, usize) = (22, 43);
/// How the ids of AWS keys begin, and how long they are.
const AWS: ([&str; 4], usize) = (["AKIA", "ASIA", "ABIA", "ACCA"], 20);
/// How the first two parts of a JSON Web Token begin: `{"` in Base64.
const JWT_BEGINNING: &str = "eyJ";
/// Shortest part of a JSON Web Token, in characters.
const JWT_PART_MIN: usize = 10;
/// Where webhooks are: what stands before the secret part of their address.
const WEBHOOKS: [&str; 3] = ["hooks.slack.com/services/", "discord.com/api/webhooks/", "discordapp.com/api/webhooks/"];
/// Shortest and longest secret part that is looked at, in characters.
const WEBHOOK_CHARS: (usize, usize) = (30, 256);
/// A token has at least so many different characters.
const DIFFERENT_MIN: usize = 5;

/// Finds tokens by how they begin.
pub(super) fn find(text: &str, found: &mut Vec<SecretFound>) {
    let mut from = 0;
    while let Some(start) = text[from..].find(is_of_word).map(|at| from + at) {
        let word = &text[start..start + length_while(&text[start..], is_of_word)];
        from = in_word(text, start, word, found);
    }
    for address in WEBHOOKS {
        for (at, _) in text.match_indices(address) {
            let start = at + address.len();
            let secret: String =
                text[start..].chars().take(WEBHOOK_CHARS.1).take_while(|c| is_of_part(*c) || *c == '/').collect();
            if secret.len() >= WEBHOOK_CHARS.0 && is_random(&secret) {
                found.push(SecretFound { kind: SecretKind::Webhook, range: start..start + secret.len() });
            }
        }
    }
}

const fn is_of_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

const fn is_of_word(c: char) -> bool {
    is_of_part(c) || c == '.'
}

/// Looks at every part between dots; gives how far it has looked.
fn in_word(text: &str, start: usize, word: &str, found: &mut Vec<SecretFound>) -> usize {
    let word_end = start + word.len();
    let mut seen_to = word_end;
    let mut at = start;
    let mut parts = Vec::new();
    for part in word.split('.') {
        parts.push((at, part));
        at += part.len() + 1;
    }
    for (index, (at, part)) in parts.iter().enumerate() {
        let behind = |steps: usize| parts.get(index + steps).copied().unwrap_or((*at, ""));
        let ends = |(at, part): (usize, &str)| at + part.len();
        let (next, last) = (behind(1), behind(2));
        let is_jwt = [*part, next.1].iter().all(|part| part.starts_with(JWT_BEGINNING) && part.len() >= JWT_PART_MIN)
            && last.1.len() >= JWT_PART_MIN;
        let secret = if is_jwt {
            Some((SecretKind::Jwt, ends(last)))
        } else if VAULT.0.contains(part) && next.1.len() >= VAULT.1 && is_random(next.1) {
            Some((SecretKind::ServiceToken, ends(next)))
        } else if *part == "SG" && (next.1.len(), last.1.len()) == SENDGRID_CHARS {
            Some((SecretKind::ServiceToken, ends(last)))
        } else if is_aws(part) {
            Some((SecretKind::AwsKey, at + part.len()))
        } else {
            known(part).map(|kind| (kind, at + part.len()))
        };
        let Some((kind, mut end)) = secret else { continue };
        if kind == SecretKind::PrivateKey && end == word_end {
            // Base64 has signs that no other token has.
            end += length_while(&text[end..], |c| c.is_ascii_alphanumeric() || "+/=".contains(c));
            seen_to = end;
        }
        found.push(SecretFound { kind, range: *at..end });
    }
    seen_to
}

fn is_aws(part: &str) -> bool {
    part.len() == AWS.1
        && AWS.0.iter().any(|beginning| part.starts_with(beginning))
        && part.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

fn known(part: &str) -> Option<SecretKind> {
    let is_it = |(beginning, min, _): &&(&str, usize, SecretKind)| {
        part.strip_prefix(*beginning).is_some_and(|rest| rest.len() >= *min && is_random(rest))
    };
    BEGINNINGS.iter().find(is_it).map(|(_, _, kind)| *kind)
}

/// True for what a machine drew: a name of many small words is none, nor is `xxxxxxxx`.
fn is_random(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit() || c.is_ascii_uppercase()) && has_different_signs(text, DIFFERENT_MIN)
}
