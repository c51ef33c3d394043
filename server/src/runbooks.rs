//! The runbooks that ship, inside the program.

include!(concat!(env!("OUT_DIR"), "/runbooks.rs"));

/// A runbook in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BundledRunbook {
    pub(crate) slug: &'static str,
    pub(crate) language: &'static str,
    pub(crate) source: &'static str,
}

impl BundledRunbook {
    /// The `title:` of its front matter, else its slug.
    pub(crate) fn title(&self) -> &'static str {
        let title = self.source.lines().find_map(|line| line.strip_prefix("title:"));
        title.map_or(self.slug, |title| title.trim().trim_matches('"'))
    }
}

/// All of them, by slug.
pub(crate) fn all() -> impl Iterator<Item = BundledRunbook> {
    RUNBOOKS.iter().map(|(slug, language, source)| BundledRunbook { slug, language, source })
}
