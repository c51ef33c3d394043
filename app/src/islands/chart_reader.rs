//! Reads the charts of a day: a line under the pointer or moved by arrow keys, and what was measured there.

// The struct that `#[island]` makes for its props takes no doc comment of its own.
#![allow(missing_docs)]

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::i18n::{PLACE, Text};

/// Words for one column of a chart; [`PLACE`] stands where a value goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnWords {
    /// Median and 95th percentile.
    p50: String,
    p95: String,
    /// Milliseconds and seconds.
    ms: String,
    s: String,
    /// How many up, degraded, down, unknown.
    counts: [String; 4],
    nothing: String,
    separator: String,
}

impl ColumnWords {
    /// The words in the language of `text`.
    pub fn of(text: &Text) -> Self {
        let with = |key, name: &'static str| text.with(key, &[(name, PLACE.into())]);
        Self {
            p50: with("column-p50", "took"),
            p95: with("column-p95", "took"),
            ms: with("took-ms", "n"),
            s: with("took-s", "n"),
            counts: ["column-up", "column-degraded", "column-down", "column-unknown"].map(|key| with(key, "n")),
            nothing: text.get("column-nothing"),
            separator: text.separator("list-separator"),
        }
    }

    /// What a column says; `numbers` as in the chart's `data-columns`: median and 95th percentile in tenths of a millisecond, then counts.
    pub fn say(&self, numbers: &[u64]) -> String {
        let number = |index: usize| numbers.get(index).copied().unwrap_or(0);
        let length = |tenths: u64| match tenths {
            0..100 => self.ms.replace(PLACE, &format!("{}.{}", tenths / 10, tenths % 10)),
            100..10_000 => self.ms.replace(PLACE, &(tenths / 10).to_string()),
            _ => self.s.replace(PLACE, &format!("{}.{:02}", tenths / 10_000, tenths % 10_000 / 100)),
        };
        let mut said = Vec::new();
        if number(1) > 0 {
            said.push(self.p50.replace(PLACE, &length(number(0))));
            said.push(self.p95.replace(PLACE, &length(number(1))));
        }
        let counts = self.counts.iter().zip(2..).filter(|(_, index)| number(*index) > 0);
        said.extend(counts.map(|(words, index)| words.replace(PLACE, &number(index).to_string())));
        if said.is_empty() { self.nothing.clone() } else { said.join(&self.separator) }
    }
}

/// What is shown beside the line, and what is spoken.
#[component]
pub fn ChartReader(
    /// The words for a column.
    words: ColumnWords,
) -> impl IntoView {
    view! {
        <div class="pop" id="chart-pop" aria-hidden="true" hidden></div>
        <div class="pop-mark" id="chart-mark" hidden></div>
        <p class="spoken" id="chart-said" role="status"></p>
        <ChartReaderIsland words=words/>
    }
}

/// What it does in the browser.
#[island]
pub fn ChartReaderIsland(words: ColumnWords) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    super::browser::chart::start(words);
    #[cfg(not(feature = "hydrate"))]
    let _ = words;
}
