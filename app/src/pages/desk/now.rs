//! *Now*: the state of everything on one screen, for somebody who was woken at 3 a.m. and holds a phone. First one sentence, then
//! what to decide on and what is being worked on, then what is down with since when and why, then what may be beginning, then what else
//! somebody should know.
//!
//! Every part has its place on the page even when there is nothing in it, so that [`LiveStatus`] can put into the open page what
//! comes.

use domain::account::Permission;
use domain::component::Status;
use leptos::prelude::*;

use crate::data::Summary;
use crate::data::desk::{
    ActionLine, BackupState, DeskContext, IncidentRow, MaintenanceRow, NowComponent, NowPage, NowProbe, ProbeRow, RunRow,
    SuggestionRow,
};
use crate::format;
use crate::islands::live_status::LiveStatus;
use crate::pages::desk::action_items::action_line;
use crate::pages::desk::postmortems::{HERE, postmortem_href, postmortem_number, waiting_lines};
use crate::parts::alert_rows::alert_list;
use crate::parts::desk_lists::WindowText;
use crate::parts::desk_probe::{WATCHING, detail, kind_word, pause_line, probe_href, resume_button};
use crate::parts::incident_words::{incident_line, suggestion_item};
use crate::parts::run_rows::RunRows;
use crate::parts::status_mark::{StatusMark, StatusSymbols};
use crate::parts::summary::SummarySentence;
use crate::parts::time_text::{Ago, Since, TimeText};
use crate::parts::update_due::{is_overdue, update_due};

/// Problems that have a place of their own on this page, with their times.
const SHOWN_ELSEWHERE: [&str; 4] = ["uplink", "uplink-lost", "backup-late", "backup-failed"];

/// What a moment of a [`NowProbe`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// When the newest result is of.
    Seen,
    /// When the call was due.
    Due,
}

/// The page.
#[component]
pub fn NowView(
    /// Who looks at it, when, in which language.
    context: DeskContext,
    /// What is so.
    page: NowPage,
) -> impl IntoView {
    let text = context.text();
    let probes = |probes: &[NowProbe], moment, words: &str| probes_part(&context, probes, moment, words);
    let suspicious = probes(&page.suspicious, Moment::Seen, "now-suspicious-text");
    let late = probes(&page.late, Moment::Due, "now-late-text");
    let failed = probes(&page.failed, Moment::Seen, "now-failed-text");
    let backup = page.backup.as_ref().map(|state| backup(&context, state));
    view! {
        <main id="content" class="desk now" data-version=page.version>
            <StatusSymbols/>
            <div class="now-head">
                <p class="taken" id="now-taken" data-live>
                    {text.get("taken-at")} " " <TimeText at=context.now zone=context.zone.clone() text=text.clone()/>
                </p>
                <LiveStatus live=text.get("live") connecting=text.get("live-connecting") lost=text.get("live-lost")/>
            </div>
            {headline(&context, &page)}
            {part("now-suggestions-part", text.get("timeline-now-suggestions"), suggestions(&context, &page.suggestions))}
            {part("now-alerts-part", text.get("now-alerts"), alerts(&context, &page))}
            {part("now-incidents-part", text.get("timeline-now-incidents"), incidents(&context, &page.incidents))}
            {part("now-runs-part", text.get("now-runs"), runs(&context, &page.runs))}
            <div class="now-part" id="now-uplink-part" data-live>{uplink(&context, &page)}</div>
            <div class="now-part" id="now-begin" data-live>{begin(&context, &page)}</div>
            <div class="now-part" id="now-quiet-part" data-live>{quiet(&context, &page)}</div>
            {part("now-troubled-part", text.get("now-troubled"), troubled(&context, &page.troubled))}
            {part("now-suspicious-part", text.get("now-suspicious"), suspicious)}
            {part("now-late-part", text.get("now-late"), late)}
            {part("now-failed-part", text.get("now-failed"), failed)}
            {part("now-problems-part", text.get("now-problems"), problems(&context, &page.problems))}
            {part("now-paused-part", text.get("now-paused"), paused(&context, &page.paused))}
            {part("now-maintenance-part", text.get("maintenance-ahead"), maintenance(&context, &page.maintenance))}
            {part("now-waiting-part", text.get("postmortems-waiting"), waiting(&context, &page))}
            {part("now-review-part", text.get("now-review"), reviews(&page.reviews))}
            {part("now-overdue-part", text.get("now-overdue-actions"), overdue(&context, &page.overdue))}
            {part("now-backup-part", text.get("now-backup"), backup)}
            <p><a href=WATCHING>{text.get("now-watching")}</a></p>
        </main>
    }
}

