//! Runbooks that everybody may read.

use std::sync::Arc;

use app::data::{RunbookList, RunbookText};
use domain::text::Language;

use super::super::runbook_rows::title;
use super::super::{Web, runbook_text};
use crate::service::runbooks::{Edition, Library, Runbook};

/// A runbook that everybody may read, with the version in use.
pub(super) fn public<'l>(library: &'l Library, slug: &str) -> Option<(&'l Arc<Runbook>, &'l Arc<Edition>)> {
    let runbook = library.runbooks.get(&slug.parse().ok()?).filter(|runbook| runbook.is_public)?;
    Some((runbook, runbook.current.as_ref()?))
}

/// All of them by title.
pub(super) fn list(web: &Web, language: Language) -> RunbookList {
    let library = web.desk.library();
    let all = library.runbooks.values().filter(|runbook| runbook.is_public && runbook.current.is_some());
    let row = |runbook: &Arc<Runbook>| {
        let alerts = runbook.current.as_ref().map(|edition| edition.front().alerts.clone()).unwrap_or_default();
        (runbook.slug.to_string(), title(runbook, language), alerts)
    };
    let mut rows: Vec<_> = all.map(row).collect();
    rows.sort_by_key(|(slug, title, _)| (title.to_lowercase(), slug.clone()));
    RunbookList { rows }
}

/// One of them. A name in it leads only to others that everybody may read.
pub(super) fn text(web: &Web, language: Language, slug: &str) -> Option<RunbookText> {
    let library = web.desk.library();
    let (_, edition) = public(&library, slug)?;
    let leads = |name: &str| public(&library, name).map(|_| app::routes::to::runbook(language, name));
    Some(runbook_text::of_edition(edition, language, &leads))
}
