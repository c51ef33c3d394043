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
    /// Its title in its own language, from the line `title: { ja: "…", en: "…" }` of the front matter, else its slug.
    pub(crate) fn title(&self) -> &'static str {
        let line = self.source.lines().find_map(|line| line.strip_prefix("title:"));
        let own = line.and_then(|line| line.split_once(&format!("{}: \"", self.language)));
        own.and_then(|(_, rest)| rest.split('"').next()).unwrap_or(self.slug)
    }
}

/// All of them, by slug.
pub(crate) fn all() -> impl Iterator<Item = BundledRunbook> {
    RUNBOOKS.iter().map(|(slug, language, source)| BundledRunbook { slug, language, source })
}
