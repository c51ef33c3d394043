//! Finds components among hundreds: by typing, or only those in trouble. The second needs no script, the style sheet does it.

// The struct that `#[island]` makes for its props takes no doc comment of its own.
#![allow(missing_docs)]

use leptos::prelude::*;

/// A text field, a box to tick, and how many are shown.
#[component]
pub fn ComponentFilter(
    /// Of the text field.
    label: String,
    /// Of the box.
    only_troubled: String,
    /// How many are shown, with a place for the number.
    shown: String,
    /// When none is.
    none: String,
) -> impl IntoView {
    view! {
        <div class="filter">
            <label class="filter-text">{label} <input id="filter" type="search" autocomplete="off" spellcheck="false"/></label>
            <label><input id="only-troubled" type="checkbox" autocomplete="off"/> {only_troubled}</label>
            <span id="filter-shown" role="status"></span>
            <ComponentFilterIsland shown=shown none=none/>
        </div>
    }
}

/// What it does in the browser.
#[island]
pub fn ComponentFilterIsland(shown: String, none: String) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    super::browser::filter::start(shown, none);
    #[cfg(not(feature = "hydrate"))]
    let _ = (shown, none);
}
