//! What becomes of action items by itself, once a minute: what was put off comes back on its day, what is done and proven is verified, and what was
//! verified is opened again when the same trouble is back.

use std::sync::Mutex;
use std::time::Duration;

use domain::action_item::{ActionKind, Bound, Proof, Stage, Step};
use store::action_items::{Item, ItemFacts, ItemFilter};

use super::{done, keep, own_reason};
use crate::service::caller::Caller;
use crate::service::desk::Desk;
use crate::service::incidents::told::STORY_AFTER;
use crate::service::problem::Problem;
use crate::service::sign_in::Nothing;

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(60);
/// Trouble that is back is noticed within a minute; so long when nobody could look.
const LOOKED_BACK: Duration = Duration::from_secs(7 * 24 * 3600);
/// What has failed when the trouble is back. What was to notice it sooner, to make it smaller or to find something out has not.
const PREVENTING: [ActionKind; 2] = [ActionKind::Prevent, ActionKind::Repair];

/// What whoever looks remembers.
#[derive(Debug, Default)]
pub(crate) struct ActionWatch {
    /// When it was last looked, on the clock that is never set.
    looked_at: Mutex<Option<Duration>>,
    pub(super) digest: Mutex<super::digest::Sent>,
}

impl Desk {
    /// Lets time pass for action items; called every second, looks every minute.
    pub(crate) async fn turn_action_items(&self) {
        let elapsed = self.ledger.clock.elapsed();
        {
            let mut looked_at = self.action_watch.looked_at.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if looked_at.is_some_and(|at| elapsed.saturating_sub(at) < EVERY) {
                return;
            }
            *looked_at = Some(elapsed);
        }
        // Each by itself: what cannot be done of one keeps nothing from the others.
        let looked = [self.bring_back().await, self.verify_items().await, self.reopen_items().await];
        for error in looked.into_iter().filter_map(Result::err) {
            tracing::warn!(%error, "action items cannot be looked at; trying again in a minute");
        }
    }

    async fn in_stage(&self, stage: Stage) -> Result<Vec<Item>, Problem> {
        Ok(self.store.action_items(&ItemFilter { stages: vec![stage], ..ItemFilter::default() }).await?)
    }

    /// What was put off until today is open again.
    async fn bring_back(&self) -> Result<(), Problem> {
        let today = self.today();
        for item in self.in_stage(Stage::Deferred).await? {
            if item.facts.standing.comes_back(today) {
                self.step_by_itself(item, Step::Reopen(None), None, "action_item.came_back").await?;
            }
        }
        Ok(())
    }

    /// What is done and proven is verified.
    async fn verify_items(&self) -> Result<(), Problem> {
        for item in self.in_stage(Stage::Done).await? {
            let proofs = self.proofs(&item).await?;
            // All that can be looked at has to be there.
            let looked_at: Vec<Option<Proof>> =
                proofs.into_iter().filter(|(bound, _)| !matches!(bound, Bound::Component(_))).map(|(_, proof)| proof).collect();
            if let Some(all) = looked_at.into_iter().collect::<Option<Vec<Proof>>>()
                && let Some(proof) = all.into_iter().next()
            {
                self.step_by_itself(item, Step::Verify(proof), None, "action_item.verified").await?;
            }
        }
        Ok(())
    }

    /// What was to keep something from happening again, and it happened again, is not done.
    async fn reopen_items(&self) -> Result<(), Problem> {
        let since = self.now().minus(LOOKED_BACK);
        for (item, incident) in self.store.items_whose_trouble_is_back(&PREVENTING, since, STORY_AFTER).await? {
            if let Some(item) = self.store.action_item(item).await? {
                let why = format!("INC-{incident}");
                self.step_by_itself(item, Step::Reopen(own_reason(&why)), Some(why), "action_item.returned").await?;
            }
        }
        Ok(())
    }

    async fn step_by_itself(&self, item: Item, step: Step, note: Option<String>, action: &'static str) -> Result<(), Problem> {
        let Ok(standing) = item.facts.standing.after(step, self.today()) else { return Ok(()) };
        let (caller, by) = (Caller::system(), Caller::system());
        let facts = ItemFacts { standing, ..item.facts.clone() };
        let number = item.number;
        let stepped = self.change(&caller, None, move |transaction, now| {
            Box::pin(async move {
                keep(transaction, &by, &item, &facts, note, now).await?;
                let (before, after) = (item.facts.standing.stage().name(), facts.standing.stage().name());
                Ok((Nothing {}, vec![done(action, number, &facts.text).changed("stage", before, after)]))
            })
        });
        match stepped.await {
            // Somebody was quicker.
            Ok(Nothing {}) | Err(Problem::Conflict) => {
                self.monitoring.changed_inside();
                Ok(())
            }
            Err(problem) => Err(problem),
        }
    }
}
