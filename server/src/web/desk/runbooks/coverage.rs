//! What needs attention: alerts without a runbook, and runbooks that nobody looked at for long, that are often skipped, or that have mistakes.

use std::collections::HashSet;
use std::time::Duration;

use app::data::desk::{CoverageName, CoveragePage, CoverageType, DeskPage, StaleRow};
use app::i18n::{Argument, Text};
use axum::extract::State;
use domain::account::Permission;
use domain::alert::kind::AlertType;
use domain::runbook::history::Stale;
use domain::text::{Language, Slug};
use domain::time::Timestamp;

use super::super::super::Web;
use super::super::super::alert_rows::write_href;
use super::super::super::runbook_rows::{stale, title};
use super::super::show::{Answer, page};
use super::super::visit::Visit;
use crate::service::alerts::summary;
use crate::service::alerts::{Kinds, Remedy};
use crate::service::problem::Problem;

/// Why, in words.
pub(in super::super) fn reason(text: &Text, stale: &Stale) -> String {
    let number = stale.number().map(|number| ("n", number.into()));
    let name = stale.name();
    let arguments: Vec<(&'static str, Argument)> = number.into_iter().chain(name.map(|name| ("name", name.into()))).collect();
    text.with(stale.key(), &arguments)
}

/// How long back it is looked what rang without a runbook.
const LOOKED_BACK: Duration = Duration::from_secs(90 * 86_400);
/// Names of those that are shown.
const UNKNOWN_MAX: usize = 100;

/// What is missing about alerts.
#[derive(Default)]
struct OfAlerts {
    uncovered: Vec<CoverageType>,
    waived: Vec<CoverageType>,
    unknown: Vec<CoverageName>,
    ready: Vec<(String, String)>,
}

/// A type without a runbook that can be followed, and whether that is all right for now.
fn uncovered(kinds: &Kinds, kind: &AlertType, language: Language, now: Timestamp) -> Option<(bool, CoverageType)> {
    let is_usable = |slug: &Slug| kinds.library.runbooks.get(slug).is_some_and(|runbook| runbook.current.is_some());
    let missing = kind.runbook.as_ref().filter(|slug| !is_usable(slug));
    if kind.runbook.is_some() && missing.is_none() {
        return None;
    }
    let is_waived = kind.waiver.as_ref().is_some_and(|waiver| waiver.until > now);
    let row = CoverageType {
        slug: kind.slug.to_string(),
        name: kind.name.get(language).to_owned(),
        runbook: missing.filter(|_| !is_waived).map(ToString::to_string),
        reason: kind.waiver.as_ref().map(|waiver| waiver.reason.clone()),
        until: kind.waiver.as_ref().map(|waiver| waiver.until),
    };
    Some((is_waived, row))
}

async fn of_alerts(web: &Web, visit: &Visit) -> Result<OfAlerts, Problem> {
    let kinds = web.desk.kinds();
    let mut found = OfAlerts::default();
    for kind in &kinds.types {
        match uncovered(&kinds, kind, visit.language, visit.now) {
            Some((true, row)) => found.waived.push(row),
            Some((false, row)) => found.uncovered.push(row),
            None => {}
        }
    }
    for name in web.desk.rang_since(&visit.caller()?, visit.now.minus(LOOKED_BACK)).await? {
        let elsewhere = match kinds.remedy(&name.last) {
            Remedy::Runbook(_) => continue,
            Remedy::Elsewhere(address) => Some(address),
            Remedy::Nothing => None,
        };
        // What somebody said needs none is told above.
        let kind = name.last.kind.as_ref().and_then(|slug| kinds.named(slug));
        if kind.is_some_and(|kind| kind.waiver.as_ref().is_some_and(|waiver| waiver.until > visit.now)) {
            continue;
        }
        found.unknown.push(CoverageName {
            count: name.count,
            last_at: name.last_at,
            last: name.last.number,
            summary: summary(&name.last.annotations),
            elsewhere,
            write_href: write_href(&name.name),
            name: name.name,
        });
    }
    found.unknown.sort_by_key(|name| (std::cmp::Reverse(name.count), std::cmp::Reverse(name.last)));
    found.unknown.truncate(UNKNOWN_MAX);
    let used: HashSet<&Slug> = kinds.types.iter().filter_map(|kind| kind.runbook.as_ref()).collect();
    let ready = kinds.library.runbooks.values().filter(|runbook| !used.contains(&runbook.slug));
    let ready = ready.filter(|runbook| runbook.current.as_ref().is_some_and(|edition| !edition.front().alerts.is_empty()));
    found.ready = ready.map(|runbook| (runbook.slug.to_string(), title(runbook, visit.language))).collect();
    Ok(found)
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
    let alerts = of_alerts(&web, &visit).await?;
    let shown = CoveragePage {
        uncovered: alerts.uncovered,
        waived: alerts.waived,
        unknown: alerts.unknown,
        ready: alerts.ready,
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
