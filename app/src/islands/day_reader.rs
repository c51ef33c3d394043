//! Tells the days of the bars: under the pointer, under a finger, and by arrow keys, one tab stop a bar.

// The struct that `#[island]` makes for its props takes no doc comment of its own.
#![allow(missing_docs)]

use leptos::prelude::*;

use crate::day_figures::DayWords;

/// What is shown beside the day, and what is spoken.
#[component]
pub fn DayReader(
    /// The words for a day.
    words: DayWords,
) -> impl IntoView {
    view! {
        <div class="pop" id="day-pop" aria-hidden="true" hidden></div>
        <div class="pop-mark" id="day-mark" hidden></div>
        <p class="spoken" id="day-said" role="status"></p>
        <DayReaderIsland words=words/>
    }
}

/// What it does in the browser.
#[island]
pub fn DayReaderIsland(words: DayWords) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    super::browser::days::start(words);
    #[cfg(not(feature = "hydrate"))]
    let _ = words;
}
