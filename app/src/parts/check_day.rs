//! The last 24 hours of one check: a chart of how long it took and what came of it, and a table in which every turn stands.

use std::fmt::Write as _;

use domain::probe::observation::Verdict;
use domain::probe::review::{Column, Review};
use jiff::tz::TimeZone;
use leptos::prelude::*;

use crate::format;
use crate::i18n::Text;
use crate::parts::time_text::TimeText;

/// Height of the latencies in the chart; below them is a gap and then the strip of verdicts.
const HEIGHT: u64 = 60;
const STRIP_FROM: u64 = 64;
const STRIP_HEIGHT: u64 = 12;
const DAY_MS: u64 = 86_400_000;

/// What a chart's island reads of each column: median and 95th percentile in tenths of a millisecond, then how many were up, degraded,
/// down and unknown; zeros at the end left out, an empty column is nothing between two spaces.
fn encode(columns: &[Column]) -> String {
    let mut text = String::new();
    for column in columns {
        let counts = &column.counts;
        if counts.total() > 0 {
            let (p50, p95) = column.took.map_or((0, 0), |took| (took.p50_us / 100, took.p95_us / 100));
            let mut numbers = vec![p50, p95, counts.up.into(), counts.degraded.into(), counts.down.into(), counts.unknown.into()];
            while numbers.last() == Some(&0) {
                numbers.pop();
            }
            text.push_str(&numbers.iter().map(u64::to_string).collect::<Vec<_>>().join("."));
        }
        text.push(' ');
    }
    text.trim_end_matches(' ').to_owned()
}

/// A line through one value of each column, broken where there is none.
fn line(columns: &[Column], top_us: u64, value: impl Fn(&Column) -> Option<u64>) -> String {
    let mut path = String::new();
    let mut is_drawing = false;
    for (x, column) in columns.iter().enumerate() {
        if let Some(us) = value(column) {
            let y = HEIGHT - us.min(top_us) * HEIGHT / top_us;
            // A String takes any write.
            let _ = write!(path, "{}{x} {y}", if is_drawing { 'L' } else { 'M' });
            if !is_drawing {
                path.push_str("h1");
            }
        }
        is_drawing = value(column).is_some();
    }
    path
}

/// The strip's columns of one verdict, neighbours as one.
fn strip(columns: &[Column], verdict: Verdict) -> Option<String> {
    let mut path = String::new();
    let mut x = 0;
    for stretch in columns.chunk_by(|a, b| a.counts.worst() == b.counts.worst()) {
        if stretch[0].counts.worst() == Some(verdict) {
            let _ = write!(path, "M{x} {STRIP_FROM}h{0}v{STRIP_HEIGHT}h-{0}z", stretch.len());
        }
        x += stretch.len();
    }
    (!path.is_empty()).then_some(path)
}

/// The class of a verdict's colour, which is that of the status it makes.
const fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Up => "operational",
        Verdict::Degraded => "degraded_performance",
        Verdict::Down => "major_outage",
        Verdict::Unknown => "unknown",
    }
}

