//! Two revisions of a postmortem side by side.

use leptos::prelude::*;

use super::postmortems::{postmortem_href, postmortem_number};
use crate::data::desk::{DeskContext, PostmortemComparePage};
use crate::i18n::Text;
use crate::parts::form::PostButton;
use crate::parts::postmortem::changes;
use crate::parts::time_text::TimeText;

/// The page.
#[component]
pub fn PostmortemCompareView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: PostmortemComparePage,
) -> impl IntoView {
    let text = context.text();
    let href = postmortem_href(page.number);
    let line = |one: &crate::data::desk::RevisionLine| {
        view! {
            <li>
                {text.with("revision-name", &[("n", one.number.into())])} " " {one.message.clone()} " "
                <span class="soft">{one.author.clone()} " " <TimeText at=one.at zone=context.zone.clone() text=text.clone()/></span>
            </li>
        }
    };
    let ask = text.with("revision-restore-ask", &[("n", page.from.number.into())]);
    let restore = (page.may_write && page.from.number < page.revisions.first().map_or(0, |newest| newest.number)).then(|| {
        let label = text.with("revision-restore", &[("n", page.from.number.into())]);
        let fields = vec![("revision", page.from.number.to_string())];
        view! { <PostButton action=format!("{href}/restore") label=label fields=fields ask=ask/> }
    });
    view! {
        <main id="content" class="desk postmortem-compare">
            <p class="back"><a href=href.clone()>{postmortem_number(page.number)} " " {page.title.clone()}</a></p>
            <h1>{text.get("compare-heading")}</h1>
            <ul>{line(&page.from)} {line(&page.to)}</ul>
            {choose(&text, &page, &href)}
            <div class="actions">{restore}</div>
            {changes(&text, &page.changes)}
        </main>
    }
}

fn choose(text: &Text, page: &PostmortemComparePage, href: &str) -> impl IntoView + use<> {
    let options = |chosen: i64| {
        let option = |one: &crate::data::desk::RevisionLine| {
            let name = text.with("revision-name", &[("n", one.number.into())]);
            view! { <option value=one.number.to_string() selected=one.number == chosen>{name} " " {one.message.clone()}</option> }
        };
        page.revisions.iter().map(option).collect_view()
    };
    view! {
        <form class="filter" method="get" action=format!("{href}/compare")>
            <p><label for="from">{text.get("compare-from")}</label> <select id="from" name="from">{options(page.from.number)}</select></p>
            <p><label for="to">{text.get("compare-to")}</label> <select id="to" name="to">{options(page.to.number)}</select></p>
            <button type="submit" class="plain">{text.get("compare-show")}</button>
        </form>
    }
}
