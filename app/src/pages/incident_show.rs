//! The page of one incident: how it stands, what it affects, what was told, and those rows of its timeline that everybody may see.

use domain::incident::work::Precision;
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::data::{IncidentPage, PageContext, PageError, PublicAffected, PublicRow, PublicSite};
use crate::format;
use crate::i18n::Text;
use crate::pages::error::{NotFound, Unavailable};
use crate::parts::head::Head;
use crate::parts::incident::{incident_state, incident_status, incident_updates};
use crate::parts::incident_words::{kind_word, metric_word};
use crate::parts::status_mark::{StatusMark, StatusSymbols};
use crate::parts::time_text::{Since, TimeText};
use crate::routes::to;

/// The figure beside which stands what its authors say.
const RECOVER: &str = "recover";

/// The page of one incident.
#[component]
pub fn IncidentShow() -> impl IntoView {
    let context = expect_context::<PageContext>();
    let number = use_params_map().read_untracked().get("number").and_then(|number| number.parse::<i64>().ok());
    Suspend::new(async move {
        let Some(number) = number else { return NotFound().into_any() };
        let text = context.text();
        let site = context.data.site(context.language);
        match context.data.incident(context.language, number).await {
            Ok(page) => show(&text, &site, &page).into_any(),
            Err(PageError::NotFound) => NotFound().into_any(),
            Err(PageError::Unavailable) => Unavailable().into_any(),
        }
    })
}

fn show(text: &Text, site: &PublicSite, page: &IncidentPage) -> impl IntoView + use<> {
    let (incident, zone) = (&page.incident, &site.time_zone);
    let updates = if incident.updates.is_empty() {
        view! { <p class="empty">{text.get("story-no-updates")}</p> }.into_any()
    } else {
        incident_updates(text, zone, incident).into_any()
    };
    view! {
        <Head title=format!("{}: {}", incident.name, incident_status(text, incident.status)) status=None site=site.clone()/>
        <StatusSymbols/>
        <main id="content" class="page" data-version=page.version>
            <p class="back"><a href=to::status(text.language())>{text.get("back-to-status")}</a></p>
            <h1 id="title" data-live>{incident.name.clone()}</h1>
            <div id="now" data-live>
                <div class=format!("incident impact-{}", incident.impact.name()) role="status">{incident_state(text, zone, incident)}</div>
            </div>
            <div id="affected" class="story" data-live>{affected(text, zone, &page.affected)}</div>
            <div id="figures" class="story" data-live>{figures(text, page)}</div>
            <section aria-labelledby="updates-heading">
                <h2 id="updates-heading">{text.get("story-updates")}</h2>
                <div id="updates" data-live>{updates}</div>
            </section>
            <div id="rows" class="story" data-live>{rows(text, zone, &page.rows)}</div>
            <p><a href=to::history(text.language(), None)>{text.get("history-open")}</a></p>
        </main>
    }
}

/// Components with the times for which they were affected.
fn affected(text: &Text, zone: &TimeZone, affected: &[PublicAffected]) -> Option<impl IntoView + use<>> {
    let items = affected.iter().map(|one| {
        let moment = |at: Timestamp| view! { <TimeText at=at zone=zone.clone() text=text.clone()/> };
        let period = match one.until {
            Some(until) => view! { <span class="since">{moment(one.from)} " – " {moment(until)}</span> }.into_any(),
            None => view! { <Since at=one.from zone=zone.clone() text=text.clone()/> }.into_any(),
        };
        view! {
            <li>
                <StatusMark status=one.status/>
                <a href=to::component(text.language(), &one.slug)>{one.name.clone()}</a>
                <span class=format!("status-word {}", one.status.name())>{format::status(text, one.status)}</span>
                {period}
            </li>
        }
    });
    let items = items.collect_view();
    (!affected.is_empty()).then(|| {
        view! {
            <section aria-labelledby="affected-heading">
                <h2 id="affected-heading">{text.get("story-affected")}</h2>
                <ul class="story-list">{items}</ul>
            </section>
        }
    })
}

/// How long it took to detect it, to recover from it and so on; what its authors say stands beside what is computed.
fn figures(text: &Text, page: &IncidentPage) -> Option<impl IntoView + use<>> {
    let stated = page.stated_ms.map(|ms| text.with("story-stated", &[("length", format::length(text, ms).into())]));
    let has_recovered = page.metrics.iter().any(|metric| metric.name == RECOVER);
    let cells = page.metrics.iter().map(|metric| {
        let beside = stated.clone().filter(|_| metric.name == RECOVER).map(|stated| view! { " " <small>{stated}</small> });
        let length = format::length(text, metric.ms.unsigned_abs());
        view! { <div><dt>{metric_word(text, metric.name)}</dt><dd>{length} {beside}</dd></div> }
    });
    let cells = cells.collect_view();
    let cells = (!page.metrics.is_empty()).then(|| view! { <dl class="story-figures">{cells}</dl> });
    let alone = stated.clone().filter(|_| !has_recovered).map(|stated| view! { <p>{stated}</p> });
    (cells.is_some() || alone.is_some()).then(|| {
        view! {
            <section aria-labelledby="figures-heading">
                <h2 id="figures-heading">{text.get("story-figures")}</h2>
                {cells}
                {alone}
            </section>
        }
    })
}

/// The timeline, a list for each day.
fn rows(text: &Text, zone: &TimeZone, rows: &[PublicRow]) -> Option<impl IntoView + use<>> {
    let day = |row: &PublicRow| row.at.to_jiff().to_zoned(zone.clone()).date();
    let days = rows.chunk_by(|a, b| day(a) == day(b)).map(|rows| {
        let items = rows.iter().map(|one| row(text, zone, one)).collect_view();
        view! { <h3>{format::date(text, day(&rows[0]))}</h3> <ol class="story-rows">{items}</ol> }
    });
    let days = days.collect_view();
    (!rows.is_empty()).then(|| {
        view! {
            <section aria-labelledby="rows-heading">
                <h2 id="rows-heading">{text.get("story-timeline")}</h2>
                {days}
            </section>
        }
    })
}

/// A row; its time is its address.
fn row(text: &Text, zone: &TimeZone, row: &PublicRow) -> impl IntoView + use<> {
    let id = format!("t-{}", row.id);
    let is_about = row.precision == Precision::About;
    let (before, after) = if is_about { text.around("story-about", "when") } else { (String::new(), String::new()) };
    let said = match &row.html {
        Some(html) => view! { <div class="told" inner_html=html.clone()></div> }.into_any(),
        None => view! { <p class="incident-state">{text.get("story-withheld")}</p> }.into_any(),
    };
    let kind = row.kind.map(|kind| view! { <small>{kind_word(text, kind)}</small> });
    view! {
        <li id=id.clone()>
            <a href=format!("#{id}")>{before} <time datetime=row.at.to_string()>{clock(row, zone)}</time> {after}</a>
            <div>{kind} {said}</div>
        </li>
    }
}

/// The time of day, with seconds where they are known and say something.
fn clock(row: &PublicRow, zone: &TimeZone) -> String {
    let local = row.at.to_jiff().to_zoned(zone.clone());
    if row.precision == Precision::Exact && local.second() != 0 {
        format::time_of_day(row.at, zone)
    } else {
        format!("{:02}:{:02}", local.hour(), local.minute())
    }
}
