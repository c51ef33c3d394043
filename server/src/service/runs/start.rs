//! Beginning a run: of a version that is in use, in an incident or by hand, with all values filled in that are known.

use domain::account::Permission;
use domain::incident::machine::MachineEvent;
use domain::incident::work::{IncidentKind, State as WorkState};
use domain::runbook::run::{Mode, RunState};
use domain::text::Slug;
use domain::time::Timestamp;
use store::Transaction;
use store::incidents::Incident;
use store::runbooks::NewRun;
use store::runbooks::runs::RunFilter;
use uuid::Uuid;

use super::record::{done, tell};
use super::values::given;
use super::wanted::RunWanted;
use super::{Followed, must_run};
use crate::service::caller::Caller;
use crate::service::desk::{Desk, Outcome};
use crate::service::problem::{Invalid, Problem};

/// Most runs that go on at once. More are forgotten ones, and each is looked at every second.
const ACTIVE_MAX: u32 = 200;

/// Why a runbook is followed. In an incident that is a drill nothing is live.
fn mode_of(typed: &str, incident: Option<&Incident>) -> Result<Mode, Invalid> {
    let is_drill = incident.is_some_and(|incident| incident.facts.kind == IncidentKind::Drill);
    let mode = match typed.trim() {
        "" if is_drill => Some(Mode::Drill),
        "" => Some(Mode::Live),
        name => Mode::from_name(name).filter(|mode| !is_drill || *mode != Mode::Live),
    };
    mode.ok_or_else(|| Invalid::new("mode", "invalid-mode"))
}

impl Desk {
    /// The incident in which a run is begun: where it is now, if it was merged.
    pub(super) async fn incident_to_run_in(&self, caller: &Caller, number: Option<i64>) -> Result<Option<Incident>, Problem> {
        caller.must(Permission::Read, self.now())?;
        let Some(number) = number else { return Ok(None) };
        let unknown = || Problem::invalid("incident", "invalid-number");
        let number = self.where_now(caller, number).await.map_err(|problem| match problem {
            Problem::NotFound(_) => unknown(),
            other => other,
        })?;
        self.store.incident(number).await?.map(Some).ok_or_else(unknown)
    }

    /// The runbook with this name, in the version that is in use.
    pub(super) fn runbook_to_follow(&self, slug: &str) -> Result<Followed, Problem> {
        let library = self.library();
        let found = slug.trim().parse::<Slug>().ok().and_then(|slug| library.runbooks.get(&slug));
        let runbook = found.ok_or_else(|| Problem::invalid("runbook", "invalid-runbook"))?;
        let edition = runbook.current.clone().ok_or(Problem::Refused("refused-run-no-version"))?;
        Ok(Followed { edition })
    }

    /// Begins a run; gives its number.
    pub(crate) async fn start_run(&self, caller: &Caller, wanted: RunWanted) -> Result<i64, Problem> {
        let wanted = self.with_alert(caller, wanted).await?;
        let incident = self.incident_to_run_in(caller, wanted.incident).await?;
        must_run(caller, incident.as_ref(), self.now())?;
        // The same request, sent again, finds its run even if the runbook is another one meanwhile.
        if let Some(earlier) = self.done_before(caller).await? {
            return Ok(earlier);
        }
        let followed = self.runbook_to_follow(&wanted.runbook)?;
        let joins = wanted.joins;
        let new = self.new_run(caller, wanted, incident.as_ref(), &followed).await?;
        let filter = RunFilter { state: Some(RunState::Active), limit: ACTIVE_MAX, ..RunFilter::default() };
        if self.store.runs(&filter).await?.len() >= ACTIVE_MAX as usize {
            return Err(Problem::Refused("refused-run-too-many"));
        }
        let number = incident.map(|incident| incident.number);
        let permission = number.is_none().then_some(Permission::Respond);
        let by = caller.clone();
        let begun = self.change(caller, permission, move |transaction, now| {
            Box::pin(async move { begin(transaction, &by, (new, joins), number, &followed, now).await })
        });
        self.run_changed(begun.await, number).await
    }

    /// What is wanted, with what an alert says of it.
    async fn with_alert(&self, caller: &Caller, mut wanted: RunWanted) -> Result<RunWanted, Problem> {
        let Some(number) = wanted.alert else { return Ok(wanted) };
        let found = self.alert(caller, number).await.map_err(|problem| match problem {
            Problem::NotFound(_) => Problem::invalid("alert", "invalid-alert"),
            other => other,
        })?;
        if wanted.incident.is_none()
            && let Some((_, incident)) = found.alert.incident
        {
            // Where nothing is left to do no run is begun; the alert is still there to be looked after.
            let incident = self.where_now(caller, incident).await?;
            let known = self.store.incident(incident).await?;
            let is_open = known.is_some_and(|known| !matches!(known.facts.state, WorkState::Closed | WorkState::Cancelled));
            wanted.incident = is_open.then_some(incident);
        }
        if wanted.component.is_empty() {
            wanted.component = found.alert.component.as_ref().map(ToString::to_string).unwrap_or_default();
        }
        let labels = found.alert.labels.as_map().clone();
        wanted.labels = labels.into_iter().chain(wanted.labels).collect();
        Ok(wanted)
    }

