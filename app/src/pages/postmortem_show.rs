//! The page of a postmortem: what happened, told by those whom it happened to. Made to be read, on a phone and on paper, without JavaScript.

use domain::postmortem::Analysis;
use domain::postmortem::outline::Heading;
use domain::time::{TimeRange, Timestamp};
use jiff::tz::TimeZone;
use leptos::prelude::*;
use leptos_meta::Meta;
use leptos_router::hooks::use_params_map;

use crate::data::{
    ImpactBar, PageContext, PageError, PostmortemContent, PostmortemPage, PostmortemText, PostmortemView, PublicEdit, PublicSite,
};
use crate::format;
use crate::i18n::Text;
use crate::pages::error::{NotFound, Unavailable};
use crate::parts::head::Head;
use crate::parts::postmortem::{body, changes, figures};
use crate::parts::postmortem_style::PostmortemStyle;
use crate::routes::to;

/// Width and height of a bar, in its own units.
const BAR: (f64, u32) = (1000.0, 24);
/// So much of a bar is drawn at least, so that a minute of a fortnight is seen.
const DRAWN_MIN: f64 = 3.0;
/// An outline of fewer headings helps nobody.
const OUTLINE_MIN: usize = 4;
/// Of it only headings down to this level.
const OUTLINE_LEVEL_MAX: u8 = 3;

/// The page of one postmortem.
#[component]
pub fn PostmortemShow() -> impl IntoView {
    page(|_| Some(PostmortemView::Newest))
}

/// The page of one as it once was.
#[component]
pub fn PostmortemVersion() -> impl IntoView {
    page(|number| number.map(PostmortemView::Version))
}

/// What one publication changed.
#[component]
pub fn PostmortemChanges() -> impl IntoView {
    page(|number| number.map(PostmortemView::Changes))
}

fn page(asked: impl FnOnce(Option<i64>) -> Option<PostmortemView>) -> impl IntoView {
    let context = expect_context::<PageContext>();
    let params = use_params_map().read_untracked();
    let slug = params.get("slug").unwrap_or_default();
    let asked = asked(params.get("number").and_then(|number| number.parse().ok()));
    Suspend::new(async move {
        let Some(asked) = asked else { return NotFound().into_any() };
        let text = context.text();
        let site = context.data.site(context.language);
        match context.data.postmortem(context.language, &slug, asked).await {
            Ok(page) => {
                if matches!(page.content, PostmortemContent::Retracted(_)) {
                    context.set_status(410);
                }
                show(&text, &site, &page, asked).into_any()
            }
            Err(PageError::NotFound) => NotFound().into_any(),
            Err(PageError::Unavailable) => Unavailable().into_any(),
        }
    })
}

fn show(text: &Text, site: &PublicSite, page: &PostmortemPage, asked: PostmortemView) -> impl IntoView + use<> {
    let language = text.language();
    let is_newest = asked == PostmortemView::Newest;
    let robots = (!is_newest).then(|| view! { <Meta name="robots" content="noindex"/> });
    let published = page.history.last().map(|first| first.at.to_string());
    let published = published.map(|at| view! { <Meta property="article:published_time" content=at/> });
    let modified = page.history.first().map(|newest| newest.at.to_string());
    let modified = modified.map(|at| view! { <Meta property="article:modified_time" content=at/> });
    let incident = page.incident.as_ref().map(|(number, name)| {
        let words = text.with("postmortem-of-incident", &[("name", name.clone().into())]);
        view! { <p class="postmortem-incident"><a href=to::incident(language, *number)>{words}</a></p> }
    });
    let content = match &page.content {
        PostmortemContent::Text(shown) => story(text, site, shown).into_any(),
        PostmortemContent::Changes(all) => {
            let words = text.with("postmortem-changes-of", &[("n", page.shown.number.into())]);
            view! {
                <h2>{words}</h2>
                <p>{edit_words(text, site, &page.shown)}</p>
                {changes(text, all)}
            }
            .into_any()
        }
        PostmortemContent::Retracted(reason) => view! {
            <div class="postmortem-note" role="status">
                <p><strong>{text.get("postmortem-retracted-text")}</strong></p>
                <p>{reason.clone()}</p>
            </div>
        }
        .into_any(),
    };
    let back = if is_newest {
        view! { <p class="back"><a href=to::postmortems(language)>{text.get("postmortems-back")}</a></p> }.into_any()
    } else {
        let note =
            matches!(asked, PostmortemView::Version(number) if page.history.first().is_some_and(|newest| newest.number > number));
        let note = note.then(|| view! { <p class="postmortem-note" role="status">{text.get("postmortem-old-version")}</p> });
        view! { <p class="back"><a href=to::postmortem(language, &page.slug)>{text.get("postmortem-to-newest")}</a></p> {note} }
            .into_any()
    };
    let title_language = match &page.content {
        PostmortemContent::Text(shown) => shown.language.tag(),
        _ => language.tag(),
    };
    view! {
        <Head title=page.title.clone() status=None site=site.clone() kind="article"/>
        <Meta name="description" content=page.description.clone()/>
        <Meta property="og:description" content=page.description.clone()/>
        {published}
        {modified}
        {robots}
        <PostmortemStyle/>
        <main id="content" class="page postmortem" data-version=page.version>
            {back}
            <article>
                <header>
                    <h1 lang=title_language>{page.title.clone()}</h1>
                    {dates(text, site, page)}
                    {incident}
                </header>
                {content}
            </article>
            {history(text, site, page)}
            {exports(text, page)}
        </main>
    }
}

