//! Who is told of alerts: the channels and how they are doing, a test for each, and what was said, with what could not be said.

use domain::account::Permission;
use leptos::prelude::*;

use super::alerts::HERE as ALERTS;
use crate::data::desk::{ChannelRow, DeskContext, NotificationsPage};
use crate::i18n::Text;
use crate::islands::live_status::LiveStatus;
use crate::parts::alert_rows::{alert_href, alert_number};
use crate::parts::form::PostButton;
use crate::parts::notification_rows::notification_list;
use crate::parts::time_text::{Ago, TimeText};

/// Where this page is.
pub(super) const HERE: &str = "/desk/notifications";
/// What is shown of it when only what was given up is wanted.
const DEAD: &str = "/desk/notifications?state=dead";
/// How the first channel is configured.
const EXAMPLE: &str = "notifications:
  channels:
    - slug: phone
      ntfy: {topic: \"${file:/etc/yagura/ntfy-topic}\"}";

/// The page.
#[component]
pub fn NotificationsView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: NotificationsPage,
) -> impl IntoView {
    let text = context.text();
    let older = page
        .older
        .clone()
        .map(|href| view! { <p class="actions"><a class="plain" href=href>{text.get("notifications-older")}</a></p> });
    let late = page.is_late.then(|| view! { <p class="notice">{text.get("notifications-late")}</p> });
    let about = page.alert.map(|number| {
        view! { <p class="soft">{text.get("notifications-about")} " " <a href=alert_href(number)>{alert_number(number)}</a></p> }
    });
    let quiet = if page.is_dead { "notifications-quiet-dead" } else { "notifications-quiet" };
    let list = notification_list(&context, &page.rows, true)
        .unwrap_or_else(|| view! { <p class="empty">{text.get(quiet)}</p> }.into_any());
    view! {
        <main id="content" class="desk notifications" data-version=page.version>
            <div class="now-head">
                <div>
                    <p class="back"><a href=ALERTS>{text.get("notifications-back")}</a></p>
                    <h1>{text.get("notifications-title")}</h1>
                </div>
                <LiveStatus live=text.get("live") connecting=text.get("live-connecting") lost=text.get("live-lost")/>
            </div>
            <section id="notifications-channels" aria-labelledby="notifications-channels-heading" data-live>
                <h2 id="notifications-channels-heading">{text.get("notifications-channels")}</h2>
                {channels(&context, &text, &page.channels)}
            </section>
            <section id="notifications-said" aria-labelledby="notifications-said-heading" data-live>
                <h2 id="notifications-said-heading">{text.get("notifications-said")}</h2>
                {switch(&text, page.is_dead)}
                {about}
                {late}
                {list}
                {older}
            </section>
        </main>
    }
}

/// All of it, or what was given up.
fn switch(text: &Text, is_dead: bool) -> impl IntoView + use<> {
    let current = |is: bool| is.then_some("page");
    view! {
        <p class="actions notification-switch">
            <a class="act" href=HERE aria-current=current(!is_dead)>{text.get("notifications-all")}</a>
            <a class="act" href=DEAD aria-current=current(is_dead)>{text.get("notifications-dead")}</a>
        </p>
    }
}

fn channels(context: &DeskContext, text: &Text, rows: &[ChannelRow]) -> AnyView {
    if rows.is_empty() {
        return view! {
            <p class="notice">{text.get("notifications-none")}</p>
            <pre tabindex="0"><code>{EXAMPLE}</code></pre>
        }
        .into_any();
    }
    let items = rows.iter().map(|row| channel(context, text, row)).collect_view();
    view! { <ul class="list-rows channel-rows">{items}</ul> }.into_any()
}

fn channel(context: &DeskContext, text: &Text, row: &ChannelRow) -> impl IntoView + use<> {
    let (now, zone) = (context.now, context.zone.clone());
    let trouble = row.trouble.clone().map(|(at, error)| {
        let words = text.with("notifications-trouble-since", &[("detail", error.into())]);
        view! { <p class="notification-error">{words} " " <Ago at=at now=now zone=zone.clone() text=text.clone()/></p> }
    });
    let tag = row.trouble.as_ref().map(|_| view! { " " <span class="tag warn">{text.get("notifications-trouble")}</span> });
    let sent = match row.sent_at {
        Some(at) => {
            view! { <li>{text.get("notifications-sent-last")} " " <TimeText at=at zone=zone.clone() text=text.clone()/></li> }
                .into_any()
        }
        None => view! { <li>{text.get("notifications-sent-never")}</li> }.into_any(),
    };
    let waiting = (row.waiting > 0)
        .then(|| view! { <li class="number">{text.with("notifications-waiting", &[("n", row.waiting.into())])}</li> });
    let attempt = context.may(Permission::Configure).then(|| {
        let action = format!("/desk/channels/{}/test", row.slug);
        view! { <div class="actions"><PostButton action=action label=text.get("notifications-try") about=row.name.clone()/></div> }
    });
    view! {
        <li class="channel">
            <p class="list-head"><strong>{row.name.clone()}</strong> " " <span class="soft">{row.kind}</span> {tag}</p>
            {trouble}
            <ul class="facts">{sent} {waiting}</ul>
            {attempt}
        </li>
    }
}
