//! The page of one component: its state, its uptime over four spans, what watches it, its outages to the second, its 90 days.

use domain::component::Status;
use domain::outage::OutageEnd;
use domain::uptime::{Tally, Weights};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::data::{CheckKind, ComponentPage, PageContext, PublicCheck, PublicDay, PublicOutage, PublicSite};
use crate::format;
use crate::i18n::Text;
use crate::pages::error::NotFound;
use crate::parts::day_bar::{DayBar, Legend};
use crate::parts::formula::Formula;
use crate::parts::status_mark::{StatusMark, StatusSymbols};
use crate::parts::time_text::{Since, TimeText};
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
        let names = component.troubled_dependencies.join(&text.get("list-separator").replace('_', " "));
        view! { <p class="because">{text.with("depends-on-troubled", &[("names", names.into())])}</p> }
    });
    view! {
        <Title text=format!("{}: {} · {}", component.name, format::status(text, component.status), site.name)/>
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
            {uptimes(text, &page.spans, page.weights)}
            <div id="days-bar" data-live>
                <DayBar days=component.days.clone() weights=page.weights text=text.clone()/>
            </div>
            <Legend text=text.clone()/>
            {checks(text, site, &page.checks)}
            {outages(text, site, page)}
            {days(text, &component.days, page.weights)}
            <Formula weights=page.weights text=text.clone()/>
            <p class="taken" id="taken" data-live>
                {text.get("watched-since")} " " <TimeText at=component.watched_since zone=zone.clone() text=text.clone()/>
            </p>
        </main>
    }
}

fn uptimes(text: &Text, spans: &[Tally; 4], weights: Weights) -> impl IntoView + use<> {
    let cells = ["span-24h", "span-7d", "span-30d", "span-90d"]
        .iter()
        .zip(spans)
        .map(|(key, tally)| view! { <div><dt>{text.get(key)}</dt><dd>{format::uptime(text, tally, weights)}</dd></div> })
        .collect_view();
    view! {
        <section aria-labelledby="uptime-heading">
            <h2 id="uptime-heading">{text.get("uptime")}</h2>
            <dl class="spans" id="spans" data-live>{cells}</dl>
        </section>
    }
}

fn checks(text: &Text, site: &PublicSite, checks: &[PublicCheck]) -> impl IntoView + use<> {
    if checks.is_empty() {
        return view! { <p class="empty">{text.get("no-checks")}</p> }.into_any();
    }
    let rows = checks
        .iter()
        .map(|check| {
            let (kind, phase) = match check.kind {
                CheckKind::Http => (text.get("check-http"), None),
                CheckKind::Tcp => (text.get("check-tcp"), None),
                CheckKind::Heartbeat(phase) => {
                    let name = serde_name(phase);
                    (text.get("check-heartbeat"), Some(text.get(&format!("heartbeat-{name}"))))
                }
            };
            let last = check.last.map_or_else(
                || view! { <td>{text.get("not-checked-yet")}</td><td></td><td></td> }.into_any(),
                |last| {
                    let words = last.cause.map_or_else(
                        || text.get(&format!("verdict-{}", last.verdict.name())),
                        |cause| text.get(&format!("cause-{}", cause.name())),
                    );
                    let took = last.duration_us.map(|us| format::duration(text, us)).unwrap_or_default();
                    view! {
                        <td class=format!("verdict {}", last.verdict.name())>{words}</td>
                        <td class="number">{took}</td>
                        <td><TimeText at=last.at zone=site.time_zone.clone() text=text.clone()/></td>
                    }
                    .into_any()
                },
            );
            view! { <tr><th scope="row">{kind} {phase.map(|phase| view! { <small>{phase}</small> })}</th>{last}</tr> }
        })
        .collect_view();
    view! {
        <section aria-labelledby="checks-heading">
            <h2 id="checks-heading">{text.get("checks")}</h2>
            <div class="table-frame" id="checks" data-live role="group" tabindex="0" aria-labelledby="checks-heading">
                <table>
                    <thead><tr>
                        <th scope="col">{text.get("check-kind")}</th>
                        <th scope="col">{text.get("check-result")}</th>
                        <th scope="col">{text.get("check-took")}</th>
                        <th scope="col">{text.get("check-when")}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

const fn serde_name(phase: domain::probe::heartbeat::HeartbeatPhase) -> &'static str {
    use domain::probe::heartbeat::HeartbeatPhase as Phase;
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
    let list = if page.outages.is_empty() {
        view! { <p class="empty">{text.get("no-outages")}</p> }.into_any()
    } else {
        let items = page.outages.iter().map(|outage| outage_item(text, site, page, outage)).collect_view();
        let left_out = (page.outages_left_out > 0)
            .then(|| view! { <p class="empty">{text.with("outages-left-out", &[("n", page.outages_left_out.into())])}</p> });
        view! { <ol class="outages">{items}</ol> {left_out} }.into_any()
    };
    view! {
        <section aria-labelledby="outages-heading">
            <h2 id="outages-heading">{text.get("outages")}</h2>
            <div id="outages" data-live>{list}</div>
        </section>
    }
}

fn outage_item(text: &Text, site: &PublicSite, page: &ComponentPage, outage: &PublicOutage) -> impl IntoView + use<> {
    let zone = &site.time_zone;
    let end = outage.ended.map_or(page.taken_at, |(at, _)| at);
    let ended = match outage.ended {
        Some((at, by)) => {
            let word = if by == OutageEnd::Unwatched { "outage-unwatched" } else { "outage-recovered" };
            view! { <dt>{text.get(word)}</dt><dd><TimeText at=at zone=zone.clone() text=text.clone()/></dd> }.into_any()
        }
        None => view! { <dt>{text.get("outage-recovered")}</dt><dd>{text.get("outage-lasting")}</dd> }.into_any(),
    };
    let segments = (outage.segments.len() > 1).then(|| {
        let items = outage
            .segments
            .iter()
            .map(|segment| {
                view! {
                    <li>
                        <TimeText at=segment.at zone=zone.clone() text=text.clone()/> " " {format::status(text, segment.state)}
                    </li>
                }
            })
            .collect_view();
        view! { <ol class="segments">{items}</ol> }
    });
    let length = if outage.ended.is_some() {
        format::length(text, end.since(outage.started_at).as_millis() as u64)
    } else {
        text.with("outage-so-far", &[("length", format::length(text, end.since(outage.started_at).as_millis() as u64).into())])
    };
    view! {
        <li class=format!("outage {}", outage.worst.name())>
            <p class="outage-head">
                <StatusMark status=outage.worst/>
                <strong>{format::status(text, outage.worst)}</strong>
                <span class="length">{length}</span>
            </p>
            <dl>
                <dt>{text.get("outage-began")}</dt>
                <dd><TimeText at=outage.started_at zone=zone.clone() text=text.clone()/></dd>
                {ended}
            </dl>
            {segments}
        </li>
    }
}

fn days(text: &Text, days: &[PublicDay], weights: Weights) -> impl IntoView + use<> {
    let rows = days
        .iter()
        .rev()
        .map(|day| {
            let tally = &day.tally;
            let worst = tally.worst();
            let length = |ms: u64| if ms >= 1_000 { format::length(text, ms) } else { String::new() };
            let missing = if worst == Status::Unknown { String::new() } else { length(tally.unknown_ms) };
            view! {
                <tr>
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
            <details>
                <summary>{text.get("days-open")}</summary>
                <div class="table-frame" role="group" tabindex="0" aria-labelledby="days-heading">
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
