//! All postmortems that everybody may read.

use leptos::prelude::*;

use crate::data::{PageContext, PostmortemList, PostmortemRow, PublicSite};
use crate::format;
use crate::i18n::Text;
use crate::parts::head::Head;
use crate::parts::postmortem_style::PostmortemStyle;
use crate::routes::to;

/// The list.
#[component]
pub fn PostmortemIndex() -> impl IntoView {
    let context = expect_context::<PageContext>();
    Suspend::new(async move {
        let text = context.text();
        let site = context.data.site(context.language);
        let list = context.data.postmortems(context.language).await;
        show(&text, &site, &list).into_any()
    })
}

fn show(text: &Text, site: &PublicSite, list: &PostmortemList) -> impl IntoView + use<> {
    let items = list.rows.iter().map(|one| row(text, site, one)).collect_view();
    let rows = if list.rows.is_empty() {
        view! { <p class="empty">{text.get("postmortems-none")}</p> }.into_any()
    } else {
        view! { <ol class="postmortem-list">{items}</ol> }.into_any()
    };
    let feed = to::feed(text.language(), "/", "history.atom");
    view! {
        <Head title=text.get("postmortems-title") status=None site=site.clone()/>
        <PostmortemStyle/>
        <main id="content" class="page postmortems" data-version=list.version>
            <p class="back"><a href=to::status(text.language())>{text.get("back-to-status")}</a></p>
            <h1>{text.get("postmortems-title")}</h1>
            <p class="description">{text.get("postmortems-text")}</p>
            {rows}
            <p><a href=feed type="application/atom+xml">{text.get("postmortems-feed")}</a></p>
        </main>
    }
}

fn row(text: &Text, site: &PublicSite, row: &PostmortemRow) -> impl IntoView + use<> {
    let day = |at: domain::time::Timestamp| format::date(text, at.to_jiff().to_zoned(site.time_zone.clone()).date());
    let components = row.components.join(&text.separator("list-separator"));
    let length = row.recovered_ms.map(|ms| format::length(text, ms));
    let state = if row.is_retracted {
        Some(text.get("postmortem-retracted"))
    } else {
        (row.analysis == domain::postmortem::Analysis::Preliminary).then(|| text.get("analysis-preliminary"))
    };
    let updated =
        (row.updated_at != row.published_at).then(|| text.with("postmortem-updated", &[("when", day(row.updated_at).into())]));
    let published = text.with("postmortem-published", &[("when", day(row.published_at).into())]);
    let facts = [Some(published), updated, length, Some(components).filter(|names| !names.is_empty()), state];
    let facts = facts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    view! {
        <li>
            <p class="postmortem-day"><time datetime=row.began_at.to_string()>{day(row.began_at)}</time></p>
            <p class="postmortem-name" lang=row.language.tag()>
                <a href=to::postmortem(text.language(), &row.slug)>{row.title.clone()}</a>
            </p>
            <p class="soft">{facts}</p>
        </li>
    }
}
