//! Alerts as rows of lists: titles in the place of slugs, the runbook that is for each, and those of one cause under one of them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use app::data::desk::{AlertRow, RemedyRow};
use domain::time::Timestamp;
use store::alerts::Alert;

use super::incident_rows::Known;
use super::runbook_rows::title;
use super::{Web, alert_page};
use crate::service::alerts::{Kinds, Remedy, summary};

/// What rows of alerts need to know of the rest of the world.
pub(in crate::web) struct AlertsKnown<'k> {
    web: &'k Web,
    known: &'k Known,
    kinds: Kinds,
    now: Timestamp,
}

/// Where a runbook for alerts of this name is written, or looked for: names that can stand in an address have a page of their own.
pub(in crate::web) fn write_href(name: &str) -> String {
    if alert_page::is_name(name) {
        return format!("/desk/runbooks/for/alert/{name}");
    }
    let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("alert", name).finish();
    format!("/desk/runbooks/write?{query}")
}

impl<'k> AlertsKnown<'k> {
    pub(in crate::web) fn new(web: &'k Web, known: &'k Known) -> Self {
        Self { web, known, kinds: web.desk.kinds(), now: web.desk.now() }
    }

    /// What is to be followed for an alert.
    pub(in crate::web) fn remedy(&self, alert: &Alert) -> RemedyRow {
        match self.kinds.remedy(alert) {
            Remedy::Runbook(slug) => {
                let runbook = self.kinds.library.runbooks.get(&slug);
                let title = runbook.map_or_else(|| slug.to_string(), |runbook| title(runbook, self.known.language));
                RemedyRow::Runbook(slug.to_string(), title)
            }
            Remedy::Elsewhere(address) => RemedyRow::Elsewhere(address),
            Remedy::Nothing => RemedyRow::Nothing,
        }
    }

    /// One alert, without those under it.
    pub(in crate::web) fn row(&self, alert: &Alert) -> AlertRow {
        let label = self.known.severities().into_iter().find(|(severity, _)| *severity == alert.severity);
        let (is_held, incident) = {
            let state = self.web.monitoring.state();
            let is_held = alert.course.is_firing() && state.holds_alert(alert.component.as_ref(), self.now);
            (is_held, alert.incident.map(|(key, number)| (number, state.incidents.is_active(key))))
        };
        AlertRow {
            number: alert.number,
            title: self.kinds.title(alert, self.known.language),
            name: alert.name.clone(),
            summary: summary(&alert.annotations),
            severity: alert.severity,
            severity_label: label.map(|(_, label)| label).unwrap_or_default(),
            component: alert.component.as_ref().map(|slug| self.known.component(slug.as_str())),
            origin: alert.origin,
            source: alert.source.clone(),
            began_at: alert.course.began_at,
            ended_at: alert.course.ended_at,
            received_at: alert.course.received_at,
            received: alert.course.received,
            is_flapping: alert.is_flapping,
            is_stale: alert.course.is_stale(self.now),
            is_held,
            acknowledged: alert.acknowledged.clone(),
            ended_by: alert.ended_by.clone(),
            incident,
            above: alert.above,
            remedy: self.remedy(alert),
            under: Vec::new(),
        }
    }

    /// Alerts that fire, those of one cause under one of them: first what nobody looks after, then the gravest, then the oldest.
    pub(in crate::web) fn folded(&self, firing: &[Alert]) -> Vec<AlertRow> {
        let mut under: HashMap<i64, Vec<AlertRow>> = HashMap::new();
        let mut heads: BTreeMap<i64, AlertRow> = BTreeMap::new();
        let fires: HashSet<i64> = firing.iter().map(|alert| alert.number).collect();
        for alert in firing {
            let row = self.row(alert);
            match alert.above.filter(|(above, _)| fires.contains(above)) {
                Some((above, _)) => under.entry(above).or_default().push(row),
                None => {
                    heads.insert(alert.number, row);
                }
            }
        }
        let mut rows: Vec<AlertRow> = heads.into_values().collect();
        for row in &mut rows {
            row.under = under.remove(&row.number).unwrap_or_default();
        }
        rows.sort_by_key(|row| (row.acknowledged.is_some(), row.is_held, row.severity, Reverse(row.under.len()), row.began_at));
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_cannot_stand_in_an_address_can_still_be_written_about() {
        assert_eq!(write_href("DiskFull"), "/desk/runbooks/for/alert/DiskFull");
        assert_eq!(
            write_href("Disk full / いっぱい"),
            "/desk/runbooks/write?alert=Disk+full+%2F+%E3%81%84%E3%81%A3%E3%81%B1%E3%81%84"
        );
    }
}
