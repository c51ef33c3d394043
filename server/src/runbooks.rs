//! The runbooks that ship, inside the program.

use domain::text::Language;

include!(concat!(env!("OUT_DIR"), "/runbooks.rs"));

/// A runbook in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BundledRunbook {
    pub(crate) slug: &'static str,
    pub(crate) language: Language,
    /// The name of its file, without a folder.
    pub(crate) file_name: &'static str,
    pub(crate) source: &'static str,
}

/// All of them, by slug.
pub(crate) fn all() -> &'static [BundledRunbook] {
    RUNBOOKS
}
