//! Once a week the channels that want it are told what is open, what is overdue and what came back, and which incidents still wait for their
//! postmortem. What is for some day is never spoken of.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use app::format;
use app::i18n::Text;
use domain::action_item::{Horizon, Stage};
use domain::alert::bell::Say;
use domain::incident::work::Severity;
use domain::text::{Language, Slug};
use domain::time::Timestamp;
use jiff::civil::Date;
use notify::Message;
use notify::answer::Answer;
use store::action_items::{Item, ItemFilter};
use store::postmortems::IncidentHead;

use super::duty;
use crate::config::{ChannelSpec, WeeklyDigest};
use crate::messages::FluentMessages;
use crate::service::caller::Caller;
use crate::service::desk::Desk;
use crate::service::problem::Problem;

/// Items that a digest names; of the others it says how many there are.
const NAMED_MAX: usize = 20;
/// A digest that could not be sent is tried again for so long; then the next one is due soon enough.
const LATE_MAX: Duration = Duration::from_secs(24 * 3600);

/// Which digest was sent where, since the start.
#[derive(Debug, Default)]
pub(super) struct Sent {
    due_at: Option<Timestamp>,
    channels: HashSet<Slug>,
}

/// The newest moment at which a digest was due.
fn due_at(digest: &WeeklyDigest, now: Timestamp) -> Option<Timestamp> {
    let today = now.to_jiff().to_zoned(digest.zone.clone()).date();
    let moment = |day: Date| {
        let at = day.to_datetime(digest.at).to_zoned(digest.zone.clone()).ok()?;
        Some(Timestamp::from_jiff(at.timestamp()))
    };
    let mut day = today;
    for _ in 0..8 {
        if day.weekday() == digest.day
            && let Some(at) = moment(day).filter(|at| *at <= now)
        {
            return Some(at);
        }
        day = day.yesterday().ok()?;
    }
    None
}

impl Desk {
    /// Sends what is due. Channels may take their time: whoever calls this waits for nothing else.
    pub(crate) async fn send_digest(&self) -> Result<(), Problem> {
        let config = Arc::clone(&self.monitoring.state().config);
        let Some(digest) = &config.notifications.digest else { return Ok(()) };
        let now = self.now();
        let Some(due) = due_at(digest, now).filter(|due| now.since(*due) < LATE_MAX) else { return Ok(()) };
        if self.store.mark("digest_at").await?.is_some_and(|sent| sent >= due.as_ms()) {
            return Ok(());
        }
        let stages = vec![Stage::Open, Stage::InProgress, Stage::Deferred];
        let items = self.store.action_items(&ItemFilter { stages, ..ItemFilter::default() }).await?;
        let items: Vec<Item> = items.into_iter().filter(|item| item.facts.horizon != Horizon::Someday).collect();
        let waiting = self.late_without_postmortem(now).await?;
        let mut is_whole = true;
        for slug in &digest.channels {
            let Some(spec) = config.notifications.channels.iter().find(|spec| spec.slug == *slug) else { continue };
            if self.was_sent(due, slug) {
                continue;
            }
            let own = config.site.languages.first().copied().unwrap_or(Language::En);
            let text = Text::new(Arc::new(FluentMessages), spec.language.unwrap_or(own));
            let message = self.digest_message((&items, &waiting), (&text, due), now);
            // When nothing is left to do, nobody is told so every week.
            let answer = match message {
                Some(message) => self.tell_digest(spec, &message).await,
                None => Answer::Taken,
            };
            match answer {
                Answer::Later(_, error) => {
                    tracing::warn!(channel = %slug, error, "the digest could not be sent; trying again");
                    is_whole = false;
                }
                Answer::Refused(error) => {
                    tracing::error!(channel = %slug, error, "the digest cannot be sent on this channel");
                    self.note_sent(due, slug.clone());
                }
                Answer::Taken => self.note_sent(due, slug.clone()),
            }
        }
        if is_whole {
            let at = due.as_ms();
            let caller = Caller::system();
            let marked = self.change(&caller, None, move |transaction, _| {
                Box::pin(async move {
                    transaction.set_mark("digest_at", at).await?;
                    Ok((crate::service::sign_in::Nothing {}, Vec::new()))
                })
            });
            marked.await?;
        }
        Ok(())
    }

