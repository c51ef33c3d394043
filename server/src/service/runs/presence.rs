//! Who else looks at a run right now, and at which step. Only in memory: a restart forgets it, and within seconds everybody is back.

use std::collections::HashMap;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use domain::account::Permission;
use domain::runbook::StepId;
use uuid::Uuid;

use super::wanted::Present;
use crate::service::caller::{Caller, Who};
use crate::service::desk::Desk;
use crate::service::problem::Problem;

/// Somebody is here for so long after their browser last said so.
const HERE_FOR: Duration = Duration::from_secs(45);
/// Most runs of which it is known who is there: the one that was quiet for longest is forgotten first.
const RUNS_MAX: usize = 200;
/// Most people of one run.
const PEOPLE_MAX: usize = 50;

/// Somebody, and when that was last said on the clock that is never set.
#[derive(Clone, Debug)]
struct Here {
    present: Present,
    heard_at: Duration,
}

/// Who is where, by number of the run and id of the account.
#[derive(Debug, Default)]
pub(super) struct Presence {
    runs: HashMap<i64, HashMap<Uuid, Here>>,
}

impl Presence {
    /// Notes that somebody is here.
    fn arrive(&mut self, run: i64, user: Uuid, present: Present, heard_at: Duration) {
        self.forget(heard_at);
        if !self.runs.contains_key(&run) && self.runs.len() >= RUNS_MAX {
            let heard = |people: &HashMap<Uuid, Here>| people.values().map(|here| here.heard_at).max();
            let quiet = self.runs.iter().min_by_key(|(_, people)| heard(people)).map(|(run, _)| *run);
            quiet.and_then(|run| self.runs.remove(&run));
        }
        let people = self.runs.entry(run).or_default();
        if !people.contains_key(&user) && people.len() >= PEOPLE_MAX {
            let quiet = people.iter().min_by_key(|(_, here)| here.heard_at).map(|(user, _)| *user);
            quiet.and_then(|user| people.remove(&user));
        }
        people.insert(user, Here { present, heard_at });
    }

    /// Who is in a run beside somebody, by name.
    fn others(&mut self, run: i64, user: Option<Uuid>, now: Duration) -> Vec<Present> {
        self.forget(now);
        let people = self.runs.get(&run).into_iter().flatten().filter(|(other, _)| Some(**other) != user);
        let mut others: Vec<Present> = people.map(|(_, here)| here.present.clone()).collect();
        others.sort_by(|a, b| a.name.cmp(&b.name));
        others
    }

    fn forget(&mut self, now: Duration) {
        for people in self.runs.values_mut() {
            people.retain(|_, here| now.saturating_sub(here.heard_at) < HERE_FOR);
        }
        self.runs.retain(|_, people| !people.is_empty());
    }
}

impl Desk {
    /// Says that somebody looks at a run, and at which step; gives who else does. Only people are anywhere: a program is told who is here.
    /// Whoever is the first in a run costs a query, nobody else does.
    pub(crate) async fn be_present(&self, caller: &Caller, number: i64, step: &str) -> Result<Vec<Present>, Problem> {
        let now = self.now();
        caller.must(Permission::Read, now)?;
        let is_known = self.presence().runs.contains_key(&number);
        if !is_known && self.store.run(number).await?.is_none() {
            return Err(Problem::NotFound("run"));
        }
        let elapsed = self.ledger.clock.elapsed();
        let mut presence = self.presence();
        let mut own = None;
        if let Who::User(user) = &caller.who {
            let present = Present { name: user.name.clone(), step: step.trim().parse::<StepId>().ok(), seen_at: now };
            presence.arrive(number, user.id, present, elapsed);
            own = Some(user.id);
        }
        Ok(presence.others(number, own, elapsed))
    }

    fn presence(&self) -> MutexGuard<'_, Presence> {
        self.runs.presence.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;

    use super::*;

    fn arrive(presence: &mut Presence, run: i64, user: u128, step: &str, at_s: u64) -> Vec<(String, Option<String>)> {
        let seen_at = Timestamp::from_ms(i64::try_from(at_s).unwrap() * 1000);
        let present = Present { name: format!("user-{user:03}"), step: step.parse().ok(), seen_at };
        presence.arrive(run, Uuid::from_u128(user), present, Duration::from_secs(at_s));
        let others = presence.others(run, Some(Uuid::from_u128(user)), Duration::from_secs(at_s));
        others.into_iter().map(|other| (other.name, other.step.map(String::from))).collect()
    }

    #[test]
    fn everybody_sees_the_others_and_where_they_are() {
        let mut presence = Presence::default();
        assert!(arrive(&mut presence, 1, 1, "look", 0).is_empty());
        assert!(arrive(&mut presence, 2, 9, "look", 0).is_empty());
        assert_eq!(arrive(&mut presence, 1, 2, "", 1), [("user-001".to_owned(), Some("look".to_owned()))]);
        assert_eq!(arrive(&mut presence, 1, 1, "act", 2), [("user-002".to_owned(), None)]);
        assert_eq!(presence.others(1, None, Duration::from_secs(2)).len(), 2, "whoever is nobody sees all");
    }

    #[test]
    fn whoever_says_nothing_for_45_seconds_is_gone() {
        let mut presence = Presence::default();
        arrive(&mut presence, 1, 1, "look", 0);
        assert_eq!(arrive(&mut presence, 1, 2, "look", 44).len(), 1);
        assert_eq!(arrive(&mut presence, 1, 2, "look", 45).len(), 0);
    }

    #[test]
    fn there_is_room_for_so_many_and_the_quiet_ones_give_way() {
        let mut presence = Presence::default();
        for run in 0..=200_i64 {
            arrive(&mut presence, run, 1, "look", u64::from(run > 0));
        }
        assert!(presence.runs.len() == RUNS_MAX && !presence.runs.contains_key(&0));
        for user in 0..=50_u128 {
            arrive(&mut presence, 7, user, "look", 2 + u64::from(user > 0));
        }
        let people = &presence.runs[&7];
        assert!(people.len() == PEOPLE_MAX && !people.contains_key(&Uuid::from_u128(0)));
    }
}
