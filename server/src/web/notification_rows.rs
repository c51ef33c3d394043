//! Channels and what was said on them, as rows of pages.

use app::data::desk::{Bell, ChannelRow, NotificationRow};
use domain::text::{Language, Slug};
use store::notifications::{DeliveryState, KeptNotification};

use super::Web;
use crate::config::ChannelSpec;

/// What a channel is called.
fn name(spec: &ChannelSpec, language: Language) -> String {
    spec.name.as_ref().map_or_else(|| spec.slug.to_string(), |name| name.get(language).to_owned())
}

/// Every channel, as configured.
pub(in crate::web) fn channels(web: &Web, language: Language) -> Vec<ChannelRow> {
    let row = |spec: ChannelSpec| {
        let traffic = web.desk.traffic(&spec.slug);
        ChannelRow {
            name: name(&spec, language),
            kind: spec.channel.kind(),
            waiting: traffic.waiting,
            sent_at: traffic.sent_at,
            trouble: traffic.trouble,
            slug: spec.slug.into(),
        }
    };
    web.desk.channels().into_iter().map(row).collect()
}

/// How the channels are doing, in short.
pub(in crate::web) fn bell(web: &Web) -> Bell {
    let channels = web.desk.channels();
    if channels.is_empty() {
        Bell::Nobody
    } else if channels.iter().any(|spec| web.desk.traffic(&spec.slug).trouble.is_some()) {
        Bell::Trouble
    } else {
        Bell::Well
    }
}

/// What was said, as rows.
pub(in crate::web) fn rows(web: &Web, kept: Vec<KeptNotification>, language: Language) -> Vec<NotificationRow> {
    let channels = web.desk.channels();
    let named = |slug: &Slug| {
        channels.iter().find(|spec| spec.slug == *slug).map_or_else(|| slug.to_string(), |spec| name(spec, language))
    };
    let is_there = |slug: &Slug| channels.iter().any(|spec| spec.slug == *slug);
    let row = |kept: KeptNotification| {
        let can_resend = kept.delivery.state == DeliveryState::Dead && kept.is_last && is_there(&kept.notification.channel);
        let (new, delivery) = (kept.notification, kept.delivery);
        NotificationRow {
            channel: named(&new.channel),
            key: new.key,
            alert: new.alert,
            say: new.say,
            times: new.times,
            title: new.title,
            decided_at: new.decided_at,
            state: delivery.state.name(),
            can_resend,
            attempts: delivery.attempts,
            tried_at: delivery.tried_at,
            next_at: delivery.next_at,
            error: delivery.error,
        }
    };
    kept.into_iter().map(row).collect()
}
