//! Everything that rings, and what rang. What belongs together is one row, with the others folded beneath it.

use domain::account::Permission;
use leptos::prelude::*;

use super::notifications::HERE as NOTIFICATIONS;
use crate::data::desk::{AlertsPage, Bell, DeskContext};
use crate::i18n::Text;
use crate::islands::live_status::LiveStatus;
use crate::parts::alert_rows::alert_list;
use crate::parts::form::{FormErrors, Submit, TextField};

/// Where this page is.
pub(super) const HERE: &str = "/desk/alerts";
/// How Alertmanager is told to report here; `{url}` is this site's address.
const ALERTMANAGER: &str = "receivers:
  - name: yagura
    webhook_configs:
      - url: https://status.example.org/hooks/alertmanager
        http_config:
          authorization:
            credentials: ygr_…";

/// The page.
#[component]
pub fn AlertsView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: AlertsPage,
) -> impl IntoView {
    let text = context.text();
    let raise = context
        .may(Permission::Respond)
        .then(|| view! { <a class="plain" href="/desk/alerts/new">{text.get("alerts-raise")}</a> });
    view! {
        <main id="content" class="desk alerts" data-version=page.version>
            <div class="now-head">
                <h1>{text.get("alerts-title")}</h1>
                <LiveStatus live=text.get("live") connecting=text.get("live-connecting") lost=text.get("live-lost")/>
            </div>
            <p class="actions">{raise} <a class="plain" href=NOTIFICATIONS>{text.get("alerts-told")}</a></p>
            <div id="alerts-bell" data-live>{bell(&text, page.bell)}</div>
            <section id="alerts-firing" aria-labelledby="alerts-firing-heading" data-live>
                <h2 id="alerts-firing-heading">{text.get("alerts-firing")}</h2>
                {firing(&context, &text, &page)}
            </section>
            {begin(&text, &page)}
            <section aria-labelledby="alerts-over-heading">
                <h2 id="alerts-over-heading">{text.get("alerts-over")}</h2>
                {filter(&text, &page)}
                {over(&context, &text, &page)}
            </section>
        </main>
    }
}

/// That nobody is told, or not everybody.
fn bell(text: &Text, bell: Bell) -> Option<impl IntoView + use<>> {
    let key = match bell {
        Bell::Nobody => "alerts-told-nobody",
        Bell::Trouble => "alerts-told-trouble",
        Bell::Well => return None,
    };
    Some(view! { <p class="notice"><a href=NOTIFICATIONS>{text.get(key)}</a></p> })
}

fn firing(context: &DeskContext, text: &Text, page: &AlertsPage) -> AnyView {
    let Some(list) = alert_list(context, &page.firing) else {
        return view! { <p class="empty">{text.get("alerts-quiet")}</p> }.into_any();
    };
    // What is folded is said, so that nobody takes few rows for little trouble.
    let folded = page.total.saturating_sub(page.firing.len());
    let count = (folded > 0).then(|| {
        let values = [("n", page.firing.len().into()), ("total", page.total.into())];
        view! { <p class="soft">{text.with("alerts-folded", &values)}</p> }
    });
    view! { {count} {list} }.into_any()
}

/// Nothing can ring from outside yet: how to begin.
fn begin(text: &Text, page: &AlertsPage) -> Option<impl IntoView + use<>> {
    page.is_empty.then(|| {
        view! {
            <section class="empty alerts-begin">
                <p>{text.get("alerts-begin")}</p>
                <pre tabindex="0"><code>{ALERTMANAGER}</code></pre>
                <p class="actions"><a class="button" href="/desk/keys">{text.get("alerts-begin-key")}</a></p>
            </section>
        }
    })
}

fn filter(text: &Text, page: &AlertsPage) -> impl IntoView + use<> {
    let all = (!page.form.value("name").is_empty()).then(|| view! { <a class="act" href=HERE>{text.get("alerts-show-all")}</a> });
    view! {
        <form method="get" action=HERE class="runbook-filter" role="search">
            <FormErrors form=page.form.clone() text=text.clone()/>
            <TextField
                form=page.form.clone()
                name="name"
                label=text.get("alerts-search")
                hint=text.get("alerts-search-hint")
                kind="search"
            />
            <div class="actions"><Submit label=text.get("runbooks-show")/> {all}</div>
        </form>
    }
}

fn over(context: &DeskContext, text: &Text, page: &AlertsPage) -> AnyView {
    let Some(list) = alert_list(context, &page.over) else {
        return view! { <p class="empty">{text.get("alerts-none-over")}</p> }.into_any();
    };
    let older =
        page.older.clone().map(|href| view! { <p class="actions"><a class="plain" href=href>{text.get("alerts-older")}</a></p> });
    view! { {list} {older} }.into_any()
}