fn moment(text: &Text, site: &PublicSite, at: Timestamp) -> impl IntoView + use<> {
    let day = format::date(text, at.to_jiff().to_zoned(site.time_zone.clone()).date());
    view! { <time datetime=at.to_string()>{day}</time> }
}

/// When it was published and last changed, and how sure its authors are.
fn dates(text: &Text, site: &PublicSite, page: &PostmortemPage) -> impl IntoView + use<> {
    let first = page
        .history
        .last()
        .map(|first| view! { <span>{text.get("postmortem-first-published")} " " {moment(text, site, first.at)}</span> });
    let newest = page.history.first().filter(|newest| newest.number > 1);
    let newest = newest.map(|newest| {
        view! { <span>{text.get("postmortem-last-changed")} " " <a href="#history">{moment(text, site, newest.at)}</a></span> }
    });
    let analysis = match page.shown.analysis {
        Analysis::Preliminary => Some(view! { <span class="postmortem-analysis">{text.get("analysis-preliminary-text")}</span> }),
        Analysis::Final => None,
    };
    view! { <p class="postmortem-dates">{first} {newest} {analysis}</p> }
}

fn story(text: &Text, site: &PublicSite, shown: &PostmortemText) -> impl IntoView + use<> {
    let is_other = (shown.language != text.language()).then(|| {
        let key = format!("postmortem-only-{}", shown.language.tag());
        view! { <p class="postmortem-note">{text.get(&key)}</p> }
    });
    let strip = (!shown.figures.is_empty() || shown.stated_ms.is_some()).then(|| {
        view! { <section class="strip" aria-label=text.get("story-figures")>{figures(text, &shown.figures, shown.stated_ms)}</section> }
    });
    view! {
        {is_other}
        {strip}
        {bars(text, &shown.zone, shown)}
        {outline(text, &shown.outline)}
        <div class="story-body" lang=shown.language.tag()>{body(text, &shown.zone, &shown.pieces)}</div>
        {zone_note(text, site, &shown.zone)}
    }
}

/// In which zone times are, where that is not the site's.
fn zone_note(text: &Text, site: &PublicSite, zone: &TimeZone) -> Option<impl IntoView + use<>> {
    let name = zone.iana_name()?.to_owned();
    (site.time_zone.iana_name() != Some(name.as_str()))
        .then(|| view! { <p class="soft">{text.with("postmortem-zone", &[("zone", name.into())])}</p> })
}

fn outline(text: &Text, headings: &[Heading]) -> Option<impl IntoView + use<>> {
    let shown: Vec<&Heading> = headings.iter().filter(|heading| heading.level <= OUTLINE_LEVEL_MAX).collect();
    let items = shown.iter().map(|heading| {
        let class = format!("level-{}", heading.level);
        view! { <li class=class><a href=format!("#{}", heading.id)>{heading.text.clone()}</a></li> }
    });
    let items = items.collect_view();
    (shown.len() >= OUTLINE_MIN).then(|| {
        view! {
            <nav class="outline" aria-labelledby="outline">
                <details>
                    <summary id="outline">{text.get("postmortem-outline")}</summary>
                    <ol>{items}</ol>
                </details>
            </nav>
        }
    })
}

