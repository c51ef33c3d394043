//! Go on with a newer version? What has changed, step by step, and which ticks would have to be looked at once more.

use leptos::prelude::*;

use super::version_diff::change_item;
use crate::data::desk::{DeskContext, RunRebasePage, StepChange};
use crate::i18n::Text;
use crate::parts::form::{FormErrors, Hidden};
use crate::parts::run_rows::run_href;

/// The page.
#[component]
pub fn RunRebaseView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: RunRebasePage,
) -> impl IntoView {
    let text = context.text();
    let form = page.form.clone();
    let href = run_href(page.row.number);
    let (same, differing): (Vec<_>, Vec<_>) = page.steps.iter().partition(|(change, _)| change.what == "kept");
    let changes = if differing.is_empty() {
        view! { <p class="empty">{text.get("run-rebase-same")}</p> }.into_any()
    } else {
        let items = differing.iter().map(|(change, _)| change_item(&text, change)).collect_view();
        view! { <ol class="list-rows step-changes">{items}</ol> }.into_any()
    };
    let kept =
        (!same.is_empty()).then(|| view! { <p class="soft">{text.with("run-rebase-kept", &[("n", same.len().into())])}</p> });
    let versions = [("from", page.from.into()), ("to", page.to.into())];
    let cancel = href.clone();
    let action = format!("{href}/rebase");
    view! {
        <main id="content" class="desk edit-page run-rebase">
            <p class="back"><a href=href>{text.with("run-rebase-back", &[("name", page.row.title.clone().into())])}</a></p>
            <h1>{text.with("run-rebase-title", &[("n", page.row.number.into())])}</h1>
            <p class="description">{text.with("run-rebase-text", &versions)}</p>
            <ul class="run-follows">
                {follows(&text, &page, "changed", "run-rebase-rechecks")}
                {follows(&text, &page, "removed", "run-rebase-history")}
            </ul>
            {changes}
            {kept}
            <form class="form" method="post" action=action>
                <FormErrors form=form.clone() text=text.clone()/>
                <Hidden name="request" value=form.value("request")/>
                <Hidden name="to" value=form.value("to")/>
                <Hidden name="seq" value=form.value("seq")/>
                <p class="edit-end">
                    <button type="submit" class="primary">{text.with("run-rebase-now", &[("n", page.to.into())])}</button>
                    " "
                    <a class="act" href=cancel>{text.get("run-rebase-cancel")}</a>
                </p>
            </form>
        </main>
    }
}

/// What a step says: its first line as it is written now, or was before it went, without its box, its marks and what stands behind it.
fn title(change: &StepChange) -> String {
    let source = if change.after.is_empty() { &change.before } else { &change.after };
    let line = source.lines().next().unwrap_or_default().split("<!--").next().unwrap_or_default();
    let words = line.split_once("] ").map_or(line, |(_, words)| words).replace("**", "").replace('`', "");
    let words = words.trim();
    if words.is_empty() { change.id.clone() } else { words.to_owned() }
}

/// What becomes of ticks of steps that changed so, with what these say.
fn follows(text: &Text, page: &RunRebasePage, what: &str, words: &str) -> Option<AnyView> {
    let ticked = page.steps.iter().filter(|(change, is_ticked)| *is_ticked && change.what == what);
    let titles: Vec<_> = ticked.map(|(change, _)| title(change)).collect();
    let names = titles.join(&text.separator("list-separator"));
    let words = text.with(words, &[("n", titles.len().into()), ("names", names.into())]);
    (!titles.is_empty()).then(|| view! { <li>{words}</li> }.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(before: &str, after: &str) -> String {
        title(&StepChange { id: "freeze".to_owned(), what: "changed", before: before.to_owned(), after: after.to_owned() })
    }

    #[test]
    fn a_step_is_called_by_what_it_says() {
        assert_eq!(said("- [ ] Stop it", "- [ ] **Freeze** `etcd` now <!-- s:freeze critical -->\n  words"), "Freeze etcd now");
        assert_eq!(said("  1. [ ] Look [here] now <!-- s:freeze -->", ""), "Look [here] now", "one that went");
        assert_eq!(said("", "- [ ] <!-- s:freeze -->"), "freeze", "one that says nothing");
    }
}
