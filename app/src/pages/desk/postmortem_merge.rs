//! Somebody saved meanwhile: what both wrote is put together, and where both changed the same sentence somebody chooses.

use domain::postmortem::compare::{Change, inline};
use domain::postmortem::merge::Region;
use leptos::prelude::*;

use super::postmortems::{postmortem_href, postmortem_number};
use crate::data::desk::{DeskContext, PostmortemMergePage};
use crate::i18n::Text;
use crate::parts::form::{FormErrors, Hidden, Submit};
use crate::parts::time_text::TimeText;

/// Fields of the editor that come along.
const TYPED: [(&str, &str); 8] = [
    ("base", "base"),
    ("title_ja", "title_ja"),
    ("title_en", "title_en"),
    ("body_ja", "body_ja"),
    ("body_en", "body_en"),
    ("only", "only"),
    ("message", "message"),
    ("theirs", "theirs"),
];

/// The page.
#[component]
pub fn PostmortemMergeView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: PostmortemMergePage,
) -> impl IntoView {
    let text = context.text();
    let href = postmortem_href(page.number);
    let (number, name, at, message) = page.theirs.clone();
    let theirs = text.with("merge-theirs-is", &[("n", number.into()), ("name", name.into())]);
    let typed = TYPED.map(|(name, field)| view! { <Hidden name=name value=page.form.value(field)/> });
    let lead =
        if page.conflicts == 0 { text.get("merge-clean") } else { text.with("merge-conflicts", &[("n", page.conflicts.into())]) };
    view! {
        <main id="content" class="desk postmortem-merge">
            <p class="back"><a href=href.clone()>{postmortem_number(page.number)}</a></p>
            <h1>{text.get("merge-title")}</h1>
            <p class="notice">
                {theirs} " " {message} " " <TimeText at=at zone=context.zone.clone() text=text.clone()/>
            </p>
            <p>{lead}</p>
            <form class="form" method="post" action=format!("{href}/merge")>
                <FormErrors form=page.form.clone() text=text.clone()/>
                {typed.into_iter().collect_view()}
                {parts(&text, &page)}
                <p class="hint">{text.get("merge-hint")}</p>
                <Submit label=text.get("merge-take")/>
            </form>
        </main>
    }
}

fn parts(text: &Text, page: &PostmortemMergePage) -> impl IntoView + use<> {
    let mut place = 0;
    let mut all = Vec::new();
    for (field, language, regions) in &page.parts {
        let has_conflict = regions.iter().any(|region| matches!(region, Region::Conflict { .. }));
        if !has_conflict {
            continue;
        }
        let heading = format!(
            "{} · {}",
            text.get(if *field == "title" { "compare-title" } else { "compare-body" }),
            text.get(&format!("language-{}", language.tag()))
        );
        let mut shown = Vec::new();
        for region in regions {
            match region {
                Region::Merged(merged) => shown.push(around(merged)),
                Region::Conflict { base, ours, theirs } => {
                    shown.push(conflict(text, page, place, [base, ours, theirs]).into_any());
                    place += 1;
                }
            }
        }
        all.push(view! { <section class="merge-part"><h2>{heading}</h2> {shown}</section> });
    }
    all
}

/// What both agree on, as far as it helps to find the place.
fn around(merged: &str) -> AnyView {
    const SHOWN: usize = 120;
    let count = merged.chars().count();
    let words = if count <= 2 * SHOWN {
        merged.to_owned()
    } else {
        let first: String = merged.chars().take(SHOWN).collect();
        let last: String = merged.chars().skip(count - SHOWN).collect();
        format!("{first} … {last}")
    };
    view! { <p class="merge-agreed soft">{words}</p> }.into_any()
}

/// What one wrote, with what differs from what both began with.
fn marked(text: &Text, base: &str, words: &str) -> AnyView {
    if base.trim().is_empty() {
        return words.to_owned().into_any();
    }
    let pieces = inline(base, words).into_iter().map(|(piece, change)| match change {
        Change::Same => piece.into_any(),
        // Marks are seen and not heard.
        Change::Removed => view! { <del><span class="spoken">{text.get("merge-removed")}</span>{piece}</del> }.into_any(),
        Change::Added => view! { <ins><span class="spoken">{text.get("merge-added")}</span>{piece}</ins> }.into_any(),
    });
    pieces.collect_view().into_any()
}

fn conflict(text: &Text, page: &PostmortemMergePage, place: usize, [base, ours, theirs]: [&String; 3]) -> impl IntoView + use<> {
    let name = format!("choice_{place}");
    let chosen = page.form.value(&name);
    let option = |value: &'static str, key: &'static str, words: Option<&String>| {
        let words = words.map(|words| view! { <span class="merge-text">{marked(text, base, words)}</span> });
        view! {
            <label class="tick merge-option">
                <input type="radio" name=name.clone() value=value checked=chosen == value required/>
                " "
                <span>{text.get(key)} {words}</span>
            </label>
        }
    };
    let base = (!base.trim().is_empty()).then(|| {
        view! { <details><summary>{text.get("merge-base")}</summary><p class="merge-text">{base.clone()}</p></details> }
    });
    view! {
        <fieldset class="fields merge-conflict">
            <legend>{text.with("merge-conflict", &[("n", (place + 1).into())])}</legend>
            {option("ours", "merge-ours", Some(ours))}
            {option("theirs", "merge-theirs", Some(theirs))}
            {option("both", "merge-both", None)}
            {base}
        </fieldset>
    }
}
