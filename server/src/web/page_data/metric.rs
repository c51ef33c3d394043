//! A component's response times over a day, a week or four weeks, for the Statuspage API.

use std::time::Duration;

use app::data::PublicComponent;
use domain::text::Language;
use domain::time::Timestamp;
use domain::tower::{ProbeKey, ProbeMachine};
use domain::uptime;

use super::component::public_component;
use super::{DAYS, Reader};
use crate::service::monitoring::State;
use crate::service::past::Grain;
use crate::web::statuspage::MetricPeriod;

/// The place in the configuration of the public component with this id.
fn place_of(state: &State, id: &str) -> Option<usize> {
    let place = state.components.iter().position(|component| component.public_id == id)?;
    state.config.components[place].is_public.then_some(place)
}

impl Reader {
    /// The component with this id, and the median of its response times in each slice of the period, in microseconds. `None` when
    /// there is no such component any more, or its past cannot be read.
    pub(in super::super) async fn metric(
        &self,
        language: Language,
        id: &str,
        period: MetricPeriod,
    ) -> Option<(PublicComponent, Vec<(Timestamp, Option<u64>)>)> {
        let now = self.web.monitoring.clock.now();
        let (component, probes, minutes_kept) = {
            let state = self.web.monitoring.state();
            let place = place_of(&state, id)?;
            let days = uptime::days_until(now, DAYS, &state.config.site.time_zone);
            // How long a heartbeat's job ran is no response time.
            let is_active = |key: &ProbeKey| matches!(state.tower.probe(*key), Some(ProbeMachine::Active(_)));
            let members = &state.tower.component(state.components[place].key)?.probes;
            let probes: Vec<ProbeKey> = members.iter().copied().filter(is_active).collect();
            (public_component(&state, place, language, &days, now)?, probes, state.config.retention.minute)
        };
        let slice_ms = i64::from(period.interval_s()) * 1000;
        let count = period.count();
        let until = now.as_ms().div_euclid(slice_ms) * slice_ms;
        let from = Timestamp::from_ms(until - slice_ms * i64::from(count));
        // Minutes are the better grain as long as they are kept for the whole period.
        let are_minutes_kept = now.minus(minutes_kept) <= from.plus(Duration::from_millis(slice_ms.unsigned_abs()));
        let grain = if are_minutes_kept { Grain::Minute } else { Grain::Hour };
        match self.web.past.medians(&probes, grain, from, period.interval_s(), count as usize).await {
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
