//! The page on which an incident is worked, for a phone in one hand at night first: what it is and how it stands, its figures, its
//! timeline, what else belongs to it, and at the foot of the screen the place to write what happens.
//!
//! What is live can be replaced at any moment while somebody types; so no form that is typed into stands in a live part.

use domain::incident::work::{IncidentKind, Marker, Role};
use domain::time::Timestamp;
use leptos::prelude::*;

use crate::data::desk::{DeskContext, IncidentPage};
use crate::format;
use crate::i18n::Text;
use crate::islands::live_status::LiveStatus;
use crate::parts::alert_rows::alert_list;
use crate::parts::composer::composer;
use crate::parts::incident_after::after;
use crate::parts::incident_runs::runs;
use crate::parts::incident_side::{may_tell, side};
use crate::parts::incident_words::{
    impact_word, incident_href, incident_kind_word, incident_number, role_word, severity_tag, state_word,
};
use crate::parts::metrics_strip::strip;
use crate::parts::status_mark::StatusSymbols;
use crate::parts::time_text::{Since, TimeText};
use crate::parts::timeline::timeline;
use crate::parts::update_due::{update_due, update_href};
use crate::routes::to;

/// The page.
#[component]
pub fn IncidentShowView(
    /// Who looks at it, when, in which language.
    context: DeskContext,
    /// The incident.
    page: IncidentPage,
) -> impl IntoView {
    let text = context.text();
    let is_drill = page.row.kind == IncidentKind::Drill;
    let class = if is_drill { "desk incident-page is-drill" } else { "desk incident-page" };
    let number = page.row.number;
    let user = page.user.clone();
    // Typed times are understood in it.
    let zone = page.zone.iana_name().unwrap_or("UTC").to_owned();
    view! {
        <main id="content" class=class data-version=page.version data-incident=number data-user=user data-zone=zone>
            <StatusSymbols/>
            <div class="now-head">
                <p class="back"><a href="/desk/incidents">{text.get("incident-show-back")}</a></p>
                <LiveStatus live=text.get("live") connecting=text.get("live-connecting") lost=text.get("live-lost")/>
            </div>
            <div id="incident-head" class="show-head" data-live>{head(&context, &text, &page)}</div>
            // The composer sticks to the foot of the screen for as long as this is in sight, which is all the way down.
            <div class="incident-body">
                <div class="incident-columns">
                    <div class="incident-work">{strip(&context, &page)} {alerts(&context, &text, &page)} {runs(&context, &page)} {timeline(&context, &page)} {paste(&text, &page)}</div>
                    <div class="incident-aside">{side(&context, &page)} {after(&context, &text, &page)}</div>
                </div>
                {composer(&context, &page)}
            </div>
        </main>
    }
}

/// What rang of it.
fn alerts(context: &DeskContext, text: &Text, page: &IncidentPage) -> impl IntoView + use<> {
    let list = alert_list(context, &page.alerts).map(|list| {
        view! {
            <section aria-labelledby="incident-alerts-heading">
                <h2 id="incident-alerts-heading">{text.get("incident-alerts")}</h2>
                {list}
            </section>
        }
    });
    view! { <div id="incident-alerts" class="incident-alerts" data-live>{list}</div> }
}

/// What it is and how it stands.
fn head(context: &DeskContext, text: &Text, page: &IncidentPage) -> impl IntoView + use<> {
    let row = &page.row;
    let lead = row.lead.clone().unwrap_or_else(|| text.get("incident-show-nobody"));
    view! {
        {banner(text, row.kind)}
        <h1><span class="show-number">{incident_number(row.number)}</span> " " {row.title.clone()}</h1>
        <p class="show-facts">
            <strong class=format!("show-word {}", row.state.name())>{state_word(text, row.state)}</strong>
            {severity_tag(row.severity, &row.severity_label)}
            <span>{impact_word(text, row.impact)}</span>
            {audience(context, text, page)}
        </p>
        {span(context, text, page)}
        <p class="show-lead"><span class="soft">{role_word(text, Role::Lead)}</span> " " {lead}</p>
        {update_due(context, row, &page.zone, may_tell(context, page), false)}
        {actions(context, text, page)}
    }
}