/// A part of the page: its place, and its heading and content if there is any.
fn part(id: &'static str, heading: String, body: Option<AnyView>) -> impl IntoView + use<> {
    let heading_id = format!("{id}-heading");
    let labelled_by = heading_id.clone();
    let section = body.map(|body| {
        view! { <section aria-labelledby=labelled_by><h2 id=heading_id>{heading}</h2> {body}</section> }
    });
    view! { <div class="now-part" id=id data-live>{section}</div> }
}

/// The same sentence as on the front page, over all components, private ones too.
fn summary(page: &NowPage) -> Summary {
    let count = |status| page.troubled.iter().filter(|component| component.status == status).count();
    let worst = page.troubled.iter().map(|component| component.status).max_by_key(|status| status.concern());
    let worst = worst.unwrap_or(Status::Operational);
    let affected = if worst == Status::Operational { page.operational } else { count(worst) };
    let others = [Status::PartialOutage, Status::DegradedPerformance, Status::Unknown, Status::UnderMaintenance];
    let others = others.map(|status| (status, if status == worst { 0 } else { count(status) }));
    Summary { worst, total: page.total, affected, others, since: None }
}

fn headline(context: &DeskContext, page: &NowPage) -> AnyView {
    let text = context.text();
    if page.is_empty {
        return view! {
            <div class="summary unknown" id="summary" role="status" data-live>
                <StatusMark status=Status::Unknown/>
                <div><h1>{text.get("now-empty")}</h1></div>
            </div>
        }
        .into_any();
    }
    view! { <SummarySentence summary=summary(page) zone=context.zone.clone() text=text/> }.into_any()
}

/// Incidents that wait for a postmortem.
fn waiting(context: &DeskContext, page: &NowPage) -> Option<AnyView> {
    let text = context.text();
    let others = page.waiting_total.saturating_sub(page.waiting.len());
    let words = text.with("now-waiting-others", &[("n", others.into())]);
    let others = (others > 0).then(|| view! { <p><a href=HERE>{words}</a></p> });
    (!page.waiting.is_empty()).then(|| view! { {waiting_lines(context, &text, &page.waiting)} {others} }.into_any())
}

/// Postmortems that wait to be looked over.
fn reviews(rows: &[(i64, String)]) -> Option<AnyView> {
    let items = rows.iter().map(|(number, title)| {
        view! { <li><a href=postmortem_href(*number)>{postmortem_number(*number)} " " {title.clone()}</a></li> }
    });
    let items = items.collect_view();
    (!rows.is_empty()).then(|| view! { <ul class="desk-rows">{items}</ul> }.into_any())
}

/// Action items whose day has passed.
fn overdue(context: &DeskContext, rows: &[ActionLine]) -> Option<AnyView> {
    let text = context.text();
    let items = rows.iter().map(|line| action_line(&text, line)).collect_view();
    (!rows.is_empty()).then(|| view! { <ul class="desk-rows">{items}</ul> }.into_any())
}

/// What is being followed.
fn runs(context: &DeskContext, rows: &[RunRow]) -> Option<AnyView> {
    let (rows, text) = (rows.to_vec(), context.text());
    (!rows.is_empty()).then(|| view! { <RunRows rows=rows text=text zone=context.zone.clone() now=context.now/> }.into_any())
}

/// Yagura's own uplink is gone: before all else, since it explains all else.
fn uplink(context: &DeskContext, page: &NowPage) -> Option<impl IntoView + use<>> {
    let text = context.text();
    page.uplink_lost_since.map(|since| {
        view! {
            <p class="notice">
                <StatusMark status=Status::Unknown/>
                <span>{text.get("uplink-lost")} " " <Since at=since zone=context.zone.clone() text=text.clone()/></span>
            </p>
        }
    })
}

/// Nothing is watched yet: how to begin.
fn begin(context: &DeskContext, page: &NowPage) -> Option<impl IntoView + use<>> {
    let text = context.text();
    page.is_empty.then(|| {
        let add = if context.may(Permission::Configure) {
            view! { <p class="actions"><a class="button" href="/desk/components/new">{text.get("now-empty-add")}</a></p> }
                .into_any()
        } else {
            view! { <p>{text.get("now-empty-ask")}</p> }.into_any()
        };
        view! { <section class="empty"><p>{text.get("now-empty-text")}</p> {add}</section> }
    })
}

