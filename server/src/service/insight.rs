//! What incidents and their follow-up add up to, out of the store. Which months, and whose: incidents that were drills are none.

use std::collections::HashMap;
use std::time::Duration;

use domain::account::Permission;
use domain::incident::work::{IncidentKind, Marker};
use domain::insight::{Insight, Known, sum};
use domain::month::Month;
use store::action_items::ItemFilter;
use store::incidents::records::{IncidentFilter, LISTED_MAX};

use super::caller::Caller;
use super::desk::Desk;
use super::problem::Problem;

/// An action item is judged by whether it is done after so long.
const JUDGED_AFTER: Duration = Duration::from_secs(30 * 24 * 3600);

impl Desk {
    /// The months that are added up: the present one and those before.
    fn months(&self, count: i32) -> (Month, Month) {
        let zone = self.monitoring.offer().time_zone.clone();
        let last = Month::of(self.now(), &zone);
        (last.back(count.saturating_sub(1).max(0)), last)
    }

    /// Incidents of the last months, the newest first.
    pub(crate) async fn insight_incidents(&self, caller: &Caller, months: i32) -> Result<Vec<Known>, Problem> {
        caller.must(Permission::Read, self.now())?;
        let zone = self.monitoring.offer().time_zone.clone();
        let (first, last) = self.months(months);
        let span = (first.range(&zone).from(), last.range(&zone).until());
        let filter = IncidentFilter { kind: Some(IncidentKind::Incident), limit: LISTED_MAX, ..IncidentFilter::default() };
        let incidents = self.store.incidents(&filter).await?;
        let keys: Vec<i64> = incidents.iter().map(|incident| incident.key).collect();
        let mut affected = self.store.incidents_affected(&keys).await?;
        let mut moments = self.store.moments_of(&keys).await?;
        let causes: HashMap<i64, _> = self
            .store
            .postmortems(&[], None, store::postmortems::LISTED_MAX)
            .await?
            .into_iter()
            .filter(|listed| listed.newest.is_some())
            .map(|listed| (listed.postmortem.incident_key, listed.postmortem.facts.cause))
            .collect();
        let known = incidents.into_iter().map(|incident| {
            let affected = affected.remove(&incident.key).unwrap_or_default();
            let moments = moments.remove(&incident.key).unwrap_or_default();
            let mut components: Vec<_> = affected.iter().map(|affected| affected.component.clone()).collect();
            components.sort_unstable();
            components.dedup();
            let marked = |marker| moments.get(&marker).copied();
            let began_at = marked(Marker::ImpactStart).unwrap_or(incident.facts.opened_at);
            let ended = marked(Marker::ImpactEnd).or(incident.facts.resolved_at);
            let lasted_ms = ended.map(|ended| u64::try_from(ended.since(began_at).as_millis()).unwrap_or(u64::MAX));
            Known { number: incident.number, began_at, lasted_ms, components, cause: causes.get(&incident.key).copied(), moments }
        });
        Ok(known.filter(|known| span.0 <= known.began_at && known.began_at < span.1).collect())
    }

    /// What the incidents of the last months add up to.
    pub(crate) async fn insight(&self, caller: &Caller, months: i32) -> Result<Insight, Problem> {
        let known = self.insight_incidents(caller, months).await?;
        let now = self.now();
        let items = self.store.action_items(&ItemFilter::default()).await?;
        let items: Vec<_> =
            items.iter().map(|item| (item.facts.standing.stage(), now.since(item.created_at) >= JUDGED_AFTER)).collect();
        let zone = self.monitoring.offer().time_zone.clone();
        Ok(sum(&known, self.months(months), &zone, &items))
    }
}
