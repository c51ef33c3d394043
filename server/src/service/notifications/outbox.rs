//! What waits to be sent: one queue for each channel, in memory, bounded. One message at a time is under way on a channel, so a channel that hangs
//! delays nothing but itself. What fails is tried again, at growing intervals; what is refused, or fails for a day, is given up and kept.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::text::Slug;
use domain::time::Timestamp;
use notify::answer::Answer;
use store::notifications::{Delivery, DeliveryChange, DeliveryState, KeptNotification, Notification};
use tokio::sync::Notify;

/// Most that wait on a channel. Beyond that the oldest is given up.
pub(super) const WAITING_MAX: usize = 500;
/// Pause after the first failure; each time twice as long as the time before.
const PAUSE_FIRST: Duration = Duration::from_secs(5);
/// Longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(10 * 60);
/// After so long it is given up.
pub(super) const GIVE_UP_AFTER: Duration = Duration::from_secs(24 * 3600);

/// Something that waits.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) notification: Arc<Notification>,
    delivery: Delivery,
    /// Since when it is being tried.
    since: Timestamp,
    /// Until then, by the clock that does not jump, it waits for the disk. None: it is on disk, or waited for long enough.
    held_until: Option<Duration>,
}

impl Item {
    /// Something new, which waits for the disk at most until then.
    pub(super) fn new(notification: Notification, held_until: Duration) -> Self {
        let since = notification.decided_at;
        Self { notification: Arc::new(notification), delivery: Delivery::NEW, since, held_until: Some(held_until) }
    }

    /// Something that lay in the outbox on disk, tried from now on.
    pub(super) fn kept(kept: KeptNotification, now: Timestamp) -> Self {
        Self { notification: Arc::new(kept.notification), delivery: kept.delivery, since: now, held_until: None }
    }

    /// True for what is about the same alert, and was decided before `other`.
    fn is_older(&self, other: &Notification) -> bool {
        self.notification.alert == other.alert
            && self.notification.channel == other.channel
            && self.notification.ordinal < other.ordinal
    }

    fn is_due(&self, now: Timestamp, elapsed: Duration) -> bool {
        self.held_until.is_none_or(|until| until <= elapsed) && self.delivery.next_at.is_none_or(|at| at <= now)
    }

    fn change(&self) -> DeliveryChange {
        DeliveryChange { key: self.notification.key.clone(), delivery: self.delivery.clone() }
    }

    fn ended(mut self, state: DeliveryState, error: Option<String>) -> DeliveryChange {
        self.delivery.state = state;
        self.delivery.next_at = None;
        self.delivery.error = error.or(self.delivery.error);
        self.change()
    }
}

/// How a channel is doing since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Traffic {
    /// How many arrived.
    pub(crate) sent: u64,
    /// How many attempts failed.
    pub(crate) failed: u64,
    /// How many were given up.
    pub(crate) dead: u64,
    /// How many wait.
    pub(crate) waiting: usize,
    /// When something last arrived.
    pub(crate) sent_at: Option<Timestamp>,
    /// When an attempt last failed and why, if nothing has arrived since.
    pub(crate) trouble: Option<(Timestamp, String)>,
}

impl Traffic {
    const fn count(&mut self, answer: &Answer) {
        match answer {
            Answer::Taken => self.sent += 1,
            Answer::Later(..) | Answer::Refused(_) => self.failed += 1,
        }
    }

    fn note(&mut self, answer: &Answer, now: Timestamp) {
        match answer {
            Answer::Taken => {
                self.sent_at = Some(now);
                self.trouble = None;
            }
            Answer::Later(_, error) | Answer::Refused(error) => self.trouble = Some((now, error.clone())),
        }
    }
}

#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<Item>,
    /// The service asked to be left alone until then.
    paused_until: Option<Timestamp>,
    traffic: Traffic,
}

#[derive(Debug, Default)]
struct Lines {
    lines: HashMap<Slug, Line>,
    /// What is under way on which channel.
    busy: HashMap<Slug, Arc<Notification>>,
}

impl Lines {
    fn has(&self, key: &str) -> bool {
        let waiting = self.lines.values().flat_map(|line| &line.waiting).map(|item| &item.notification);
        waiting.chain(self.busy.values()).any(|notification| notification.key == key)
    }
}

/// All channels.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    lines: Mutex<Lines>,
    wake: Notify,
}

/// How long to wait after so many attempts.
fn pause(attempts: u32) -> Duration {
    PAUSE_FIRST.saturating_mul(2_u32.saturating_pow(attempts.saturating_sub(1))).min(PAUSE_MAX)
}

impl Outbox {
    fn lines(&self) -> MutexGuard<'_, Lines> {
        // Each critical section leaves it whole.
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True while this waits or is under way.
    pub(super) fn has(&self, key: &str) -> bool {
        self.lines().has(key)
    }