/// What is no real incident says so before all else: nobody may take an exercise for trouble, or trouble for an exercise.
fn banner(text: &Text, kind: IncidentKind) -> Option<impl IntoView + use<>> {
    let about = match kind {
        IncidentKind::Incident => None,
        IncidentKind::NearMiss => Some("incident-show-near-miss"),
        IncidentKind::Drill => Some("incident-show-drill"),
    };
    about.map(|about| {
        view! {
            <div class=format!("show-banner {}", kind.name())>
                <p class="show-kind">{incident_kind_word(text, kind)}</p>
                <p>{text.get(about)}</p>
            </div>
        }
    })
}

/// Who sees it, with the address of the public page if there is one.
fn audience(context: &DeskContext, text: &Text, page: &IncidentPage) -> AnyView {
    match page.public_number {
        Some(number) => {
            let address = to::incident(context.language, number);
            let shown = address.clone();
            view! { <span class="tag is-public">{text.get("incident-show-public")}</span> <a href=address>{shown}</a> }.into_any()
        }
        None => view! { <span class="tag">{text.get("incident-show-internal")}</span> }.into_any(),
    }
}

/// When it began to matter, if that is marked; else when somebody took it on.
fn began_at(page: &IncidentPage) -> Timestamp {
    let marked = page.markers.iter().find(|(marker, _)| *marker == Marker::ImpactStart);
    marked.and_then(|(_, row)| row.as_ref()).map_or(page.row.opened_at, |(_, at)| *at)
}

/// Since when, and how long it goes on or went on.
fn span(context: &DeskContext, text: &Text, page: &IncidentPage) -> impl IntoView + use<> {
    let began = began_at(page);
    let moment = |at| view! { <TimeText at=at zone=page.zone.clone() text=text.clone()/> };
    let length = |until: Timestamp| format::length(text, until.since(began).as_millis() as u64);
    if page.row.state.is_active() {
        let so_far = text.with("outage-so-far", &[("length", length(context.now).into())]);
        let since = view! { <Since at=began zone=page.zone.clone() text=text.clone()/> };
        return view! { <p class="show-span"><strong>{so_far}</strong> " · " {since}</p> }.into_any();
    }
    let Some(until) = page.row.resolved_at else {
        return view! { <p class="show-span">{moment(began)}</p> }.into_any();
    };
    let lasted = text.with("incident-show-lasted", &[("length", length(until).into())]);
    view! { <p class="show-span"><strong>{lasted}</strong> " · " {moment(began)} " – " {moment(until)}</p> }.into_any()
}

/// What is done most often, before anybody has to scroll.
fn actions(context: &DeskContext, text: &Text, page: &IncidentPage) -> Option<impl IntoView + use<>> {
    let number = page.row.number;
    let tell = may_tell(context, page)
        .then(|| view! { <a class="button" href=update_href(number)>{text.get("incident-show-tell")}</a> });
    let work = page.may_respond.then(|| {
        view! {
            <a class="plain" href="#incident-state">{text.get("incident-show-change-state")}</a>
            <a class="plain" href=format!("{}/edit", incident_href(number))>{text.get("incident-show-edit")}</a>
        }
    });
    (tell.is_some() || work.is_some()).then(|| view! { <div class="actions">{tell} {work}</div> })
}

