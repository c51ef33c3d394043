//! Tests of what is kept of alerts.

use domain::alert::occurrence::{Report, Said};
use domain::runbook::front_matter::alert_key;

use super::*;
use crate::testing::{self, Database, at};
use crate::writer::Change;

fn pairs(given: &[(&str, &str)]) -> BTreeMap<String, String> {
    given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn alert(number: i64, name: &str, began_at: i64) -> Alert {
    let labels = pairs(&[("alertname", name), ("cluster", "home")]);
    let report = Report { starts_at: at(began_at), said: Said::Firing { until: Some(at(began_at + 240)) } };
    Alert {
        number,
        source: "prometheus".to_owned(),
        origin: Origin::Alertmanager,
        fingerprint: Fingerprint::of(labels.iter().map(|(name, value)| (name.as_str(), value.as_str()))),
        course: Course::begin(report, at(began_at + 1)),
        is_flapping: false,
        labels: Pairs::labels(labels),
        annotations: Pairs::annotations(pairs(&[("summary", "It is full")])),
        links: pairs(&[("generator", "https://prometheus.example.org/graph")]),
        name: name.to_owned(),
        name_key: alert_key(name),
        kind: Some("disk-full".parse().unwrap()),
        severity: Severity::Sev2,
        component: Some("db".parse().unwrap()),
        above: None,
        incident: None,
        acknowledged: None,
        ended_by: None,
    }
}

/// What is left with the writer when an alert begins.
pub(crate) fn began(number: i64) -> Change {
    let began =
        AlertChange { alert: alert(number, "DiskFull", number), events: vec![event(Event::Began, number)], audit: Vec::new() };
    Change::Alert(Box::new(began))
}

/// What is left when it is over.
pub(crate) fn ended(number: i64) -> Change {
    let over = over(alert(number, "DiskFull", number), at(number + 1));
    Change::Alert(Box::new(AlertChange { alert: over, events: Vec::new(), audit: Vec::new() }))
}

fn over(mut alert: Alert, at: Timestamp) -> Alert {
    alert.course.ended_at = Some(at);
    alert
}

fn event(event: Event, occurred_at: i64) -> NewAlertEvent {
    NewAlertEvent {
        event,
        occurred_at: at(occurred_at),
        recorded_at: at(occurred_at + 1),
        actor_kind: ActorKind::Key,
        actor_name: "prometheus".to_owned(),
        number: None,
        text: None,
    }
}

async fn leave(database: &Database, all: impl IntoIterator<Item = (Alert, Vec<NewAlertEvent>)>) {
    let change = |(alert, events)| Change::Alert(Box::new(AlertChange { alert, events, audit: Vec::new() }));
    database.writer.changes(all.into_iter().map(change));
    database.writer.commit(Vec::new(), std::future::pending()).await.unwrap();
}

#[tokio::test]
async fn an_alert_comes_back_as_it_was_left_and_what_happened_to_it_in_order() {
    let database = testing::open().await;
    let first = alert(7, "Disk_Full", 1_000);
    leave(&database, [(first.clone(), vec![event(Event::Began, 1_000)])]).await;
    assert_eq!(database.store.alert(7).await.unwrap(), Some(first.clone()));
    let mut later = over(first.clone(), at(2_000));
    later.course.received = 9;
    later.course.promised_until = None;
    later.is_flapping = true;
    later.above = Some((3, Because::Storm));
    later.acknowledged = Some((at(1_500), "mika".to_owned()));
    later.ended_by = Some("mika".to_owned());
    let told = NewAlertEvent { number: Some(3), text: Some("why".to_owned()), ..event(Event::Folded, 1_500) };
    leave(&database, [(later.clone(), vec![told.clone(), event(Event::Ended, 2_000)])]).await;
    assert_eq!(database.store.alert(7).await.unwrap(), Some(later));
    let events = database.store.alert_events(7).await.unwrap();
    let seen: Vec<(i64, Event)> = events.iter().map(|event| (event.seq, event.content.event)).collect();
    assert_eq!(seen, [(1, Event::Began), (2, Event::Folded), (3, Event::Ended)]);
    assert_eq!(events[1].content, told);
    assert_eq!(database.store.last_alert_number().await.unwrap(), 7);
}

#[tokio::test]
async fn what_happened_is_never_changed() {
    let database = testing::open().await;
    leave(&database, [(alert(1, "DiskFull", 0), vec![event(Event::Began, 0)])]).await;
    assert!(database.run("UPDATE alert_event SET event = 'ended'").await.is_err());
    let again = "INSERT OR REPLACE INTO alert_event SELECT * FROM alert_event";
    assert!(database.run(again).await.is_err());
}

#[tokio::test]
async fn alerts_are_found_by_what_is_asked_for() {
    let database = testing::open().await;
    let graver = Alert { severity: Severity::Sev1, component: None, ..alert(2, "NodeDown", 20) };
    let under = Alert { above: Some((2, Because::Dependency)), ..alert(3, "DiskFull", 30) };
    leave(&database, [(over(alert(1, "DiskFull", 10), at(15)), vec![]), (graver, vec![]), (under, vec![])]).await;
    let found = async |filter: AlertFilter| {
        let found = database.store.alerts(&filter).await.unwrap();
        found.iter().map(|alert| alert.number).collect::<Vec<_>>()
    };
    let all = AlertFilter::default;
    assert_eq!(found(all()).await, [3, 2, 1]);
    assert_eq!(found(AlertFilter { fires: Some(true), ..all() }).await, [3, 2]);
    assert_eq!(found(AlertFilter { fires: Some(false), ..all() }).await, [1]);
    assert_eq!(found(AlertFilter { name_key: Some("diskfull".to_owned()), ..all() }).await, [3, 1]);
    assert_eq!(found(AlertFilter { component: Some("db".parse().unwrap()), ..all() }).await, [3, 1]);
    assert_eq!(found(AlertFilter { severity: Some(Severity::Sev1), ..all() }).await, [2]);
    assert_eq!(found(AlertFilter { above: Some(2), ..all() }).await, [3]);
    assert_eq!(found(AlertFilter { before: Some(3), limit: 1, ..all() }).await, [2]);
    assert_eq!(database.store.recalled_alerts(at(16)).await.unwrap().len(), 2, "what was over before is left out");
    assert_eq!(database.store.recalled_alerts(at(15)).await.unwrap().len(), 3);
    let of_disk = alert(1, "DiskFull", 10).fingerprint;
    let newest = database.store.newest_alerts("prometheus", std::slice::from_ref(&of_disk)).await.unwrap();
    assert_eq!(newest.iter().map(|alert| alert.number).collect::<Vec<_>>(), [3]);
    assert!(database.store.newest_alerts("another", &[of_disk]).await.unwrap().is_empty());
    let rang = database.store.rang_since(at(10)).await.unwrap();
    let rang: Vec<(&str, u32, i64)> = rang.iter().map(|name| (name.name.as_str(), name.count, name.last.number)).collect();
    assert_eq!(rang, [("DiskFull", 2, 3), ("NodeDown", 1, 2)]);
    assert_eq!(database.store.rang_since(at(25)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_long_over_is_forgotten_but_not_what_belongs_to_an_incident() {
    let database = testing::open().await;
    let incident = database
        .write(|transaction| {
            Box::pin(async move {
                let id = uuid::Uuid::now_v7();
                let incident = transaction.insert_incident(id, &crate::incidents::tests::facts("Disk full"), &[], at(1)).await?;
                Ok(incident)
            })
        })
        .await
        .unwrap();
    let all = [1, 2, 3, 4].map(|number| alert(number, "DiskFull", number * 10));
    let [first, second, third, fourth] = all;
    let began = || vec![event(Event::Began, 10)];
    leave(
        &database,
        [(over(first, at(11)), began()), (over(second, at(21)), began()), (over(third, at(500)), began()), (fourth, began())],
    )
    .await;
    let (key, number) = (incident.key, incident.number);
    let joined = NewAlertEvent { number: Some(number), ..event(Event::Joined, 25) };
    database.write(move |transaction| Box::pin(async move { transaction.join_alert(2, key, &joined).await })).await.unwrap();
    assert_eq!(database.store.alert(2).await.unwrap().unwrap().incident, Some((key, number)));
    let forgotten = database.write(|transaction| Box::pin(async move { transaction.forget_alerts(at(400), 10).await })).await;
    assert_eq!(forgotten.unwrap(), 1);
    let left = database.store.alerts(&AlertFilter::default()).await.unwrap();
    assert_eq!(left.iter().map(|alert| alert.number).collect::<Vec<_>>(), [4, 3, 2]);
    assert!(database.store.alert_events(1).await.unwrap().is_empty());
    let of_incident = AlertFilter { incident: Some(number), ..AlertFilter::default() };
    assert_eq!(database.store.alerts(&of_incident).await.unwrap().len(), 1);
}

#[tokio::test]
async fn no_list_of_few_alerts_reads_all_of_them() {
    let database = testing::open().await;
    let slug = || Some("db".parse().unwrap());
    let all = [
        (AlertFilter { above: Some(1), ..AlertFilter::default() }, "alert_by_head"),
        (AlertFilter { incident: Some(1), ..AlertFilter::default() }, "alert_by_incident"),
        (AlertFilter { fires: Some(true), ..AlertFilter::default() }, "alert_that_fires"),
        (AlertFilter { name_key: Some("disk".to_owned()), ..AlertFilter::default() }, "alert_by_name"),
        (AlertFilter { component: slug(), ..AlertFilter::default() }, "alert_by_component"),
        (AlertFilter { component: slug(), fires: Some(false), ..AlertFilter::default() }, "alert_by_component"),
    ];
    for (filter, index) in all {
        let plan = sqlx::query(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", listing(&filter))));
        let plan = plan.fetch_all(database.store.readers()).await.unwrap();
        let plan: Vec<String> = plan.iter().map(|row| sqlx::Row::get(row, 3)).collect();
        assert!(plan.iter().any(|step| step.contains(index)), "{filter:?}: {plan:?}");
        assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "in the order of the index: {filter:?}: {plan:?}");
    }
}
