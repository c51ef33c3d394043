//! One's own account: password, language, second factor, passkeys, and where one is signed in.

use leptos::prelude::*;

use crate::data::desk::{AccountPage, DeskContext, PasskeyRow};
use crate::i18n::Text;
use crate::islands::passkey::PasskeyButton;
use crate::parts::desk_lists::{Sessions, fact_ago, fact_at};
use crate::parts::form::{Choice, FormErrors, NewPassword, PostButton, Submit, TextField};

/// So few recovery codes left are a reason to make new ones.
const FEW_CODES: u32 = 2;
/// Longest name of a passkey that can be typed, in characters. It stands in lists, on phones too.
const PASSKEY_NAME_CHARS_MAX: &str = "64";

/// The page.
#[component]
pub fn AccountView(
    /// What it is rendered from.
    context: DeskContext,
    /// The account.
    page: AccountPage,
) -> impl IntoView {
    let text = context.text();
    let name = context.viewer.as_ref().map(|viewer| viewer.name.clone()).unwrap_or_default();
    view! {
        <main id="content" class="desk">
            <h1>{text.get("account-title")}</h1>
            <p class="description">{text.with("account-text", &[("name", name.clone().into())])}</p>
            <section aria-labelledby="password">
                <h2 id="password">{text.get("account-password")}</h2>
                {password(&text, &page, name)}
            </section>
            <section aria-labelledby="second-factor">
                <h2 id="second-factor">{text.get("account-second-factor")}</h2>
                {second_factor(&text, &page)}
            </section>
            <section aria-labelledby="passkeys">
                <h2 id="passkeys">{text.get("account-passkeys")}</h2>
                {passkeys(&context, &text, &page)}
            </section>
            <section aria-labelledby="sessions">
                <h2 id="sessions">{text.get("account-sessions")}</h2>
                {sessions(&context, &text, &page)}
            </section>
            <section aria-labelledby="language">
                <h2 id="language">{text.get("account-language")}</h2>
                {language(&context, &text, &page)}
            </section>
        </main>
    }
}

fn password(text: &Text, page: &AccountPage, owner: String) -> impl IntoView + use<> {
    let form = &page.password_form;
    let none = (!page.has_password).then(|| view! { <p>{text.get("account-password-none")}</p> });
    let current = page.has_password.then(|| {
        view! {
            <TextField
                form=form.clone()
                name="current"
                label=text.get("account-password-current")
                kind="password"
                autocomplete="current-password"
                is_required=true
            />
        }
    });
    view! {
        {none}
        <form method="post" action="/desk/account/password">
            <FormErrors form=form.clone() text=text.clone()/>
            {current}
            <NewPassword form=form.clone() owner=owner text=text.clone()/>
            <p class="hint">{text.get("account-password-others")}</p>
            <Submit label=text.get("account-password-save")/>
        </form>
    }
}

fn second_factor(text: &Text, page: &AccountPage) -> AnyView {
    if !page.has_totp {
        return view! {
            <p>{text.get("account-totp-none")}</p>
            <p><a class="button" href="/desk/account/totp">{text.get("account-totp-set-up")}</a></p>
        }
        .into_any();
    }
    let left = page.recovery_codes_left;
    let few = (left <= FEW_CODES).then(|| view! { <strong>{text.get("account-codes-few")}</strong> });
    view! {
        <p>{text.get("account-totp-on")}</p>
        <p>{text.with("account-codes-left", &[("n", u64::from(left).into())])} " " {few}</p>
        <div class="actions">
            <PostButton
                action="/desk/account/recovery-codes".to_owned()
                label=text.get("account-codes-make")
                ask=text.get("account-codes-make-ask")
            />
            <PostButton
                action="/desk/account/totp/remove".to_owned()
                label=text.get("account-totp-remove")
                ask=text.get("account-totp-remove-ask")
                is_danger=true
            />
        </div>
    }
    .into_any()
}

