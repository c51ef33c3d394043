//! What incidents and their follow-up add up to, out of the store. Which months, and whose: incidents that were drills are none.

use domain::account::Permission;
use domain::insight::{Insight, Known, sum};
use domain::month::Month;
use domain::time::TimeRange;

use super::caller::Caller;
use super::desk::Desk;
use super::problem::Problem;

impl Desk {
    /// The months that are added up: the present one and those before.
    fn months(&self, count: u8) -> (Month, Month) {
        let last = Month::of(self.now(), &self.monitoring.offer().time_zone);
        (last.back(i32::from(count.saturating_sub(1))), last)
    }

    /// Incidents that began in the last months, the newest first; at most [`store::insight::ADDED_UP_MAX`].
    pub(crate) async fn insight_incidents(&self, caller: &Caller, months: u8) -> Result<Vec<Known>, Problem> {
        caller.must(Permission::Read, self.now())?;
        let (first, last) = self.months(months);
        let zone = &self.monitoring.offer().time_zone;
        let incidents =
            self.store.incidents_that_began(TimeRange::new(first.range(zone).from(), last.range(zone).until())).await?;
        let keys: Vec<i64> = incidents.iter().map(|incident| incident.key).collect();
        let mut affected = self.store.incidents_affected(&keys).await?;
        let mut moments = self.store.moments_of(&keys).await?;
        let known = incidents.into_iter().map(|incident| {
            let affected = affected.remove(&incident.key).unwrap_or_default();
            let mut components: Vec<_> = affected.into_iter().map(|affected| affected.component).collect();
            components.sort_unstable();
            components.dedup();
            let lasted = incident.ended_at.map(|ended| ended.since(incident.began_at).as_millis());
            Known {
                number: incident.number,
                began_at: incident.began_at,
                lasted_ms: lasted.map(|ms| u64::try_from(ms).unwrap_or(u64::MAX)),
                components,
                cause: incident.cause,
                moments: moments.remove(&incident.key).unwrap_or_default(),
            }
        });
        Ok(known.collect())
    }

    /// What the incidents of the last months add up to, and whether there were more than are added up.
    pub(crate) async fn insight(&self, caller: &Caller, months: u8) -> Result<(Insight, bool), Problem> {
        let known = self.insight_incidents(caller, months).await?;
        let items = self.count_action_items(caller).await?;
        let is_cut = known.len() >= store::insight::ADDED_UP_MAX as usize;
        Ok((sum(&known, self.months(months), &self.monitoring.offer().time_zone, &items), is_cut))
    }
}
