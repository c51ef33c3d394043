//! Tests of the outbox in memory: what takes the place of what, when something is tried again, and when it is given up.

use std::time::Duration;

use domain::alert::bell::Say;
use domain::incident::work::Severity;
use domain::time::Timestamp;
use notify::answer::Answer;
use store::notifications::{DeliveryState, Notification};

use super::outbox::{GIVE_UP_AFTER, Item, Outbox, WAITING_MAX};

const ZERO: Duration = Duration::ZERO;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_ms(seconds * 1_000)
}

fn item(alert: i64, ordinal: u32) -> Item {
    let new = Notification {
        key: format!("alert-{alert}-phone-{ordinal}"),
        alert,
        channel: "phone".parse().unwrap(),
        ordinal,
        say: Say::Fires,
        times: 1,
        severity: Severity::Sev1,
        title: String::new(),
        text: String::new(),
        facts: Vec::new(),
        url: String::new(),
        link: String::new(),
        decided_at: at(0),
    };
    Item::new(new, ZERO)
}

fn later() -> Answer {
    Answer::Later(None, "not now".to_owned())
}

fn keys(items: &[Item]) -> Vec<&str> {
    items.iter().map(|item| item.notification.key.as_str()).collect()
}

#[test]
fn one_is_under_way_on_a_channel_and_waits_for_the_disk_no_longer_than_it_must() {
    let outbox = Outbox::default();
    let held = Item::new((*item(1, 1).notification).clone(), Duration::from_secs(2));
    assert!(outbox.put([held]).is_empty());
    assert!(outbox.take(at(0), Duration::from_secs(1)).is_empty(), "it waits for the disk");
    outbox.release(&["alert-1-phone-1".to_owned()]);
    outbox.put([item(2, 1)]);
    let taken = outbox.take(at(0), Duration::from_secs(1));
    assert_eq!(keys(&taken), ["alert-1-phone-1"]);
    assert!(outbox.take(at(0), Duration::from_secs(9)).is_empty(), "one at a time");
    let change = outbox.back(taken.into_iter().next().unwrap(), &Answer::Taken, true, at(1));
    assert_eq!((change.delivery.state, change.delivery.attempts), (DeliveryState::Sent, 1));
    assert_eq!(keys(&outbox.take(at(1), ZERO)), ["alert-2-phone-1"]);
}

#[test]
fn what_fails_is_tried_again_more_and_more_rarely_and_for_a_day() {
    let outbox = Outbox::default();
    outbox.put([item(1, 1)]);
    let mut now = at(0);
    let mut pauses = Vec::new();
    loop {
        let taken = outbox.take(now, ZERO);
        let change = outbox.back(taken.into_iter().next().unwrap(), &later(), true, now);
        if change.delivery.state == DeliveryState::Dead {
            assert_eq!(change.delivery.error.as_deref(), Some("not now"));
            break;
        }
        let next = change.delivery.next_at.unwrap();
        assert!(outbox.take(next.minus(Duration::from_millis(1)), ZERO).is_empty());
        pauses.push(next.since(now).as_secs());
        now = next;
    }
    assert_eq!(pauses[..9], [5, 10, 20, 40, 80, 160, 320, 600, 600]);
    assert!(now.since(at(0)) >= GIVE_UP_AFTER && now.since(at(0)) < GIVE_UP_AFTER + Duration::from_secs(600));
    assert!(outbox.take(now.plus(GIVE_UP_AFTER), ZERO).is_empty(), "it is given up");
}

#[test]
fn whoever_could_not_be_told_is_told_how_it_is_now() {
    let outbox = Outbox::default();
    outbox.put([item(1, 1), item(2, 1)]);
    let replaced = outbox.put([item(1, 2)]);
    assert_eq!(
        replaced.iter().map(|change| (change.key.as_str(), change.delivery.state)).collect::<Vec<_>>(),
        [("alert-1-phone-1", DeliveryState::Replaced)]
    );
    let taken = outbox.take(at(0), ZERO).remove(0);
    assert_eq!(taken.notification.alert, 2);
    outbox.put([item(2, 2)]);
    let change = outbox.back(taken, &later(), true, at(0));
    assert_eq!(change.delivery.state, DeliveryState::Replaced, "there is a newer one");
    let refused = outbox.back(outbox.take(at(0), ZERO).remove(0), &Answer::Refused("never".to_owned()), true, at(0));
    assert_eq!((refused.delivery.state, refused.delivery.next_at), (DeliveryState::Dead, None));
}

#[test]
fn a_service_that_asks_for_patience_is_left_alone_and_the_queue_has_an_end() {
    let outbox = Outbox::default();
    outbox.put([item(1, 1)]);
    let asked = Answer::Later(Some(Duration::from_secs(90)), "slow down".to_owned());
    outbox.back(outbox.take(at(0), ZERO).remove(0), &asked, true, at(0));
    outbox.put([item(2, 1)]);
    assert!(outbox.take(at(89), ZERO).is_empty(), "also what is new");
    let given_up = outbox.put((3..).take(WAITING_MAX).map(|alert| item(alert, 1)));
    assert_eq!(given_up.len(), 2);
    assert!(given_up.iter().all(|change| change.delivery.state == DeliveryState::Dead));
    assert_eq!(outbox.take(at(90), ZERO).len(), 1);
}

#[test]
fn what_comes_again_takes_the_place_of_nothing_newer_and_is_there_once() {
    let outbox = Outbox::default();
    outbox.put([item(1, 2)]);
    let changes = outbox.put([item(1, 1)]);
    assert_eq!((changes.len(), changes[0].key.as_str()), (1, "alert-1-phone-1"));
    assert_eq!(changes[0].delivery.state, DeliveryState::Replaced);
    assert!(outbox.put([item(1, 2)]).is_empty(), "it waits already");
    let taken = outbox.take(at(0), ZERO);
    assert_eq!(keys(&taken), ["alert-1-phone-2"]);
    assert!(outbox.has("alert-1-phone-2") && outbox.put([item(1, 2)]).is_empty(), "it is under way already");
    assert_eq!(outbox.put([item(1, 1)])[0].delivery.state, DeliveryState::Replaced, "something newer is under way");
    assert_eq!(outbox.back(taken.into_iter().next().unwrap(), &Answer::Taken, true, at(1)).delivery.state, DeliveryState::Sent);
    assert!(outbox.take(at(1), ZERO).is_empty());
}

#[test]
fn a_channel_that_is_gone_leaves_no_trouble_behind() {
    let outbox = Outbox::default();
    outbox.put([item(1, 1)]);
    let gone = Answer::Refused("gone".to_owned());
    assert_eq!(outbox.back(outbox.take(at(0), ZERO).remove(0), &gone, false, at(0)).delivery.state, DeliveryState::Dead);
    assert_eq!(outbox.traffic(&"phone".parse().unwrap()).trouble, None);
}
