//! What incidents and their follow-up add up to: over time, by component and cause, how long things took, what comes back. Charts are pictures with a
//! table behind them that says the same.

use domain::insight::{ComponentSum, Insight, Part};
use domain::month::Month;
use domain::postmortem::Cause;
use leptos::prelude::*;

use super::action_items::stage_word;
use crate::data::desk::{DeskContext, InsightPage, SPANS};
use crate::format;
use crate::i18n::Text;
use crate::parts::form::Choice;
use crate::parts::incident_words::{incident_href, incident_number, metric_word};

/// Most months that are written under a chart; on a phone there is no place for more.
const LABELS_MAX: usize = 5;
/// Nothing happened.
const NONE: &str = "–";

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
    let months = SPANS.map(|n| (n.to_string(), text.with("insight-months", &[("n", usize::from(n).into())])));
    let csv = format!("/desk/insight.csv?months={}", page.form.value("months"));
    let empty = (insight.all.incidents == 0).then(|| view! { <p class="empty">{text.get("insight-empty")}</p> });
    let cut = page.is_cut.then(|| view! { <p class="notice">{text.get("insight-cut")}</p> });
    let filled = (insight.all.incidents > 0).then(|| {
        view! {
            {over_time(&text, insight)}
            {components(&text, &page)}
            {causes(&text, &page)}
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
            {cut}
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

/// How long, or that there is nothing.
fn time(text: &Text, part: Part) -> String {
    if part.ms == 0 { NONE.to_owned() } else { format::length(text, part.ms) }
}

/// How many and how long, in a cell.
fn both(text: &Text, part: Part) -> String {
    match part {
        Part { incidents: 0, .. } => NONE.to_owned(),
        Part { incidents, ms: 0 } => incidents.to_string(),
        Part { incidents, .. } => format!("{incidents} · {}", time(text, part)),
    }
}

/// Bars in the columns of a picture that is as wide as there is room: places are hundredths of it, so that words keep their size. `foot` and
/// `head`: what is kept free below and above, in hundredths of the height.
fn bars(values: &[u64], most: u64, (head, foot): (f64, f64)) -> impl IntoView + use<> {
    let column = 100.0 / values.len().max(1) as f64;
    let bars = values.iter().enumerate().filter(|(_, value)| **value > 0).map(|(place, value)| {
        // What is there is to be seen, however little it is beside the most.
        let height = (*value as f64 / most.max(1) as f64 * (100.0 - head - foot)).max(2.0);
        let x = (place as f64 + 0.2) * column;
        view! {
            <rect x=format!("{x:.2}%") y=format!("{:.2}%", 100.0 - foot - height) width=format!("{:.2}%", column * 0.6) height=format!("{height:.2}%")></rect>
        }
    });
    bars.collect_view()
}

/// A chart of the months with its heading; the table below says the same.
fn chart(caption: String, class: &'static str, months: &[(Month, Part)], value: fn(&Part) -> u64) -> impl IntoView + use<> {
    let values: Vec<u64> = months.iter().map(|(_, part)| value(part)).collect();
    let most = values.iter().copied().max().unwrap_or(0);
    let column = 100.0 / months.len().max(1) as f64;
    let every = months.len().div_ceil(LABELS_MAX).max(1);
    let labels = months.iter().enumerate().filter(|(place, _)| (months.len() - 1 - place).is_multiple_of(every)).map(
        |(place, (month, _))| {
            // The last one would be cut off at the edge.
            let is_last = place + 1 == months.len();
            let x = if is_last { 100.0 } else { (place as f64 + 0.5) * column };
            let anchor = if is_last { "end" } else { "middle" };
            view! { <text x=format!("{x:.2}%") y="97%" text-anchor=anchor>{month.to_string()}</text> }
        },
    );
    let labels = labels.collect_view();
    view! {
        <figure class=class>
            <figcaption>{caption.clone()}</figcaption>
            <svg class="month-chart" role="img" aria-label=caption>
                <line x1="0" x2="100%" y1="84%" y2="84%"></line>
                {bars(&values, most, (2.0, 16.0))}
                {labels}
            </svg>
        </figure>
    }
}

fn over_time(text: &Text, insight: &Insight) -> impl IntoView + use<> {
    let rows = insight.months.iter().map(|(month, part)| {
        view! { <tr><th scope="row">{month.to_string()}</th><td>{part.incidents}</td><td>{time(text, *part)}</td></tr> }
    });
    let rows = rows.collect_view();
    let longest = insight.months.iter().map(|(_, part)| part.ms).max().unwrap_or(0);
    let most = insight.months.iter().map(|(_, part)| part.incidents).max().unwrap_or(0);
    let (count_caption, time_caption) = (
        text.with("insight-chart-count", &[("n", most.into())]),
        text.with("insight-chart-time", &[("length", time(text, Part { incidents: 0, ms: longest }).into())]),
    );
    let sum = [("n", insight.all.incidents.into()), ("length", time(text, insight.all).into())];
    let ongoing = (insight.ongoing > 0)
        .then(|| view! { <p class="hint">{text.with("insight-ongoing", &[("n", insight.ongoing.into())])}</p> });
    let heads = ["insight-month", "insight-incidents", "insight-time"].map(|key| text.get(key));
    let body = view! {
        <p>{text.with("insight-sum", &sum)}</p>
        {ongoing}
        <div class="month-charts">
            {chart(count_caption, "chart-count", &insight.months, |part| part.incidents as u64)}
            {chart(time_caption, "chart-time", &insight.months, |part| part.ms)}
        </div>
        <details><summary>{text.get("insight-table")}</summary>{table(heads, rows.into_any())}</details>
    };
    section("over-time", text.get("insight-over-time"), body.into_any())
}

/// What a row is about, all of it, and each month.
type Row = (String, Part, Vec<Part>);

/// A table of sums with a small picture of the months in each row, and what the pictures show as a table, folded away.
fn sums(text: &Text, head: &'static str, months: &[(Month, Part)], rows: &[Row]) -> impl IntoView + use<> {
    let most = rows.iter().flat_map(|(_, _, parts)| parts).map(|part| part.ms).max().unwrap_or(0);
    let lines = rows.iter().map(|(name, all, parts)| {
        let values: Vec<u64> = parts.iter().map(|part| part.ms).collect();
        view! {
            <tr>
                <th scope="row">{name.clone()}</th>
                <td>{all.incidents}</td>
                <td>{time(text, *all)} <svg class="row-bars chart-time" aria-hidden="true">{bars(&values, most, (0.0, 0.0))}</svg></td>
            </tr>
        }
    });
    let lines = lines.collect_view();
    let month_heads = months.iter().map(|(month, _)| view! { <th scope="col">{month.to_string()}</th> }).collect_view();
    let month_rows = rows.iter().map(|(name, _, parts)| {
        let cells = parts.iter().map(|part| view! { <td>{both(text, *part)}</td> }).collect_view();
        view! { <tr><th scope="row">{name.clone()}</th>{cells}</tr> }
    });
    let month_rows = month_rows.collect_view();
    let heads = [head, "insight-incidents", "insight-time"].map(|key| text.get(key));
    view! {
        {table(heads, lines.into_any())}
        <details>
            <summary>{text.get("insight-by-month")}</summary>
            <div class="table-scroll" tabindex="0">
                <table>
                    <thead><tr><th scope="col">{text.get(head)}</th>{month_heads}</tr></thead>
                    <tbody>{month_rows}</tbody>
                </table>
            </div>
        </details>
    }
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

fn components(text: &Text, page: &InsightPage) -> impl IntoView + use<> {
    let rows: Vec<Row> =
        page.insight.components.iter().map(|sum| (name_of(text, page, sum), sum.all, sum.months.clone())).collect();
    section("components", text.get("insight-components"), sums(text, "block-component", &page.insight.months, &rows).into_any())
}

fn table(heads: [String; 3], rows: AnyView) -> impl IntoView + use<> {
    let heads = heads.into_iter().map(|head| view! { <th scope="col">{head}</th> }).collect_view();
    view! { <div class="table-scroll" tabindex="0"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div> }
}

fn causes(text: &Text, page: &InsightPage) -> impl IntoView + use<> {
    let word = |cause: Option<Cause>| {
        cause.map_or_else(|| text.get("insight-uncaused"), |cause| text.get(&format!("cause-{}", cause.name())))
    };
    let rows: Vec<Row> = page.insight.causes.iter().map(|sum| (word(sum.cause), sum.all, sum.months.clone())).collect();
    section("causes", text.get("insight-causes"), sums(text, "postmortem-cause", &page.insight.months, &rows).into_any())
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
        let words = text.with("insight-repeat", &[("name", name_of(text, page, sum).into()), ("n", sum.all.incidents.into())]);
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
