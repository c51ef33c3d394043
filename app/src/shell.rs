//! The HTML around every page: head, header, footer, and the two scripts: one that sets the theme before anything is painted, one that
//! wakes the islands when the browser has nothing better to do.

use leptos::prelude::*;
use leptos_meta::{MetaTags, provide_meta_context};

use crate::data::{Assets, PageContext, PublicSite};
use crate::day_figures::DayWords;
use crate::i18n::Text;
use crate::islands::day_reader::DayReader;
use crate::islands::live_status::LiveStatus;
use crate::islands::theme_switch::ThemeSwitch;
use crate::islands::time_switch::TimeSwitch;
use crate::routes::{Pages, to};

/// What the visitor chose the last time, if storage can be read at all.
pub(crate) const THEME: &str = "try{let t=localStorage.theme;if(t)document.documentElement.dataset.theme=t}catch{}";

/// Finds the islands in the page and hands each to its function in the module; after Leptos' own script, for one level of children.
const WAKE: &str = "(g,w)=>{let i=self.requestIdleCallback||setTimeout;i(()=>import(g).then(m=>m.default({module_or_path:w}).then(()=>{m.hydrate();let c=[],h=async n=>{let t=n.localName;if(t=='leptos-island'){let f=m[n.dataset.component];c.at(-1)?.();if(f)await f(n)}if(t=='leptos-children')c.push(n.$$on_hydrate);for(let k of[...n.children])await h(k);if(t=='leptos-children')c.pop()};h(document.body)})))}";

/// The scripts that stand in public pages themselves, and no others: what the content security policy allows.
pub fn inline_scripts(assets: &Assets) -> Vec<String> {
    std::iter::once(THEME.to_owned()).chain(assets.islands.as_ref().map(wake)).collect()
}

/// The script that wakes the islands of a bundle: paths of its JS glue and its WASM module.
pub(crate) fn wake((glue, module): &(String, String)) -> String {
    format!("({WAKE})('{glue}','{module}')")
}

/// A whole document.
#[component]
pub fn Document() -> impl IntoView {
    provide_meta_context();
    let context = expect_context::<PageContext>();
    let text = context.text();
    let site = context.data.site(context.language);
    let style = context.assets.css.clone().map(|href| view! { <link rel="stylesheet" href=href/> });
    let script = context.assets.islands.as_ref().map(wake);
    let script = script.map(|wake| view! { <script type="module" inner_html=wake></script> });
    let alternates = site
        .languages
        .iter()
        .map(|language| {
            // Whole addresses: search engines take no others here.
            let href = format!("{}{}", site.base, to::translated(*language, &context.path));
            view! { <link rel="alternate" hreflang=language.tag() href=href/> }
        })
        .collect_view();
    let zone = site.time_zone.iana_name().unwrap_or("UTC").to_owned();
    let manifest = to::translated(context.language, "/manifest.webmanifest");
    view! {
        <!DOCTYPE html>
        <html lang=context.language.tag() data-build=context.assets.build.clone() data-zone=zone>
            <head>
                <meta charset="utf-8"/>
                <script inner_html=THEME></script>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <MetaTags/>
                {site.description.clone().map(|description| view! { <meta name="description" content=description/> })}
                {alternates}
                <link rel="alternate" type="application/atom+xml" title=site.name.clone() href=to::feed(context.language, &context.path, "history.atom")/>
                <link rel="manifest" href=manifest/>
                {style}
            </head>
            <body>
                <a class="skip" href="#content">{text.get("skip-to-content")}</a>
                <header class="site-header">
                    <a class="site-name" href=to::status(context.language)>{site.name.clone()}</a>
                    <p class="description">{site.description.clone()}</p>
                    <LiveStatus live=text.get("live") connecting=text.get("live-connecting") lost=text.get("live-lost")/>
                    <nav class="site-nav" aria-label=text.get("site-nav")>
                        <a href=to::history(context.language, None)>{text.get("history")}</a>
                        <LanguageSwitch/>
                    </nav>
                </header>
                <Pages/>
                <Footer site=site text=text.clone()/>
                <DayReader words=DayWords::of(&text)/>
                {script}
            </body>
        </html>
    }
}

/// How to follow what happens, and how to read this page.
#[component]
fn Footer(site: PublicSite, text: Text) -> impl IntoView {
    let context = expect_context::<PageContext>();
    let feed = |file| to::feed(context.language, &context.path, file);
    let api = "/api/v2/summary.json";
    view! {
        <footer class="site-footer">
            <p class="follow">
                {text.get("follow")} " " <a href=feed("history.atom")>"Atom"</a> " " <a href=feed("history.rss")>"RSS"</a> " "
                <a href=feed("feed.json")>"JSON Feed"</a> " " <a href=api>{text.get("follow-api")}</a>
            </p>
            <div class="switches">
                <p>
                    {text.get("footer-zone")} " " {site.time_zone.iana_name().unwrap_or("UTC").to_owned()} " "
                    <TimeSwitch mine=text.get("zone-mine") site=text.get("zone-site")/>
                </p>
                <ThemeSwitch
                    label=text.get("theme")
                    auto=text.get("theme-auto")
                    light=text.get("theme-light")
                    dark=text.get("theme-dark")
                />
            </div>
            <p>{text.get("footer-made-with")}</p>
        </footer>
    }
}

/// Links to the same page in the site's other languages.
#[component]
fn LanguageSwitch() -> impl IntoView {
    let context = expect_context::<PageContext>();
    let text = context.text();
    let site = context.data.site(context.language);
    let others = site.languages.into_iter().filter(|language| *language != context.language);
    let links = others.map(|language| {
        let name = text.get(&format!("language-{}", language.tag()));
        view! { <a href=to::translated(language, &context.path) lang=language.tag() hreflang=language.tag()>{name}</a> }
    });
    links.collect_view()
}
