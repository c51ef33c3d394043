//! Steps that are done when a probe says so (`verify=probe:…`): looked at every second. Such a step is done once the probe's last results are
//! all up and all of after the run began, or of after the step was last opened again: taken back, or by a decision that led back.
//!
//! The newest result in memory says when it is worth a look; what counts are the results on disk, so that none is passed over and a restart
//! forgets none. Where nobody waits for a probe, this costs nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::probe::observation::Verdict;
use domain::runbook::StepId;
use domain::runbook::run::fold::fold;
use domain::runbook::run::plan::Plan;
use domain::runbook::run::rules::{Wish, may};
use domain::runbook::run::{Deed, Stand};
use domain::text::Slug;
use domain::time::Timestamp;
use domain::tower::ProbeKey;
use store::load::StoredResult;
use store::runbooks::RunStory;

use super::events::keep;
use super::record::actor;
use super::wanted::EventRead;
use super::{Followed, for_rules};
use crate::service::caller::Caller;
use crate::service::desk::Desk;
use crate::service::monitoring::State;
use crate::service::problem::Problem;

/// So many results in a row are believed, however quickly the probe itself is.
const UPS: usize = 3;
/// Runs are read again so often although nobody said that anything changed.
const READ_EVERY: Duration = Duration::from_secs(60);
/// What stands before the probe's slug.
const PREFIX: &str = "probe:";

/// A step that waits for a probe.
#[derive(Debug)]
struct Waiting {
    number: i64,
    incident: Option<i64>,
    followed: Followed,
    step: StepId,
    /// As the configuration calls it now.
    slug: Slug,
    probe: ProbeKey,
    /// Results of before count for nothing.
    since: Timestamp,
    /// The newest result that was looked at and was not enough.
    looked_at: Option<Timestamp>,
}

/// What whoever looks every second remembers.
#[derive(Debug, Default)]
pub(super) struct Verifying {
    /// The desk's version at which runs were last read, and when that was on the clock that is never set.
    read_at: Option<(u64, Duration)>,
    waiting: Vec<Waiting>,
}

/// What the results on disk say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judgement {
    /// Not yet, and the newest one is still on its way there.
    Later,
    No,
    /// So many in a row were up, the last of them then.
    Yes(Timestamp),
}

/// What these results say, the oldest first, when the newest in memory is up and of `newest`.
fn judge(results: &[StoredResult], newest: Timestamp) -> Judgement {
    let are_up = results.len() == UPS && results.iter().all(|result| result.verdict == Verdict::Up);
    match results.last() {
        Some(last) if are_up => Judgement::Yes(last.at),
        Some(last) if last.at >= newest => Judgement::No,
        _ => Judgement::Later,
    }
}

/// The probe that a step names, with values filled in as they are; none while a value is missing.
fn named(verify: &str, values: &BTreeMap<String, String>) -> Option<Slug> {
    let mut rest = verify.trim();
    rest = rest.strip_prefix(PREFIX).unwrap_or(rest);
    let mut filled = String::with_capacity(rest.len());
    while let Some((before, behind)) = rest.split_once("{{") {
        let (name, after) = behind.split_once("}}")?;
        filled.push_str(before);
        filled.push_str(values.get(name.trim())?);
        rest = after;
    }
    filled.push_str(rest);
    filled.parse().ok()
}

/// The probe with this slug, by the one that it has now; it is known by the one it had before it was renamed, too.
fn watched(state: &State, slug: &Slug) -> Option<(ProbeKey, Slug)> {
    let find = |is_it: &dyn Fn(usize, &Slug) -> bool| {
        let found = state.probes.iter().find(|(_, watched)| is_it(watched.index, &watched.slug));
        found.map(|(key, watched)| (*key, watched.slug.clone()))
    };
    let was = |index: usize| state.config.probes.get(index).and_then(|spec| spec.renamed_from.as_ref());
    find(&|_, now| now == slug).or_else(|| find(&|index, _| was(index) == Some(slug)))
}

