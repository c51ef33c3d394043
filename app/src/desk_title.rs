//! What each page of the desk is called in tabs and in the browser's history.

use crate::data::desk::DeskPage;
use crate::i18n::Text;
use crate::pages::desk::failure;
use crate::pages::desk::postmortems::postmortem_number;
use crate::parts::alert_rows::alert_number;
use crate::parts::incident_words::{incident_number, run_number};

/// What a page is called in tabs and in the browser's history.
pub(crate) fn title(page: &DeskPage, text: &Text) -> String {
    let get = |key: &str| text.get(key);
    let named = |key: &str, name: &str| text.with(key, &[("name", name.into())]);
    let numbered = |key: &str, number: i64| text.with(key, &[("n", number.into())]);
    match page {
        DeskPage::SetUp(page) if page.name.is_none() => get("set-up-first-title"),
        DeskPage::SetUp(_) => get("set-up-title"),
        DeskPage::SignIn(_) => get("sign-in-title"),
        DeskPage::SecondFactor(_) => get("second-factor-title"),
        DeskPage::Confirm(_) => get("confirm-title"),
        DeskPage::Now(_) => get("desk-now"),
        DeskPage::Watching(_) => get("watching-title"),
        DeskPage::ComponentEdit(page) => match &page.slug {
            Some(slug) => named("component-edit-title", slug),
            None => get("component-edit-new"),
        },
        DeskPage::Probe(page) => page.probe.slug.clone(),
        DeskPage::ProbeEdit(page) => match &page.slug {
            Some(slug) => named("probe-edit-title", slug),
            None => get("probe-edit-new"),
        },
        DeskPage::Alerts(_) => get("alerts-title"),
        DeskPage::Alert(page) => format!("{} {}", alert_number(page.row.number), page.row.title),
        DeskPage::AlertRaise(_) => get("alerts-raise"),
        DeskPage::Notifications(_) => get("notifications-title"),
        DeskPage::Incidents(_) => get("incidents-title"),
        DeskPage::IncidentEdit(page) => match page.number {
            Some(number) => numbered("incident-edit-title", number),
            None => get("incident-edit-new"),
        },
        DeskPage::Incident(page) => format!("{} {}", incident_number(page.row.number), page.row.title),
        DeskPage::EntryEdit(page) => numbered("entry-edit-title", page.number),
        DeskPage::EntriesChoose(page) => numbered("entries-title", page.number),
        DeskPage::Paste(page) => numbered("pasting-title", page.number),
        DeskPage::UpdateEdit(page) => numbered("update-edit-title", page.number),
        DeskPage::Postmortems(_) => get("postmortems-title"),
        DeskPage::PostmortemNew(_) => get("postmortem-new-title"),
        DeskPage::Postmortem(page) => format!("{} {}", postmortem_number(page.line.number), page.line.title),
        DeskPage::PostmortemEdit(page) => format!("{} {}", get("postmortem-edit-title"), postmortem_number(page.number)),
        DeskPage::PostmortemMerge(_) => get("merge-title"),
        DeskPage::PostmortemCompare(_) => get("compare-heading"),
        DeskPage::PostmortemPublish(_) => get("publish-title"),
        DeskPage::PostmortemImport(_) => get("import-title"),
        DeskPage::ActionItems(_) => get("actions-title"),
        DeskPage::ActionItem(page) => match &page.line {
            Some(line) => format!("AI-{} {}", line.number, line.text),
            None => get("action-new"),
        },
        DeskPage::Insight(_) => get("insight-title"),
        DeskPage::Runbooks(_) => get("runbooks-title"),
        DeskPage::Runbook(page) => page.row.title.clone(),
        DeskPage::VersionDiff(page) => named("version-diff-title", &page.title),
        DeskPage::RunbookWrite(_) => get("runbook-write-title"),
        DeskPage::AlertStub(page) => page.alert.clone(),
        DeskPage::Coverage(_) => get("coverage-title"),
        DeskPage::RunStart(page) => named("run-start-title", &page.title),
        DeskPage::Run(page) => format!("{} {}", run_number(page.row.number), page.row.title),
        DeskPage::RunRebase(page) => numbered("run-rebase-title", page.row.number),
        DeskPage::Maintenances(_) => get("planned-title"),
        DeskPage::MaintenanceEdit(page) => get(if page.id.is_some() { "planned-change" } else { "planned-new" }),
        DeskPage::People(_) => get("people-title"),
        DeskPage::Person(page) => page.person.name.clone(),
        DeskPage::Keys(_) => get("keys-title"),
        DeskPage::KeyMade(page) => named("keys-made-title", &page.name),
        DeskPage::Account(_) => get("account-title"),
        DeskPage::Totp(_) => get("totp-title"),
        DeskPage::RecoveryCodes(_) => get("recovery-codes-title"),
        DeskPage::Audit(_) => get("audit-title"),
        DeskPage::Failure(failure) => failure::title(*failure, text),
    }
}
