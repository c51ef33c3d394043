//! Incidents: what people and programs may ask of them, and what Yagura does about them by itself.
//!
//! Code map: [`wanted`] is what is typed, [`read`] makes of it what can be kept. `record` opens, changes, moves, relates and merges
//! incidents, `timeline` has their rows and markers, `updates` what the public is told, `evidence` files (`pictures` takes out of them what
//! nobody meant to send), `notes` the rows of scripts. `suggestions` says what may be an incident, `alerts` makes alerts part of them, `watch` looks every second. [`board`] is
//! what memory holds of all this, [`told`] which of it the public is told, [`words`] what Yagura itself wrote. This file reads, and decides who may do what.
//!
//! Whatever changes an incident on disk calls `incident_changed` afterwards, and from there pages learn of it.

mod alerts;
mod board;
mod evidence;
mod notes;
mod pictures;
mod read;
mod record;
mod suggestions;
mod timeline;
pub(crate) mod told;
mod updates;
mod wanted;
mod watch;
pub(crate) mod words;

use std::collections::HashMap;

use domain::account::Permission;
use domain::incident::when::{self, Understood};
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use store::StoreError;
use store::incidents::records::{ActiveIncident, IncidentFilter};
use store::incidents::search::{Hit, Search};
use store::incidents::{Affected, Incident, IncidentFacts};

pub(super) use self::alerts::components_in_incidents;
pub(crate) use self::board::Board;
use self::board::Reread;
pub(super) use self::evidence::{File, file};
use self::read::TYPED_AGO_MAX;
pub(super) use self::read::{is_op, text};
use self::record::must_read;
pub(super) use self::timeline::{machine_entry, tell_beside};
use self::told::public_number;
pub(crate) use self::wanted::{EntryChoice, EntryEdit, EntryWanted, EvidenceWanted, Found, IncidentWanted, UpdateWanted};
use super::caller::{Caller, Who};
use super::desk::Desk;
use super::monitoring::State;
use super::problem::Problem;

/// Accounts that are read at once; there are at most so many.
const PEOPLE_READ: u32 = 1_000;

/// Something that is done to an incident, as far as who may do it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// Rows are written.
    Write,
    /// The public is told.
    Tell,
    /// A runbook is followed.
    Run,
    /// Anything else is done.
    Respond,
}

impl Deed {
    /// What it takes of somebody who has no role in the incident.
    const fn permission(self) -> Permission {
        match self {
            Self::Write => Permission::WriteTimeline,
            Self::Tell | Self::Run | Self::Respond => Permission::Respond,
        }
    }

    /// True when the person with this key may do it for their role in the incident.
    fn is_for(self, user: i64, facts: &IncidentFacts) -> bool {
        let is = |role: Option<i64>| role == Some(user);
        match self {
            Self::Write | Self::Run => is(facts.lead) || is(facts.scribe) || is(facts.comms),
            Self::Tell => is(facts.lead) || is(facts.comms),
            Self::Respond => is(facts.lead),
        }
    }
}

/// Refuses who may not do this to an incident. A role in it is enough, whatever role somebody has otherwise.
pub(super) fn permitted(by: &Caller, incident: &Incident, deed: Deed, now: Timestamp) -> Result<(), Problem> {
    match &by.who {
        Who::User(user) if deed.is_for(user.key, &incident.facts) => must_read(by, now),
        _ => by.must(deed.permission(), now),
    }
}

impl Desk {
    /// The number under which what is written into an incident stands: its own, or that of the one it was merged into. A row that waited
    /// on a phone does not know of the merger.
    pub(crate) async fn where_now(&self, caller: &Caller, number: i64) -> Result<i64, Problem> {
        must_read(caller, self.now())?;
        let incident = self.store.incident(number).await?.ok_or(Problem::NotFound("incident"))?;
        let Some(key) = incident.merged_into else { return Ok(number) };
        self.store.incident_number(key).await?.ok_or(Problem::NotFound("incident"))
    }