    /// What is kept of a run that begins, or all that is wrong with what was typed.
    async fn new_run(
        &self,
        caller: &Caller,
        wanted: RunWanted,
        incident: Option<&Incident>,
        followed: &Followed,
    ) -> Result<NewRun, Problem> {
        let mut wrong = Vec::new();
        let mode = mode_of(&wanted.mode, incident).map_err(|invalid| wrong.push(invalid)).ok();
        let component = match self.component_for(incident, &wanted.component).await {
            Ok(component) => component,
            Err(Problem::Invalid(all)) => {
                wrong.extend(all);
                None
            }
            Err(other) => return Err(other),
        };
        let (front, alert) = (followed.edition.front(), wanted.alert);
        let number = incident.map(|incident| incident.number);
        let mut params = self.known_values(front, number, component.as_ref(), wanted.labels);
        match given(&front.params, &wanted.params) {
            Ok(values) => params.extend(values),
            Err(all) => wrong.extend(all),
        }
        let Some(mode) = mode.filter(|_| wrong.is_empty()) else { return Err(Problem::Invalid(wrong)) };
        let (actor_kind, actor_id) = caller.actor();
        Ok(NewRun {
            id: Uuid::now_v7(),
            version_key: followed.edition.head.key,
            incident_key: incident.map(|incident| incident.key),
            alert,
            mode,
            component,
            params,
            actor_kind,
            actor_id,
            actor_name: caller.name().to_owned(),
            started_at: self.now(),
        })
    }
}

/// The number of a run of this runbook that goes on for the alert or in the incident: two who tap at once follow one.
async fn followed_already(
    transaction: &mut Transaction<'_>,
    incident: Option<&Incident>,
    alert: Option<i64>,
    followed: &Followed,
) -> Result<Option<i64>, Problem> {
    if let Some(alert) = alert
        && let Some(run) = transaction.open_run_for_alert(alert, &followed.edition.head.runbook).await?
    {
        return Ok(Some(run));
    }
    let Some(incident) = incident else { return Ok(None) };
    for number in transaction.open_runs_of(incident.key).await? {
        let run = transaction.run(number).await?;
        if run.is_some_and(|run| run.version.runbook == followed.edition.head.runbook) {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

async fn begin(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    (new, joins): (NewRun, bool),
    number: Option<i64>,
    followed: &Followed,
    now: Timestamp,
) -> Outcome<i64> {
    let incident = match number {
        Some(number) => transaction.incident(number).await?,
        None => None,
    };
    must_run(by, incident.as_ref(), now)?;
    if incident.as_ref().is_some_and(|incident| incident.merged_into.is_some()) {
        return Err(Problem::Refused("refused-merged"));
    }
    if incident.as_ref().is_some_and(|incident| matches!(incident.facts.state, WorkState::Closed | WorkState::Cancelled)) {
        return Err(Problem::Refused("refused-run-closed"));
    }
    if joins && let Some(followed) = followed_already(transaction, incident.as_ref(), new.alert, followed).await? {
        return Ok((followed, Vec::new()));
    }
    let run = transaction.insert_run(&NewRun { started_at: now, ..new }).await?;
    if let Some(incident) = &incident {
        let (runbook, title) = (run.version.runbook.to_string(), followed.title());
        let event = MachineEvent::RunStarted { run: run.number, runbook, title, mode: run.mode };
        tell(transaction, by, incident, (run.number, 0), event, (now, now)).await?;
    }
    let done = done("run.started", &run)
        .changed("version", None, Some(run.version.number))
        .changed("mode", None, Some(run.mode))
        .changed("incident", None, number)
        .changed("alert", None, run.alert)
        .changed("component", None, run.component.as_ref())
        .changed("params", None, Some(&run.params));
    Ok((run.number, vec![done]))
}

#[cfg(test)]
mod tests {
    use domain::incident::Impact;
    use domain::incident::work::{Severity, State};
    use domain::text::LocalizedText;
    use store::incidents::IncidentFacts;

    use super::*;

    fn incident(kind: IncidentKind) -> Incident {
        let at = Timestamp::from_ms(0);
        let facts = IncidentFacts {
            title: LocalizedText::Same("Disk full".to_owned()),
            kind,
            state: State::Investigating,
            severity: Severity::Sev2,
            impact: Impact::Major,
            is_public: false,
            shows_metrics: false,
            zone: "UTC".to_owned(),
            lead: None,
            scribe: None,
            comms: None,
            stated_duration: None,
            next_update_due_at: None,
            opened_at: at,
            resolved_at: None,
        };
        Incident {
            key: 1,
            id: Uuid::nil(),
            number: 1,
            public_number: None,
            facts,
            made_public_at: None,
            merged_into: None,
            created_at: at,
            updated_at: at,
            version: 1,
        }
    }

    #[test]
    fn in_a_drill_nothing_is_live() {
        let (real, drill) = (incident(IncidentKind::Incident), incident(IncidentKind::Drill));
        assert_eq!(mode_of("", None), Ok(Mode::Live));
        assert_eq!(mode_of(" ", Some(&real)), Ok(Mode::Live));
        assert_eq!(mode_of("", Some(&drill)), Ok(Mode::Drill));
        assert_eq!(mode_of("rehearsal", Some(&drill)), Ok(Mode::Rehearsal));
        assert_eq!(mode_of("drill", Some(&real)), Ok(Mode::Drill));
        let wrong = || Err(Invalid::new("mode", "invalid-mode"));
        assert_eq!(mode_of("live", Some(&drill)), wrong());
        assert_eq!(mode_of("Live", None), wrong());
    }
}
