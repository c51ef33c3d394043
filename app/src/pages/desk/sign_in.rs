//! Sign in: by name and password, or by a passkey alone.

use leptos::prelude::*;

use crate::data::desk::{DeskContext, SignInPage};
use crate::i18n::Text;
use crate::islands::passkey::PasskeyButton;
use crate::parts::form::{FormErrors, Hidden, Submit, TextField};

/// The page. Its form goes to its own address.
#[component]
pub fn SignInView(
    /// What it is rendered from.
    context: DeskContext,
    /// Where to go afterwards, and by what means.
    page: SignInPage,
) -> impl IntoView {
    let text = context.text();
    let body = if page.is_first { first(&text).into_any() } else { means(&context, &text, &page).into_any() };
    view! {
        <main id="content" class="desk narrow">
            <h1>{text.get("sign-in-title")}</h1>
            {body}
        </main>
    }
}

/// Nobody can sign in yet.
fn first(text: &Text) -> impl IntoView + use<> {
    view! {
        <p>{text.get("sign-in-first")}</p>
        <p>{text.get("sign-in-first-again")}</p>
    }
}

fn means(context: &DeskContext, text: &Text, page: &SignInPage) -> impl IntoView + use<> {
    let form = &page.form;
    let passkey = page.has_passkeys.then(|| {
        view! {
            <p class="or">{text.get("sign-in-or")}</p>
            <PasskeyButton
                mode="sign-in"
                label=text.get("sign-in-passkey")
                failed=text.get("passkey-failed")
                aborted=text.get("passkey-aborted")
                unsupported=text.get("passkey-unsupported")
                next=page.next.clone()
            />
        }
    });
    view! {
        <form method="post" action=context.path.clone()>
            <FormErrors form=form.clone() text=text.clone()/>
            <TextField form=form.clone() name="name" label=text.get("sign-in-name") autocomplete="username" is_required=true/>
            <TextField
                form=form.clone()
                name="password"
                label=text.get("sign-in-password")
                kind="password"
                autocomplete="current-password"
                is_required=true
            />
            <Hidden name="next" value=page.next.clone()/>
            <Submit label=text.get("sign-in-submit")/>
        </form>
        {passkey}
        <p class="hint">{text.get("sign-in-forgotten")}</p>
    }
}
