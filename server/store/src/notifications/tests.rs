//! Tests of the outbox.

use super::*;
use crate::testing::{self, Database, at};
use crate::writer::Change;

fn new(alert: i64, channel: &str, ordinal: u32, say: Say) -> Notification {
    Notification {
        key: format!("alert-{alert}-{channel}-{ordinal}"),
        alert,
        channel: channel.parse().unwrap(),
        ordinal,
        say,
        times: match say {
            Say::Fires => 1,
            Say::Again(before) => before + 1,
            Say::Acknowledged => 3,
            Say::Over => 0,
        },
        severity: Severity::Sev1,
        title: "Disk is full".to_owned(),
        text: "on db-1\nand db-2".to_owned(),
        facts: vec![("Since".to_owned(), "05:00".to_owned()), ("About".to_owned(), "Web".to_owned())],
        url: "https://status.example.org/desk/alerts/1".to_owned(),
        link: "Follow".to_owned(),
        decided_at: at(i64::from(ordinal)),
    }
}

async fn leave(database: &Database, changes: Vec<Change>) {
    database.writer.changes(changes);
    database.writer.commit(Vec::new(), std::future::pending()).await.unwrap();
}

fn say(new: Notification) -> Change {
    Change::Notification(Box::new(new))
}

async fn with_alerts() -> Database {
    let database = testing::open().await;
    leave(&database, (1..=2).map(crate::alerts::tests::began).collect()).await;
    database
}

fn all() -> NotificationFilter {
    NotificationFilter { limit: NOTIFICATIONS_LISTED_MAX, ..NotificationFilter::default() }
}

#[tokio::test]
async fn what_is_to_be_said_is_kept_once_with_what_became_of_it() {
    let database = with_alerts().await;
    let said = [Say::Fires, Say::Again(1), Say::Acknowledged, Say::Over];
    let news: Vec<Notification> = (1..).zip(said).map(|(ordinal, say)| new(1, "phone", ordinal, say)).collect();
    leave(&database, news.iter().cloned().map(say).collect()).await;
    // The same once more is nothing new, also with other words.
    leave(&database, vec![say(Notification { title: "Other words".to_owned(), ..news[0].clone() })]).await;
    let kept = database.store.notifications(&all()).await.unwrap();
    assert_eq!(kept.iter().rev().map(|kept| kept.notification.clone()).collect::<Vec<_>>(), news);
    assert!(kept.iter().all(|kept| kept.delivery == Delivery::NEW));
    let failed = Delivery {
        state: DeliveryState::Waiting,
        attempts: 2,
        tried_at: Some(at(9)),
        next_at: Some(at(20)),
        error: Some("x".repeat(900)),
    };
    let change = DeliveryChange { key: news[3].key.clone(), delivery: failed.clone() };
    leave(&database, vec![Change::Delivery(Box::new(change))]).await;
    let over = database.store.notifications(&all()).await.unwrap().swap_remove(0).delivery;
    assert_eq!((over.attempts, over.tried_at, over.next_at), (2, Some(at(9)), Some(at(20))));
    assert_eq!(over.error.unwrap().len(), ERROR_CHARS_MAX);
}

#[tokio::test]
async fn what_waits_and_what_was_said_last_are_found_after_a_start() {
    let database = with_alerts().await;
    let news = [
        new(1, "phone", 1, Say::Fires),
        new(1, "phone", 2, Say::Again(1)),
        new(1, "mail", 1, Say::Fires),
        new(2, "mail", 1, Say::Fires),
    ];
    leave(&database, news.iter().cloned().map(say).collect()).await;
    let sent = Delivery { state: DeliveryState::Sent, attempts: 1, ..Delivery::NEW };
    leave(&database, vec![Change::Delivery(Box::new(DeliveryChange { key: news[1].key.clone(), delivery: sent }))]).await;
    let keys = |all: Vec<KeptNotification>| all.into_iter().map(|kept| kept.notification.key).collect::<Vec<_>>();
    assert_eq!(
        keys(database.store.waiting_notifications().await.unwrap()),
        ["alert-1-phone-1", "alert-1-mail-1", "alert-2-mail-1"]
    );
    let last = database.store.last_notifications(&[1]).await.unwrap();
    let phone = last.iter().find(|kept| kept.notification.channel.as_str() == "phone").unwrap();
    assert_eq!((last.len(), phone.notification.ordinal, phone.notification.told().times), (2, 2, 2));
    assert_eq!(database.store.notification_counts().await.unwrap(), (0, 3));
}

#[tokio::test]
async fn what_was_given_up_can_be_made_to_wait_again_and_nothing_else() {
    let database = with_alerts().await;
    let one = new(1, "phone", 1, Say::Fires);
    leave(&database, vec![say(one.clone())]).await;
    let dead = Delivery { state: DeliveryState::Dead, attempts: 9, error: Some("no".to_owned()), ..Delivery::NEW };
    leave(&database, vec![Change::Delivery(Box::new(DeliveryChange { key: one.key.clone(), delivery: dead }))]).await;
    assert_eq!(database.store.waiting_notifications().await.unwrap(), []);
    let key = one.key.clone();
    let read = database.write(move |transaction| {
        Box::pin(async move {
            let kept = transaction.notification(&key).await?.expect("it was kept");
            let delivery = Delivery { state: DeliveryState::Waiting, ..kept.delivery };
            transaction.note_delivery(&DeliveryChange { key, delivery }).await
        })
    });
    read.await.unwrap();
    let revived = database.store.notification(&one.key).await.unwrap().unwrap();
    assert_eq!((revived.delivery.state, revived.delivery.attempts, revived.is_last), (DeliveryState::Waiting, 9, true));
    assert_eq!(database.store.waiting_notifications().await.unwrap(), [revived]);
    leave(&database, vec![say(new(1, "phone", 2, Say::Over)), say(new(1, "mail", 1, Say::Fires))]).await;
    let lasts: Vec<(String, bool)> = database
        .store
        .notifications(&all())
        .await
        .unwrap()
        .into_iter()
        .map(|kept| (kept.notification.key, kept.is_last))
        .collect();
    assert_eq!(lasts.iter().map(|(_, is_last)| *is_last).collect::<Vec<_>>(), [true, true, false], "{lasts:?}");
}

#[tokio::test]
async fn no_list_reads_all_of_the_outbox_and_what_is_said_goes_with_its_alert() {
    let database = with_alerts().await;
    leave(&database, vec![say(new(1, "phone", 1, Say::Fires)), say(new(2, "phone", 1, Say::Fires))]).await;
    for (filter, count) in [
        (NotificationFilter { alert: Some(1), ..all() }, 1),
        (NotificationFilter { state: Some(DeliveryState::Dead), ..all() }, 0),
        (NotificationFilter { channel: Some("phone".parse().unwrap()), ..all() }, 2),
        (NotificationFilter { before: Some(2), ..all() }, 1),
    ] {
        assert_eq!(database.store.notifications(&filter).await.unwrap().len(), count, "{filter:?}");
    }
    leave(&database, vec![crate::alerts::tests::ended(1)]).await;
    let forgotten = database.write(|transaction| Box::pin(transaction.forget_alerts(at(i64::MAX / 2), 1))).await;
    assert_eq!(forgotten.unwrap(), 1);
    assert_eq!(database.store.notifications(&all()).await.unwrap().len(), 1);
}
