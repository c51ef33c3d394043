//! The style sheet of postmortems, which only their pages load: the front page must fit into the first packets.

use leptos::prelude::*;
use leptos_meta::Link;

use crate::data::PageContext;

/// The link to it.
#[component]
pub fn PostmortemStyle() -> impl IntoView {
    let href = expect_context::<PageContext>().assets.postmortem_css.clone();
    href.map(|href| view! { <Link rel="stylesheet" href=href/> })
}
