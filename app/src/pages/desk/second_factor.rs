//! The second factor of a sign-in: a code of the authenticator app, or a recovery code.

use leptos::prelude::*;

use crate::data::desk::{DeskContext, SecondFactorPage};
use crate::parts::form::{FormErrors, Hidden, Submit, TextField};

/// The page. Its form goes to its own address.
#[component]
pub fn SecondFactorView(
    /// What it is rendered from.
    context: DeskContext,
    /// Where to go afterwards.
    page: SecondFactorPage,
) -> impl IntoView {
    let text = context.text();
    let form = page.form;
    // No number pad: recovery codes have letters.
    view! {
        <main id="content" class="desk narrow">
            <h1>{text.get("second-factor-title")}</h1>
            <form method="post" action=context.path>
                <FormErrors form=form.clone() text=text.clone()/>
                <TextField
                    form=form
                    name="code"
                    label=text.get("second-factor-code")
                    hint=text.get("second-factor-code-hint")
                    autocomplete="one-time-code"
                    is_required=true
                />
                <Hidden name="next" value=page.next/>
                <Submit label=text.get("second-factor-submit")/>
            </form>
            <p class="hint">{text.get("second-factor-lost")}</p>
            <p><a class="act" href="/desk/sign-in">{text.get("second-factor-back")}</a></p>
        </main>
    }
}
