//! Light, dark, or as the visitor's system has it. Kept in the browser; the page's bytes are the same for everybody.

// The struct that `#[island]` makes for its props takes no doc comment of its own.
#![allow(missing_docs)]

use leptos::prelude::*;

/// A choice of three.
#[component]
pub fn ThemeSwitch(
    /// What is chosen.
    label: String,
    /// As the system has it.
    auto: String,
    /// Light.
    light: String,
    /// Dark.
    dark: String,
) -> impl IntoView {
    view! {
        <label class="theme">
            {label}
            <select id="theme">
                <option value="">{auto}</option>
                <option value="light">{light}</option>
                <option value="dark">{dark}</option>
            </select>
        </label>
        <ThemeSwitchIsland/>
    }
}

/// What it does in the browser.
#[island]
pub fn ThemeSwitchIsland() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    super::browser::theme::start("theme");
}
