//! What is decided about a run as a whole: to go on with a newer version of its runbook, and its end.

use std::collections::BTreeMap;

use domain::incident::machine::MachineEvent;
use domain::runbook::StepId;
use domain::runbook::compare::Change;
use domain::runbook::params::{Param, Values, check};
use domain::runbook::run::fold::fold;
use domain::runbook::run::rules::{Wish, may, may_finish, to_recheck};
use domain::runbook::run::{Deed, Event, Outcome as RunOutcome, Stand};
use domain::text::Slug;
use domain::time::Timestamp;
use store::Transaction;
use store::runbooks::{NewRunEvent, RunEnd};

use super::record::{Opened, actor, done};
use super::wanted::{FinishRead, FinishWanted, op_of};
use super::{Followed, asked_again, compared, refused};
use crate::service::caller::Caller;
use crate::service::desk::{Desk, Outcome};
use crate::service::problem::Problem;
use crate::service::sign_in::Nothing;

/// What whoever decides about a run as a whole must have seen of what others did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    /// Which version is followed, and that it goes on.
    Version,
    /// That, and where each step stands.
    Steps,
}

impl Seen {
    /// True when somebody else did something since that is not known to them. What Yagura saw for itself holds nobody up.
    fn is_stale(self, events: &[Event], actor: &str, expected_seq: i64) -> bool {
        let is_other = |event: &&Event| event.seq > expected_seq && event.actor != actor;
        let counts = |deed: Deed| match deed {
            Deed::Rebase | Deed::Finish => true,
            Deed::Verify => false,
            deed => self == Self::Steps && deed.moves_step(),
        };
        events.iter().filter(is_other).any(|event| counts(event.deed))
    }
}

/// Another version to go on with, and what whoever wants it had seen.
struct Rebase {
    op: String,
    expected_seq: i64,
    to: Followed,
    /// Values that are known by themselves, as the newer version asks for them.
    known: Values,
}

impl Desk {
    /// Lets a run go on with a newer version of its runbook.
    pub(crate) async fn rebase_run(
        &self,
        caller: &Caller,
        number: i64,
        op: &str,
        to: i64,
        expected_seq: i64,
    ) -> Result<(), Problem> {
        let (run, followed) = self.run_for(caller, number).await?;
        let op = op_of(op).map_err(|invalid| Problem::Invalid(vec![invalid]))?;
        let version = self.store.runbook_version(&run.version.runbook, to).await?;
        let version = version.ok_or(Problem::Refused("refused-run-version"))?;
        let to = Followed { edition: self.edition(version.head.key).await? };
        let number_of = run.incident.map(|(_, number)| number);
        let known = self.known_values(to.edition.front(), number_of, run.component.as_ref(), BTreeMap::new());
        let rebase = Rebase { op, expected_seq, to, known };
        let by = caller.clone();
        let rebased = self.change(caller, asked_again(&run), move |transaction, now| {
            Box::pin(async move { go_on(transaction, &by, number, rebase, &followed, now).await })
        });
        self.run_changed(rebased.await, run.incident.map(|(_, number)| number)).await?;
        Ok(())
    }

    /// Ends a run.
    pub(crate) async fn finish_run(&self, caller: &Caller, number: i64, wanted: FinishWanted) -> Result<(), Problem> {
        let (run, followed) = self.run_for(caller, number).await?;
        let read = wanted.read()?;
        let right = match wanted.right.trim() {
            slug if read.outcome == RunOutcome::WrongRunbook && !slug.is_empty() => Some(self.right_runbook(slug)?),
            _ => None,
        };
        let by = caller.clone();
        let finished = self.change(caller, asked_again(&run), move |transaction, now| {
            Box::pin(async move { finish(transaction, &by, number, (read, right), &followed, now).await })
        });
        self.run_changed(finished.await, run.incident.map(|(_, number)| number)).await?;
        Ok(())
    }

    /// The runbook that somebody says would have been right.
    fn right_runbook(&self, typed: &str) -> Result<Slug, Problem> {
        let found = typed.parse::<Slug>().ok().filter(|slug| self.library().runbooks.contains_key(slug));
        found.ok_or_else(|| Problem::invalid("right", "invalid-runbook"))
    }
}

