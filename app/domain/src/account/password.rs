//! What a password must be like: long, and not one that is guessed first. No rules about capitals and digits (NIST SP 800-63B,
//! section 3.1.1: length protects, composition rules do not).

use thiserror::Error;

/// Fewest characters.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Most bytes that are hashed: more only costs time.
pub const PASSWORD_BYTES_MAX: usize = 1024;
/// Fewest different characters: fewer are a key held down or a run along the keyboard's row.
const DIFFERENT_MIN: usize = 5;

/// Why a password is refused. None of these repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PasswordError {
    /// Fewer than [`PASSWORD_CHARS_MIN`].
    #[error("a password has at least {PASSWORD_CHARS_MIN} characters")]
    TooShort,
    /// More than [`PASSWORD_BYTES_MAX`].
    #[error("a password has at most {PASSWORD_BYTES_MAX} bytes")]
    TooLong,
    /// Few different characters, or the name of its owner.
    #[error("this password is easily guessed; several words in a row are good")]
    Guessable,
}

/// Says whether somebody called `name` may have this password.
pub fn check(password: &str, name: &str) -> Result<(), PasswordError> {
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(PasswordError::TooLong);
    }
    if password.chars().count() < PASSWORD_CHARS_MIN {
        return Err(PasswordError::TooShort);
    }
    let mut different: Vec<char> = password.chars().collect();
    different.sort_unstable();
    different.dedup();
    let (lower, name) = (password.to_lowercase(), name.to_lowercase());
    let without_name = if name.chars().count() >= 3 { lower.replace(&name, "") } else { lower.clone() };
    let runs = ["abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "1234567890123456789012345"];
    let is_run = runs.iter().any(|run| run.contains(&lower));
    if different.len() < DIFFERENT_MIN || is_run || without_name.chars().count() < PASSWORD_CHARS_MIN / 2 {
        return Err(PasswordError::Guessable);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_and_what_is_guessed_first_does_not_do() {
        for good in ["correct horse battery", "月が綺麗ですね、今夜は本当に", "k7#pQ9!xW2$z"] {
            assert_eq!(check(good, "mika"), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("short", PasswordError::TooShort),
            ("", PasswordError::TooShort),
            ("aaaaaaaaaaaaaaaa", PasswordError::Guessable),
            ("121212121212", PasswordError::Guessable),
            ("123456789012", PasswordError::Guessable),
            ("qwertyuiopas", PasswordError::Guessable),
            ("Mika-satoMika-sato12", PasswordError::Guessable),
        ] {
            assert_eq!(check(bad, "mika-sato"), Err(why), "{bad}");
        }
        assert_eq!(check(&"x y z a b c".repeat(200), "mika"), Err(PasswordError::TooLong));
    }
}