/// True when a probe may say of any step that it is done.
fn has_verify(plan: &Plan) -> bool {
    plan.steps.iter().any(|step| step.verify.is_some())
}

/// Steps of a run that a probe may say are done now: the step, the probe it names, and from when on results count.
fn open_steps(story: &RunStory, plan: &Plan) -> Vec<(StepId, Slug, Timestamp)> {
    let events = for_rules(&story.events);
    let (progress, actor) = (fold(plan, &events), actor(&Caller::system()));
    let mut open = Vec::new();
    for (step, standing) in plan.steps.iter().zip(&progress.steps) {
        let probe = step.verify.as_deref().and_then(|verify| named(verify, &story.run.params));
        let Some(probe) = probe.filter(|_| standing.stand == Stand::Open) else { continue };
        let wish = Wish { step: Some(&step.id), deed: Deed::Verify, actor: &actor, answer: None, text: "" };
        if may(plan, &progress, &events, &wish).is_err() {
            continue;
        }
        // Whoever takes it back, or goes back to before it, means that it is not so: then it takes new results to say the contrary.
        let opened = standing.seq.and_then(|seq| story.events.iter().find(|event| event.seq == seq));
        let since = opened.map_or(story.run.started_at, |event| event.content.recorded_at.max(story.run.started_at));
        open.push((step.id.clone(), probe, since.plus(Duration::from_millis(1))));
    }
    open
}

impl Desk {
    /// Looks whether probes say that steps are done; called every second.
    pub(crate) async fn verify_runs(&self) {
        let mut verifying = self.runs.verifying.lock().await;
        if let Err(error) = self.verify_waiting(&mut verifying).await {
            tracing::warn!(%error, "what probes say of steps is not on disk yet; trying again");
        }
    }

    async fn verify_waiting(&self, verifying: &mut Verifying) -> Result<(), Problem> {
        self.read_waiting(verifying).await?;
        for (place, newest) in self.worth_a_look(&verifying.waiting) {
            let waiting = &mut verifying.waiting[place];
            let until = newest.plus(Duration::from_millis(1));
            let results = self.store.results(waiting.probe, waiting.since, until, UPS as u32).await?;
            match judge(&results, newest) {
                Judgement::Later => {}
                Judgement::No => waiting.looked_at = Some(newest),
                Judgement::Yes(at) => {
                    self.verified(waiting, at).await?;
                    waiting.looked_at = Some(newest);
                }
            }
        }
        Ok(())
    }

    /// Reads which steps wait for which probe, if that may have changed.
    async fn read_waiting(&self, verifying: &mut Verifying) -> Result<(), Problem> {
        let (version, elapsed) = (self.monitoring.desk_version(), self.ledger.clock.elapsed());
        let is_known = |(known, at): (u64, Duration)| known == version && elapsed.saturating_sub(at) < READ_EVERY;
        if verifying.read_at.is_some_and(is_known) {
            return Ok(());
        }
        let mut run_keys = Vec::new();
        for run in self.store.active_runs().await? {
            let edition = self.followable(run.version.key).await?;
            run_keys.extend(edition.filter(|edition| has_verify(&edition.plan)).map(|_| run.key));
        }
        // Few runs wait for a probe: only what happened in those is read.
        let stories = if run_keys.is_empty() { Vec::new() } else { self.store.stories_of_runs(&run_keys).await? };
        let mut waiting = Vec::new();
        for story in stories {
            // In between it may have gone on with another version.
            let Some(edition) = self.followable(story.run.version.key).await? else { continue };
            let followed = Followed { edition };
            for (step, slug, since) in open_steps(&story, &followed.edition.plan) {
                let found = watched(&self.monitoring.state(), &slug);
                let Some((probe, slug)) = found else { continue };
                let incident = story.run.incident.map(|(_, number)| number);
                let (number, followed) = (story.run.number, followed.clone());
                waiting.push(Waiting { number, incident, followed, step, slug, probe, since, looked_at: None });
            }
        }
        verifying.waiting = waiting;
        verifying.read_at = Some((version, elapsed));
        Ok(())
    }

