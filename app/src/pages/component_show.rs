//! The page of one component: its state, its uptime over four spans, its last 24 hours check by check, its outages to the second, its
//! 90 days as a table.

use domain::component::Status;
use domain::probe::heartbeat::HeartbeatPhase;
use domain::uptime::Weights;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::data::{CheckKind, ComponentPage, PageContext, PublicCheck, PublicDay, PublicSite};
use crate::format;
use crate::i18n::Text;
use crate::islands::chart_reader::{ChartReader, ColumnWords};
use crate::pages::error::NotFound;
use crate::parts::check_day::CheckDay;
use crate::parts::day_bar::{DayBar, Legend};
use crate::parts::formula::Formula;
use crate::parts::head::Head;
use crate::parts::incident::MaintenanceItem;
use crate::parts::latency::Latency;
use crate::parts::outage::{OutageFrame, OutageItem};
use crate::parts::phases::PhaseBar;
use crate::parts::status_mark::{StatusMark, StatusSymbols};
use crate::parts::time_text::{Since, TimeText};
use crate::parts::uptimes::Uptimes;
use crate::routes::to;

/// The page of one component.
#[component]
pub fn ComponentShow() -> impl IntoView {
    let context = expect_context::<PageContext>();
    let slug = use_params_map().read_untracked().get("slug").unwrap_or_default();
    Suspend::new(async move {
        let Ok(page) = context.data.component(context.language, &slug).await else { return NotFound().into_any() };
        let text = context.text();
        let site = context.data.site(context.language);
        show(&text, &site, &page).into_any()
    })
}

fn show(text: &Text, site: &PublicSite, page: &ComponentPage) -> impl IntoView + use<> {
    let component = &page.component;
    let zone = &site.time_zone;
    let since = component.since.map(|at| view! { " " <Since at=at zone=zone.clone() text=text.clone()/> });
    let because = (component.status.is_outage() && !component.troubled_dependencies.is_empty()).then(|| {
        let names = component.troubled_dependencies.join(&text.separator("list-separator"));
        view! { <p class="because">{text.with("depends-on-troubled", &[("names", names.into())])}</p> }
    });
    let latency = component.latency.clone().map(|latency| {
        view! { <p class="latency-line">{text.get("latency-24h")} " " <Latency latency=latency text=text.clone()/></p> }
    });
    // A place within the fold, so that browsers open it.
    let today = component.days.last().map(|day| format!("#day-{}", day.date)).unwrap_or_default();
    let days_link = format!("{}{today}", to::component(text.language(), &component.slug));
    view! {
        <Head title=format!("{}: {}", component.name, format::status(text, component.status)) status=Some(component.status) site=site.clone()/>
        <StatusSymbols/>
        <main id="content" class="page" data-version=page.version>
            <p class="back"><a href=to::status(text.language())>{text.get("back-to-status")}</a></p>
            <h1>{component.name.clone()}</h1>
            <div id="now" data-live>
                <p class=format!("summary {}", component.status.name()) role="status">
                    <StatusMark status=component.status/>
                    <span><strong>{format::status(text, component.status)}</strong>{since}</span>
                </p>
                {because}
            </div>
            {component.description.clone().map(|description| view! { <p class="description">{description}</p> })}
            <div id="ahead" data-live>{maintenance(text, site, page)}</div>
            <section class="ninety" aria-labelledby="uptime-heading">
                <h2 id="uptime-heading">{text.get("uptime")}</h2>
                <div id="spans" data-live>
                    <Uptimes component=component.clone() weights=page.weights text=text.clone()/>
                </div>
                <div id="days-bar" data-live>
                    <a class="bar-link" href=days_link>
                        <DayBar name=component.name.clone() days=component.days.clone() weights=page.weights text=text.clone()/>
                    </a>
                </div>
                <Legend text=text.clone()/>
                <p class="taken" id="taken" data-live>
                    {text.get("watched-since")} " " <TimeText at=component.watched_since zone=zone.clone() text=text.clone()/>
                </p>
            </section>
            <div id="latency" data-live>{latency}</div>
            {checks(text, site, page)}
            <ChartReader words=ColumnWords::of(text)/>
            {outages(text, site, page)}
            {days(text, &component.days, page.weights)}
            <Formula weights=page.weights text=text.clone()/>
        </main>
    }
}

/// Maintenance of it that is ahead or in progress.
fn maintenance(text: &Text, site: &PublicSite, page: &ComponentPage) -> Option<impl IntoView + use<>> {
    (!page.maintenances.is_empty()).then(|| {
        let items = page.maintenances.iter().map(|maintenance| {
            view! { <MaintenanceItem maintenance=maintenance.clone() zone=site.time_zone.clone() text=text.clone()/> }
        });
        view! {
            <section aria-labelledby="ahead-heading">
                <h2 id="ahead-heading">{text.get("maintenance-ahead")}</h2>
                {items.collect_view()}
            </section>
        }
    })
}