    /// The incident with this number, for somebody who may do this to it: who may not is told so before anything they sent is read.
    async fn incident_for(&self, caller: &Caller, number: i64, deed: Deed) -> Result<Incident, Problem> {
        let now = self.now();
        must_read(caller, now)?;
        let incident = self.store.incident(number).await?.ok_or(Problem::NotFound("incident"))?;
        permitted(caller, &incident, deed, now)?;
        Ok(incident)
    }

    /// Incidents that meet a filter, the newest first, with what they affect.
    pub(crate) async fn incident_list(
        &self,
        caller: &Caller,
        filter: &IncidentFilter,
    ) -> Result<Vec<(Incident, Vec<Affected>)>, Problem> {
        must_read(caller, self.now())?;
        let incidents = self.store.incidents(filter).await?;
        let keys: Vec<i64> = incidents.iter().map(|incident| incident.key).collect();
        let mut affected = self.store.incidents_affected(&keys).await?;
        let with_affected = |incident: Incident| {
            let affected = affected.remove(&incident.key).unwrap_or_default();
            (incident, affected)
        };
        Ok(incidents.into_iter().map(with_affected).collect())
    }

    /// What was found in titles, timelines and updates, the newest first.
    pub(crate) async fn search_incidents(&self, caller: &Caller, search: &Search) -> Result<Vec<Hit>, Problem> {
        must_read(caller, self.now())?;
        Ok(self.store.search_incidents(search).await?)
    }

    /// What is at a number: all of an incident, or where it is now.
    pub(crate) async fn incident(&self, caller: &Caller, number: i64) -> Result<Found, Problem> {
        must_read(caller, self.now())?;
        let story = self.store.incident_story(number).await?.ok_or(Problem::NotFound("incident"))?;
        let Some(key) = story.incident.merged_into else { return Ok(Found::Story(Box::new(story))) };
        let number = self.store.incident_number(key).await?;
        number.map(Found::Merged).ok_or(Problem::NotFound("incident"))
    }

    /// True when they may write rows of an incident.
    pub(crate) fn may_write(&self, caller: &Caller, incident: &Incident) -> bool {
        permitted(caller, incident, Deed::Write, self.now()).is_ok()
    }

    /// True when they may change an incident in every way.
    pub(crate) fn may_respond(&self, caller: &Caller, incident: &Incident) -> bool {
        permitted(caller, incident, Deed::Respond, self.now()).is_ok()
    }

    /// True when they may tell the public of an incident.
    pub(crate) fn may_tell(&self, caller: &Caller, incident: &Incident) -> bool {
        permitted(caller, incident, Deed::Tell, self.now()).is_ok()
    }

    /// The incidents that people work on, by number. Costs no query.
    pub(crate) fn active_incidents(&self, caller: &Caller) -> Result<Vec<ActiveIncident>, Problem> {
        must_read(caller, self.now())?;
        Ok(self.monitoring.state().incidents.active().to_vec())
    }

    /// What people are called, by key; those who are disabled too: their names stand in old incidents.
    pub(crate) async fn people_names(&self) -> Result<HashMap<i64, String>, Problem> {
        let people = self.store.users(None, PEOPLE_READ).await?;
        Ok(people.into_iter().map(|user| (user.key, user.name.to_string())).collect())
    }

    /// Which moment somebody means by what they type, as a row would take it.
    pub(crate) fn understand_time(&self, text: &str, zone: &str, typed_at: Option<Timestamp>) -> Result<Understood, Problem> {
        let zone = TimeZone::get(zone).map_err(|_| Problem::invalid("zone", "invalid-zone"))?;
        let now = self.now();
        let base = typed_at.map_or(now, |at| at.clamp(now.minus(TYPED_AGO_MAX), now));
        when::understand(text.trim(), base, &zone).map_err(|error| Problem::invalid("at", error.key()))
    }

