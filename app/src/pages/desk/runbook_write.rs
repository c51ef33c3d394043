//! Write a runbook: a text is looked through, its steps get ids, and it is downloaded. It is a file that belongs to whoever runs Yagura,
//! so nothing is saved here; the page says where the file goes. What is typed is kept in the browser like any draft.

use leptos::prelude::*;

use super::runbooks::{HERE, place, runbook_href};
use crate::data::desk::{DeskContext, FindingRow, RunbookWritePage};
use crate::i18n::Text;
use crate::parts::form::{Choice, FormErrors, Hidden, TextArea};
use crate::parts::runbook::RunbookBody;

/// Where it is posted.
const ACTION: &str = "/desk/runbooks/write";
/// The answer to a look is the same page again; this leads to what was found.
const TO_FINDINGS: &str = "/desk/runbooks/write#findings";

/// The page.
#[component]
pub fn RunbookWriteView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: RunbookWritePage,
) -> impl IntoView {
    let text = context.text();
    let (title, back) = match &page.slug {
        Some(slug) => (text.with("runbook-write-of", &[("name", slug.clone().into())]), runbook_href(slug)),
        None => (text.get("runbook-write-title"), HERE.to_owned()),
    };
    let preview = page.preview.clone().map(|runbook| {
        let name = runbook.title.clone();
        view! {
            <section class="runbook-preview" aria-labelledby="runbook-preview">
                <h2 id="runbook-preview">{text.with("runbook-write-preview", &[("name", name.into())])}</h2>
                <RunbookBody runbook=runbook text=text.clone() language=context.language/>
            </section>
        }
    });
    view! {
        <main id="content" class="desk runbook-write">
            <p class="back"><a href=back>{text.get("runbook-write-back")}</a></p>
            <h1>{title}</h1>
            <p class="description">{text.get("runbook-write-text")}</p>
            {found(&text, &page)}
            {form(&text, &page)}
            <section aria-labelledby="runbook-write-place">
                <h2 id="runbook-write-place">{text.get("runbook-write-place")}</h2>
                <p>{text.get("runbook-write-file")} " " <code>{page.file_name.clone()}</code></p>
                {place(&text, page.folder.as_deref())}
            </section>
            {preview}
        </main>
    }
}

fn form(text: &Text, page: &RunbookWritePage) -> impl IntoView + use<> {
    let form = &page.form;
    // What was begun for one alert or in one language is not put into another.
    let draft = format!("runbook-{}", page.file_name);
    // What comes back was typed just now: nothing kept in the browser may be put over it.
    let is_answer = page.findings.is_some().then_some("");
    let languages = [("ja", text.get("language-ja")), ("en", text.get("language-en"))];
    let languages = languages.map(|(tag, words)| (tag.to_owned(), words));
    view! {
        <form class="form runbook-form" method="post" action=ACTION data-draft=draft data-draft-answer=is_answer>
            <FormErrors form=form.clone() text=text.clone()/>
            <Hidden name="slug" value=form.value("slug")/>
            <Choice form=form.clone() name="language" label=text.get("runbook-write-language") options=Vec::from(languages)/>
            <TextArea
                form=form.clone()
                name="source"
                label=text.get("runbook-write-source")
                hint=text.get("runbook-write-source-hint")
                rows=24
            />
            <div class="actions">
                <button type="submit" class="primary" name="check" value="yes" formaction=TO_FINDINGS>
                    {text.get("runbook-write-check")}
                </button>
                <button type="submit" class="plain" name="ids" value="yes" formaction=TO_FINDINGS>
                    {text.get("runbook-write-ids")}
                </button>
                <button type="submit" class="plain" name="download" value="yes">{text.get("runbook-write-download")}</button>
            </div>
        </form>
    }
}

/// What was found in the text, before the text itself: it is what is worked on now.
fn found(text: &Text, page: &RunbookWritePage) -> Option<impl IntoView + use<>> {
    page.findings.as_ref().map(|findings| {
        let errors = findings.iter().filter(|finding| finding.is_error).count();
        let words = match (findings.len(), errors) {
            (0, _) => text.get("runbook-write-good"),
            (n, 0) => text.with("runbook-write-better", &[("n", n.into())]),
            (_, errors) => text.with("runbook-write-wrong", &[("n", errors.into())]),
        };
        let list = (!findings.is_empty()).then(|| finding_list(text, findings));
        view! {
            <section id="findings" aria-labelledby="findings-heading">
                <h2 id="findings-heading">{text.get("runbook-write-findings")}</h2>
                <p role="status"><strong>{words}</strong></p>
                {list}
            </section>
        }
    })
}

/// What was found, in order of place: which file and line, what, and what to do.
pub(super) fn finding_list(text: &Text, findings: &[FindingRow]) -> impl IntoView + use<> {
    let items = findings.iter().map(|finding| {
        let (class, word) = if finding.is_error {
            ("finding is-error", text.get("runbook-finding-error"))
        } else {
            ("finding", text.get("runbook-finding-warning"))
        };
        let file = (!finding.file.is_empty()).then(|| view! { <code class="finding-file">{finding.file.clone()}</code> });
        let line = text.with("runbook-finding-line", &[("n", finding.line.into())]);
        let suggestion = (!finding.suggestion.is_empty()).then(|| view! { <p class="hint">{finding.suggestion.clone()}</p> });
        view! {
            <li class=class>
                <p class="finding-head"><strong class="finding-level">{word}</strong> <span class="number">{line}</span> {file}</p>
                <p>{finding.words.clone()}</p>
                {suggestion}
            </li>
        }
    });
    view! { <ol class="list-rows findings">{items.collect_view()}</ol> }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::text::Language;

    use super::*;
    use crate::i18n::{Argument, Messages};

    struct Keys;

    impl Messages for Keys {
        fn message(&self, _: Language, key: &str, _: &[(&'static str, Argument)]) -> String {
            key.to_owned()
        }
    }

    fn page() -> RunbookWritePage {
        let finding = FindingRow {
            file: String::new(),
            line: 7,
            is_error: true,
            words: "no id <b>".to_owned(),
            suggestion: "Write one.".to_owned(),
        };
        RunbookWritePage {
            slug: None,
            folder: None,
            file_name: "power.en.md".to_owned(),
            findings: Some(vec![finding]),
            preview: None,
            form: crate::data::desk::FormState::default().with("source", "# power</textarea>").with("language", "en"),
        }
    }

    #[test]
    fn a_text_that_comes_back_is_whole_and_is_not_put_over_by_a_draft() {
        let text = Text::new(Arc::new(Keys), Language::En);
        let html = form(&text, &page()).into_any().to_html();
        assert!(html.contains("# power&lt;/textarea&gt;</textarea>"), "{html}");
        assert!(html.contains("data-draft-answer"), "{html}");
        let before = RunbookWritePage { findings: None, ..page() };
        assert!(!form(&text, &before).into_any().to_html().contains("data-draft-answer"));
    }

    #[test]
    fn a_mistake_says_where_it_is_and_what_to_do() {
        let text = Text::new(Arc::new(Keys), Language::En);
        let html = finding_list(&text, &page().findings.unwrap()).into_any().to_html();
        assert!(
            html.contains("no id &lt;b&gt;") && html.contains("Write one.") && html.contains("runbook-finding-error"),
            "{html}"
        );
    }
}
