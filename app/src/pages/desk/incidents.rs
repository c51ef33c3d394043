//! Incidents: what Yagura suggests, what people work on, what is over; or what a filter or a search found.
//!
//! The lists are live, each in its own part; the form is not, so that nothing typed into it is lost.

use domain::account::Permission;
use domain::incident::work::IncidentKind;
use leptos::prelude::*;

use crate::data::desk::{DeskContext, HitRow, IncidentRow, IncidentsPage};
use crate::i18n::Text;
use crate::islands::live_status::LiveStatus;
use crate::parts::form::{Choice, FormErrors, Submit, TextField};
use crate::parts::incident_words::{incident_kind_word, incident_line, incident_number, place_word, suggestion_item};
use crate::parts::status_mark::StatusSymbols;
use crate::parts::time_text::TimeText;

/// Where the list is.
const HERE: &str = "/desk/incidents";
/// Fields of the filter that are folded away until they are used.
const FILTER: [&str; 4] = ["state", "severity", "component", "kind"];

/// What of it is shown, and to whom.
struct Shown {
    text: Text,
    /// Something is searched for or filtered.
    is_filtered: bool,
    /// The newest rows; older ones have pages of their own.
    is_first: bool,
    may_open: bool,
}

/// The page.
#[component]
pub fn IncidentsView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: IncidentsPage,
) -> impl IntoView {
    let text = context.text();
    let is_used = |name: &&str| !page.form.value(name).is_empty();
    let shown = Shown {
        text: context.text(),
        is_filtered: is_used(&"q") || FILTER.iter().any(is_used),
        // A value that somebody typed stands encoded in the path, without an equals sign.
        is_first: !context.path.contains("before="),
        may_open: context.may(Permission::Respond),
    };
    let new = shown.may_open.then(|| {
        view! { <p class="actions"><a class="button" href="/desk/incidents/new">{text.get("incidents-new")}</a></p> }
    });
    let has_found = page.hits.is_some();
    let found = page.hits.as_ref().map(|hits| found(&context, &shown, hits, &page.form.value("q")));
    let (open, rest) = if has_found { (None, None) } else { (open(&context, &shown, &page), rest(&context, &shown, &page)) };
    let over = if shown.is_filtered { "incidents-matching" } else { "incidents-over" };
    view! {
        <main id="content" class="desk incidents" data-version=page.version>
            <StatusSymbols/>
            <div class="now-head">
                <h1>{text.get("incidents-title")}</h1>
                <LiveStatus live=text.get("live") connecting=text.get("live-connecting") lost=text.get("live-lost")/>
            </div>
            {part("incidents-suggested", text.get("incidents-suggested"), suggested(&context, &page))}
            {new}
            {filter(&shown, &page)}
            {part("incidents-found", text.get("incidents-found"), found)}
            {part("incidents-open", text.get("incidents-work"), open)}
            {part("incidents-rest", text.get(over), rest)}
            {pager(&text, page.older.as_deref())}
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

fn suggested(context: &DeskContext, page: &IncidentsPage) -> Option<AnyView> {
    let items = page.suggestions.iter().map(|row| suggestion_item(context, row)).collect_view();
    (!page.suggestions.is_empty()).then(|| view! { <ul class="list-rows">{items}</ul> }.into_any())
}

fn lines(context: &DeskContext, rows: &[IncidentRow]) -> AnyView {
    let items = rows.iter().map(|row| incident_line(context, row)).collect_view();
    view! { <ul class="list-rows">{items}</ul> }.into_any()
}

/// What people work on. Nothing where something is filtered, or on a page of older ones.
fn open(context: &DeskContext, shown: &Shown, page: &IncidentsPage) -> Option<AnyView> {
    if shown.is_filtered || !shown.is_first {
        return None;
    }
    if !page.open.is_empty() {
        return Some(lines(context, &page.open));
    }
    let nothing = match (page.rest.is_empty(), shown.may_open) {
        (true, true) => "incidents-none",
        (true, false) => "incidents-none-read",
        (false, true) => "incidents-none-open",
        (false, false) => "incidents-none-open-read",
    };
    Some(view! { <p class="empty">{shown.text.get(nothing)}</p> }.into_any())
}

/// What is over, or what the filter lets through.
fn rest(context: &DeskContext, shown: &Shown, page: &IncidentsPage) -> Option<AnyView> {
    if !page.rest.is_empty() {
        return Some(lines(context, &page.rest));
    }
    let nothing = match shown {
        Shown { is_filtered: true, .. } => "incidents-none-matching",
        // That there was none at all is said above.
        Shown { is_first: true, .. } if page.open.is_empty() => return None,
        _ => "incidents-none-over",
    };
    Some(view! { <p class="empty">{shown.text.get(nothing)}</p> }.into_any())
}

fn found(context: &DeskContext, shown: &Shown, hits: &[HitRow], words: &str) -> AnyView {
    if hits.is_empty() {
        let nothing = shown.text.with("incidents-none-found", &[("name", words.into())]);
        return view! { <p class="empty">{nothing}</p> }.into_any();
    }
    let items = hits.iter().map(|hit| found_item(context, &shown.text, hit)).collect_view();
    view! { <ol class="list-rows hits">{items}</ol> }.into_any()
}

fn found_item(context: &DeskContext, text: &Text, hit: &HitRow) -> impl IntoView + use<> {
    let pieces = hit.excerpt.iter().map(|(piece, is_sought)| {
        let piece = piece.clone();
        if *is_sought { view! { <mark>{piece}</mark> }.into_any() } else { piece.into_any() }
    });
    let pieces = pieces.collect_view();
    view! {
        <li>
            <p class="list-head">
                <a href=hit.href.clone()>
                    <span class="number">{incident_number(hit.number)}</span> " " {hit.title.clone()}
                </a>
                <span class="tag">{place_word(text, hit.place)}</span>
                <span class="soft"><TimeText at=hit.at zone=context.zone.clone() text=text.clone()/></span>
            </p>
            <p class="excerpt">{pieces}</p>
        </li>
    }
}

/// The search in sight, the rest folded until it is used: on a phone the list is what people come for.
fn filter(shown: &Shown, page: &IncidentsPage) -> impl IntoView + use<> {
    let Shown { text, is_filtered, .. } = shown;
    let form = &page.form;
    let any = || (String::new(), text.get("incidents-any"));
    let states = [("open", "incidents-state-open"), ("ended", "incidents-state-ended")];
    let states = states.map(|(value, key)| (value.to_owned(), text.get(key)));
    let states: Vec<_> = std::iter::once(any()).chain(states).collect();
    let severities = page.severities.iter().map(|(severity, label)| (severity.name().to_owned(), label.clone()));
    let severities: Vec<_> = std::iter::once(any()).chain(severities).collect();
    let components = page.components.iter().map(|choice| (choice.slug.clone(), choice.name.clone()));
    let components: Vec<_> = std::iter::once(any()).chain(components).collect();
    let kinds = IncidentKind::ALL.iter().map(|kind| (kind.name().to_owned(), incident_kind_word(text, *kind)));
    let kinds: Vec<_> = std::iter::once(any()).chain(kinds).collect();
    let is_open = FILTER.iter().any(|name| !form.value(name).is_empty());
    let all = is_filtered.then(|| view! { <a class="act" href=HERE>{text.get("incidents-all")}</a> });
    view! {
        <form method="get" action=HERE class="incident-filter" role="search">
            <FormErrors form=form.clone() text=text.clone()/>
            <TextField
                form=form.clone()
                name="q"
                label=text.get("incidents-search")
                hint=text.get("incidents-search-hint")
                kind="search"
            />
            <details open=is_open>
                <summary>{text.get("incidents-filter")}</summary>
                <div class="filter-fields">
                    <Choice form=form.clone() name="state" label=text.get("incidents-state") options=states/>
                    <Choice form=form.clone() name="severity" label=text.get("incidents-severity") options=severities/>
                    <Choice form=form.clone() name="component" label=text.get("incidents-component") options=components/>
                    <Choice form=form.clone() name="kind" label=text.get("incidents-kind") options=kinds/>
                </div>
            </details>
            <div class="actions"><Submit label=text.get("incidents-show")/> {all}</div>
        </form>
    }
}

fn pager(text: &Text, older: Option<&str>) -> Option<impl IntoView + use<>> {
    older.map(|href| {
        let href = href.to_owned();
        view! {
            <nav class="actions" aria-label=text.get("incidents-pages")>
                <a class="button" rel="next" href=href>{text.get("incidents-older")}</a>
            </nav>
        }
    })
}