    /// Places of steps whose probe's newest result is up and was not looked at, each with when that was.
    fn worth_a_look(&self, waiting: &[Waiting]) -> Vec<(usize, Timestamp)> {
        if waiting.is_empty() {
            return Vec::new();
        }
        let state = self.monitoring.state();
        let newest = |waiting: &Waiting| {
            let last = state.probes.get(&waiting.probe)?.last.as_ref()?;
            let is_new = last.at >= waiting.since && waiting.looked_at != Some(last.at);
            (last.verdict == Verdict::Up && is_new).then_some(last.at)
        };
        waiting.iter().enumerate().filter_map(|(place, waiting)| Some((place, newest(waiting)?))).collect()
    }

    /// Writes down that a step is done because its probe says so.
    async fn verified(&self, waiting: &Waiting, at: Timestamp) -> Result<(), Problem> {
        let Waiting { number, incident, step, slug, .. } = waiting;
        let read = EventRead {
            // There are spaces in it: nobody else can call an event so.
            op: format!("verify {step} {}", at.as_ms()),
            step: Some(step.clone()),
            deed: Deed::Verify,
            expected_seq: i64::MAX,
            answer: None,
            text: Some(format!("probe {slug}")),
            occurred_at: Some(at),
        };
        let (number, followed) = (*number, waiting.followed.clone());
        let (system, by) = (Caller::system(), Caller::system());
        let kept = self.change(&system, None, move |transaction, now| {
            Box::pin(async move { keep(transaction, &by, number, read, &followed, now).await })
        });
        match self.run_changed(kept.await, *incident).await {
            Ok(_) => Ok(()),
            Err(problem @ (Problem::Busy | Problem::Store(_))) => Err(problem),
            Err(problem) => {
                // Somebody was quicker: it is done, or not on the way any more.
                tracing::debug!(%problem, run = number, %step, "a step is not verified");
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::runbook::parse::parse;
    use domain::runbook::run::{Mode, RunState};
    use store::audit::ActorKind;
    use store::runbooks::{NewRunEvent, Run, RunEvent, VersionHead};
    use uuid::Uuid;

    use super::*;

    const LOOP: &str = "---\nid: restart\nlang: en\n---\n# Restart\n\n## Mitigation\n\n\
        - [ ] Restart it <!-- s:restart -->\n\
        - [ ] It answers <!-- s:it-answers verify=probe:web -->\n\
        - [ ] Did it help? <!-- s:helped decision yes=tell no=restart max=2 -->\n\
        - [ ] Tell them <!-- s:tell -->\n";

    /// A run that began at 1000.
    fn story(events: Vec<RunEvent>) -> RunStory {
        let at = Timestamp::from_ms;
        let runbook = "restart".parse().unwrap();
        let run = Run {
            key: 1,
            id: Uuid::from_u128(1),
            number: 1,
            version: VersionHead { key: 1, runbook, number: 1, sha256: [0; 32], created_at: at(0) },
            incident: None,
            alert: None,
            mode: Mode::Live,
            component: None,
            params: BTreeMap::new(),
            actor_kind: ActorKind::User,
            actor_id: "ann-1".to_owned(),
            actor_name: "Ann".to_owned(),
            started_at: at(1000),
            state: RunState::Active,
            finished_at: None,
            outcome: None,
            outcome_text: None,
            right_runbook: None,
            last_seq: events.last().map_or(0, |event| event.seq),
        };
        RunStory { run, events, files: Vec::new() }
    }

    fn event(seq: i64, deed: Deed, step: &str, answer: Option<&str>, recorded_at: i64) -> RunEvent {
        let recorded_at = Timestamp::from_ms(recorded_at);
        let content = NewRunEvent {
            step: Some(step.parse().unwrap()),
            deed,
            actor_kind: ActorKind::User,
            actor_id: "ann-1".to_owned(),
            actor_name: "Ann".to_owned(),
            // A phone that was away says when it was done; results count from when that was known.
            occurred_at: recorded_at.minus(Duration::from_secs(1)),
            recorded_at,
            op: format!("op-{seq}"),
            answer: answer.map(str::to_owned),
            text: None,
            params: BTreeMap::new(),
            changed: Vec::new(),
            version_key: 1,
        };
        RunEvent { seq, content }
    }

    #[test]
    fn what_is_opened_again_takes_new_results() {
        let plan = Plan::of(&parse(LOOP)).unwrap();
        assert!(has_verify(&plan));
        let since = |events: &[RunEvent]| {
            let open = open_steps(&story(events.to_vec()), &plan).into_iter();
            open.map(|(step, probe, since)| (step.to_string(), String::from(probe), since.as_ms())).collect::<Vec<_>>()
        };
        let from = |at: i64| vec![("it-answers".to_owned(), "web".to_owned(), at)];
        let mut events = vec![event(1, Deed::Tick, "restart", None, 1500)];
        assert_eq!(since(&events), from(1001), "from when the run began");
        events.push(event(2, Deed::Verify, "it-answers", None, 2000));
        assert!(since(&events).is_empty(), "it is done");
        events.push(event(3, Deed::Answer, "helped", Some("no"), 3000));
        assert_eq!(since(&events), from(3001), "the decision led back");
        events.push(event(4, Deed::Tick, "restart", None, 4000));
        events.push(event(5, Deed::Verify, "it-answers", None, 5000));
        events.push(event(6, Deed::Untick, "it-answers", None, 6000));
        assert_eq!(since(&events), from(6001), "it was taken back");
    }

    fn result(at: i64, verdict: Verdict) -> StoredResult {
        StoredResult { at: Timestamp::from_ms(at), verdict, duration_us: None, code: None, cause: None, detail: None }
    }

    #[test]
    fn three_results_in_a_row_are_up_or_it_is_not_so() {
        let up = |at: i64| result(at, Verdict::Up);
        let judged = |results: &[StoredResult], newest: i64| judge(results, Timestamp::from_ms(newest));
        let yes = Judgement::Yes(Timestamp::from_ms(3));
        assert_eq!(judged(&[up(1), up(2), up(3)], 3), yes);
        assert_eq!(judged(&[up(1), up(2), up(3)], 4), yes, "another one is on its way to the disk, and up too");
        assert_eq!(judged(&[up(2), up(3)], 3), Judgement::No, "the run began in between");
        for other in [Verdict::Down, Verdict::Degraded, Verdict::Unknown] {
            assert_eq!(judged(&[up(1), result(2, other), up(3)], 3), Judgement::No);
        }
        assert_eq!(judged(&[up(2), up(3)], 4), Judgement::Later, "the newest is not on disk yet");
        assert_eq!(judged(&[], 4), Judgement::Later);
    }

    #[test]
    fn a_probe_is_named_as_it_is_or_by_values() {
        let values = BTreeMap::from([("probe".to_owned(), "web-http".to_owned()), ("kind".to_owned(), "http".to_owned())]);
        let name = |verify: &str| named(verify, &values).map(String::from);
        assert_eq!(name("probe:db-tcp").as_deref(), Some("db-tcp"));
        assert_eq!(name("probe:{{probe}}").as_deref(), Some("web-http"));
        assert_eq!(name("probe:web-{{ kind }}").as_deref(), Some("web-http"));
        for bad in ["probe:{{other}}", "probe:{{probe", "probe:", "probe:Web", "probe:a b"] {
            assert_eq!(name(bad), None, "{bad}");
        }
    }
}
