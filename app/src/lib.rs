//! What people see. Pages are rendered on the server; islands are also compiled to WASM and wake up in the browser.
//!
//! Code map: [`data`] declares what pages ask for; [`pages`] are the pages, one file each, made of [`parts`]; [`islands`] is what lives
//! in the browser; [`i18n`] and [`format`] turn values into words, [`day_figures`] those of a day also in the browser; [`shell`] is the HTML around public pages, [`desk_shell`] that around the desk's.
//!
//! This crate never knows a database, a clock or a configuration, and no page body depends on where it is compiled.

// Leptos' view types nest deeply.
#![recursion_limit = "256"]

pub mod data;
pub mod day_figures;
pub mod desk_shell;
mod desk_title;
pub mod format;
pub mod i18n;
pub mod islands;
pub mod pages;
pub mod parts;
pub mod routes;
pub mod shell;

/// Wakes the islands of a page; called by the scripts in [`shell`] and [`desk_shell`].
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
