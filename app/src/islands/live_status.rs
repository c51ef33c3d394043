//! Keeps an open page true: hears over SSE that something changed, asks for the page again and puts in only what differs.

// The struct that `#[island]` makes for its props takes no doc comment of its own.
#![allow(missing_docs)]

use leptos::prelude::*;

/// How the connection stands, in words; the page itself is patched behind it.
#[island]
pub fn LiveStatus(
    /// Shown while changes arrive.
    live: String,
    /// Shown until the first connection.
    connecting: String,
    /// Shown while the connection is lost: the page may be out of date.
    lost: String,
) -> impl IntoView {
    let (is_connected, set_connected) = signal(None::<bool>);
    #[cfg(feature = "hydrate")]
    super::browser::follow(move |connected| set_connected.set(Some(connected)));
    #[cfg(not(feature = "hydrate"))]
    let _ = set_connected;
    let words = move || match is_connected.get() {
        None => connecting.clone(),
        Some(true) => live.clone(),
        Some(false) => lost.clone(),
    };
    let state = move || match is_connected.get() {
        None => "connecting",
        Some(true) => "live",
        Some(false) => "lost",
    };
    view! { <span class="live" data-state=state>{words}</span> }
}