/// Components with what they were like, on one line of time.
fn bars(text: &Text, zone: &TimeZone, shown: &PostmortemText) -> Option<impl IntoView + use<>> {
    let span = shown.span?;
    let rows = shown.bars.iter().map(|bar| bar_row(text, zone, span, bar)).collect_view();
    let edge = |at: Timestamp| format::moment(text, at, zone);
    (!shown.bars.is_empty()).then(|| {
        view! {
            <section class="impact" aria-labelledby="impact">
                <h2 id="impact">{text.get("story-affected")}</h2>
                <ul>{rows}</ul>
                <p class="impact-edges" aria-hidden="true"><span>{edge(span.from())}</span> <span>{edge(span.until())}</span></p>
            </section>
        }
    })
}

fn bar_row(text: &Text, zone: &TimeZone, span: TimeRange, bar: &ImpactBar) -> impl IntoView + use<> {
    let (width, height) = BAR;
    let whole = span.ms().max(1) as f64;
    let place = |at: Timestamp| at.since(span.from()).as_millis() as f64 / whole * width;
    let stretches = bar.stretches.iter().map(|(range, status)| {
        let (from, until) = (place(range.from()), place(range.until()));
        let long = (until - from).max(DRAWN_MIN);
        let x = format!("{:.1}", from.min(width - long));
        view! { <rect class=format!("bar-{}", status.name()) x=x y="0" width=format!("{long:.1}") height=height></rect> }
    });
    let stretches = stretches.collect_view();
    let words = bar.stretches.iter().map(|(range, status)| {
        let (from, until) = (format::moment(text, range.from(), zone), format::moment(text, range.until(), zone));
        format!("{} {from} – {until}", format::status(text, *status))
    });
    let words = words.collect::<Vec<_>>().join(&text.separator("list-separator"));
    let name = match &bar.slug {
        Some(slug) => view! { <a href=to::component(text.language(), slug)>{bar.name.clone()}</a> }.into_any(),
        None => bar.name.clone().into_any(),
    };
    let source = text.get(if bar.is_measured { "impact-measured" } else { "impact-declared" });
    view! {
        <li>
            <p>{name} " " <small class="soft">{source}</small></p>
            <svg role="img" aria-label=words viewBox=format!("0 0 {width} {height}") preserveAspectRatio="none">
                <rect class="bar-base" x="0" y="0" width=width height=height></rect>
                {stretches}
            </svg>
        </li>
    }
}

fn edit_words(text: &Text, site: &PublicSite, edit: &PublicEdit) -> impl IntoView + use<> {
    let minor = edit.is_minor.then(|| view! { " " <small class="soft">{text.get("postmortem-minor")}</small> });
    let message = if edit.message.is_empty() && edit.number == 1 { text.get("postmortem-first") } else { edit.message.clone() };
    view! { {moment(text, site, edit.at)} " " {message} {minor} }
}

/// How it changed, for everybody to see.
fn history(text: &Text, site: &PublicSite, page: &PostmortemPage) -> Option<impl IntoView + use<>> {
    let language = text.language();
    let is_retracted = matches!(page.content, PostmortemContent::Retracted(_));
    let first = page.history.iter().map(|edit| edit.number).min().unwrap_or(1);
    let start = page.history.first().map_or(1, |newest| newest.number);
    let items = page.history.iter().map(|edit| {
        let version = to::postmortem_version(language, &page.slug, edit.number);
        let changes = to::postmortem_changes(language, &page.slug, edit.number);
        let number = edit.number;
        let links = (!is_retracted).then(|| {
            let changes = (number > first).then(|| view! { " · " <a href=changes>{text.get("postmortem-see-changes")}</a> });
            view! { " " <span class="postmortem-links"><a href=version>{text.get("postmortem-see-version")}</a> {changes}</span> }
        });
        view! { <li>{edit_words(text, site, edit)} {links}</li> }
    });
    let items = items.collect_view();
    (!page.history.is_empty()).then(|| {
        view! {
            <section class="postmortem-history" aria-labelledby="history">
                <h2 id="history">{text.get("postmortem-history")}</h2>
                <ol reversed start=start>{items}</ol>
            </section>
        }
    })
}

/// The same for other programs, and for those who keep things.
fn exports(text: &Text, page: &PostmortemPage) -> Option<impl IntoView + use<>> {
    let link = |end: &str, words: &'static str| {
        let href = format!("{}.{end}", to::postmortem(text.language(), &page.slug));
        view! { <li><a href=href>{words}</a></li> }
    };
    let is_there = !matches!(page.content, PostmortemContent::Retracted(_));
    is_there.then(|| {
        view! {
            <section class="postmortem-exports" aria-labelledby="exports">
                <h2 id="exports">{text.get("postmortem-exports")}</h2>
                <ul>{link("md", "Markdown")} {link("html", "HTML")} {link("json", "JSON")}</ul>
            </section>
        }
    })
}
