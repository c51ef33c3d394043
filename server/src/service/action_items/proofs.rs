//! Whether what an item was to bring about is there: a probe that has been up for a day, a newer version of a runbook, an exercise that came to its end.

use domain::action_item::{Bound, GREEN_FOR, Proof, Seen, proof};
use domain::runbook::run::{Mode, RunState};
use domain::text::Slug;
use domain::time::Timestamp;
use store::action_items::Item;
use store::runbooks::runs::RunFilter;

use crate::service::desk::Desk;
use crate::service::problem::Problem;

/// Runs of one runbook among which an exercise is looked for, the newest.
const RUNS_READ: u32 = 50;

impl Desk {
    /// What an item is bound to, each with what proves it now, if something does.
    pub(super) async fn proofs(&self, item: &Item) -> Result<Vec<(Bound, Option<Proof>)>, Problem> {
        let now = self.now();
        let mut all = Vec::with_capacity(item.facts.bound.len());
        for bound in &item.facts.bound {
            let seen = match bound {
                Bound::Probe(slug) => self.up_since(slug),
                Bound::Runbook(slug) => {
                    let library = self.library();
                    let current = library.runbooks.get(slug).and_then(|runbook| runbook.current.as_ref());
                    current.map(|edition| Seen::Version(edition.head.number, edition.head.created_at))
                }
                Bound::Drill(slug) => self.drilled(slug).await?,
                Bound::Component(_) => None,
            };
            all.push((bound.clone(), seen.and_then(|seen| proof(bound, seen, item.opened_at, now))));
        }
        Ok(all)
    }

    /// That a probe is there and was up for as long as it takes.
    fn up_since(&self, slug: &Slug) -> Option<Seen> {
        let now = self.now();
        let state = self.monitoring.state();
        let (key, _) = state.probes.iter().find(|(_, probe)| probe.slug == *slug)?;
        let from = now.minus(GREEN_FOR);
        state.tower.probe(*key)?.was_up(from, now).then_some(Seen::UpSince(from))
    }

    /// The last exercise with a runbook that came to its end.
    async fn drilled(&self, slug: &Slug) -> Result<Option<Seen>, Problem> {
        let filter = RunFilter { runbook: Some(slug.clone()), limit: RUNS_READ, ..RunFilter::default() };
        let stories = self.store.run_stories(&filter).await?;
        let ended = stories.into_iter().filter_map(|story| {
            let run = story.run;
            let is_drill = run.mode != Mode::Live && run.state == RunState::Done;
            Some((run.number, run.finished_at?)).filter(|_| is_drill)
        });
        let newest: Option<(i64, Timestamp)> = ended.max_by_key(|(_, at)| *at);
        Ok(newest.map(|(run, at)| Seen::DrillEnded(run, at)))
    }
}
