//! Rows of scripts and chat bots, which often do not know into which incident they write: there is usually one.

use domain::incident::work::IncidentKind;
use store::incidents::records::ActiveIncident;
use uuid::Uuid;

use super::read;
use super::record::{must_read, zone_of};
use super::timeline::rows;
use super::wanted::EntryWanted;
use crate::service::caller::Caller;
use crate::service::desk::Desk;
use crate::service::problem::Problem;

impl Desk {
    /// Writes a row into an incident, or into the one that is open; gives the incident's number and the row's id.
    pub(crate) async fn note(&self, caller: &Caller, number: Option<i64>, wanted: EntryWanted) -> Result<(i64, Uuid), Problem> {
        let now = self.now();
        must_read(caller, now)?;
        // The same request, sent again, finds its row even if another incident was opened meanwhile.
        if let Some(earlier) = self.done_before(caller).await? {
            return Ok(earlier);
        }
        let number = match number {
            Some(number) => self.where_now(caller, number).await?,
            None => the_open_one(self.monitoring.state().incidents.active())?,
        };
        let incident = self.store.incident(number).await?.ok_or(Problem::NotFound("incident"))?;
        let zone = zone_of(&incident.facts, "at")?;
        let read = read::entries(&[wanted], &zone, now)?;
        let by = caller.clone();
        let noted = self.change(caller, None, move |transaction, now| {
            Box::pin(async move {
                let (ids, done) = rows::add(transaction, &by, number, read, now).await?;
                let id = ids.first().copied().ok_or(Problem::NotFound("entry"))?;
                Ok(((number, id), done))
            })
        });
        self.taken_up(noted.await, &[number]).await
    }
}

/// The number of the one incident that people work on. A drill is meant only when nothing real is going on.
fn the_open_one(active: &[ActiveIncident]) -> Result<i64, Problem> {
    let is_drill = |one: &&ActiveIncident| one.incident.facts.kind == IncidentKind::Drill;
    let (drills, real): (Vec<_>, Vec<_>) = active.iter().partition(is_drill);
    match (real.as_slice(), drills.as_slice()) {
        ([one], _) | ([], [one]) => Ok(one.incident.number),
        ([], []) => Err(Problem::Refused("refused-no-open-incident")),
        _ => Err(Problem::Refused("refused-several-open")),
    }
}

#[cfg(test)]
mod tests {
    use domain::incident::Impact;
    use domain::incident::work::{Severity, State};
    use domain::text::LocalizedText;
    use domain::time::Timestamp;
    use store::incidents::{Incident, IncidentFacts};

    use super::*;

    fn active(number: i64, kind: IncidentKind) -> ActiveIncident {
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
        let incident = Incident {
            key: number,
            id: Uuid::nil(),
            number,
            public_number: None,
            facts,
            made_public_at: None,
            merged_into: None,
            created_at: at,
            updated_at: at,
            version: 1,
        };
        ActiveIncident { incident, affected: Vec::new() }
    }

    #[test]
    fn a_note_without_a_number_goes_into_the_one_open_incident() {
        use IncidentKind::{Drill, Incident as Real, NearMiss};
        let chosen = |all: &[(i64, IncidentKind)]| {
            let all: Vec<ActiveIncident> = all.iter().map(|(number, kind)| active(*number, *kind)).collect();
            the_open_one(&all)
        };
        assert_eq!(chosen(&[(4, Real)]).unwrap(), 4);
        assert_eq!(chosen(&[(4, Drill)]).unwrap(), 4);
        assert_eq!(chosen(&[(3, Drill), (4, Real), (5, Drill)]).unwrap(), 4, "a drill does not stand in the way");
        assert!(matches!(chosen(&[]), Err(Problem::Refused("refused-no-open-incident"))));
        assert!(matches!(chosen(&[(4, Real), (5, NearMiss)]), Err(Problem::Refused("refused-several-open"))));
        assert!(matches!(chosen(&[(4, Drill), (5, Drill)]), Err(Problem::Refused("refused-several-open"))));
    }
}
