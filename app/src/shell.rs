//! The HTML around every page: head, header, footer, and the script that wakes the islands when the browser has nothing better to do.

use leptos::prelude::*;
use leptos_meta::{MetaTags, provide_meta_context};

use crate::data::PageContext;
use crate::islands::live_status::LiveStatus;
use crate::routes::{Pages, to};

/// Finds the islands in the page and hands each to its function in the module; after Leptos' own script, for one level of children.
const WAKE: &str = "(g,w)=>{let i=self.requestIdleCallback||setTimeout;i(()=>import(g).then(m=>m.default({module_or_path:w}).then(()=>{m.hydrate();let c=[],h=async n=>{let t=n.localName;if(t=='leptos-island'){let f=m[n.dataset.component];c.at(-1)?.();if(f)await f(n)}if(t=='leptos-children')c.push(n.$$on_hydrate);for(let k of[...n.children])await h(k);if(t=='leptos-children')c.pop()};h(document.body)})))}";

/// A whole document.
#[component]
pub fn Document() -> impl IntoView {
    provide_meta_context();
    let context = expect_context::<PageContext>();
    let text = context.text();
    let site = context.data.site(context.language);
    let style = context.assets.css.clone().map(|href| view! { <link rel="stylesheet" href=href/> });
    let script = context.assets.islands.clone().map(|(glue, module)| {
        let wake = format!("({WAKE})('{glue}','{module}')");
        view! { <script type="module" inner_html=wake></script> }
    });
    let alternates = site
        .languages
        .iter()
        .map(|language| view! { <link rel="alternate" hreflang=language.tag() href=to::translated(*language, &context.path)/> })
        .collect_view();
    view! {
        <!DOCTYPE html>
        <html lang=context.language.tag() data-build=context.assets.build.clone()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <MetaTags/>
                {site.description.clone().map(|description| view! { <meta name="description" content=description/> })}
                <link rel="icon" href="/icon.svg" type="image/svg+xml"/>
                {alternates}
                {style}
            </head>
            <body>
                <a class="skip" href="#content">{text.get("skip-to-content")}</a>
                <header class="site-header">
                    <a class="site-name" href=to::status(context.language)>{site.name.clone()}</a>
                    <LiveStatus live=text.get("live") connecting=text.get("live-connecting") lost=text.get("live-lost")/>
                    <LanguageSwitch/>
                </header>
                <Pages/>
                <footer class="site-footer">
                    <p>{text.get("footer-zone")} " " {site.time_zone.iana_name().unwrap_or("UTC").to_owned()}</p>
                    <p>{text.get("footer-made-with")}</p>
                </footer>
                {script}
            </body>
        </html>
    }
}

/// Links to the same page in the site's other languages.
#[component]
fn LanguageSwitch() -> impl IntoView {
    let context = expect_context::<PageContext>();
    let text = context.text();
    let site = context.data.site(context.language);
    let others = site.languages.into_iter().filter(|language| *language != context.language);
    let links = others
        .map(|language| {
            let name = text.get(&format!("language-{}", language.tag()));
            view! { <a href=to::translated(language, &context.path) lang=language.tag() hreflang=language.tag()>{name}</a> }
        })
        .collect_view();
    view! { <nav class="languages" aria-label=text.get("languages")>{links}</nav> }
}
