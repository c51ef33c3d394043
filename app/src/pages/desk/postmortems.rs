//! All postmortems: which incidents still wait for one, which are under way, and the others.

use domain::account::Permission;
use domain::postmortem::{Analysis, State};
use leptos::prelude::*;

use crate::data::desk::{DeskContext, PostmortemLine, PostmortemsPage, WaitingLine};
use crate::format;
use crate::i18n::Text;
use crate::parts::incident_words::{incident_href, incident_number};

/// Where postmortems are.
pub const HERE: &str = "/desk/postmortems";

/// The page of a postmortem.
pub fn postmortem_href(number: i64) -> String {
    format!("{HERE}/{number}")
}

/// How far one is, in words.
pub fn state_word(text: &Text, state: State) -> String {
    text.get(&format!("postmortem-state-{}", state.name().replace('_', "-")))
}

/// What people call one.
pub fn postmortem_number(number: i64) -> String {
    format!("PM-{number}")
}

/// The page.
#[component]
pub fn PostmortemsView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: PostmortemsPage,
) -> impl IntoView {
    let text = context.text();
    let import = context
        .may(Permission::Respond)
        .then(|| view! { <a class="act" href="/desk/postmortems/import">{text.get("postmortems-import")}</a> });
    let is_empty = page.waiting.is_empty() && page.under_way.is_empty() && page.rest.is_empty();
    let empty = is_empty.then(|| view! { <p class="empty">{text.get("postmortems-empty")}</p> });
    let older = page.older.clone().map(|href| view! { <p><a href=href>{text.get("postmortems-older")}</a></p> });
    view! {
        <main id="content" class="desk postmortems-desk">
            <div class="list-head">
                <h1>{text.get("postmortems-title")}</h1>
                <p class="actions"><a class="act" href="/desk/insight">{text.get("insight-title")}</a> {import}</p>
            </div>
            <p class="description">{text.get("postmortems-desk-text")}</p>
            {empty}
            {waiting(&context, &text, &page)}
            {section(&context, &text, "under-way", "postmortems-under-way", &page.under_way)}
            {section(&context, &text, "rest", "postmortems-rest", &page.rest)}
            {older}
        </main>
    }
}

/// Grave incidents that are over, and nobody wrote about them.
fn waiting(context: &DeskContext, text: &Text, page: &PostmortemsPage) -> Option<impl IntoView + use<>> {
    (!page.waiting.is_empty()).then(|| {
        view! {
            <section aria-labelledby="waiting">
                <h2 id="waiting">{text.get("postmortems-waiting")}</h2>
                {waiting_lines(context, text, &page.waiting)}
            </section>
        }
    })
}

/// Incidents that wait for a postmortem, with the way to begin one.
pub(super) fn waiting_lines(context: &DeskContext, text: &Text, lines: &[WaitingLine]) -> impl IntoView + use<> {
    let items = lines.iter().map(|WaitingLine { number, title, severity, opened_at, is_late }| {
        let day = format::date(text, opened_at.to_jiff().to_zoned(context.zone.clone()).date());
        let begin = context.may(Permission::Respond).then(|| {
            let href = format!("{}/postmortem", incident_href(*number));
            view! { " " <a class="act" href=href>{text.get("postmortem-write")}</a> }
        });
        let late = is_late.then(|| view! { " · " <strong class="overdue">{text.get("postmortems-late")}</strong> });
        view! {
            <li>
                <p><a href=incident_href(*number)>{incident_number(*number)} " " {title.clone()}</a> {begin}</p>
                <p class="soft">{severity.name().to_uppercase()} " · " {day} {late}</p>
            </li>
        }
    });
    let items = items.collect_view();
    view! { <ul class="desk-rows">{items}</ul> }
}

fn section(
    context: &DeskContext,
    text: &Text,
    id: &'static str,
    heading: &'static str,
    lines: &[PostmortemLine],
) -> Option<impl IntoView + use<>> {
    let items = lines.iter().map(|line| row(context, text, line)).collect_view();
    (!lines.is_empty()).then(|| {
        view! {
            <section aria-labelledby=id>
                <h2 id=id>{text.get(heading)}</h2>
                <ul class="desk-rows">{items}</ul>
            </section>
        }
    })
}

fn row(context: &DeskContext, text: &Text, line: &PostmortemLine) -> impl IntoView + use<> {
    let day = |at: domain::time::Timestamp| format::date(text, at.to_jiff().to_zoned(context.zone.clone()).date());
    let published = line.published_at.map(|at| text.with("postmortem-published", &[("when", day(at).into())]));
    let preliminary =
        (line.analysis == Analysis::Preliminary && line.published_at.is_some()).then(|| text.get("analysis-preliminary"));
    let facts = [Some(incident_number(line.incident)), Some(day(line.opened_at)), line.owner.clone(), published, preliminary];
    let facts = facts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    view! {
        <li>
            <p>
                <span class=format!("state-mark pm-{}", line.state.name())>{state_word(text, line.state)}</span> " "
                <a href=postmortem_href(line.number)>{postmortem_number(line.number)} " " {line.title.clone()}</a>
            </p>
            <p class="soft">{facts}</p>
        </li>
    }
}
