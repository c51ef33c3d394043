//! Incidents in words and in short: what states, kinds, markers and so on are called, one incident as an item of a list, and one that
//! Yagura suggests. None of it may stand on a public page but the words.

use domain::account::Permission;
use domain::component::Status;
use domain::incident::Impact;
use domain::incident::work::{EntryKind, HypothesisState, IncidentKind, Marker, Precision, Role, Severity, State, Visibility};
use domain::time::Timestamp;
use leptos::prelude::*;

use crate::data::desk::{DeskContext, IncidentRow, SuggestionRow};
use crate::format;
use crate::i18n::Text;
use crate::parts::desk_lists::fact_at;
use crate::parts::form::{Hidden, PostButton};
use crate::parts::status_mark::StatusMark;
use crate::parts::time_text::Since;

/// The message `<prefix>-<name>`; names have underscores where keys have hyphens.
fn word(text: &Text, prefix: &str, name: &str) -> String {
    text.get(&format!("{prefix}-{}", name.replace('_', "-")))
}

/// How far an incident is.
pub fn state_word(text: &Text, state: State) -> String {
    word(text, "state", state.name())
}

/// How bad it is for users.
pub fn impact_word(text: &Text, impact: Impact) -> String {
    word(text, "impact", impact.name())
}

/// What a row of a timeline is.
pub fn kind_word(text: &Text, kind: EntryKind) -> String {
    word(text, "entry-kind", kind.name())
}

/// What an incident is.
pub fn incident_kind_word(text: &Text, kind: IncidentKind) -> String {
    word(text, "incident-kind", kind.name())
}

/// Who may see a row.
pub fn visibility_word(text: &Text, visibility: Visibility) -> String {
    word(text, "visibility", visibility.name())
}

/// What a marker stands for.
pub fn marker_word(text: &Text, marker: Marker) -> String {
    word(text, "marker", marker.name())
}

/// What somebody does in an incident.
pub fn role_word(text: &Text, role: Role) -> String {
    word(text, "incident-role", role.name())
}

/// What became of a hypothesis.
pub fn hypothesis_word(text: &Text, state: HypothesisState) -> String {
    word(text, "hypothesis", state.name())
}

/// What a figure is, by the name of its measure.
pub fn metric_word(text: &Text, name: &str) -> String {
    word(text, "metric", name)
}

/// How exactly a time is known.
pub fn precision_word(text: &Text, precision: Precision) -> String {
    word(text, "precision", precision.name())
}

/// What a search found: `title`, `entry` or `update`.
pub fn place_word(text: &Text, place: &str) -> String {
    word(text, "hit", place)
}

/// How people speak of an incident.
pub fn incident_number(number: i64) -> String {
    format!("INC-{number}")
}

/// How people speak of a run: `RUN-7`.
pub fn run_number(number: i64) -> String {
    format!("RUN-{number}")
}

/// The page of an incident at the desk.
pub fn incident_href(number: i64) -> String {
    format!("/desk/incidents/{number}")
}

/// The size of a file in bytes, kB or MB, rounded down.
pub fn size_words(text: &Text, bytes: u64) -> String {
    let (key, number) = match bytes {
        0..1_000 => ("evidence-size-bytes", bytes.to_string()),
        1_000..1_000_000 => ("evidence-size-kb", (bytes / 1_000).to_string()),
        _ => ("evidence-size-mb", format!("{}.{}", bytes / 1_000_000, bytes / 100_000 % 10)),
    };
    text.with(key, &[("n", number.into())])
}

/// A severity: as many bars as it is grave, its label, its colour.
pub fn severity_tag(severity: Severity, label: &str) -> impl IntoView + use<> {
    // Bars from the shortest to the tallest.
    let bars = match severity {
        Severity::Sev1 => "M0 11h3v5H0zM4.3 8h3v8h-3zM8.6 4h3v12h-3zM13 0h3v16h-3z",
        Severity::Sev2 => "M0 11h3v5H0zM4.3 8h3v8h-3zM8.6 4h3v12h-3z",
        Severity::Sev3 => "M0 11h3v5H0zM4.3 8h3v8h-3z",
        Severity::Sev4 => "M0 11h3v5H0z",
    };
    view! {
        <span class=format!("severity {}", severity.name())>
            <svg class="mark" viewBox="0 0 16 16" aria-hidden="true"><path d=bars/></svg> " " {label.to_owned()}
        </span>
    }
}

