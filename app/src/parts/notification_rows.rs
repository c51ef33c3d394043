//! What was said to the people on duty, as a list: on the page of an alert, and on that of all.

use domain::account::Permission;
use domain::alert::bell::Say;
use leptos::prelude::*;

use crate::data::desk::{DeskContext, NotificationRow};
use crate::i18n::Text;
use crate::parts::alert_rows::{alert_href, alert_number};
use crate::parts::form::PostButton;
use crate::parts::time_text::TimeText;

/// What is said, in a few words.
fn say_words(text: &Text, row: &NotificationRow) -> String {
    let key = format!("notification-say-{}", row.say.name());
    match row.say {
        Say::Again(_) => text.with(&key, &[("n", u64::from(row.times).into())]),
        Say::Fires | Say::Acknowledged | Say::Over => text.get(&key),
    }
}

fn item(context: &DeskContext, text: &Text, row: &NotificationRow, names_alert: bool) -> impl IntoView + use<> {
    let time = |at| view! { <TimeText at=at zone=context.zone.clone() text=text.clone()/> };
    let class = match row.state {
        "dead" => "tag warn",
        _ => "tag",
    };
    let alert = names_alert.then(|| {
        view! { <a href=alert_href(row.alert)><span class="number">{alert_number(row.alert)}</span> " " {row.title.clone()}</a> " · " }
    });
    let is_open = matches!(row.state, "waiting" | "dead");
    let attempts = (is_open && row.attempts > 1).then(
        || view! { <li class="number">{text.with("notification-attempts", &[("n", u64::from(row.attempts).into())])}</li> },
    );
    let next = row
        .next_at
        .filter(|_| row.state == "waiting")
        .map(|at| view! { <li>{text.get("notification-next")} " " {time(at)}</li> });
    let error = row.error.clone().filter(|_| is_open).map(|error| view! { <p class="soft notification-error">{error}</p> });
    let resend = (row.can_resend && context.may(Permission::Respond)).then(|| {
        let action = format!("/desk/notifications/{}/resend", row.key);
        let about = format!("{} {}, {}", alert_number(row.alert), row.title, row.channel);
        view! { <div class="actions"><PostButton action=action label=text.get("notification-resend") about=about/></div> }
    });
    view! {
        <li class=format!("notification {}", row.state)>
            <p>
                {alert} {row.channel.clone()} " · " {say_words(text, row)} " "
                <span class=class>{text.get(&format!("notification-{}", row.state))}</span>
            </p>
            <ul class="facts"><li>{time(row.tried_at.filter(|_| row.state == "sent").unwrap_or(row.decided_at))}</li> {attempts} {next}</ul>
            {error}
            {resend}
        </li>
    }
}

/// What was said, in the order in which it is given. Nothing for none. `names_alert`: with the alert that each is about.
pub fn notification_list(context: &DeskContext, rows: &[NotificationRow], names_alert: bool) -> Option<AnyView> {
    let text = context.text();
    let items = rows.iter().map(|row| item(context, &text, row, names_alert)).collect_view();
    (!rows.is_empty()).then(|| view! { <ul class="list-rows notification-rows">{items}</ul> }.into_any())
}
