//! How long checks took: a line of 24 medians, and two numbers.

use std::fmt::Write as _;

use leptos::prelude::*;

use crate::data::PublicLatency;
use crate::format;
use crate::i18n::Text;

/// Height of the drawing; its width is one unit per step between two hours.
const HEIGHT: u64 = 12;

/// The line. It begins at zero, so that heights can be compared; a gap is an hour in which nothing was measured.
fn line(hours: &[Option<u64>]) -> String {
    let top = hours.iter().flatten().copied().max().unwrap_or(0).max(1);
    let mut path = String::new();
    let mut before = false;
    for (x, hour) in hours.iter().enumerate() {
        if let Some(us) = hour {
            let y = HEIGHT - us * (HEIGHT - 1) / top;
            // A String takes any write. A point alone is drawn as a short line.
            let _ = match (before, hours.get(x + 1).copied().flatten().is_some()) {
                (true, _) => write!(path, "L{x} {y}"),
                (false, true) => write!(path, "M{x} {y}"),
                (false, false) => write!(path, "M{x} {y}h.5"),
            };
        }
        before = hour.is_some();
    }
    path
}

/// The line and the numbers.
#[component]
pub fn Latency(
    /// Of 24 hours.
    latency: PublicLatency,
    /// The words.
    text: Text,
) -> impl IntoView {
    let numbers = [("p50", latency.p50_us), ("p95", latency.p95_us)].map(|(name, us)| (name, format::duration(&text, us).into()));
    let view_box = format!("0 0 {} {HEIGHT}", latency.hours.len().saturating_sub(1).max(1));
    view! {
        <span class="latency" title=text.get("latency-24h")>
            <svg viewBox=view_box preserveAspectRatio="none" aria-hidden="true"><path d=line(&latency.hours)/></svg>
            <span><span class="spoken">{text.get("response-time")}</span> {text.with("latency", &numbers)}</span>
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_stays_within_its_box_and_breaks_where_nothing_was_measured() {
        assert_eq!(line(&[Some(100), Some(50), None, Some(100)]), "M0 1L1 7M3 1h.5");
        assert_eq!(line(&[None, None]), "");
        assert_eq!(line(&[Some(0)]), "M0 12h.5");
    }
}