/// When it began, and how long it has lasted or took.
fn span(context: &DeskContext, text: &Text, row: &IncidentRow) -> impl IntoView + use<> {
    let until = if row.state.is_active() { Some(context.now) } else { row.resolved_at };
    let length = until.map(|until| {
        let length = format::length(text, until.since(row.opened_at).as_millis() as u64);
        let key = if row.state.is_active() { "outage-so-far" } else { "incidents-took" };
        view! { <li class="number">{text.with(key, &[("length", length.into())])}</li> }
    });
    view! {
        <li><Since at=row.opened_at zone=context.zone.clone() text=text.clone()/></li>
        {length}
    }
}

/// When the next update is due, while people work on it; loud when that is over.
fn due(context: &DeskContext, text: &Text, row: &IncidentRow) -> Option<AnyView> {
    let at = row.next_update_due_at.filter(|_| row.state.is_active())?;
    let zone = &context.zone;
    Some(if at <= context.now {
        let words = text.with("incidents-update-overdue", &[("when", format::short_moment(text, at, context.now, zone).into())]);
        view! { <li><strong class="tag warn">{words}</strong></li> }.into_any()
    } else {
        fact_at(text, "incidents-update-due", at, zone).into_any()
    })
}

/// One incident as an item (`<li>`) of a list: how grave, which, how far, since when, who, and whether the public sees it.
pub fn incident_line(context: &DeskContext, row: &IncidentRow) -> impl IntoView + use<> {
    let text = context.text();
    let kind =
        (row.kind != IncidentKind::Incident).then(|| view! { <span class="tag">{incident_kind_word(&text, row.kind)}</span> });
    let components = row.components.join(&text.separator("list-separator"));
    let components = (!components.is_empty())
        .then(|| view! { <p class="soft">{text.with("incidents-affects", &[("names", components.into())])}</p> });
    let lead = match &row.lead {
        Some(name) => text.with("incidents-lead", &[("name", name.clone().into())]),
        None => text.get("incidents-no-lead"),
    };
    let visibility = text.get(if row.is_public { "incidents-public" } else { "incidents-not-public" });
    let visibility_class = if row.is_public { "is-public" } else { "is-internal" };
    view! {
        <li class="incident-line" id=format!("incident-{}", row.number)>
            {severity_tag(row.severity, &row.severity_label)}
            <div class="line-what">
                <p class="line-head">
                    <a href=incident_href(row.number)>
                        <span class="number">{incident_number(row.number)}</span> " " {row.title.clone()}
                    </a>
                    {kind}
                </p>
                {components}
            </div>
            <ul class="facts line-facts">
                <li><strong class="line-state">{state_word(&text, row.state)}</strong></li>
                <li>{impact_word(&text, row.impact)}</li>
                <li class=visibility_class>{visibility}</li>
                {due(context, &text, row)}
                {span(context, &text, row)}
                <li>{lead}</li>
            </ul>
        </li>
    }
}

/// One incident that Yagura suggests, as an item (`<li>`) of a list; who may decide on it gets the buttons.
pub fn suggestion_item(context: &DeskContext, row: &SuggestionRow) -> impl IntoView + use<> {
    let text = context.text();
    let title = match row.joins {
        Some(number) => {
            let words = text.with("suggestion-joins", &[("n", number.into())]);
            view! { <a href=incident_href(number)>{words}</a> }.into_any()
        }
        None => view! { <strong>{text.get("suggestion-new")}</strong> }.into_any(),
    };
    let components = row.components.iter().map(|component| troubled(context, &text, component)).collect_view();
    let suspects = (!row.suspects.is_empty()).then(|| {
        let items = row.suspects.iter().map(|(name, failing, dependants)| {
            let facts = [("name", name.clone().into()), ("n", (*failing).into()), ("total", (*dependants).into())];
            view! { <li>{text.with("suggestion-suspect", &facts)}</li> }
        });
        let items = items.collect_view();
        view! { <p class="soft">{text.get("suggestion-suspects")}</p> <ol class="suspects">{items}</ol> }
    });
    let buttons = context.may(Permission::Respond).then(|| decision(&text, row));
    view! {
        <li class="suggestion">
            <p class="list-head">{title} <Since at=row.since zone=context.zone.clone() text=text.clone()/></p>
            <ul class="suggestion-components">{components}</ul>
            {suspects}
            {buttons}
        </li>
    }
}

