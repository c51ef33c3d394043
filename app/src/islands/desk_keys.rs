//! Keys that lead around the desk, and a note when the network is gone. Keys without a modifier get in the way of some who speak to their
//! browser, so they can be switched off (WCAG 2.2, criterion 2.1.4).

// The struct that `#[island]` makes for its props takes no doc comment of its own.
#![allow(missing_docs)]

use leptos::prelude::*;

use crate::i18n::Text;

/// Keys and the message that says where they lead. After `g`, a key follows the link of the page whose `data-go` it is.
const SHORTCUTS: [(&[&str], &str); 8] = [
    (&["g", "n"], "desk-now"),
    (&["g", "i"], "incidents-title"),
    (&["g", "r"], "runbooks-title"),
    (&["g", "c"], "components"),
    (&["g", "m"], "planned-title"),
    (&["g", "a"], "account-title"),
    (&["/"], "desk-shortcut-search"),
    (&["?"], "desk-shortcut-list"),
];

/// Keys of the responder's screen (`app/desk/run.js`).
const OF_A_RUN: [(&[&str], &str); 4] =
    [(&["d"], "run-done"), (&["n"], "run-following"), (&["p"], "run-previous"), (&["l"], "run-list")];

/// The list of keys, folded away, and the switch.
#[component]
pub fn DeskKeys(
    /// The words.
    text: Text,
    /// True on the screen of a run.
    is_run: bool,
) -> impl IntoView {
    let of_this_page = OF_A_RUN.into_iter().filter(|_| is_run);
    let rows = of_this_page.chain(SHORTCUTS).map(|(keys, leads_to)| {
        let keys = keys.iter().map(|key| view! { <kbd>{*key}</kbd> " " }).collect_view();
        view! { <div><dt>{keys}</dt><dd>{text.get(leads_to)}</dd></div> }
    });
    let rows = rows.collect_view();
    view! {
        <details id="shortcuts" class="shortcuts">
            <summary><kbd>"?"</kbd> " " {text.get("desk-shortcuts")}</summary>
            <dl>{rows}</dl>
            <label class="tick">
                <input type="checkbox" id="shortcuts-on" autocomplete="off" checked/>
                " "
                <span>{text.get("desk-shortcuts-on")}</span>
            </label>
        </details>
        <DeskKeysIsland/>
    }
}

/// What it does in the browser.
#[cfg(any(feature = "ssr", feature = "desk"))]
#[island]
pub fn DeskKeysIsland() -> impl IntoView {
    #[cfg(feature = "desk")]
    super::browser::desk_keys::start();
}

/// Nothing: the public bundle is compiled with the desk's pages and shows none of them.
#[cfg(not(any(feature = "ssr", feature = "desk")))]
#[component]
pub fn DeskKeysIsland() -> impl IntoView {}
