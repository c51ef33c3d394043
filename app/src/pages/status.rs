//! The front page: one sentence for the state of everything, what is being done about it, then every component with its 90 days.

use domain::component::Status;
use domain::incident::MaintenanceStatus;
use domain::month::Month;
use leptos::prelude::*;

use crate::data::{OutageOf, PageContext, PublicComponent, PublicGroup, PublicMaintenance, PublicSite, StatusPage};
use crate::format;
use crate::i18n::Text;
use crate::islands::component_filter::ComponentFilter;
use crate::parts::day_bar::{DayBar, Legend};
use crate::parts::formula::Formula;
use crate::parts::head::Head;
use crate::parts::incident::{IncidentItem, MaintenanceItem};
use crate::parts::latency::Latency;
use crate::parts::status_mark::{StatusMark, StatusSymbols};
use crate::parts::summary::{SummarySentence, sentence};
use crate::parts::time_text::{Ago, Since, TimeText};
use crate::parts::uptimes::Uptimes;
use crate::routes::to;

/// From so many components on there is a filter.
const FILTER_FROM: usize = 12;
/// Maintenance that is over and shown, the newest; hourly work would fill the page.
const MAINTENANCES_OVER_MAX: usize = 10;

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
                <p class="notice">
                    <StatusMark status=Status::Unknown/>
                    <span>{text.get("uplink-lost")} " " <Since at=since zone=site.time_zone.clone() text=text.clone()/></span>
                </p>
            }
        });
        let body = if page.groups.is_empty() { empty(&text).into_any() } else { list(&text, &site, &page).into_any() };
        let favicon = if page.groups.is_empty() { Status::Unknown } else { page.summary.worst };
        view! {
            <Head title=sentence(&text, page.summary) status=Some(favicon) site=site.clone()/>
            <StatusSymbols/>
            <main id="content" class="page" data-version=page.version>
                <SummarySentence summary=page.summary zone=site.time_zone.clone() text=text.clone()/>
                <div id="notice" data-live>{uplink}</div>
                <div id="open-incidents" data-live>{open_incidents(&text, &site, &page)}</div>
                {body}
            </main>
        }
    })
}

fn open_incidents(text: &Text, site: &PublicSite, page: &StatusPage) -> Option<impl IntoView + use<>> {
    let open: Vec<_> = page.incidents.iter().filter(|incident| incident.is_open()).cloned().collect();
    (!open.is_empty()).then(|| {
        let items = open.into_iter().map(|incident| {
            view! { <IncidentItem incident=incident zone=site.time_zone.clone() text=text.clone()/> }
        });
        view! {
            <section aria-labelledby="incidents-heading">
                <h2 id="incidents-heading">{text.get("incidents-open")}</h2>
                {items.collect_view()}
            </section>
        }
    })
}