fn troubled(context: &DeskContext, text: &Text, component: &(String, Status, Timestamp)) -> impl IntoView + use<> {
    let (name, status, since) = component;
    view! {
        <li class=status.name()>
            <StatusMark status=*status/> " " {name.clone()} " "
            <span class=format!("status-word {}", status.name())>{format::status(text, *status)}</span> " "
            <Since at=*since zone=context.zone.clone() text=text.clone()/>
        </li>
    }
}

fn decision(text: &Text, row: &SuggestionRow) -> impl IntoView + use<> {
    let accept = match row.joins {
        Some(number) => text.with("suggestion-accept-join", &[("n", number.into())]),
        None => text.get("suggestion-accept"),
    };
    view! {
        <div class="actions">
            <form class="post" method="post" action="/desk/suggestions/accept">
                <Hidden name="id" value=row.id.clone()/>
                <button type="submit" class="primary">{accept}</button>
            </form>
            <PostButton
                action="/desk/suggestions/dismiss".to_owned()
                label=text.get("suggestion-dismiss")
                fields=vec![("id", row.id.clone())]
                ask=text.get("suggestion-dismiss-ask")
            />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::account;
    use domain::text::Language;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::data::Assets;
    use crate::data::desk::{DeskPage, Failure, Viewer};
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

    fn context(role: account::Role) -> DeskContext {
        DeskContext {
            language: Language::En,
            messages: Arc::new(Keys),
            assets: Arc::new(Assets::default()),
            path: "/desk/incidents".to_owned(),
            site_name: "Tower".to_owned(),
            zone: TimeZone::UTC,
            languages: vec![Language::En],
            viewer: Some(Viewer { id: "1".to_owned(), name: "mika".to_owned(), role }),
            notice: None,
            now: Timestamp::from_ms(1_000_000),
            page: Arc::new(DeskPage::Failure(Failure::NotFound)),
        }
    }

    fn row() -> IncidentRow {
        IncidentRow {
            number: 42,
            title: "<b>Power</b>".to_owned(),
            kind: IncidentKind::Incident,
            state: State::Investigating,
            severity: Severity::Sev2,
            severity_label: "SEV2 major".to_owned(),
            impact: Impact::Major,
            is_public: false,
            opened_at: Timestamp::from_ms(400_000),
            resolved_at: None,
            next_update_due_at: Some(Timestamp::from_ms(900_000)),
            components: vec!["Website".to_owned()],
            lead: None,
        }
    }

    #[test]
    fn an_incident_says_what_is_overdue_only_while_people_work_on_it() {
        let context = context(account::Role::Viewer);
        let line = |row: &IncidentRow| incident_line(&context, row).into_any().to_html();
        let open = line(&row());
        assert!(open.contains("incidents-update-overdue") && open.contains("outage-so-far"), "{open}");
        assert!(open.contains("incidents-not-public") && open.contains("incidents-no-lead"), "{open}");
        assert!(open.contains("&lt;b&gt;Power"), "what people typed stays text: {open}");
        let later = IncidentRow { next_update_due_at: Some(Timestamp::from_ms(1_100_000)), ..row() };
        let later = line(&later);
        assert!(later.contains("incidents-update-due") && !later.contains("overdue"), "{later}");
        let over = IncidentRow { state: State::Resolved, resolved_at: Some(Timestamp::from_ms(460_000)), ..row() };
        let over = line(&over);
        assert!(over.contains("incidents-took") && !over.contains("overdue"), "{over}");
    }

    #[test]
    fn only_who_may_respond_decides_on_a_suggestion() {
        let row = SuggestionRow {
            id: "web~400000".to_owned(),
            components: vec![("Website".to_owned(), Status::MajorOutage, Timestamp::from_ms(400_000))],
            suspects: vec![("Database".to_owned(), 3, 4)],
            since: Timestamp::from_ms(400_000),
            joins: None,
        };
        let item = |role| suggestion_item(&context(role), &row).into_any().to_html();
        let responder = item(account::Role::Responder);
        assert!(responder.contains("/desk/suggestions/accept") && responder.contains("/desk/suggestions/dismiss"), "{responder}");
        assert!(responder.contains("suggestion-suspect Database 3 4"), "{responder}");
        assert!(!item(account::Role::Viewer).contains("/desk/suggestions"));
    }

    #[test]
    fn sizes_are_rounded_down() {
        let text = context(account::Role::Viewer).text();
        assert_eq!(size_words(&text, 999), "evidence-size-bytes 999");
        assert_eq!(size_words(&text, 1_999), "evidence-size-kb 1");
        assert_eq!(size_words(&text, 10_485_760), "evidence-size-mb 10.4");
    }
}
