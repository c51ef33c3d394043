//! What people are called, and by which they sign in.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Longest name, in characters. It stands in lists, on phones too.
pub const NAME_CHARS_MAX: usize = 64;

/// The name of a person: any letters, one line, without spaces at its ends. Two names that differ only in case are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserName(String);

/// Why a text is not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum UserNameError {
    /// Nothing there.
    #[error("a name must not be empty")]
    Empty,
    /// Longer than [`NAME_CHARS_MAX`].
    #[error("a name has at most {NAME_CHARS_MAX} characters")]
    TooLong,
    /// A character that nobody can see or that steers a terminal.
    #[error("a name consists of characters that can be seen, and single spaces between them")]
    Shape,
}

impl UserName {
    /// As its owner writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// By which it is found: the same for every way to write it in capitals.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl FromStr for UserName {
    type Err = UserNameError;

    fn from_str(text: &str) -> Result<Self, UserNameError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(UserNameError::Empty);
        }
        if text.chars().count() > NAME_CHARS_MAX {
            return Err(UserNameError::TooLong);
        }
        let is_invisible = |c: char| {
            c.is_control()
                || (c.is_whitespace() && c != ' ')
                // Marks that change the direction of writing, that join, or that take no room: two names would look alike.
                || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        };
        if text.chars().any(is_invisible) || text.contains("  ") {
            return Err(UserNameError::Shape);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_one_visible_line() {
        for good in ["mika", " Mika Sato ", "佐藤 美佳", "ops@example.org", "o'brien"] {
            assert_eq!(good.parse::<UserName>().unwrap().as_str(), good.trim());
        }
        for (bad, why) in [
            ("", UserNameError::Empty),
            ("   ", UserNameError::Empty),
            ("a\nb", UserNameError::Shape),
            ("a\u{3000}b", UserNameError::Shape),
            ("a  b", UserNameError::Shape),
            ("\u{202e}toor", UserNameError::Shape),
            ("ad\u{200b}min", UserNameError::Shape),
        ] {
            assert_eq!(bad.parse::<UserName>(), Err(why), "{bad:?}");
        }
        assert_eq!("x".repeat(65).parse::<UserName>(), Err(UserNameError::TooLong));
    }

    #[test]
    fn case_makes_no_other_person() {
        assert_eq!("MIKA".parse::<UserName>().unwrap().key(), "mika".parse::<UserName>().unwrap().key());
    }

    proptest! {
        #[test]
        fn whatever_is_a_name_stays_one(text in "\\PC{0,80}") {
            if let Ok(name) = text.parse::<UserName>() {
                prop_assert_eq!(name.as_str().parse::<UserName>(), Ok(name.clone()));
                prop_assert!(!name.as_str().is_empty() && name.as_str().chars().count() <= NAME_CHARS_MAX);
            }
        }
    }
}