/// The ways to a whole timeline that was written elsewhere, and to what of this one stands out or is public.
fn paste(text: &Text, page: &IncidentPage) -> Option<impl IntoView + use<>> {
    let href = incident_href(page.row.number);
    page.may_write.then(|| {
        view! {
            <p class="actions">
                <a class="act" href=format!("{href}/paste")>{text.get("incident-show-paste")}</a>
                <a class="act" href=format!("{href}/entries/choose")>{text.get("entries-choose")}</a>
            </p>
        }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::account;
    use domain::incident::Impact;
    use domain::incident::work::{EntryKind, Precision, Severity, Source, State, Visibility};
    use domain::text::Language;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::data::Assets;
    use crate::data::desk::{DeskPage, EntryRow, Failure, FormState, IncidentRow, MetricCell, TimelineDay, Viewer};
    use crate::i18n::{Argument, Messages};

    /// Says the key of a message and its values.
    struct Keys;

    impl Messages for Keys {
        fn message(&self, _: Language, key: &str, arguments: &[(&'static str, Argument)]) -> String {
            let values = arguments.iter().map(|(_, value)| match value {
                Argument::Text(text) => text.clone(),
                Argument::Number(number) => number.to_string(),
            });
            std::iter::once(key.to_owned()).chain(values).collect::<Vec<_>>().join(" ")
        }
    }

    fn minute(number: i64) -> Timestamp {
        Timestamp::from_ms(number * 60_000)
    }

    fn context() -> DeskContext {
        DeskContext {
            language: Language::En,
            messages: Arc::new(Keys),
            assets: Arc::new(Assets::default()),
            path: "/desk/incidents/42".to_owned(),
            site_name: "Tower".to_owned(),
            zone: TimeZone::UTC,
            languages: vec![Language::En],
            viewer: Some(Viewer { id: "1".to_owned(), name: "mika".to_owned(), role: account::Role::Viewer }),
            notice: None,
            now: minute(100),
            page: Arc::new(DeskPage::Failure(Failure::NotFound)),
        }
    }

    fn entry(id: &str) -> EntryRow {
        EntryRow {
            id: id.to_owned(),
            occurred_at: minute(10),
            precision: Precision::About,
            recorded_at: minute(20),
            kind: EntryKind::Action,
            source: Source::Human,
            actor: "mika".to_owned(),
            html: "<p>restarted</p>".to_owned(),
            rejected: Vec::new(),
            hypothesis: None,
            is_starred: false,
            visibility: Visibility::Public,
            annotation: None,
            revision: 1,
            is_deleted: false,
            is_machine: false,
            markers: Vec::new(),
            evidence: Vec::new(),
        }
    }

    fn incident() -> IncidentRow {
        IncidentRow {
            number: 42,
            title: "<b>Power</b>".to_owned(),
            kind: IncidentKind::Incident,
            state: State::Investigating,
            severity: Severity::Sev2,
            severity_label: "major".to_owned(),
            impact: Impact::Major,
            is_public: false,
            opened_at: minute(10),
            resolved_at: None,
            next_update_due_at: Some(minute(90)),
            components: Vec::new(),
            lead: None,
        }
    }

    fn page() -> IncidentPage {
        let deleted = EntryRow { is_deleted: true, ..entry("b") };
        let rows = vec![entry("a"), deleted];
        let metric = |name, ms, from, until| MetricCell { name, ms, from, until };
        IncidentPage {
            postmortem: None,
            actions: Vec::new(),
            earlier: Vec::new(),
            kin: Vec::new(),
            version: 1,
            row: incident(),
            public_number: None,
            record_version: 3,
            zone: TimeZone::UTC,
            roles: Vec::new(),
            shows_metrics: false,
            affected: Vec::new(),
            metrics: vec![
                metric("detect", Some(-60_000), Marker::ImpactStart, Marker::Detected),
                metric("recover", None, Marker::ImpactStart, Marker::ImpactEnd),
            ],
            stated_ms: Some(8_400_000),
            days: vec![TimelineDay { label: "Thursday".to_owned(), date: "1970-01-01".to_owned(), rows }],
            markers: vec![
                (Marker::ImpactStart, Some(("a".to_owned(), minute(10)))),
                (Marker::Detected, Some(("a".to_owned(), minute(9)))),
                (Marker::ImpactEnd, None),
            ],
            updates: Vec::new(),
            related: Vec::new(),
            absorbed: Vec::new(),
            runs: Vec::new(),
            alerts: Vec::new(),
            offered: Vec::new(),
            next_states: vec![(State::Cancelled, true)],
            may_write: true,
            may_respond: true,
            user: "1".to_owned(),
            composer: FormState::default(),
            state_form: FormState::default(),
            other_form: FormState::default(),
        }
    }

    fn head_html(page: &IncidentPage) -> String {
        let context = context();
        head(&context, &context.text(), page).into_any().to_html()
    }

    #[test]
    fn only_who_may_write_gets_the_composer_and_what_can_be_done_with_rows() {
        let html = |page: &IncidentPage| {
            let rows = timeline(&context(), page).into_any().to_html();
            (rows, composer(&context(), page).to_html(), side(&context(), page).into_any().to_html())
        };
        let (rows, form, side) = html(&page());
        assert!(rows.contains(r#"id="t-a""#) && rows.contains("entries/a/star") && rows.contains("entries/b/restore"), "{rows}");
        assert!(form.contains(r#"action="/desk/incidents/42/entries""#), "{form}");
        assert!(side.contains("/desk/incidents/42/state") && side.contains("/desk/incidents/42/public"), "{side}");
        let (rows, form, side) = html(&IncidentPage { may_write: false, may_respond: false, ..page() });
        assert!(rows.contains(r#"id="t-a""#) && !rows.contains("<form"), "{rows}");
        assert!(form.contains("composer-read-only") && !form.contains("<form"), "{form}");
        assert!(side.contains("incident-show-may-not") && !side.contains("<form"), "{side}");
    }

    #[test]
    fn a_row_says_that_its_time_is_not_exact_and_when_it_was_written_down() {
        let rows = timeline(&context(), &page()).into_any().to_html();
        assert!(rows.contains("timeline-about") && rows.contains(">00:10<"), "{rows}");
        assert!(rows.contains("timeline-written") && rows.contains(">00:20<"), "{rows}");
    }

    #[test]
    fn a_drill_says_so_and_there_is_no_way_to_show_it_to_the_public() {
        let drill = IncidentPage { row: IncidentRow { kind: IncidentKind::Drill, ..incident() }, ..page() };
        let head = head_html(&drill);
        assert!(head.contains("incident-kind-drill") && !head.contains("updates/new"), "{head}");
        let side = side(&context(), &drill).into_any().to_html();
        assert!(!side.contains("/desk/incidents/42/public") && !side.contains("updates/new"), "{side}");
        assert!(composer(&context(), &drill).to_html().contains("incident-kind-drill"));
    }

    #[test]
    fn an_update_that_is_overdue_is_an_alarm_while_people_work_on_the_incident() {
        let open = head_html(&page());
        assert!(open.contains("incident-show-update-overdue") && open.contains("&lt;b&gt;Power"), "{open}");
        let later = IncidentRow { next_update_due_at: Some(minute(101)), ..incident() };
        assert!(head_html(&IncidentPage { row: later, ..page() }).contains("incident-show-update-due"));
        let over = IncidentRow { state: State::Resolved, resolved_at: Some(minute(95)), ..incident() };
        let over = head_html(&IncidentPage { row: over, ..page() });
        assert!(!over.contains("incident-show-update"), "{over}");
    }

    #[test]
    fn figures_say_which_markers_are_missing_or_in_the_wrong_order_and_what_was_stated() {
        let html = strip(&context(), &page()).into_any().to_html();
        assert!(html.contains("timeline-wrong-order marker-impact-start marker-detected"), "{html}");
        assert!(html.contains("timeline-to-set marker-impact-end"), "{html}");
        assert!(html.contains("timeline-stated"), "{html}");
    }

    #[test]
    fn the_box_for_secrets_is_there_only_once_it_is_needed() {
        let mut asked = page();
        assert!(!composer(&context(), &asked).to_html().contains("field-keep_secrets"));
        asked.composer.refuse("body", "invalid-secret");
        assert!(composer(&context(), &asked).to_html().contains("field-keep_secrets"));
    }
}
