//! The ids that the public sees: 12 characters of base32, as Statuspage's have, made of a hash, so that they tell nothing (the UUIDs
//! within say when something was made) and stay for ever.

use sha2::{Digest, Sha256};

/// RFC 4648, in lower case.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const CHARACTERS: usize = 12;

/// The public id of the thing of this kind that we know as `id`.
pub(crate) fn public_id(kind: &str, id: &str) -> String {
    let hash = Sha256::digest(format!("{kind}:{id}"));
    let first = hash.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    (0..CHARACTERS).map(|n| char::from(ALPHABET[(first >> (59 - 5 * n) & 31) as usize])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_stable_and_different_for_everything() {
        assert_eq!(public_id("component", "a"), public_id("component", "a"));
        assert_eq!(public_id("component", "a"), "tcl6fdi7f4ra");
        let all: std::collections::HashSet<String> = (0..10_000).map(|n| public_id("component", &n.to_string())).collect();
        assert_eq!(all.len(), 10_000);
        assert!(all.iter().all(|id| id.len() == CHARACTERS && id.bytes().all(|byte| ALPHABET.contains(&byte))));
    }
}
