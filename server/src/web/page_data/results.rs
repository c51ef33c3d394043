//! Every single result of a component's last 24 hours, for who wants to count for themselves.

use std::fmt::Write as _;

use app::data::PageError;
use domain::probe::observation::CauseKind;
use domain::tower::ProbeKey;

use super::{Reader, check};
use crate::config::ComponentSpec;

impl Reader {
    /// As CSV (RFC 4180), the newest first: which check (numbered as on the page), when, what it says, why, and how long it took in
    /// milliseconds. Of a check that reports more often than every five seconds the newest 20,000.
    pub(in super::super) async fn results_csv(&self, slug: &str) -> Result<String, PageError> {
        let now = self.web.monitoring.clock.now();
        let probes: Vec<ProbeKey> = {
            let state = self.web.monitoring.state();
            let is_it = |spec: &ComponentSpec| spec.is_public && spec.slug.as_str() == slug;
            let index = state.config.components.iter().position(is_it).ok_or(PageError::NotFound)?;
            let watch = state.tower.component(state.components[index].key).ok_or(PageError::NotFound)?;
            check::of(&state, watch, now).into_iter().map(|(probe, _)| probe).collect()
        };
        let mut lines = Vec::new();
        for (number, probe) in (1..).zip(probes) {
            let results = self.web.past.results(probe, now).await.map_err(|error| {
                tracing::warn!(%error, "single results cannot be read");
                PageError::Unavailable
            })?;
            lines.extend(results.into_iter().map(|result| (number, result)));
        }
        lines.sort_by_key(|(number, result)| (std::cmp::Reverse(result.at), *number));
        let mut csv = String::from("check,at,result,cause,took_ms\r\n");
        for (number, result) in lines {
            let cause = result.cause.map(CauseKind::name).unwrap_or_default();
            let took = result.duration_us.map(|us| format!("{}.{:03}", us / 1_000, us % 1_000)).unwrap_or_default();
            // A String takes any write. Nothing here needs quotes.
            let _ = write!(csv, "{number},{},{},{cause},{took}\r\n", result.at, result.verdict.name());
        }
        Ok(csv)
    }
}