/// What watches it, each with its newest result and its day. Titles are numbered where there are several of a kind.
fn checks(text: &Text, site: &PublicSite, page: &ComponentPage) -> impl IntoView + use<> {
    let checks = &page.checks;
    if checks.is_empty() {
        return view! { <p class="empty">{text.get("no-checks")}</p> }.into_any();
    }
    let items = checks.iter().enumerate().map(|(index, check)| {
        let kind = kind_name(text, check.kind);
        let title = if checks.len() > 1 { format!("{kind} {}", index + 1) } else { kind };
        let id = format!("check-{}", index + 1);
        let day_id = format!("{id}-day");
        let day = match &check.day {
            Some(review) => {
                view! { <CheckDay review=review.clone() id=format!("{id}-runs") zone=site.time_zone.clone() text=text.clone()/> }
                    .into_any()
            }
            None => view! { <p class="empty">{text.get("day-unreadable")}</p> }.into_any(),
        };
        view! {
            <article class="check">
                <h3>{title}</h3>
                <div id=id data-live>{last_result(text, site, check)}</div>
                <div id=day_id data-live>{day}</div>
            </article>
        }
    });
    let items = items.collect_view();
    view! {
        <section aria-labelledby="checks-heading">
            <h2 id="checks-heading">{text.get("checks")}</h2>
            {items}
            <p><a href=to::results(&page.component.slug)>{text.get("results-all")}</a></p>
        </section>
    }
    .into_any()
}

fn kind_name(text: &Text, kind: CheckKind) -> String {
    text.get(match kind {
        CheckKind::Http => "check-http",
        CheckKind::Tcp => "check-tcp",
        CheckKind::Heartbeat(_) => "check-heartbeat",
    })
}

fn last_result(text: &Text, site: &PublicSite, check: &PublicCheck) -> impl IntoView + use<> {
    let phase = match check.kind {
        CheckKind::Heartbeat(phase) => Some(text.get(&format!("heartbeat-{}", phase_name(phase)))),
        _ => None,
    };
    let phase = phase.map(|phase| view! { <small>{phase}</small> });
    let Some(last) = check.last else {
        return view! { <p class="last">{text.get("not-checked-yet")} " " {phase}</p> }.into_any();
    };
    let words = last.cause.map_or_else(
        || text.get(&format!("verdict-{}", last.verdict.name())),
        |cause| text.get(&format!("cause-{}", cause.name())),
    );
    let took = last.duration_us.map(|us| view! { " · " <span class="number">{format::duration(text, us)}</span> });
    view! {
        <p class="last">
            <strong class=format!("verdict {}", last.verdict.name())>{words}</strong> {took} " · "
            <TimeText at=last.at zone=site.time_zone.clone() text=text.clone()/> " " {phase}
        </p>
        <PhaseBar phases=last.phases text=text.clone()/>
    }
    .into_any()
}

const fn phase_name(phase: HeartbeatPhase) -> &'static str {
    use HeartbeatPhase as Phase;
    match phase {
        Phase::New => "new",
        Phase::OnTime => "on-time",
        Phase::Late => "late",
        Phase::Missed => "missed",
        Phase::Failed => "failed",
        Phase::Unsure => "unsure",
    }
}

fn outages(text: &Text, site: &PublicSite, page: &ComponentPage) -> impl IntoView + use<> {
    let frame = OutageFrame { text: text.clone(), zone: site.time_zone.clone(), now: page.taken_at };
    let list = if page.outages.is_empty() {
        view! { <p class="empty">{text.get("no-outages")}</p> }.into_any()
    } else {
        let items = page.outages.iter().map(|outage| {
            let id = format!("outage-{}", outage.ordinal);
            view! { <OutageItem outage=outage.clone() frame=frame.clone() id=id/> }
        });
        let left_out = (page.outages_left_out > 0)
            .then(|| view! { <p class="empty">{text.with("outages-left-out", &[("n", page.outages_left_out.into())])}</p> });
        view! { <ol class="outages">{items.collect_view()}</ol> {left_out} }.into_any()
    };
    view! {
        <section aria-labelledby="outages-heading">
            <h2 id="outages-heading">{text.get("outages")}</h2>
            <div id="outages" data-live>{list}</div>
            <p><a href=to::history(text.language(), None)>{text.get("history-open")}</a></p>
        </section>
    }
}

fn days(text: &Text, days: &[PublicDay], weights: Weights) -> impl IntoView + use<> {
    let rows = days
        .iter()
        .rev()
        .filter(|day| day.tally.total_ms() > 0)
        .map(|day| {
            let tally = &day.tally;
            let worst = tally.worst();
            let length = |ms: u64| if ms >= 1_000 { format::length(text, ms) } else { String::new() };
            let missing = if worst == Status::Unknown { String::new() } else { length(tally.unknown_ms) };
            view! {
                <tr id=format!("day-{}", day.date)>
                    <th scope="row">{format::date(text, day.date)}</th>
                    <td><StatusMark status=worst/> {format::status(text, worst)}</td>
                    <td class="number">{format::uptime(text, tally, weights)}</td>
                    <td class="number">{length(tally.down_ms())}</td>
                    <td class="number">{missing}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section aria-labelledby="days-heading">
            <h2 id="days-heading">{text.get("days")}</h2>
            <details id="days">
                <summary>{text.get("days-open")}</summary>
                <div class="table-frame" id="days-table" data-live role="group" tabindex="0" aria-labelledby="days-heading">
                    <table class="days">
                        <thead><tr>
                            <th scope="col">{text.get("day-column")}</th>
                            <th scope="col">{text.get("status-column")}</th>
                            <th scope="col">{text.get("uptime")}</th>
                            <th scope="col">{text.get("down-column")}</th>
                            <th scope="col">{text.get("unknown-column")}</th>
                        </tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </details>
        </section>
    }
}
