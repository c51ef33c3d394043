//! What incidents and their follow-up add up to: over time, by component and cause, how long things took, what comes back. Charts are pictures with a
//! table behind them that says the same.

use domain::insight::{ComponentSum, Insight};
use leptos::prelude::*;

use super::action_items::stage_word;
use crate::data::desk::{DeskContext, InsightPage};
use crate::format;
use crate::i18n::Text;
use crate::parts::form::Choice;
use crate::parts::incident_words::{incident_href, incident_number, metric_word};

/// Width of a column of the chart and height of all, in its own units.
const COLUMN: u32 = 40;
const HEIGHT: f64 = 120.0;

/// The page.
#[component]
pub fn InsightView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: InsightPage,
) -> impl IntoView {
    let text = context.text();
    let insight = &page.insight;
    let months = ["3", "6", "12", "24"]
        .map(|n| (n.to_owned(), text.with("insight-months", &[("n", n.parse::<usize>().unwrap_or(3).into())])));
    let csv = format!("/desk/insight.csv?months={}", page.form.value("months"));
    let empty = (insight.incidents == 0).then(|| view! { <p class="empty">{text.get("insight-empty")}</p> });
    let filled = (insight.incidents > 0).then(|| {
        view! {
            {over_time(&text, insight)}
            {components(&text, &page)}
            {causes(&text, insight)}
            {spreads(&text, insight)}
            {repeats(&text, &page)}
        }
    });
    view! {
        <main id="content" class="desk insight">
            <div class="list-head">
                <h1>{text.get("insight-title")}</h1>
                <p class="actions"><a class="act" href=csv download="insight.csv">{text.get("insight-csv")}</a></p>
            </div>
            <p class="description">{text.get("insight-text")}</p>
            <form class="filter" method="get" action="/desk/insight">
                <Choice form=page.form.clone() name="months" label=text.get("insight-span") options=Vec::from(months)/>
                <button type="submit" class="plain">{text.get("actions-filter")}</button>
            </form>
            {empty}
            {filled}
            {follow_through(&text, insight)}
        </main>
    }
}

/// A section with a heading.
fn section(id: &'static str, heading: String, body: AnyView) -> impl IntoView + use<> {
    view! { <section aria-labelledby=id><h2 id=id>{heading}</h2>{body}</section> }
}