/// True when nothing needs anybody.
fn is_quiet(page: &NowPage) -> bool {
    let is_backup_well = page.backup.as_ref().is_none_or(|backup| !backup.is_late && backup.error.is_none());
    [&page.suspicious, &page.late, &page.failed].iter().all(|probes| probes.is_empty())
        && page.alerts.is_empty()
        && page.incidents.is_empty()
        && page.suggestions.is_empty()
        && page.troubled.is_empty()
        && page.problems.is_empty()
        && page.uplink_lost_since.is_none()
        && is_backup_well
        && !page.is_empty
}

/// Nothing needs anybody, and that is said too.
fn quiet(context: &DeskContext, page: &NowPage) -> Option<impl IntoView + use<>> {
    let words = context.text().with("now-quiet", &[("total", page.total.into())]);
    is_quiet(page).then(|| view! { <p>{words}</p> })
}

/// What Yagura suggests to take for an incident: somebody has to decide.
fn suggestions(context: &DeskContext, rows: &[SuggestionRow]) -> Option<AnyView> {
    let items = rows.iter().map(|row| suggestion_item(context, row)).collect_view();
    (!rows.is_empty()).then(|| view! { <ul class="list-rows">{items}</ul> }.into_any())
}

/// What rings. What has a place in an incident that people work on stands there too.
fn alerts(context: &DeskContext, page: &NowPage) -> Option<AnyView> {
    let list = alert_list(context, &page.alerts)?;
    let others = page.alerts_total.saturating_sub(page.alerts.len());
    let words = context.text().with("now-alerts-others", &[("n", others.into())]);
    let others = (others > 0).then(|| view! { <p><a href="/desk/alerts">{words}</a></p> });
    Some(view! { {list} {others} }.into_any())
}

/// What people work on, in the order it comes: the gravest first. Where the public waits for longer than it was told to, that comes
/// before all of them, with the way to write to it.
fn incidents(context: &DeskContext, rows: &[IncidentRow]) -> Option<AnyView> {
    let may_tell = context.may(Permission::Respond);
    let overdue = rows.iter().filter(|row| is_overdue(context, row));
    let overdue = overdue.map(|row| update_due(context, row, &context.zone, may_tell, true)).collect_view();
    let items = rows.iter().map(|row| incident_line(context, row)).collect_view();
    (!rows.is_empty()).then(|| view! { {overdue} <ul class="list-rows">{items}</ul> }.into_any())
}

/// Components that are not operational, in the order they come: the worst first.
fn troubled(context: &DeskContext, components: &[NowComponent]) -> Option<AnyView> {
    let items = components.iter().map(|component| trouble(context, component)).collect_view();
    (!components.is_empty()).then(|| items.into_any())
}

fn trouble(context: &DeskContext, component: &NowComponent) -> impl IntoView + use<> {
    let text = context.text();
    let since = component.since.map(|at| {
        let length = format::length(&text, context.now.since(at).as_millis() as u64);
        view! {
            <p class="trouble-since">
                <Since at=at zone=context.zone.clone() text=text.clone()/> " · "
                <strong>{text.with("outage-so-far", &[("length", length.into())])}</strong>
            </p>
        }
    });
    let because = (!component.because.is_empty()).then(|| {
        let names = component.because.join(&text.separator("list-separator"));
        view! { <p class="because">{text.with("depends-on-troubled", &[("names", names.into())])}</p> }
    });
    let probes = (!component.probes.is_empty()).then(|| probe_list(context, &component.probes, Moment::Seen));
    view! {
        <article class=format!("trouble {}", component.status.name()) id=format!("trouble-{}", component.slug)>
            <h3>
                <StatusMark status=component.status/> {component.name.clone()} " "
                <span class=format!("status-word {}", component.status.name())>{format::status(&text, component.status)}</span>
            </h3>
            {since}
            {because}
            {probes}
        </article>
    }
}

fn probes_part(context: &DeskContext, probes: &[NowProbe], moment: Moment, words: &str) -> Option<AnyView> {
    let words = context.text().get(words);
    (!probes.is_empty()).then(|| view! { <p class="why">{words}</p> {probe_list(context, probes, moment)} }.into_any())
}

fn probe_list(context: &DeskContext, probes: &[NowProbe], moment: Moment) -> impl IntoView + use<> {
    let items = probes.iter().map(|probe| probe_line(context, probe, moment)).collect_view();
    view! { <ul class="now-probes">{items}</ul> }
}