    /// Takes what is to be sent; what it has already it has once. Gives what became of those that newer ones take the place of.
    pub(super) fn put(&self, items: impl IntoIterator<Item = Item>) -> Vec<DeliveryChange> {
        let mut changes = Vec::new();
        let mut lines = self.lines();
        for item in items {
            if lines.has(&item.notification.key) {
                continue;
            }
            let under_way = lines.busy.get(&item.notification.channel).is_some_and(|busy| item.is_older(busy));
            let line = lines.lines.entry(item.notification.channel.clone()).or_default();
            // Something newer is being said, or about to be.
            if under_way || line.waiting.iter().any(|waiting| item.is_older(&waiting.notification)) {
                changes.push(item.ended(DeliveryState::Replaced, None));
                continue;
            }
            // Whoever could not be told yet is told how it is now.
            let (older, others) = std::mem::take(&mut line.waiting)
                .into_iter()
                .partition::<VecDeque<_>, _>(|waiting| waiting.is_older(&item.notification));
            line.waiting = others;
            changes.extend(older.into_iter().map(|older| older.ended(DeliveryState::Replaced, None)));
            if line.waiting.len() >= WAITING_MAX
                && let Some(oldest) = line.waiting.pop_front()
            {
                line.traffic.dead += 1;
                changes.push(oldest.ended(DeliveryState::Dead, Some("too many others wait on this channel".to_owned())));
            }
            line.waiting.push_back(item);
        }
        drop(lines);
        self.wake.notify_one();
        changes
    }

    /// These are on disk, or waited for it long enough.
    pub(super) fn release(&self, keys: &[String]) {
        let mut lines = self.lines();
        for item in lines.lines.values_mut().flat_map(|line| &mut line.waiting) {
            if keys.contains(&item.notification.key) {
                item.held_until = None;
            }
        }
        drop(lines);
        self.wake.notify_one();
    }

    /// Returns when something changed.
    pub(super) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// The next of each channel that is free, which is under way from now on.
    pub(super) fn take(&self, now: Timestamp, elapsed: Duration) -> Vec<Item> {
        let mut lines = self.lines();
        let Lines { lines, busy } = &mut *lines;
        let mut taken = Vec::new();
        for (slug, line) in lines {
            if busy.contains_key(slug) || line.paused_until.is_some_and(|until| until > now) {
                continue;
            }
            let next = line.waiting.iter().position(|item| item.is_due(now, elapsed));
            if let Some(item) = next.and_then(|index| line.waiting.remove(index)) {
                busy.insert(slug.clone(), Arc::clone(&item.notification));
                taken.push(item);
            }
        }
        taken
    }

    /// Takes one back with what came of it; gives what is to be written down. `was_sent`: false where its channel is configured no more, which
    /// is no trouble of whatever has that name one day.
    pub(super) fn back(&self, mut item: Item, answer: &Answer, was_sent: bool, now: Timestamp) -> DeliveryChange {
        let mut lines = self.lines();
        lines.busy.remove(&item.notification.channel);
        let line = lines.lines.entry(item.notification.channel.clone()).or_default();
        item.delivery.attempts = item.delivery.attempts.saturating_add(1);
        item.delivery.tried_at = Some(now);
        if was_sent {
            line.traffic.count(answer);
            line.traffic.note(answer, now);
        }
        let change = match answer {
            Answer::Taken => {
                item.delivery.error = None;
                item.ended(DeliveryState::Sent, None)
            }
            Answer::Refused(error) => {
                line.traffic.dead += 1;
                item.ended(DeliveryState::Dead, Some(error.clone()))
            }
            Answer::Later(asked, error) => {
                if let Some(asked) = asked {
                    line.paused_until = Some(now.plus(*asked));
                }
                let is_old = line.waiting.iter().any(|waiting| item.is_older(&waiting.notification));
                if is_old {
                    item.ended(DeliveryState::Replaced, Some(error.clone()))
                } else if now.since(item.since) >= GIVE_UP_AFTER {
                    line.traffic.dead += 1;
                    item.ended(DeliveryState::Dead, Some(error.clone()))
                } else {
                    item.delivery.next_at = Some(now.plus(asked.unwrap_or_default().max(pause(item.delivery.attempts))));
                    item.delivery.error = Some(error.clone());
                    let change = item.change();
                    line.waiting.push_front(item);
                    change
                }
            }
        };
        drop(lines);
        self.wake.notify_one();
        change
    }

    /// Notes what came of a test.
    pub(super) fn note(&self, channel: &Slug, answer: &Answer, now: Timestamp) {
        self.lines().lines.entry(channel.clone()).or_default().traffic.note(answer, now);
    }

    /// How a channel is doing.
    pub(super) fn traffic(&self, channel: &Slug) -> Traffic {
        let lines = self.lines();
        let waiting = |line: &Line| line.waiting.len() + usize::from(lines.busy.contains_key(channel));
        lines.lines.get(channel).map(|line| Traffic { waiting: waiting(line), ..line.traffic.clone() }).unwrap_or_default()
    }
}