fn over_time(text: &Text, insight: &Insight) -> impl IntoView + use<> {
    let most = insight.months.iter().map(|sum| sum.incidents).max().unwrap_or(0).max(1) as f64;
    let longest = insight.months.iter().map(|sum| sum.ms).max().unwrap_or(0).max(1) as f64;
    let columns = insight.months.iter().enumerate().map(|(place, sum)| {
        let x = place as u32 * COLUMN;
        let (count, ms) = (sum.incidents as f64 / most * HEIGHT, sum.ms as f64 / longest * HEIGHT);
        view! {
            <rect class="chart-count" x=x + 6 y=format!("{:.1}", HEIGHT - count) width="12" height=format!("{count:.1}")></rect>
            <rect class="chart-time" x=x + 20 y=format!("{:.1}", HEIGHT - ms) width="12" height=format!("{ms:.1}")></rect>
        }
    });
    let columns = columns.collect_view();
    let width = insight.months.len() as u32 * COLUMN;
    let rows = insight.months.iter().map(|sum| {
        view! {
            <tr>
                <th scope="row">{sum.month.to_string()}</th>
                <td>{sum.incidents}</td>
                <td>{format::length(text, sum.ms)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let body = view! {
        <p class="chart-legend">
            <span class="chart-key chart-count-key"></span> {text.get("insight-incidents")} " "
            <span class="chart-key chart-time-key"></span> {text.get("insight-time")}
        </p>
        <svg class="chart" role="img" aria-label=text.get("insight-chart") viewBox=format!("0 0 {width} {HEIGHT}") preserveAspectRatio="none">{columns}</svg>
        <details open>
            <summary>{text.get("insight-table")}</summary>
            <div class="table-scroll" tabindex="0">
                <table>
                    <thead><tr><th scope="col">{text.get("insight-month")}</th><th scope="col">{text.get("insight-incidents")}</th><th scope="col">{text.get("insight-time")}</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    };
    section("over-time", text.get("insight-over-time"), body.into_any())
}

fn name_of(text: &Text, page: &InsightPage, sum: &ComponentSum) -> String {
    match &sum.component {
        Some(slug) => {
            let known = page.names.iter().find(|(known, _)| known == slug.as_str());
            known.map_or_else(|| slug.to_string(), |(_, name)| name.clone())
        }
        None => text.get("insight-others"),
    }
}

/// A bar within a row, as long as a part of the longest.
fn bar(part: f64) -> impl IntoView + use<> {
    view! {
        <svg class="row-bar" aria-hidden="true" viewBox="0 0 100 8" preserveAspectRatio="none">
            <rect class="chart-time" x="0" y="0" width=format!("{:.1}", part * 100.0) height="8"></rect>
        </svg>
    }
}

fn components(text: &Text, page: &InsightPage) -> impl IntoView + use<> {
    let longest = page.insight.components.iter().map(|sum| sum.ms).max().unwrap_or(0).max(1) as f64;
    let rows = page.insight.components.iter().map(|sum| {
        view! {
            <tr>
                <th scope="row">{name_of(text, page, sum)}</th>
                <td>{sum.incidents}</td>
                <td>{format::length(text, sum.ms)} {bar(sum.ms as f64 / longest)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let heads = ["block-component", "insight-incidents", "insight-time"].map(|key| text.get(key));
    section("components", text.get("insight-components"), table(heads, rows.into_any()).into_any())
}

fn table(heads: [String; 3], rows: AnyView) -> impl IntoView + use<> {
    let heads = heads.into_iter().map(|head| view! { <th scope="col">{head}</th> }).collect_view();
    view! { <div class="table-scroll" tabindex="0"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div> }
}

fn causes(text: &Text, insight: &Insight) -> impl IntoView + use<> {
    let longest = insight.causes.iter().map(|(_, _, ms)| *ms).max().unwrap_or(0).max(1) as f64;
    let rows = insight.causes.iter().map(|(cause, count, ms)| {
        view! {
            <tr>
                <th scope="row">{text.get(&format!("cause-{}", cause.name()))}</th>
                <td>{*count}</td>
                <td>{format::length(text, *ms)} {bar(*ms as f64 / longest)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let heads = ["postmortem-cause", "insight-incidents", "insight-time"].map(|key| text.get(key));
    let uncaused = (insight.uncaused > 0)
        .then(|| view! { <p class="hint">{text.with("insight-uncaused", &[("n", insight.uncaused.into())])}</p> });
    let body = view! { {table(heads, rows.into_any())} {uncaused} };
    section("causes", text.get("insight-causes"), body.into_any())
}

/// Median, ninth tenth and how many; a mean only from five on.
fn spreads(text: &Text, insight: &Insight) -> impl IntoView + use<> {
    let rows = insight.spreads.iter().map(|(name, spread)| {
        let cells = match spread {
            Some(spread) => {
                let mean = spread.mean.map_or_else(|| text.get("insight-too-few"), |mean| format::length(text, mean));
                [format::length(text, spread.median), format::length(text, spread.p90), mean, spread.n.to_string()]
            }
            None => [text.get("insight-unmarked"), String::new(), String::new(), "0".to_owned()],
        };
        let cells = cells.map(|cell| view! { <td>{cell}</td> }).into_iter().collect_view();
        view! { <tr><th scope="row">{metric_word(text, name)}</th>{cells}</tr> }
    });
    let rows = rows.collect_view();
    let heads = ["insight-measure", "insight-median", "insight-p90", "insight-mean", "insight-n"];
    let heads = heads.map(|key| view! { <th scope="col">{text.get(key)}</th> }).into_iter().collect_view();
    let body = view! {
        <div class="table-scroll" tabindex="0"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>
        <p class="hint">{text.get("insight-mean-hint")}</p>
    };
    section("spreads", text.get("insight-spreads"), body.into_any())
}

fn repeats(text: &Text, page: &InsightPage) -> Option<impl IntoView + use<>> {
    let items = page.insight.repeats.iter().map(|sum| {
        let links = sum.numbers.iter().map(|number| view! { <a href=incident_href(*number)>{incident_number(*number)}</a> " " });
        let words = text.with("insight-repeat", &[("name", name_of(text, page, sum).into()), ("n", sum.incidents.into())]);
        view! { <li><p>{words}</p><p class="soft">{links.collect_view()}</p></li> }
    });
    let items = items.collect_view();
    (!page.insight.repeats.is_empty())
        .then(|| section("repeats", text.get("insight-repeats"), view! { <ul class="desk-rows">{items}</ul> }.into_any()))
}

fn follow_through(text: &Text, insight: &Insight) -> impl IntoView + use<> {
    let (done, all) = insight.follow_through;
    let words = if all == 0 {
        text.get("insight-follow-none")
    } else {
        text.with("insight-follow", &[("n", done.into()), ("count", all.into())])
    };
    let stages = insight.stages.iter().filter(|(_, count)| *count > 0).map(|(stage, count)| {
        view! { <li>{stage_word(text, *stage)} ": " {*count}</li> }
    });
    let body = view! { <p>{words}</p> <ul>{stages.collect_view()}</ul> <p><a href="/desk/action-items">{text.get("actions-title")}</a></p> };
    section("follow", text.get("insight-follow-title"), body.into_any())
}
