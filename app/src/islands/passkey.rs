//! Signs in, confirms and registers by passkey. There is no such thing without a script; passwords are there for those who have none.

// The struct that `#[island]` makes for its props takes no doc comment of its own.
#![allow(missing_docs)]

use leptos::prelude::*;

/// A button that is shown once it works, and what is said about it. A passkey that is registered is called what stands in the input
/// `passkey-name`; what is around that, `passkey-name-field`, is shown with the button.
#[component]
pub fn PasskeyButton(
    /// `sign-in`, `confirm` or `register`.
    mode: &'static str,
    /// What the button says.
    label: String,
    /// When it did not work and nobody said why.
    failed: String,
    /// When the visitor stopped it, or the browser waited too long.
    aborted: String,
    /// When the browser knows no passkeys.
    unsupported: String,
    /// Where to go afterwards.
    next: String,
) -> impl IntoView {
    let without_script = unsupported.clone();
    view! {
        <div class="passkey">
            <button type="button" id="passkey" class="plain" data-mode=mode hidden>{label}</button>
            <p id="passkey-status" role="status"></p>
            <noscript><p>{without_script}</p></noscript>
            <PasskeyIsland failed=failed aborted=aborted unsupported=unsupported next=next/>
        </div>
    }
}

/// What it does in the browser.
#[cfg(any(feature = "ssr", feature = "desk"))]
#[island]
pub fn PasskeyIsland(failed: String, aborted: String, unsupported: String, next: String) -> impl IntoView {
    #[cfg(feature = "desk")]
    super::browser::passkey::start(failed, aborted, &unsupported, next);
    #[cfg(not(feature = "desk"))]
    let _ = (failed, aborted, unsupported, next);
}

/// Nothing: the public bundle is compiled with the desk's pages and shows none of them.
#[cfg(not(any(feature = "ssr", feature = "desk")))]
#[component]
pub fn PasskeyIsland(failed: String, aborted: String, unsupported: String, next: String) -> impl IntoView {
    let _ = (failed, aborted, unsupported, next);
}