/// Chart and table.
#[component]
pub fn CheckDay(
    /// The results.
    review: Review,
    /// Tells charts of one page apart.
    id: String,
    /// The site's zone.
    zone: TimeZone,
    /// The words.
    text: Text,
) -> impl IntoView {
    let counts = review.counts();
    if counts.total() == 0 {
        return view! { <p class="empty">{text.get("day-empty")}</p> }.into_any();
    }
    let spoken = text.with(
        "day-counts",
        &[
            ("up", u64::from(counts.up).into()),
            ("degraded", u64::from(counts.degraded).into()),
            ("down", u64::from(counts.down).into()),
            ("unknown", u64::from(counts.unknown).into()),
        ],
    );
    let label = spoken.clone();
    let top_us = review.columns.iter().filter_map(|column| column.took.map(|took| took.p95_us)).max();
    let width = review.columns.len();
    let step = (review.span.ms() / (width as u64).max(1)).to_string();
    // A check that reports too often to be read whole: the chart begins later, and that is said.
    let is_cut = review.span.ms() < DAY_MS;
    let axis_from = if is_cut {
        view! { <TimeText at=review.span.from() zone=zone.clone() text=text.clone()/> }.into_any()
    } else {
        text.get("axis-from").into_any()
    };
    let cut = is_cut.then(|| {
        let newest = u64::from(counts.total());
        view! { <p class="empty">{text.with("day-cut", &[("n", newest.into())])}</p> }
    });
    let lines = top_us.map(|top| {
        let top = top.max(1);
        let p95 = line(&review.columns, top, |column| column.took.map(|took| took.p95_us));
        let p50 = line(&review.columns, top, |column| column.took.map(|took| took.p50_us));
        view! { <path class="p95" d=p95/><path class="p50" d=p50/> }
    });
    let strips = Verdict::ALL.map(|verdict| strip(&review.columns, verdict).map(|d| view! { <path class=class(verdict) d=d/> }));
    let scale = top_us.map(|top| view! { <span class="top">{format::duration(&text, top)}</span> });
    let key = top_us.map(|_| {
        view! { <span class="key"><i class="p50"></i> {text.get("key-p50")} <i class="p95"></i> {text.get("key-p95")}</span> }
    });
    view! {
        <div class="chart" data-columns=encode(&review.columns) data-from=review.span.from().as_ms().to_string() data-step=step>
            {scale}
            <svg viewBox=format!("0 0 {width} {}", STRIP_FROM + STRIP_HEIGHT) preserveAspectRatio="none" role="img" aria-label=label>
                <path class="grid" d=format!("M0 0h{width}M0 {}h{width}M0 {HEIGHT}h{width}", HEIGHT / 2)/>
                {lines}
                {strips.into_iter().collect_view()}
            </svg>
            <p class="axis"><span>{axis_from}</span> {key} <span>{text.get("axis-until")}</span></p>
        </div>
        <p class="counts">{spoken}</p>
        {cut}
        <details class="stretches">
            <summary>{text.get("stretches-open")}</summary>
            {stretches(&review, id, &zone, &text)}
        </details>
    }
    .into_any()
}

fn stretches(review: &Review, id: String, zone: &TimeZone, text: &Text) -> impl IntoView + use<> {
    let rows = review.stretches.iter().map(|stretch| {
        let words = stretch.cause.map_or_else(
            || text.get(&format!("verdict-{}", stretch.verdict.name())),
            |cause| text.get(&format!("cause-{}", cause.name())),
        );
        let took = stretch.took_us.map(|(min, max)| {
            let (shortest, longest) = (format::duration(text, min), format::duration(text, max));
            if shortest == longest { shortest } else { format!("{shortest} – {longest}") }
        });
        let until = (stretch.count > 1).then(|| view! { <TimeText at=stretch.until zone=zone.clone() text=text.clone()/> });
        view! {
            <tr>
                <td><TimeText at=stretch.from zone=zone.clone() text=text.clone()/></td>
                <td>{until}</td>
                <td class=format!("verdict {}", stretch.verdict.name())>{words}</td>
                <td class="number">{stretch.count.to_string()}</td>
                <td class="number">{took}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let left_out = (review.stretches_left_out > 0)
        .then(|| view! { <p class="empty">{text.with("stretches-left-out", &[("n", review.stretches_left_out.into())])}</p> });
    let caption = id.clone();
    view! {
        <div class="table-frame" role="group" tabindex="0" aria-labelledby=caption>
            <table>
                <caption id=id>{text.get("stretches-caption")}</caption>
                <thead><tr>
                    <th scope="col">{text.get("stretch-from")}</th>
                    <th scope="col">{text.get("stretch-until")}</th>
                    <th scope="col">{text.get("stretch-result")}</th>
                    <th scope="col">{text.get("stretch-count")}</th>
                    <th scope="col">{text.get("check-took")}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {left_out}
    }
}

#[cfg(test)]
mod tests {
    use domain::probe::review::{Counts, Took};

    use super::*;

    fn column(p50_us: u64, up: u32, down: u32) -> Column {
        let took = (up > 0).then_some(Took { min_us: p50_us, p50_us, p95_us: p50_us * 2 });
        Column { counts: Counts { up, down, ..Counts::default() }, took }
    }

    #[test]
    fn a_column_travels_in_a_few_bytes() {
        assert_eq!(
            encode(&[column(38_000, 9, 0), Column::default(), column(0, 0, 2), Column::default()]),
            "380.760.9  0.0.0.0.2"
        );
    }

    #[test]
    fn lines_break_where_nothing_was_measured_and_the_strip_joins_what_is_alike() {
        let columns = [column(50, 1, 0), column(100, 1, 0), Column::default(), column(100, 1, 0)];
        assert_eq!(line(&columns, 100, |column| column.took.map(|took| took.p50_us)), "M0 30h1L1 0M3 0h1");
        assert_eq!(strip(&columns, Verdict::Up).unwrap(), "M0 64h2v12h-2zM3 64h1v12h-1z");
        assert_eq!(strip(&columns, Verdict::Down), None);
    }
}
