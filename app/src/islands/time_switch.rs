//! Times in the site's zone or in the visitor's, and how long ago things were. Kept in the browser; the page's bytes are the same for
//! everybody.

// The struct that `#[island]` makes for its props takes no doc comment of its own.
#![allow(missing_docs)]

use leptos::prelude::*;

/// A button that says what it will do.
#[component]
pub fn TimeSwitch(
    /// To the visitor's zone.
    mine: String,
    /// Back to the site's.
    site: String,
) -> impl IntoView {
    view! { <button id="zone" type="button">{mine.clone()}</button> <TimeSwitchIsland mine=mine site=site/> }
}

/// What it does in the browser.
#[island]
pub fn TimeSwitchIsland(mine: String, site: String) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    super::browser::times::start("zone", mine, site);
    #[cfg(not(feature = "hydrate"))]
    let _ = (mine, site);
}