fn probe_line(context: &DeskContext, probe: &NowProbe, moment: Moment) -> impl IntoView + use<> {
    let text = context.text();
    let at = probe.at.map(|at| {
        let ago = view! { <Ago at=at now=context.now zone=context.zone.clone() text=text.clone()/> };
        let (before, after) = match moment {
            Moment::Seen => (String::new(), String::new()),
            Moment::Due => text.around("now-due", "when"),
        };
        view! { <small>{before} {ago} {after}</small> }
    });
    view! {
        <li>
            <a class="probe-name" href=probe_href(&probe.slug)>{probe.slug.clone()}</a> " "
            {at} " "
            {detail(probe.detail.as_deref())}
        </li>
    }
}

/// What is wrong with Yagura itself.
fn problems(context: &DeskContext, problems: &[&'static str]) -> Option<AnyView> {
    let text = context.text();
    let shown: Vec<_> = problems.iter().filter(|problem| !SHOWN_ELSEWHERE.contains(problem)).collect();
    let items = shown.iter().map(|problem| {
        let words = text.get(&format!("now-problem-{problem}"));
        view! { <li class="alarm"><StatusMark status=Status::DegradedPerformance/> <span>{words}</span></li> }
    });
    let items = items.collect_view();
    (!shown.is_empty()).then(|| view! { <ul class="problems">{items}</ul> }.into_any())
}

fn paused(context: &DeskContext, probes: &[ProbeRow]) -> Option<AnyView> {
    let text = context.text();
    let items = probes.iter().map(|probe| {
        let pause = probe.pause.as_ref().map(|pause| pause_line(context, pause));
        view! {
            <li class="paused">
                <div>
                    <p>
                        <a class="probe-name" href=probe_href(&probe.slug)>{probe.slug.clone()}</a> " "
                        <small>{kind_word(&text, probe.kind)}</small>
                    </p>
                    {pause}
                </div>
                {resume_button(context, &probe.slug)}
            </li>
        }
    });
    let items = items.collect_view();
    (!probes.is_empty()).then(|| view! { <ul class="now-paused">{items}</ul> }.into_any())
}

fn maintenance(context: &DeskContext, plans: &[MaintenanceRow]) -> Option<AnyView> {
    let text = context.text();
    let may_plan = context.may(Permission::PlanMaintenance);
    let items = plans.iter().map(|plan| {
        let title = if may_plan {
            let href = format!("/desk/maintenance/{}/edit", plan.id);
            view! { <a href=href>{plan.title.clone()}</a> }.into_any()
        } else {
            plan.title.clone().into_any()
        };
        let word = text.get(&format!("maintenance-{}", plan.status.name().replace('_', "-")));
        let window =
            plan.window.map(|window| view! { " · " <WindowText range=window zone=context.zone.clone() text=text.clone()/> });
        let components = plan.components.join(&text.separator("list-separator"));
        view! {
            <li>
                <p><StatusMark status=Status::UnderMaintenance/> " " <strong>{title}</strong></p>
                <p class="plan"><strong>{word}</strong> {window}</p>
                <p class="plan">{components}</p>
            </li>
        }
    });
    let items = items.collect_view();
    (!plans.is_empty()).then(|| view! { <ul class="now-plans">{items}</ul> }.into_any())
}

/// How old the newest backup is, how large, when the next one is due, and what went wrong.
fn backup(context: &DeskContext, backup: &BackupState) -> AnyView {
    let text = context.text();
    let moment = |at| view! { <TimeText at=at zone=context.zone.clone() text=text.clone()/> };
    let newest = if let Some(at) = backup.made_at {
        let (before, after) = text.around("now-backup-made", "when");
        let age = format::length(&text, context.now.since(at).as_millis() as u64);
        let size = backup.bytes.map(|bytes| {
            let (key, number) = size(bytes);
            view! { " · " <span class="number">{text.with(key, &[("n", number.into())])}</span> }
        });
        let age = text.with("now-backup-age", &[("length", age.into())]);
        view! { <p>{before} {moment(at)} {after} " · " {age} {size}</p> }.into_any()
    } else {
        view! { <p>{text.get("now-backup-none")}</p> }.into_any()
    };
    let next = if backup.is_late {
        let (before, after) = text.around("now-backup-late", "when");
        let words = view! { <span>{before} {moment(backup.due_at)} {after}</span> };
        view! { <p class="alarm"><StatusMark status=Status::DegradedPerformance/> {words}</p> }.into_any()
    } else {
        let (before, after) = text.around("now-backup-next", "when");
        view! { <p>{before} {moment(backup.due_at)} {after}</p> }.into_any()
    };
    let error = backup.error.as_deref().map(|error| {
        let words = view! { <span>{text.get("now-backup-failed")} " " {detail(Some(error))}</span> };
        view! { <p class="alarm"><StatusMark status=Status::MajorOutage/> {words}</p> }
    });
    view! { <div class="now-backup">{error} {next} {newest}</div> }.into_any()
}

/// A size in megabytes or gigabytes: the key of its words, and the number with one decimal, rounded down.
fn size(bytes: u64) -> (&'static str, String) {
    const TENTH_OF_MB: u64 = 100_000;
    const GB: u64 = 1_000_000_000;
    let (key, tenths) = if bytes < GB { ("now-size-mb", bytes / TENTH_OF_MB) } else { ("now-size-gb", bytes / (GB / 10)) };
    let number = if tenths == 0 { "<0.1".to_owned() } else { format!("{}.{}", tenths / 10, tenths % 10) };
    (key, number)
}

#[cfg(test)]
mod tests {
    use domain::incident::Impact;
    use domain::incident::work::{IncidentKind, Severity, State};
    use domain::time::Timestamp;

    use super::*;

    fn incident() -> IncidentRow {
        IncidentRow {
            number: 42,
            title: String::new(),
            kind: IncidentKind::Incident,
            state: State::Triage,
            severity: Severity::Sev3,
            severity_label: String::new(),
            impact: Impact::None,
            is_public: false,
            opened_at: Timestamp::from_ms(0),
            resolved_at: None,
            next_update_due_at: None,
            components: Vec::new(),
            lead: None,
        }
    }

    fn suggestion() -> SuggestionRow {
        SuggestionRow {
            id: String::new(),
            components: Vec::new(),
            suspects: Vec::new(),
            since: Timestamp::from_ms(0),
            joins: None,
        }
    }

    fn component(status: Status) -> NowComponent {
        NowComponent { slug: String::new(), name: String::new(), status, since: None, because: Vec::new(), probes: Vec::new() }
    }

    fn page(statuses: &[Status], operational: usize) -> NowPage {
        NowPage {
            waiting: Vec::new(),
            waiting_total: 0,
            overdue: Vec::new(),
            reviews: Vec::new(),
            runs: Vec::new(),
            version: 1,
            alerts: Vec::new(),
            alerts_total: 0,
            incidents: Vec::new(),
            suggestions: Vec::new(),
            troubled: statuses.iter().copied().map(component).collect(),
            operational,
            total: operational + statuses.len(),
            suspicious: Vec::new(),
            late: Vec::new(),
            failed: Vec::new(),
            paused: Vec::new(),
            uplink_lost_since: None,
            problems: Vec::new(),
            maintenance: Vec::new(),
            backup: None,
            is_empty: false,
        }
    }

    #[test]
    fn the_sentence_is_about_the_worst_and_counts_each_component_once() {
        let statuses = [Status::PartialOutage, Status::PartialOutage, Status::Unknown, Status::UnderMaintenance];
        let summary = summary(&page(&statuses, 3));
        assert_eq!((summary.worst, summary.affected, summary.total), (Status::PartialOutage, 2, 7));
        assert_eq!(summary.others.iter().map(|(_, count)| count).sum::<usize>(), 2);
    }

    #[test]
    fn all_is_well_when_nothing_is_in_trouble() {
        let summary = summary(&page(&[], 3));
        assert_eq!((summary.worst, summary.affected, summary.total), (Status::Operational, 3, 3));
    }

    #[test]
    fn it_is_not_quiet_while_somebody_works_on_an_incident_or_has_to_decide_on_one() {
        let well = page(&[], 3);
        assert!(is_quiet(&well));
        assert!(!is_quiet(&NowPage { incidents: vec![incident()], ..well.clone() }));
        assert!(!is_quiet(&NowPage { suggestions: vec![suggestion()], ..well.clone() }));
        assert!(!is_quiet(&NowPage { is_empty: true, ..well }));
    }

    #[test]
    fn sizes_are_said_in_the_unit_that_fits_and_are_never_too_large() {
        assert_eq!(size(0), ("now-size-mb", "<0.1".to_owned()));
        assert_eq!(size(1_299_999), ("now-size-mb", "1.2".to_owned()));
        assert_eq!(size(999_999_999), ("now-size-mb", "999.9".to_owned()));
        assert_eq!(size(2_560_000_000), ("now-size-gb", "2.5".to_owned()));
    }
}
