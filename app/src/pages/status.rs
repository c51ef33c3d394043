//! The front page: one sentence for the state of everything, then every component with its 90 days.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::data::{PageContext, PublicComponent, PublicGroup, PublicSite, StatusPage};
use crate::format;
use crate::i18n::Text;
use crate::parts::day_bar::{DayBar, Legend};
use crate::parts::formula::Formula;
use crate::parts::status_mark::{StatusMark, StatusSymbols};
use crate::parts::summary::{SummarySentence, sentence};
use crate::parts::time_text::{Since, TimeText};
use crate::routes::to;

/// The front page.
#[component]
pub fn StatusIndex() -> impl IntoView {
    let context = expect_context::<PageContext>();
    Suspend::new(async move {
        let page = context.data.status(context.language).await;
        let text = context.text();
        let site = context.data.site(context.language);
        let uplink = page.uplink_lost_since.map(|since| {
            view! {
                <p class="notice" id="uplink" data-live>
                    <StatusMark status=domain::component::Status::Unknown/>
                    <span>{text.get("uplink-lost")} " " <Since at=since zone=site.time_zone.clone() text=text.clone()/></span>
                </p>
            }
        });
        let body = if page.groups.is_empty() { empty(&text).into_any() } else { list(&text, &site, &page).into_any() };
        view! {
            <Title text=format!("{} · {}", sentence(&text, page.summary), site.name)/>
            <StatusSymbols/>
            <main id="content" class="page" data-version=page.version>
                <SummarySentence summary=page.summary zone=site.time_zone.clone() text=text.clone()/>
                {uplink}
                {site.description.clone().map(|description| view! { <p class="description">{description}</p> })}
                {body}
            </main>
        }
    })
}

fn list(text: &Text, site: &PublicSite, page: &StatusPage) -> impl IntoView + use<> {
    let groups = page.groups.iter().map(|group| group_section(text, site, page, group)).collect_view();
    view! {
        {groups}
        <Legend text=text.clone()/>
        <Formula weights=page.weights text=text.clone()/>
        <p class="taken" id="taken" data-live>
            {text.get("taken-at")} " " <TimeText at=page.taken_at zone=site.time_zone.clone() text=text.clone()/>
        </p>
    }
}

/// Nothing is configured yet: say how to begin.
fn empty(text: &Text) -> impl IntoView + use<> {
    view! {
        <section class="empty">
            <p>{text.get("empty-text")}</p>
            <pre><code>"groups:\n  - {slug: web, name: Web}\ncomponents:\n  - {slug: home, name: Home, group: web}\nprobes:\n  - slug: home-http\n    component: home\n    http: {url: \"https://example.org/\"}"</code></pre>
            <p>{text.get("empty-reload")}</p>
        </section>
    }
}

fn group_section(text: &Text, site: &PublicSite, page: &StatusPage, group: &PublicGroup) -> impl IntoView + use<> {
    let heading = group.name.clone().unwrap_or_else(|| text.get("ungrouped"));
    let heading_id = format!("group-{}", group.slug);
    let labelled_by = heading_id.clone();
    let rows = group.components.iter().map(|component| row(text, site, page, component)).collect_view();
    view! {
        <section class="group" aria-labelledby=labelled_by>
            <h2 id=heading_id>{heading}</h2>
            <ul class="components">{rows}</ul>
        </section>
    }
}

fn row(text: &Text, site: &PublicSite, page: &StatusPage, component: &PublicComponent) -> impl IntoView + use<> {
    let (weights, taken_at) = (page.weights, page.taken_at);
    let href = to::component(text.language(), &component.slug);
    let because = (component.status.is_outage() && !component.troubled_dependencies.is_empty()).then(|| {
        let names = component.troubled_dependencies.join(&text.get("list-separator").replace('_', " "));
        view! { <p class="because">{text.with("depends-on-troubled", &[("names", names.into())])}</p> }
    });
    let since = (component.status != domain::component::Status::Operational).then_some(component.since).flatten().map(|at| {
        view! { <Since at=at zone=site.time_zone.clone() text=text.clone()/> }
    });
    let checked = component.checked_at.map(|at| {
        let spoken = text.with("checked-at", &[("when", format::moment(text, at, &site.time_zone).into())]);
        view! { <time class="checked" datetime=at.to_string() title=spoken>{format::short_moment(text, at, taken_at, &site.time_zone)}</time> }
    });
    view! {
        <li class="component" id=format!("component-{}", component.slug) data-live>
            <div class="component-head">
                <StatusMark status=component.status/>
                <h3><a href=href.clone()>{component.name.clone()}</a></h3>
                <span class=format!("status-word {}", component.status.name())>{format::status(text, component.status)}</span>
                {since}
            </div>
            <a class="bar-link" href=href>
                <DayBar days=component.days.clone() weights=weights text=text.clone()/>
            </a>
            <span class="uptime">{format::uptime(text, &component.tally, weights)} {checked}</span>
            {because}
        </li>
    }
}
