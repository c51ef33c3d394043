//! Telling the people on duty: what is to be said ([`bell`]), in which words ([`words`]), and that it arrives ([`outbox`]).
//!
//! What is decided goes into the outbox on disk and into memory at once. It is sent when it is on disk, or after [`COMMIT_PATIENCE`] without:
//! the bell does not hang on the disk. Its row is written when the disk answers again, under the same name.

pub(crate) mod bell;
mod outbox;
#[cfg(test)]
mod tests;
mod words;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use domain::account::Permission;
use domain::alert::bell::Say;
use domain::alert::record::Event;
use domain::text::Slug;
use domain::time::Timestamp;
use notify::Message;
use notify::answer::Answer;
use notify::channel::Channel;
use notify::send::Sender;
use store::StoreError;
use store::alerts::{Alert, NewAlertEvent};
use store::notifications::{Delivery, DeliveryChange, DeliveryState, KeptNotification, Notification, NotificationFilter};
use store::writer::Change;

use self::bell::Bell;
pub(crate) use self::outbox::Traffic;
use self::outbox::{Item, Outbox};
use self::words::Words;
use super::alerts::{Kinds, event};
use super::caller::Caller;
use super::desk::{Desk, Done, to_its_end};
use super::problem::Problem;
use super::sign_in::Nothing;
use crate::config::ChannelSpec;

/// How long a notification waits for the disk.
const COMMIT_PATIENCE: Duration = Duration::from_secs(2);

/// What is known of telling.
#[derive(Debug, Default)]
pub(crate) struct Notifications {
    bell: Mutex<Bell>,
    outbox: Outbox,
    /// Where we listen: the site's address if none is configured.
    address: OnceLock<SocketAddr>,
    sender: OnceLock<Sender>,
}

impl Notifications {
    fn bell(&self) -> MutexGuard<'_, Bell> {
        // A panic elsewhere leaves at worst an alert that was noted and not said: it is said again.
        self.bell.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something that is to be sent now.
#[derive(Debug)]
pub(crate) struct Sending {
    item: Item,
    /// Where to; none: the channel is configured no more.
    pub(crate) channel: Option<Channel>,
    pub(crate) message: Message,
}

/// As the senders want it.
fn message(new: &Notification) -> Message {
    Message {
        key: new.key.clone(),
        alert: Some(new.alert),
        say: new.say,
        severity: new.severity,
        title: new.title.clone(),
        text: new.text.clone(),
        facts: new.facts.clone(),
        url: new.url.clone(),
        link: new.link.clone(),
        at: new.decided_at,
    }
}

impl Desk {
    /// Reads what was said and what waits, after alerts were read. `address`: where we listen.
    pub(crate) async fn load_notifications(&self, address: SocketAddr, sender: Sender) -> Result<(), StoreError> {
        // Called once, at the start.
        let _ = self.notifications.address.set(address);
        let _ = self.notifications.sender.set(sender);
        let alerts: Vec<Arc<Alert>> = self.monitoring.state().alerts.all().cloned().collect();
        let numbers: Vec<i64> = alerts.iter().map(|alert| alert.number).collect();
        let (last, waiting) = tokio::try_join!(self.store.last_notifications(&numbers), self.store.waiting_notifications())?;
        self.notifications.bell().recall(&alerts, last.into_iter().map(|kept| kept.notification));
        let items = waiting.into_iter().map(|kept| Item::kept(kept, self.now()));
        let changes = self.notifications.outbox.put(items);
        self.write_down(changes);
        Ok(())
    }

    fn write_down(&self, changes: Vec<DeliveryChange>) {
        if !changes.is_empty() {
            self.writer.changes(changes.into_iter().map(|change| Change::Delivery(Box::new(change))));
        }
    }

