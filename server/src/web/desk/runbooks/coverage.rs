//! What needs attention: runbooks that nobody looked at for long, that are often skipped, or that have mistakes.

use app::data::desk::{CoveragePage, DeskPage, StaleRow};
use app::i18n::{Argument, Text};
use axum::extract::State;
use domain::account::Permission;
use domain::runbook::history::Stale;

use super::super::super::Web;
use super::super::super::runbook_rows::{stale, title};
use super::super::show::{Answer, page};
use super::super::visit::Visit;

/// Why, in words.
pub(in super::super) fn reason(text: &Text, stale: &Stale) -> String {
    let number = stale.number().map(|number| ("n", number.into()));
    let name = stale.name();
    let arguments: Vec<(&'static str, Argument)> = number.into_iter().chain(name.map(|name| ("name", name.into()))).collect();
    text.with(stale.key(), &arguments)
}

pub(in super::super) async fn show(State(web): State<Web>, visit: Visit) -> Answer {
    let caller = visit.caller()?;
    caller.must(Permission::Read, visit.now)?;
    let uses = web.desk.runbook_uses(&caller).await?;
    let library = web.desk.library();
    let languages = web.monitoring.offer().languages.clone();
    let text = visit.text();
    let mut found: Vec<(Vec<Stale>, StaleRow)> = Vec::new();
    for runbook in library.runbooks.values() {
        let known = uses.get(&runbook.slug).cloned().unwrap_or_default();
        let all = stale(runbook, &known, &languages, visit.now);
        if !all.is_empty() {
            let reasons = all.iter().map(|one| reason(&text, one)).collect();
            let row = StaleRow { slug: runbook.slug.to_string(), title: title(runbook, visit.language), reasons };
            found.push((all, row));
        }
    }
    found.sort_by_key(|(all, row)| (all.first().cloned(), std::cmp::Reverse(all.len()), row.slug.clone()));
    let shown = CoveragePage {
        fresh: library.runbooks.len() - found.len(),
        stale: found.into_iter().map(|(_, row)| row).collect(),
        contested: library
            .contested
            .iter()
            .map(|(alert, slugs)| (alert.clone(), slugs.iter().map(ToString::to_string).collect()))
            .collect(),
    };
    page(&web, &visit, DeskPage::Coverage(shown)).await
}
