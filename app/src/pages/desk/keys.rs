//! API keys: what programs may do, and a key that was just made.

use domain::account::{Permission, Scope};
use leptos::prelude::*;

use crate::data::desk::{DeskContext, KeyMadePage, KeyRow, KeysPage};
use crate::i18n::Text;
use crate::parts::desk_lists::{CopyBlock, fact_ago, fact_at, query};
use crate::parts::form::{Boxes, Choice, FormErrors, PostButton, Submit, TextField};

/// API keys.
#[component]
pub fn KeysView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: KeysPage,
) -> impl IntoView {
    let text = context.text();
    let list = if page.keys.is_empty() {
        view! { <p class="empty">{text.get("keys-none")}</p> }.into_any()
    } else {
        let rows = page.keys.iter().map(|key| row(&context, &text, key));
        view! { <ul class="list-rows">{rows.collect_view()}</ul> }.into_any()
    };
    let more = page.more.clone().map(|after| {
        let href = format!("/desk/keys{}", query(&[("after", after)]));
        view! { <p class="actions"><a class="button" href=href>{text.get("keys-more")}</a></p> }
    });
    let new = context.may(Permission::ManageKeys).then(|| new_key(&text, &page));
    view! {
        <main id="content" class="desk">
            <h1>{text.get("keys-title")}</h1>
            <p class="description">{text.get("keys-text")}</p>
            {list}
            {more}
            {new}
        </main>
    }
}

fn row(context: &DeskContext, text: &Text, key: &KeyRow) -> impl IntoView + use<> {
    let zone = &context.zone;
    let is_expired = key.expires_at.is_some_and(|at| at <= context.now);
    let over = match (key.revoked_at, is_expired) {
        (Some(_), _) => Some("keys-is-revoked"),
        (None, true) => Some("keys-is-expired"),
        (None, false) => None,
    };
    let class = over.map(|_| "is-over");
    let mark = over.map(|word| view! { <strong class="tag warn">{text.get(word)}</strong> });
    let scopes = key.scopes.iter().map(|scope| view! { <li><span class="tag">{scope_name(text, *scope)}</span></li> });
    let end = if let Some(at) = key.revoked_at {
        fact_at(text, "keys-revoked", at, zone).into_any()
    } else if let Some(at) = key.expires_at {
        fact_at(text, if is_expired { "keys-expired" } else { "keys-expires" }, at, zone).into_any()
    } else {
        view! { <li>{text.get("keys-expires-never")}</li> }.into_any()
    };
    let used = if let Some(at) = key.last_used_at {
        fact_ago(text, "keys-used", at, context.now, zone).into_any()
    } else {
        view! { <li>{text.get("keys-never-used")}</li> }.into_any()
    };
    let revoke = (over.is_none() && context.may(Permission::ManageKeys)).then(|| {
        view! {
            <PostButton
                action=format!("/desk/keys/{}/revoke", key.id)
                label=text.get("keys-revoke")
                ask=text.with("keys-revoke-ask", &[("name", key.name.clone().into())])
                is_danger=true
            />
        }
    });
    view! {
        <li class=class>
            <p class="list-head"><strong>{key.name.clone()}</strong> <code>{format!("{}…", key.prefix)}</code> {mark}</p>
            <ul class="facts">{scopes.collect_view()}</ul>
            <ul class="facts">
                {used}
                {end}
                <li>{text.with("keys-made-by", &[("name", key.created_by.clone().into())])}</li>
                {fact_at(text, "keys-made-at", key.created_at, zone)}
            </ul>
            {revoke}
        </li>
    }
}

fn scope_name(text: &Text, scope: Scope) -> String {
    text.get(&format!("scope-{}", scope.key()))
}

/// Scopes to choose from, each with what it is good for.
fn scope_choices(text: &Text) -> Vec<(String, String)> {
    let choice = |scope: Scope| {
        let about = text.get(&format!("scope-{}-about", scope.key()));
        let words = text.with("scope-choice", &[("name", scope_name(text, scope).into()), ("facts", about.into())]);
        (scope.name().to_owned(), words)
    };
    Scope::ALL.into_iter().map(choice).collect()
}

fn new_key(text: &Text, page: &KeysPage) -> impl IntoView + use<> {
    let form = &page.form;
    let ends = [
        ("30d", text.get("keys-ends-30d")),
        ("90d", text.get("keys-ends-90d")),
        ("365d", text.get("keys-ends-365d")),
        ("never", text.get("keys-ends-never")),
    ];
    let ends = Vec::from(ends.map(|(value, words)| (value.to_owned(), words)));
    view! {
        <section aria-labelledby="new-key">
            <h2 id="new-key">{text.get("keys-new")}</h2>
            <form method="post" action="/desk/keys">
                <FormErrors form=form.clone() text=text.clone()/>
                <TextField
                    form=form.clone()
                    name="name"
                    label=text.get("keys-name")
                    hint=text.get("keys-name-hint")
                    is_required=true
                />
                <Boxes
                    form=form.clone()
                    name="scopes"
                    legend=text.get("keys-scopes")
                    hint=text.get("keys-scopes-hint")
                    options=scope_choices(text)
                />
                <Choice
                    form=form.clone()
                    name="expires"
                    label=text.get("keys-ends")
                    hint=text.get("keys-ends-hint")
                    options=ends
                />
                <Submit label=text.get("keys-make")/>
            </form>
        </section>
    }
}

/// A key that was just made. It is shown this once.
#[component]
pub fn KeyMadeView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: KeyMadePage,
) -> impl IntoView {
    let text = context.text();
    let header = format!("Authorization: Bearer {}", page.key);
    let example = format!("curl -H {} {}", shell_word(&header), shell_word(&page.example_url));
    view! {
        <main id="content" class="desk">
            <h1>{text.with("keys-made-title", &[("name", page.name.into())])}</h1>
            <section class="made">
                <p><strong>{text.get("keys-made-once")}</strong></p>
                <CopyBlock label=text.get("keys-made-copy") value=page.key/>
            </section>
            <CopyBlock label=text.get("keys-made-example") value=example/>
            <p class="actions"><a class="button" href="/desk/keys">{text.get("keys-made-done")}</a></p>
        </main>
    }
}

/// As one word of a shell, whatever it holds: in quotes unless it consists of characters that no shell touches, and in
/// double ones where they do.
fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/@%+,=".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else if text.chars().all(|c| is_plain(c) || c == ' ') {
        format!("\"{text}\"")
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_copied_into_a_shell_stays_one_word() {
        assert_eq!(shell_word("https://status.example.org/api/v1/probes"), "https://status.example.org/api/v1/probes");
        assert_eq!(shell_word("Authorization: Bearer ygr_1a2B"), "\"Authorization: Bearer ygr_1a2B\"");
        assert_eq!(shell_word("https://a/?b=1&c=$(id)"), "'https://a/?b=1&c=$(id)'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
        assert_eq!(shell_word(""), "\"\"");
    }
}