fn list(text: &Text, site: &PublicSite, page: &StatusPage) -> impl IntoView + use<> {
    let has_names = page.groups.iter().any(|group| group.name.is_some());
    let groups =
        page.groups.iter().map(|group| group_part(text, site, page, group, (has_names, page.groups.len() > 1))).collect_view();
    let filter = (page.summary.total >= FILTER_FROM).then(|| {
        view! {
            <ComponentFilter
                label=text.get("filter")
                only_troubled=text.get("filter-only-troubled")
                shown=text.with("filter-shown", &[("n", crate::i18n::PLACE.into()), ("total", page.summary.total.into())])
                none=text.get("filter-none")
            />
        }
    });
    view! {
        {filter}
        <div id="parts" class="groups">{groups}</div>
        <Legend text=text.clone()/>
        <div id="ahead" data-live>{ahead(text, site, page)}</div>
        {recent(text, site, page)}
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

/// A group with a name is folded while all is well with it, unless it is the only one; components without a group are always there.
fn group_part(
    text: &Text,
    site: &PublicSite,
    page: &StatusPage,
    group: &PublicGroup,
    (has_names, may_fold): (bool, bool),
) -> impl IntoView + use<> {
    let rows = group.components.iter().map(|component| row(text, site, page, component)).collect_view();
    let id = format!("group-{}", group.slug);
    let head_id = format!("{id}-head");
    let Some(name) = group.name.clone() else {
        let heading = if has_names {
            view! { <h2>{text.get("ungrouped")}</h2> }.into_any()
        } else {
            view! { <h2 class="spoken">{text.get("components")}</h2> }.into_any()
        };
        return view! { <section class="group">{heading} <ul class="components">{rows}</ul></section> }.into_any();
    };
    let worst = group.worst();
    view! {
        <details class=format!("group {}", worst.name()) id=id open=!may_fold || worst != Status::Operational data-folds=may_fold>
            <summary id=head_id data-live>
                <StatusMark status=worst/>
                <h2>{name}</h2>
                <span class=format!("status-word {}", worst.name())>{format::status(text, worst)}</span>
                <small>{text.with("components-count", &[("n", group.components.len().into())])}</small>
            </summary>
            <ul class="components">{rows}</ul>
        </details>
    }
    .into_any()
}

fn row(text: &Text, site: &PublicSite, page: &StatusPage, component: &PublicComponent) -> impl IntoView + use<> {
    let (weights, zone) = (page.weights, &site.time_zone);
    let href = to::component(text.language(), &component.slug);
    let because = (component.status.is_outage() && !component.troubled_dependencies.is_empty()).then(|| {
        let names = component.troubled_dependencies.join(&text.separator("list-separator"));
        view! { <p class="because">{text.with("depends-on-troubled", &[("names", names.into())])}</p> }
    });
    let since = (component.status != Status::Operational).then_some(component.since).flatten().map(|at| {
        view! { <Since at=at zone=zone.clone() text=text.clone()/> }
    });
    let checked = component.checked_at.map(|at| {
        let (before, after) = text.around("checked", "when");
        view! { <span class="checked">{before} <Ago at=at now=page.taken_at zone=zone.clone() text=text.clone()/> {after}</span> }
    });
    let latency = component.latency.clone().map(|latency| view! { <Latency latency=latency text=text.clone()/> });
    view! {
        <li class=format!("component {}", component.status.name()) id=format!("component-{}", component.slug) data-live>
            <div class="component-head">
                <StatusMark status=component.status/>
                <h3><a href=href.clone()>{component.name.clone()}</a></h3>
                <span class=format!("status-word {}", component.status.name())>{format::status(text, component.status)}</span>
                {since}
            </div>
            <a class="bar-link" href=href>
                <DayBar name=component.name.clone() days=component.days.clone() weights=weights text=text.clone()/>
            </a>
            <Uptimes component=component.clone() weights=weights text=text.clone()/>
            <div class="pace">{latency} {checked}</div>
            {because}
        </li>
    }
}

/// Maintenance that is planned or in progress, the soonest first.
fn ahead(text: &Text, site: &PublicSite, page: &StatusPage) -> Option<impl IntoView + use<>> {
    let is_ahead = |status| status != MaintenanceStatus::Completed;
    let mut ahead: Vec<_> = page.maintenances.iter().filter(|maintenance| is_ahead(maintenance.status)).cloned().collect();
    ahead.sort_by_key(|maintenance| maintenance.scheduled_for);
    (!ahead.is_empty()).then(|| {
        let items = ahead.into_iter().map(|maintenance| maintenance_item(text, site, page, maintenance));
        view! {
            <section aria-labelledby="ahead-heading">
                <h2 id="ahead-heading">{text.get("maintenance-ahead")}</h2>
                {items.collect_view()}
                <p><a href=to::calendar(text.language())>{text.get("maintenance-subscribe")}</a></p>
            </section>
        }
    })
}

/// Maintenance with the names of what it affects.
fn maintenance_item(text: &Text, site: &PublicSite, page: &StatusPage, maintenance: PublicMaintenance) -> impl IntoView + use<> {
    let components = page.groups.iter().flat_map(|group| &group.components);
    let affected = components.filter(|component| maintenance.component_ids.contains(&component.id));
    let names: Vec<String> = affected.map(|component| component.name.clone()).collect();
    view! { <MaintenanceItem maintenance=maintenance names=names zone=site.time_zone.clone() text=text.clone()/> }
}

/// The past 14 days: incidents and maintenance that are over, and outages.
fn recent(text: &Text, site: &PublicSite, page: &StatusPage) -> impl IntoView + use<> {
    let since = page.taken_at.as_ms() - 14 * 86_400_000;
    let is_recent = |over: Option<domain::time::Timestamp>| over.is_some_and(|at| at.as_ms() >= since);
    let over = page.incidents.iter().filter(|incident| !incident.is_open() && is_recent(incident.resolved_at)).cloned();
    let over: Vec<_> = over.collect();
    let is_quiet = over.is_empty() && page.outages.is_empty();
    let incidents = over.into_iter().map(|incident| {
        view! { <IncidentItem incident=incident zone=site.time_zone.clone() text=text.clone()/> }
    });
    let done = page.maintenances.iter().filter(|maintenance| is_recent(maintenance.completed_at)).take(MAINTENANCES_OVER_MAX);
    let done = done.map(|maintenance| maintenance_item(text, site, page, maintenance.clone())).collect_view();
    let lines = page.outages.iter().map(|of| outage_line(text, site, page, of)).collect_view();
    let left_out = (page.outages_left_out > 0)
        .then(|| view! { <p class="empty">{text.with("recent-left-out", &[("n", page.outages_left_out.into())])}</p> });
    view! {
        <section aria-labelledby="recent-heading">
            <h2 id="recent-heading">{text.get("recent")}</h2>
            <div id="recent" class="recent" data-live>
                {incidents.collect_view()}
                {done}
                {is_quiet.then(|| view! { <p class="empty">{text.get("recent-none")}</p> })}
                <ul>{lines}</ul>
                {left_out}
            </div>
            <p><a href=to::history(text.language(), None)>{text.get("history-open")}</a></p>
        </section>
    }
}

fn outage_line(text: &Text, site: &PublicSite, page: &StatusPage, of: &OutageOf) -> impl IntoView + use<> {
    let outage = &of.outage;
    let end = outage.ended.map_or(page.taken_at, |(at, _)| at);
    let length = format::length(text, end.since(outage.started_at).as_millis() as u64);
    let length = if outage.ended.is_some() { length } else { text.with("outage-so-far", &[("length", length.into())]) };
    let month = Month::of(outage.started_at, &site.time_zone);
    let href = format!("{}#{}", to::history(text.language(), Some(month)), of.anchor());
    view! {
        <li>
            <StatusMark status=outage.worst/>
            <a href=href>{of.name.clone()}</a>
            <span>{format::status(text, outage.worst)}</span>
            <TimeText at=outage.started_at zone=site.time_zone.clone() text=text.clone()/>
            <span class="length">{length}</span>
        </li>
    }
}
