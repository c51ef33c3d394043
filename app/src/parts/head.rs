//! What a page says about itself to browsers and to those who show previews of it: title, an icon in the colour of the state, picture.

use std::fmt::Write as _;

use domain::component::Status;
use leptos::prelude::*;
use leptos_meta::{Link, Meta, Title};

use crate::data::{PageContext, PublicSite};
use crate::routes::to;

/// The head of a page about a state.
#[component]
pub fn Head(
    /// Its title; the site's name comes behind it.
    title: String,
    /// The state it is about, if it is about one.
    status: Option<Status>,
    /// The site.
    site: PublicSite,
    /// What kind of thing it is, as Open Graph names it.
    #[prop(default = "website")]
    kind: &'static str,
) -> impl IntoView {
    let context = expect_context::<PageContext>();
    let title = format!("{title} · {}", site.name);
    let shown = status.map(|status| if status == Status::Unwatched { Status::Unknown } else { status });
    let icon = shown.map_or_else(|| "/icon.svg".to_owned(), |status| format!("/icon-{}.svg", status.name()));
    let address = format!("{}{}", site.base, to::translated(context.language, &context.path));
    let picture = shown.map(|status| {
        let picture = format!("{}/og-{}-{}.png", site.base, status.name(), context.language.tag());
        view! { <Meta property="og:image" content=picture/><Meta name="twitter:card" content="summary_large_image"/> }
    });
    let embedding = format!("/oembed?format=json&url={}", percent_encoded(&address));
    view! {
        <Title text=escaped(&title)/>
        <Link id="icon" rel="icon" href=icon type_="image/svg+xml"/>
        <Link rel="alternate" type_="application/json+oembed" href=embedding/>
        <Meta property="og:title" content=title/>
        <Meta property="og:type" content=kind/>
        <Meta property="og:url" content=address/>
        {picture}
    }
}

/// Leptos writes a title as it is given, so it is given without anything that could be markup.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// As a value within a query (RFC 3986, section 2).
fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // A String takes any write.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}
