//! What is wrong with a configuration file: every mistake at once, each with its place, shown as a compiler shows them.
//!
//! Nothing secret may get in here. Messages never quote the value of a secret key or of anything substituted, and the shown
//! source line has secret values blotted out ([`super::excerpt`]).

use std::fmt;
use std::path::PathBuf;

pub use domain::yaml::Position;

use super::excerpt::Excerpt;

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where.
    pub at: Position,
    /// The same place as a path of keys, e.g. `probes[2].timeout` (lists count from 0). Empty for the whole document.
    pub path: String,
    /// What was found, a phrase without a full stop.
    pub problem: String,
    /// What was expected there.
    pub expected: Option<String>,
    /// What was probably meant.
    pub suggestion: Option<String>,
    /// The source line with a mark under the place.
    pub excerpt: Option<Box<Excerpt>>,
}

impl Mistake {
    /// A mistake at `at` with nothing but its description.
    pub(super) fn new(at: Position, path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { at, path: path.into(), problem: problem.into(), expected: None, suggestion: None, excerpt: None }
    }

    /// With what should have been there.
    pub(super) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// With what was probably meant, if anything.
    pub(super) fn suggest(mut self, suggestion: Option<String>) -> Self {
        self.suggestion = suggestion;
        self
    }
}

impl fmt::Display for Mistake {
    /// The message alone: no file, no place, no source line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.problem)?;
        if let Some(expected) = &self.expected {
            write!(f, "; expected {expected}")?;
        }
        if let Some(suggestion) = &self.suggestion {
            write!(f, "; did you mean `{suggestion}`?")?;
        }
        Ok(())
    }
}

/// Everything that is wrong with a configuration, in the order of the file. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors {
    /// The file as it was named.
    pub file: String,
    /// The mistakes, sorted by position.
    pub mistakes: Vec<Mistake>,
    /// Every file that was looked at, so that a watcher sees when one of them is mended.
    pub files_read: Vec<PathBuf>,
}

impl ConfigErrors {
    /// The one mistake of a file that could not be looked into.
    pub(super) fn single(file: &str, mistake: Mistake) -> Self {
        Self { file: file.to_owned(), mistakes: vec![mistake], files_read: vec![PathBuf::from(file)] }
    }
}

impl std::error::Error for ConfigErrors {}

impl fmt::Display for ConfigErrors {
    /// One block per mistake, without a newline at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, mistake) in self.mistakes.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            if mistake.at.line == 0 {
                write!(f, "{}: {mistake}", self.file)?;
            } else {
                write!(f, "{}:{}:{}: {mistake}", self.file, mistake.at.line, mistake.at.column)?;
            }
            if let Some(excerpt) = &mistake.excerpt {
                write!(f, "\n{excerpt}")?;
            }
        }
        Ok(())
    }
}
