//! How two versions of a runbook differ, step by step: what came, went, changed, moved. Steps that are the same are only counted, and
//! folded away.

use leptos::prelude::*;

use super::runbooks::runbook_href;
use crate::data::desk::{DeskContext, FormState, StepChange, VersionDiffPage};
use crate::i18n::Text;
use crate::parts::form::{Choice, Submit};

/// The name of a step that is the same.
const KEPT: &str = "kept";

/// The page.
#[component]
pub fn VersionDiffView(
    /// What it is rendered from.
    context: DeskContext,
    /// The two versions.
    page: VersionDiffPage,
) -> impl IntoView {
    let text = context.text();
    let (same, differing): (Vec<_>, Vec<_>) = page.steps.iter().partition(|step| step.what == KEPT);
    let list = if differing.is_empty() {
        view! { <p class="empty">{text.get("version-diff-none")}</p> }.into_any()
    } else {
        let items = differing.into_iter().map(|step| change_item(&text, step)).collect_view();
        view! { <ol class="list-rows step-changes">{items}</ol> }.into_any()
    };
    let kept = (!same.is_empty()).then(|| {
        let summary = text.with("version-diff-kept", &[("n", same.len().into())]);
        let items = same.iter().map(|step| view! { <li><code>{step.id.clone()}</code> " " {first_line(&step.after)}</li> });
        let items = items.collect_view();
        view! { <details class="kept-steps"><summary>{summary}</summary> <ul>{items}</ul></details> }
    });
    let numbers = [("from", page.from.into()), ("to", page.to.into())];
    view! {
        <main id="content" class="desk version-diff">
            <p class="back"><a href=runbook_href(&page.slug)>{text.with("version-diff-back", &[("name", page.title.clone().into())])}</a></p>
            <h1>{text.with("version-diff-title", &numbers)}</h1>
            {choose(&text, &page)}
            {list}
            {kept}
        </main>
    }
}

/// Two other versions.
fn choose(text: &Text, page: &VersionDiffPage) -> impl IntoView + use<> {
    let form = FormState::default().with("from", page.from.to_string()).with("to", page.to.to_string());
    let words = |number: &i64| (number.to_string(), text.with("runbook-version", &[("n", (*number).into())]));
    let options: Vec<(String, String)> = page.versions.iter().map(words).collect();
    view! {
        <form method="get" action=format!("{}/diff", runbook_href(&page.slug)) class="version-choice">
            <Choice form=form.clone() name="from" label=text.get("version-diff-from") options=options.clone()/>
            <Choice form=form name="to" label=text.get("version-diff-to") options=options/>
            <Submit label=text.get("version-diff-show")/>
        </form>
    }
}

/// The line of a step that says what to do, without its box and what stands behind it.
fn first_line(source: &str) -> String {
    let line = source.lines().next().unwrap_or_default().trim_start();
    let line = line.split("<!--").next().unwrap_or_default();
    line.split_once("] ").map_or(line, |(_, words)| words).trim().to_owned()
}

/// What became of a step, with its text before and now.
pub(super) fn change_item(text: &Text, step: &StepChange) -> impl IntoView + use<> {
    let what = step.what;
    let side = |key: &str, class: &'static str, source: &str| {
        let (label, source) = (text.get(key), source.to_owned());
        (!source.is_empty()).then(|| {
            view! { <figure class=class><figcaption>{label}</figcaption> <pre tabindex="0"><code>{source}</code></pre></figure> }
        })
    };
    // What moved reads the same at both places.
    let before = if what == "moved" { None } else { side("version-diff-before", "change-side is-before", &step.before) };
    view! {
        <li class=format!("step-change {what}")>
            <p class="list-head"><span class="tag">{text.get(&format!("step-change-{what}"))}</span> <code>{step.id.clone()}</code></p>
            <div class="change-pair">{before} {side("version-diff-after", "change-side is-after", &step.after)}</div>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_named_by_what_it_says() {
        assert_eq!(first_line("- [ ] Freeze it <!-- s:freeze critical -->\n  words"), "Freeze it");
        assert_eq!(first_line("  1. [ ] Look [here] now"), "Look [here] now");
        assert_eq!(first_line(""), "");
    }
}