    fn was_sent(&self, due: Timestamp, channel: &Slug) -> bool {
        let sent = self.action_watch.digest.lock().unwrap_or_else(PoisonError::into_inner);
        sent.due_at == Some(due) && sent.channels.contains(channel)
    }

    fn note_sent(&self, due: Timestamp, channel: Slug) {
        let mut sent = self.action_watch.digest.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.due_at != Some(due) {
            *sent = Sent { due_at: Some(due), channels: HashSet::new() };
        }
        sent.channels.insert(channel);
    }

    async fn tell_digest(&self, spec: &ChannelSpec, message: &Message) -> Answer {
        self.send_message(spec, message).await.unwrap_or_else(|| Answer::Later(None, "the sender is not ready yet".to_owned()))
    }

    /// What is said; none: there is nothing to say.
    fn digest_message(
        &self,
        (items, waiting): (&[Item], &[IncidentHead]),
        (text, due): (&Text, Timestamp),
        now: Timestamp,
    ) -> Option<Message> {
        let today = self.today();
        let is_overdue = |item: &Item| duty(&item.facts).is_overdue(&item.facts.standing, today);
        let mut named: Vec<&Item> =
            items.iter().filter(|item| item.facts.standing.stage() != Stage::Deferred || is_overdue(item)).collect();
        if named.is_empty() && waiting.is_empty() {
            return None;
        }
        named.sort_by_key(|item| (!is_overdue(item), item.facts.due.is_none(), item.facts.due, item.facts.priority, item.number));
        let line = |item: &&Item| {
            let due = item.facts.due.map(|due| format::date(text, due)).unwrap_or_default();
            let mark = if is_overdue(item) { text.get("digest-overdue") } else { due.clone() };
            let when = if is_overdue(item) { format!("{mark} {due}") } else { due };
            format!("AI-{} {} {}", item.number, item.facts.text, when).trim_end().to_owned()
        };
        let mut lines: Vec<String> = named.iter().take(NAMED_MAX).map(line).collect();
        if named.len() > NAMED_MAX {
            lines.push(text.with("digest-more", &[("n", (named.len() - NAMED_MAX).into())]));
        }
        lines.extend(waiting.iter().take(NAMED_MAX).map(|one| {
            let name = format!("INC-{} {}", one.number, one.title.get(text.language()));
            text.with("digest-waiting", &[("name", name.into())])
        }));
        if waiting.len() > NAMED_MAX {
            lines.push(text.with("digest-more", &[("n", (waiting.len() - NAMED_MAX).into())]));
        }
        let overdue = items.iter().filter(|item| is_overdue(item)).count();
        let title = if named.is_empty() {
            text.with("digest-title-waiting", &[("n", waiting.len().into())])
        } else {
            text.with("digest-title", &[("n", named.len().into()), ("count", overdue.into())])
        };
        Some(Message {
            key: format!("digest-{}", due.as_ms()),
            alert: None,
            say: Say::Acknowledged,
            severity: Severity::Sev4,
            title,
            text: lines.join("\n"),
            facts: Vec::new(),
            url: format!("{}/desk/{}", self.base(), if named.is_empty() { "postmortems" } else { "action-items" }),
            link: text.get("digest-link"),
            at: now,
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Weekday, time};
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn a_digest_is_due_once_a_week_at_its_hour() {
        let zone = TimeZone::fixed(jiff::tz::offset(9));
        let digest = WeeklyDigest { channels: Vec::new(), day: Weekday::Monday, at: time(9, 0, 0, 0), zone };
        let at = |text: &str| Timestamp::from_jiff(text.parse().unwrap());
        // 2026-11-23 is a Monday.
        assert_eq!(due_at(&digest, at("2026-11-23T09:00:00+09:00")), Some(at("2026-11-23T09:00:00+09:00")));
        assert_eq!(due_at(&digest, at("2026-11-23T08:59:59+09:00")), Some(at("2026-11-16T09:00:00+09:00")));
        assert_eq!(due_at(&digest, at("2026-11-29T23:00:00+09:00")), Some(at("2026-11-23T09:00:00+09:00")));
    }
}
