//! Show once more who you are, before something that matters: a phone that was left on a table must not be enough.

use leptos::prelude::*;

use crate::data::desk::{ConfirmPage, DeskContext};
use crate::i18n::Text;
use crate::islands::passkey::PasskeyButton;
use crate::parts::form::{FormErrors, Hidden, PasswordOwner, Submit, TextField};

/// The page. Its form goes to its own address.
#[component]
pub fn ConfirmView(
    /// What it is rendered from.
    context: DeskContext,
    /// Where to go afterwards, and by what means.
    page: ConfirmPage,
) -> impl IntoView {
    let text = context.text();
    let by_password = page.has_password.then(|| password(&context, &text, &page));
    let or = (page.has_password && page.has_passkeys).then(|| view! { <p class="or">{text.get("sign-in-or")}</p> });
    let by_passkey = page.has_passkeys.then(|| {
        view! {
            <PasskeyButton
                mode="confirm"
                label=text.get("confirm-passkey")
                failed=text.get("passkey-failed")
                aborted=text.get("passkey-aborted")
                unsupported=text.get("passkey-unsupported")
                next=page.next.clone()
            />
        }
    });
    let nothing = (!page.has_password && !page.has_passkeys).then(|| view! { <p>{text.get("confirm-nothing")}</p> });
    view! {
        <main id="content" class="desk narrow">
            <h1>{text.get("confirm-title")}</h1>
            <p class="description">{text.get("confirm-text")}</p>
            {by_password}
            {or}
            {by_passkey}
            {nothing}
            <p><a class="act" href="/desk/">{text.get("confirm-back")}</a></p>
        </main>
    }
}

fn password(context: &DeskContext, text: &Text, page: &ConfirmPage) -> impl IntoView + use<> {
    let owner = context.viewer.clone().map(|viewer| view! { <PasswordOwner name=viewer.name/> });
    let code = page.needs_code.then(|| {
        view! {
            <TextField
                form=page.form.clone()
                name="code"
                label=text.get("second-factor-code")
                hint=text.get("second-factor-code-hint")
                autocomplete="one-time-code"
                is_required=true
            />
        }
    });
    view! {
        <form method="post" action=context.path.clone()>
            <FormErrors form=page.form.clone() text=text.clone()/>
            {owner}
            <TextField
                form=page.form.clone()
                name="password"
                label=text.get("sign-in-password")
                kind="password"
                autocomplete="current-password"
                is_required=true
            />
            {code}
            <Hidden name="next" value=page.next.clone()/>
            <Submit label=text.get("confirm-submit")/>
        </form>
    }
}