fn passkeys(context: &DeskContext, text: &Text, page: &AccountPage) -> impl IntoView + use<> {
    let list = if page.passkeys.is_empty() {
        view! { <p class="empty">{text.get("account-passkeys-none")}</p> }.into_any()
    } else {
        let rows = page.passkeys.iter().map(|passkey| row(context, text, passkey));
        view! { <ul class="list-rows">{rows.collect_view()}</ul> }.into_any()
    };
    let add = if page.may_have_passkeys {
        add_passkey(text).into_any()
    } else {
        view! { <p class="hint">{text.get("account-passkeys-not-here")}</p> }.into_any()
    };
    view! {
        <p class="description">{text.get("account-passkeys-text")}</p>
        {list}
        {add}
    }
}

fn row(context: &DeskContext, text: &Text, passkey: &PasskeyRow) -> impl IntoView + use<> {
    let zone = &context.zone;
    let used = match passkey.last_used_at {
        Some(at) => fact_ago(text, "account-passkey-used", at, context.now, zone).into_any(),
        None => view! { <li>{text.get("account-passkey-unused")}</li> }.into_any(),
    };
    view! {
        <li>
            <p class="list-head"><strong>{passkey.name.clone()}</strong></p>
            <ul class="facts">
                {used}
                {fact_at(text, "account-passkey-made", passkey.created_at, zone)}
            </ul>
            <PostButton
                action=format!("/desk/account/passkeys/{}/remove", passkey.id)
                label=text.get("account-passkey-remove")
                ask=text.with("account-passkey-remove-ask", &[("name", passkey.name.clone().into())])
                is_danger=true
            />
        </li>
    }
}

/// The name is hidden until the button works: without a script it would be typed for nothing.
fn add_passkey(text: &Text) -> impl IntoView + use<> {
    view! {
        <h3>{text.get("account-passkey-add")}</h3>
        <div class="field" id="passkey-name-field" hidden>
            <label for="passkey-name">{text.get("account-passkey-name")}</label>
            <p class="hint" id="hint-passkey-name">{text.get("account-passkey-name-hint")}</p>
            <input
                id="passkey-name"
                type="text"
                autocomplete="off"
                maxlength=PASSKEY_NAME_CHARS_MAX
                required
                aria-describedby="hint-passkey-name"
            />
        </div>
        <PasskeyButton
            mode="register"
            label=text.get("account-passkey-make")
            failed=text.get("passkey-failed")
            aborted=text.get("passkey-aborted")
            unsupported=text.get("passkey-unsupported")
            next="/desk/account".to_owned()
        />
    }
}

fn sessions(context: &DeskContext, text: &Text, page: &AccountPage) -> impl IntoView + use<> {
    let has_others = page.sessions.iter().any(|session| !session.is_own);
    let end_others = has_others.then(|| {
        view! {
            <PostButton
                action="/desk/account/sign-out-others".to_owned()
                label=text.get("account-sign-out-others")
                ask=text.get("account-sign-out-others-ask")
            />
        }
    });
    view! {
        <Sessions
            sessions=page.sessions.clone()
            action="/desk/account/sessions".to_owned()
            zone=context.zone.clone()
            text=text.clone()
            now=context.now
        />
        {end_others}
    }
}

/// The desk alone: public pages have their language in their address.
fn language(context: &DeskContext, text: &Text, page: &AccountPage) -> impl IntoView + use<> {
    let named = context.languages.iter().map(|language| {
        let tag = language.tag();
        (tag.to_owned(), text.get(&format!("language-{tag}")))
    });
    let options: Vec<_> = std::iter::once((String::new(), text.get("account-language-browser"))).chain(named).collect();
    view! {
        <form method="post" action="/desk/account/language">
            <FormErrors form=page.language_form.clone() text=text.clone()/>
            <Choice
                form=page.language_form.clone()
                name="language"
                label=text.get("account-language-label")
                hint=text.get("account-language-hint")
                options=options
            />
            <Submit label=text.get("account-language-save")/>
        </form>
    }
}