    /// Says what is to be said now; called every second.
    pub(crate) fn ring(self: &Arc<Self>, kinds: &Kinds, now: Timestamp) {
        let settings = &kinds.config.notifications;
        let (due, under) = {
            let state = self.monitoring.state();
            let held = state.held_components(now);
            let is_held = |component: &Slug| held.contains(component);
            let due = self.notifications.bell().turn(state.alerts.all(), settings, is_held, now);
            if due.is_empty() {
                return;
            }
            let under =
                |number: i64| state.alerts.firing().filter(|alert| alert.above.is_some_and(|(head, _)| head == number)).count();
            let under: Vec<usize> = due.iter().map(|due| under(due.alert.number)).collect();
            (due, under)
        };
        let base = kinds.config.site.base(self.notifications.address.get().copied());
        let mut news = Vec::with_capacity(due.len());
        for (due, under) in due.into_iter().zip(under) {
            let Some(spec) = settings.channels.iter().find(|spec| spec.slug == due.channel) else { continue };
            let words = Words { kinds, spec, base: &base, under, now };
            news.push(words.notification(&due));
        }
        self.writer.changes(news.iter().cloned().map(|new| Change::Notification(Box::new(new))));
        let elapsed = self.ledger.clock.elapsed();
        let keys: Vec<String> = news.iter().map(|new| new.key.clone()).collect();
        let items = news.into_iter().map(|new| Item::new(new, elapsed + COMMIT_PATIENCE));
        let changes = self.notifications.outbox.put(items);
        self.write_down(changes);
        let desk = Arc::clone(self);
        tokio::spawn(async move {
            let limit = desk.ledger.clock.sleep_until(elapsed + COMMIT_PATIENCE);
            if let Err(error) = desk.writer.commit(Vec::new(), limit).await {
                tracing::warn!(%error, "the disk does not answer; people are told all the same");
            }
            desk.notifications.outbox.release(&keys);
            // Whoever reads lists reads the disk.
            desk.monitoring.changed_inside();
        });
    }

    /// Wakes when there may be something to send.
    pub(crate) async fn outbox_woken(&self) {
        self.notifications.outbox.woken().await;
    }

    /// What is to be sent now; at most one on each channel, until that was [`Self::delivered`].
    pub(crate) fn sendings(&self) -> Vec<Sending> {
        let items = self.notifications.outbox.take(self.now(), self.ledger.clock.elapsed());
        let config = Arc::clone(&self.monitoring.state().config);
        let channel =
            |slug: &Slug| config.notifications.channels.iter().find(|spec| spec.slug == *slug).map(|spec| spec.channel.clone());
        items
            .into_iter()
            .map(|item| Sending { channel: channel(&item.notification.channel), message: message(&item.notification), item })
            .collect()
    }

    /// Notes what became of an attempt.
    pub(crate) async fn delivered(&self, sending: Sending, answer: &Answer) {
        let now = self.now();
        let new = Arc::clone(&sending.item.notification);
        let (key, channel, alert) = (&new.key, &new.channel, new.alert);
        match answer {
            Answer::Taken => tracing::info!(key, %channel, alert, "people were told"),
            Answer::Later(_, error) => tracing::warn!(key, %channel, alert, error, "people could not be told; trying again"),
            Answer::Refused(error) => tracing::error!(key, %channel, alert, error, "people cannot be told on this channel"),
        }
        let change = self.notifications.outbox.back(sending.item, answer, sending.channel.is_some(), now);
        self.write_down(vec![change]);
        if matches!((answer, new.say), (Answer::Taken, Say::Fires)) {
            let by = Caller::system();
            let mut state = self.monitoring.state();
            let told = NewAlertEvent { actor_name: channel.to_string(), ..event(Event::Told, &by, now, now) };
            let change = state.alerts.change(alert, |_| Some((vec![told], Vec::new())), &by, now);
            self.leave(change.into_iter().collect());
        }
        // Whoever reads lists reads the disk.
        let limit = self.ledger.clock.sleep_until(self.ledger.clock.elapsed() + COMMIT_PATIENCE);
        let _ = self.writer.commit(Vec::new(), limit).await;
        self.monitoring.changed_inside();
    }

    /// Notifications that meet a filter, the newest first.
    pub(crate) async fn notifications(
        &self,
        caller: &Caller,
        filter: &NotificationFilter,
    ) -> Result<Vec<KeptNotification>, Problem> {
        caller.must(Permission::Read, self.now())?;
        Ok(self.store.notifications(filter).await?)
    }

    /// How the channels are doing since the start.
    pub(crate) fn traffic(&self, channel: &Slug) -> Traffic {
        self.notifications.outbox.traffic(channel)
    }

    /// Sends one again that was given up, and was the last about its alert on its channel. What is on its way or arrived stays as it is.
    pub(crate) async fn resend_notification(self: &Arc<Self>, caller: &Caller, key: String) -> Result<(), Problem> {
        caller.must(Permission::Respond, self.now())?;
        if self.notifications.outbox.has(&key) {
            return Ok(());
        }
        let (desk, caller) = (Arc::clone(self), caller.clone());
        // Whoever asks may go away: what waits on disk has to wait in memory too.
        to_its_end(async move { desk.revive(&caller, key).await }).await
    }