async fn go_on(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    number: i64,
    rebase: Rebase,
    before: &Followed,
    now: Timestamp,
) -> Outcome<Nothing> {
    let Rebase { op, expected_seq, to, known } = rebase;
    let opened = Opened::read(transaction, by, number, now).await?;
    let key = to.edition.head.key;
    if opened.known(&op, |known| known.deed == Deed::Rebase && known.version_key == key)?.is_some() {
        return Ok((Nothing {}, Vec::new()));
    }
    opened.must_follow(&before.edition)?;
    let (mut events, actor) = (opened.for_rules(), actor(by));
    if Seen::Version.is_stale(&events, &actor, expected_seq) {
        return Err(Problem::Conflict);
    }
    let plan = &before.edition.plan;
    let wish = Wish { step: None, deed: Deed::Rebase, actor: &actor, answer: None, text: "" };
    may(plan, &fold(plan, &events), &events, &wish).map_err(refused)?;
    let (from, next) = (&opened.run.version, &to.edition.head);
    if next.number <= from.number {
        return Err(Problem::Refused("refused-run-version"));
    }
    let compared = compared(&before.edition, &to.edition).into_iter();
    let changed: Vec<StepId> = compared.filter(|one| one.change == Change::Changed).map(|one| one.id).collect();
    let changed = to_recheck(plan, &to.edition.plan, &changed, &events);
    let blank = opened.event(by, op, (Deed::Rebase, None), (None, now));
    let new = NewRunEvent { changed, version_key: next.key, ..blank };
    // Where steps stand once it is kept; which place it will have makes no difference to that.
    events.push(Event {
        seq: opened.run.last_seq + 1,
        step: None,
        deed: Deed::Rebase,
        actor,
        occurred_at: new.occurred_at,
        answer: None,
        changed: new.changed.clone(),
    });
    let steps = fold(&to.edition.plan, &events).steps;
    let rechecks = steps.iter().filter(|standing| standing.stand == Stand::Recheck).count();
    let (run, runbook) = (opened.run.number, from.runbook.to_string());
    let told = MachineEvent::RunRebased { run, runbook, from: from.number, to: next.number, rechecks };
    opened.append(transaction, by, new, Some(told)).await?;
    transaction.set_run_version(opened.run.key, next.key).await?;
    let params = still_good(&to.edition.front().params, &opened.run.params, known);
    transaction.set_run_params(opened.run.key, &params).await?;
    Ok((Nothing {}, vec![done("run.rebased", &opened.run).changed("version", from.number, next.number)]))
}

/// Values for another version: those that still look as they must, and what is known by itself of the others.
fn still_good(params: &[Param], before: &Values, known: Values) -> Values {
    let kept = before.iter().filter(|(name, value)| {
        let param = params.iter().find(|param| param.name == **name);
        param.is_some_and(|param| check(param, value).is_ok())
    });
    known.into_iter().chain(kept.map(|(name, value)| (name.clone(), value.clone()))).collect()
}

async fn finish(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    number: i64,
    (read, right_runbook): (FinishRead, Option<Slug>),
    followed: &Followed,
    now: Timestamp,
) -> Outcome<Nothing> {
    let FinishRead { op, expected_seq, outcome, text } = read;
    let opened = Opened::read(transaction, by, number, now).await?;
    if opened.known(&op, |known| known.deed == Deed::Finish && known.text == text)?.is_some() {
        return Ok((Nothing {}, Vec::new()));
    }
    opened.must_follow(&followed.edition)?;
    let (plan, events) = (&followed.edition.plan, opened.for_rules());
    if Seen::Steps.is_stale(&events, &actor(by), expected_seq) {
        return Err(Problem::Conflict);
    }
    let said = text.as_deref().unwrap_or_default();
    may_finish(plan, &fold(plan, &events), outcome, said).map_err(refused)?;
    let blank = opened.event(by, op, (Deed::Finish, None), (None, now));
    let new = NewRunEvent { text: text.clone(), ..blank };
    let (run, runbook) = (opened.run.number, opened.run.version.runbook.to_string());
    let told = MachineEvent::RunFinished { run, runbook, outcome, text: text.clone() };
    opened.append(transaction, by, new, Some(told)).await?;
    let end = RunEnd { at: now, outcome, text, right_runbook };
    transaction.end_run(opened.run.key, outcome.state(), &end).await?;
    let done = done("run.finished", &opened.run)
        .changed("state", opened.run.state, outcome.state())
        .changed("outcome", None, Some(outcome))
        .changed("right_runbook", None, end.right_runbook);
    Ok((Nothing {}, vec![done]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(seq: i64, deed: Deed, actor: &str) -> Event {
        Event {
            seq,
            step: None,
            deed,
            actor: actor.to_owned(),
            occurred_at: Timestamp::from_ms(seq),
            answer: None,
            changed: Vec::new(),
        }
    }

    #[test]
    fn whoever_ends_a_run_has_seen_what_others_did_and_whoever_rebases_it_which_version_it_has() {
        for (deed, ends, rebases) in [
            (Deed::Tick, true, false),
            (Deed::Untick, true, false),
            (Deed::Answer, true, false),
            (Deed::Rebase, true, true),
            (Deed::Finish, true, true),
            (Deed::Verify, false, false),
            (Deed::Note, false, false),
            (Deed::Output, false, false),
            (Deed::Params, false, false),
        ] {
            let events = [event(1, Deed::Tick, "user:a"), event(2, deed, "user:b")];
            assert_eq!(Seen::Steps.is_stale(&events, "user:a", 1), ends, "{deed:?}");
            assert_eq!(Seen::Version.is_stale(&events, "user:a", 1), rebases, "{deed:?}");
            assert!(!Seen::Steps.is_stale(&events, "user:a", 2), "{deed:?} was seen");
            assert!(!Seen::Steps.is_stale(&events, "user:b", 1), "{deed:?} was their own");
        }
    }
}
