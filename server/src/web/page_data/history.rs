//! Outages and incidents by month: outages of the last 90 days and the newest incidents from memory, older ones from the store.

use app::data::{HistoryPage, OutageOf, PageError, PublicMonth, PublicOutage};
use domain::month::Month;
use domain::outage::Outage;
use domain::text::Language;
use domain::time::{TimeRange, Timestamp};
use domain::tower::ComponentKey;

use super::{Reader, component};
use crate::service::monitoring::PAGE_HORIZON;

/// Months on a page.
const MONTHS: i32 = 3;
/// Outages of one month on a page.
const MONTH_MAX: usize = 200;

impl Reader {
    /// The three months that end with `until`, the present one if it is `None`.
    pub(super) async fn history_page(&self, language: Language, until: Option<Month>) -> Result<HistoryPage, PageError> {
        let now = self.web.monitoring.clock.now();
        let version = self.web.monitoring.version();
        let offer = self.web.monitoring.offer();
        let zone = offer.time_zone.clone();
        let (present, first) = (Month::of(now, &zone), Month::of(super::history_from(&offer, now), &zone));
        let until = until.unwrap_or(present);
        if until > present || until < first {
            return Err(PageError::NotFound);
        }
        let mut months = Vec::new();
        for month in (0..MONTHS).map(|back| until.back(back)).filter(|month| *month >= first) {
            months.push(self.month(language, month, month.range(&zone), now).await?);
        }
        let older = Some(until.back(MONTHS)).filter(|older| *older >= first);
        let newer = Some(until.back(-MONTHS).min(present)).filter(|_| until < present);
        Ok(HistoryPage { version, taken_at: now, months, older, newer })
    }

    async fn month(&self, language: Language, month: Month, range: TimeRange, now: Timestamp) -> Result<PublicMonth, PageError> {
        let is_in_memory = range.from() > now.minus(PAGE_HORIZON);
        let (mut outages, all) = if is_in_memory {
            let is_within = |outage: &Outage| range.from() <= outage.started_at && outage.started_at < range.until();
            let (outages, left_out) = self.outages_in_memory(language, None, range.from(), MONTH_MAX, is_within);
            let all = outages.len() + left_out;
            (outages, all)
        } else {
            let public = self.public_keys();
            match self.web.past.outages(&public, range, MONTH_MAX as u32).await {
                Ok((outages, all)) => (self.public_ones(language, outages), usize::try_from(all).unwrap_or(usize::MAX)),
                Err(error) => {
                    tracing::warn!(%error, %month, "a month of history cannot be read");
                    return Err(PageError::Unavailable);
                }
            }
        };
        super::newest_first(&mut outages);
        outages.truncate(MONTH_MAX);
        let (incidents, incidents_left_out) = self.incidents_begun(language, range).await;
        Ok(PublicMonth { month, left_out: all.saturating_sub(MONTH_MAX) + incidents_left_out, outages, incidents })
    }

    /// What the public may hear of: of the others nobody may even know how often they failed.
    fn public_keys(&self) -> Vec<ComponentKey> {
        let state = self.web.monitoring.state();
        let all = state.config.components.iter().zip(&state.components);
        all.filter(|(spec, _)| spec.is_public).map(|(_, component)| component.key).collect()
    }

    /// Those whose component is still there and public.
    fn public_ones(&self, language: Language, outages: Vec<(ComponentKey, u32, Outage)>) -> Vec<OutageOf> {
        let state = self.web.monitoring.state();
        let public = outages.into_iter().filter_map(|(key, ordinal, outage)| {
            let index = state.components.iter().position(|component| component.key == key)?;
            let spec = Some(&state.config.components[index]).filter(|spec| spec.is_public)?;
            let outage: PublicOutage = component::public_outage(&(ordinal, outage));
            Some(component::outage_of(spec, &state.components[index].public_id, language, outage))
        });
        public.collect()
    }
}
