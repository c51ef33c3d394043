//! A component's response times over a day, a week or four weeks, for the Statuspage API.

use app::data::PublicComponent;
use domain::text::Language;
use domain::time::Timestamp;
use domain::tower::ProbeKey;
use domain::uptime;
use domain::uptime::Weights;

use super::component::public_component;
use super::{DAYS, Reader};
use crate::service::monitoring::{Monitoring, State};
use crate::service::past::Grain;
use crate::web::statuspage::MetricPeriod;

/// The place in the configuration of the public component with this id.
fn place_of(state: &State, id: &str) -> Option<usize> {
    let place = state.components.iter().position(|component| component.public_id == id)?;
    state.config.components[place].is_public.then_some(place)
}

/// True when a public component has this id.
pub(in super::super) fn is_public_id(monitoring: &Monitoring, id: &str) -> bool {
    place_of(&monitoring.state(), id).is_some()
}

impl Reader {
    /// One public component, and the site's weights.
    pub(in super::super) fn public_component(&self, language: Language, slug: &str) -> Option<(PublicComponent, Weights)> {
        let now = self.monitoring.clock.now();
        let state = self.monitoring.state();
        let place = state.config.components.iter().position(|spec| spec.is_public && spec.slug.as_str() == slug)?;
        let days = uptime::days_until(now, DAYS, &state.config.site.time_zone);
        Some((public_component(&state, place, language, &days, now)?, state.config.uptime))
    }

    /// The component with this id, and the median of its response times in each slice of the period, in microseconds. `None` when
    /// there is no such component any more, or its past cannot be read.
    pub(in super::super) async fn metric(
        &self,
        language: Language,
        id: &str,
        period: MetricPeriod,
    ) -> Option<(PublicComponent, Vec<(Timestamp, Option<u64>)>)> {
        let now = self.monitoring.clock.now();
        let (component, probes) = {
            let state = self.monitoring.state();
            let place = place_of(&state, id)?;
            let days = uptime::days_until(now, DAYS, &state.config.site.time_zone);
            let probes: Vec<ProbeKey> = state.tower.component(state.components[place].key)?.probes.clone();
            (public_component(&state, place, language, &days, now)?, probes)
        };
        let slice_ms = i64::from(period.interval_s()) * 1000;
        let count = period.count();
        let until = now.as_ms().div_euclid(slice_ms) * slice_ms;
        let from = Timestamp::from_ms(until - slice_ms * i64::from(count));
        let grain = if period == MetricPeriod::Month { Grain::Hour } else { Grain::Minute };
        match self.past.medians(&probes, grain, from, period.interval_s(), count as usize).await {
            Ok(medians) => {
                let starts = (0..).map(|index| Timestamp::from_ms(from.as_ms() + slice_ms * index));
                Some((component, starts.zip(medians).collect()))
            }
            Err(error) => {
                tracing::warn!(%error, "response times cannot be read");
                None
            }
        }
    }
}