    async fn revive(&self, caller: &Caller, key: String) -> Result<(), Problem> {
        let channels: Vec<Slug> = self.channels().into_iter().map(|spec| spec.slug).collect();
        let wanted = key.clone();
        let revived = self.change(caller, Some(Permission::Respond), move |transaction, _| {
            Box::pin(async move {
                let kept = transaction.notification(&wanted).await?.ok_or(Problem::NotFound("notification"))?;
                let new = &kept.notification;
                if kept.delivery.state == DeliveryState::Replaced || !kept.is_last {
                    return Err(Problem::Refused("refused-notification-old"));
                }
                if !channels.contains(&new.channel) {
                    return Err(Problem::Refused("refused-notification-channel"));
                }
                if kept.delivery.state != DeliveryState::Dead {
                    return Ok((Nothing {}, Vec::new()));
                }
                let done = Done::new("notification.resent", "notification", &new.key, &new.title);
                let delivery = Delivery { state: DeliveryState::Waiting, next_at: None, ..kept.delivery };
                transaction.note_delivery(&DeliveryChange { key: wanted, delivery }).await?;
                Ok((Nothing {}, vec![done]))
            })
        });
        revived.await?;
        // What waits on disk waits in memory too, whatever broke off before; what had arrived by then does not.
        let kept = self.store.notification(&key).await?.filter(|kept| kept.delivery.state == DeliveryState::Waiting);
        let changes = self.notifications.outbox.put(kept.into_iter().map(|kept| Item::kept(kept, self.now())));
        self.write_down(changes);
        self.monitoring.changed_inside();
        Ok(())
    }

    /// Sends a message over a channel to see whether it arrives. What the channel answers is noted as of any other message.
    pub(crate) async fn try_channel(self: &Arc<Self>, caller: &Caller, channel: &Slug) -> Result<(), Problem> {
        caller.must(Permission::Configure, self.now())?;
        let kinds = self.kinds();
        let channels = &kinds.config.notifications.channels;
        let spec = channels.iter().find(|spec| spec.slug == *channel).ok_or(Problem::NotFound("channel"))?.clone();
        self.throttles.channel(channel.as_str())?;
        let (desk, caller) = (Arc::clone(self), caller.clone());
        to_its_end(async move { desk.trial(&caller, &kinds, &spec).await }).await
    }

    async fn trial(&self, caller: &Caller, kinds: &Kinds, spec: &ChannelSpec) -> Result<(), Problem> {
        let sender = self.notifications.sender.get().ok_or(Problem::Busy)?;
        let base = kinds.config.site.base(self.notifications.address.get().copied());
        let now = self.now();
        let message = Words { kinds, spec, base: &base, under: 0, now }.trial(caller.name());
        let mut answer = sender.send(&spec.channel, &message, now).await;
        if answer == Answer::Taken && matches!(spec.channel, Channel::PagerDuty { .. }) {
            // There it rings until it is over.
            answer = sender.send(&spec.channel, &Message { say: Say::Over, ..message }, now).await;
        }
        self.notifications.outbox.note(&spec.slug, &answer, self.now());
        self.monitoring.changed_inside();
        let is_taken = answer == Answer::Taken;
        let done = Done::new("channel.tested", "channel", &spec.slug, &spec.slug).changed(
            "arrived",
            "",
            if is_taken { "yes" } else { "no" },
        );
        self.change(caller, None, move |_, _| Box::pin(async move { Ok((Nothing {}, vec![done])) })).await?;
        match answer {
            Answer::Taken => Ok(()),
            Answer::Later(_, error) | Answer::Refused(error) => {
                tracing::warn!(channel = %spec.slug, error, "a test of a channel did not arrive");
                Err(Problem::Refused("refused-channel-trial"))
            }
        }
    }

    /// Where the site is found, without a slash at the end.
    pub(crate) fn base(&self) -> String {
        self.monitoring.state().config.site.base(self.notifications.address.get().copied())
    }

    /// Sends something that is no alert; none: nothing can be sent yet.
    pub(super) async fn send_message(&self, spec: &ChannelSpec, message: &Message) -> Option<Answer> {
        let answer = self.notifications.sender.get()?.send(&spec.channel, message, self.now()).await;
        self.notifications.outbox.note(&spec.slug, &answer, self.now());
        Some(answer)
    }

    /// The channels that are configured. Secrets are in them.
    pub(crate) fn channels(&self) -> Vec<ChannelSpec> {
        self.monitoring.state().config.notifications.channels.clone()
    }

    /// The same, for somebody.
    pub(crate) fn channels_for(&self, caller: &Caller) -> Result<Vec<ChannelSpec>, Problem> {
        caller.must(Permission::Read, self.now())?;
        Ok(self.channels())
    }
}