    /// Reads incidents again that were changed, and tells pages.
    pub(super) async fn incident_changed(&self, numbers: &[i64]) {
        let reading = self.monitoring.state().incidents.reading();
        let _reading = reading.lock().await;
        let read = tokio::try_join!(self.reread(numbers), self.store.public_redirects());
        let is_news = match read {
            Ok((reread, redirects)) => {
                let mut state = self.monitoring.state();
                let State { incidents, config, .. } = &mut *state;
                incidents.put(reread, redirects, config)
            }
            Err(error) => {
                tracing::warn!(%error, "an incident changed and cannot be read; pages show it as it was, trying again");
                self.monitoring.state().incidents.doubt();
                false
            }
        };
        if is_news {
            self.monitoring.offered_anew();
        } else {
            self.monitoring.changed_inside();
        }
    }

    async fn reread(&self, numbers: &[i64]) -> Result<Vec<Reread>, StoreError> {
        let mut all = Vec::with_capacity(numbers.len());
        for number in numbers {
            let Some(incident) = self.store.incident(*number).await? else { continue };
            let affected = self.store.incidents_affected(&[incident.key]).await?.remove(&incident.key).unwrap_or_default();
            let story = match public_number(&incident) {
                Some(number) => self.store.public_story(number).await?,
                None => None,
            };
            all.push(Reread { incident, affected, story });
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use domain::account::{Role, Scope};
    use domain::incident::Impact;
    use domain::incident::work::{IncidentKind, Severity, State as WorkState};
    use domain::text::LocalizedText;
    use uuid::Uuid;

    use super::*;
    use crate::service::caller::SignedIn;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms)
    }

    /// Its lead is 1, its scribe 2, who tells the public 3.
    fn incident() -> Incident {
        Incident {
            key: 1,
            id: Uuid::nil(),
            number: 1,
            public_number: None,
            facts: IncidentFacts {
                title: LocalizedText::Same("Disk full".to_owned()),
                kind: IncidentKind::Incident,
                state: WorkState::Investigating,
                severity: Severity::Sev2,
                impact: Impact::Major,
                is_public: false,
                shows_metrics: false,
                zone: "UTC".to_owned(),
                lead: Some(1),
                scribe: Some(2),
                comms: Some(3),
                stated_duration: None,
                next_update_due_at: None,
                opened_at: at(0),
                resolved_at: None,
            },
            made_public_at: None,
            merged_into: None,
            created_at: at(0),
            updated_at: at(0),
            version: 1,
        }
    }

    fn may(role: Role, key: i64) -> [bool; 4] {
        let user = SignedIn { key, id: Uuid::nil(), name: "mika".to_owned(), role, session: [0; 32], confirmed_at: at(0) };
        let caller = Caller { who: Who::User(user), ..Caller::system() };
        [Deed::Write, Deed::Tell, Deed::Run, Deed::Respond].map(|deed| permitted(&caller, &incident(), deed, at(0)).is_ok())
    }

    #[test]
    fn a_role_in_the_incident_is_enough_for_what_belongs_to_it() {
        assert_eq!(may(Role::Viewer, 1), [true; 4], "who leads it");
        assert_eq!(may(Role::Viewer, 2), [true, false, true, false], "who writes down");
        assert_eq!(may(Role::Viewer, 3), [true, true, true, false], "who tells the public");
        assert_eq!(may(Role::Viewer, 4), [false; 4], "who only looks on");
        assert_eq!(may(Role::Responder, 4), [true; 4]);
    }

    #[test]
    fn a_program_that_may_only_write_rows_follows_no_runbook() {
        let may = |scope: Scope| {
            let who = Who::Key { id: Uuid::nil(), name: "bot".to_owned(), scopes: vec![scope] };
            permitted(&Caller { who, ..Caller::system() }, &incident(), Deed::Run, at(0)).is_ok()
        };
        assert!(!may(Scope::WriteTimeline));
        assert!(may(Scope::WriteIncidents));
    }

    #[test]
    fn whoever_has_not_signed_in_is_told_so_and_nothing_else() {
        let refused = permitted(&Caller::nobody(None), &incident(), Deed::Write, at(0));
        assert!(matches!(refused, Err(Problem::SignedOut)));
    }
}
