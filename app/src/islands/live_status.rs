//! Keeps an open page true: hears over SSE that something changed, asks for the page again and puts in only what differs.

// The struct that `#[island]` makes for its props takes no doc comment of its own.
#![allow(missing_docs)]

use leptos::prelude::*;

/// How the connection stands, in words; the page itself is patched behind it.
#[component]
pub fn LiveStatus(
    /// Shown while changes arrive.
    live: String,
    /// Shown until the first connection.
    connecting: String,
    /// Shown while the connection is lost: the page may be out of date.
    lost: String,
) -> impl IntoView {
    view! {
        <span class="live" id="live" data-state="connecting">{connecting}</span>
        <span class="spoken" id="live-said" role="status"></span>
        <LiveStatusIsland live=live lost=lost/>
    }
}

/// What it does in the browser.
#[island]
pub fn LiveStatusIsland(live: String, lost: String) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    super::browser::events::start("live", "live-said".to_owned(), live, lost);
    #[cfg(not(feature = "hydrate"))]
    let _ = (live, lost);
}
