//! What people decide about watching: groups, components and probes beside those of the file, pauses, and a probe that is run now.
//!
//! Order: put together and check, keep, then take up. Each goes to its end although whoever asked may have gone; what was kept and could
//! not be taken up, or may have been kept, is taken up by the next turn.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::account::Permission;
use domain::probe::observation::Observation;
use domain::probe::spec::CheckSpec;
use domain::text::Slug;
use domain::time::Timestamp;
use domain::tower::ProbeKey;
use futures::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::Transaction;
use store::definitions::{Definition, DefinitionKind, Pause};
use store::writer::KeptResult;
use uuid::Uuid;

use super::caller::Caller;
use super::configuration::{Sources, Turn, Unusable, Whole};
use super::desk::{Desk, Done, Outcome, to_its_end};
use super::problem::{Invalid, Problem};
use super::sign_in::Nothing;
use crate::config::MadeMistake;

/// Longest reason for a pause, in characters.
const REASON_CHARS_MAX: usize = 200;
/// Longest pause with an end.
const PAUSE_MAX: Duration = Duration::from_secs(366 * 86_400);
/// Most things of one kind that can be made at the desk.
const DEFINITIONS_MAX: usize = 5_000;

/// What becomes of something made at the desk.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) kind: DefinitionKind,
    pub(crate) slug: Slug,
    /// As it would stand in the file.
    pub(crate) body: Value,
    /// The version it had when it was read; `None`: a new one.
    pub(crate) version: Option<i64>,
}

const fn actions(kind: DefinitionKind) -> [&'static str; 3] {
    match kind {
        DefinitionKind::Group => ["group.made", "group.changed", "group.removed"],
        DefinitionKind::Component => ["component.made", "component.changed", "component.removed"],
        DefinitionKind::Probe => ["probe.made", "probe.changed", "probe.removed"],
    }
}

impl Desk {
    /// Makes or changes something; gives its version.
    pub(crate) async fn define(self: &Arc<Self>, caller: &Caller, wanted: Wanted) -> Result<i64, Problem> {
        caller.must(Permission::Configure, self.now())?;
        let (desk, caller) = (Arc::clone(self), caller.clone());
        to_its_end(async move { desk.define_in_turn(&caller, wanted).await }).await
    }

    async fn define_in_turn(&self, caller: &Caller, wanted: Wanted) -> Result<i64, Problem> {
        let mut turn = self.configuration.turn_to_change().await?;
        // Asked only now: the same request may have been before this one in the queue for the turn.
        if let Some(version) = self.done_before(caller).await? {
            return Ok(version);
        }
        let Wanted { kind, slug, mut body, version } = wanted;
        let place = turn.sources.definitions.iter().position(|known| known.kind == kind && known.slug == slug);
        let before = place.and_then(|place| turn.sources.definitions.get(place)).cloned();
        match (&before, version) {
            (None, None) | (Some(_), Some(_)) => {}
            (None, Some(_)) => return Err(Problem::NotFound("definition")),
            (Some(_), None) => return Err(Problem::invalid("slug", "invalid-slug-taken")),
        }
        if before.as_ref().is_some_and(|before| Some(before.version) != version) {
            return Err(Problem::Conflict);
        }
        if before.is_none() && turn.sources.definitions.iter().filter(|known| known.kind == kind).count() >= DEFINITIONS_MAX {
            return Err(Problem::Refused("refused-too-many-definitions"));
        }
        let old: Value = before.as_ref().and_then(|before| serde_json::from_str(&before.body).ok()).unwrap_or_default();
        give_token(&mut body, &old);
        let text = body.to_string();
        let now = self.now();
        let mut sources = turn.sources.clone();
        let candidate = Definition {
            kind,
            slug: slug.clone(),
            body: text.clone(),
            ordinal: before.as_ref().map_or(i64::MAX, |before| before.ordinal),
            created_at: before.as_ref().map_or(now, |before| before.created_at),
            updated_at: now,
            version: version.unwrap_or(0) + 1,
        };
        match place {
            Some(place) => sources.definitions[place] = candidate,
            None => sources.definitions.push(candidate),
        }
        let put_together = turn.put_together(sources).await;
        let (sources, whole) = put_together.map_err(|unusable| refusal(unusable, (kind, &slug)))?;
        let [made, changed, _] = actions(kind);
        let action = if before.is_none() { made } else { changed };
        let done = differences(Done::new(action, kind.name(), &slug, &slug), &old, &body);
        let stored = self
            .keep(&mut turn, caller, Permission::Configure, move |transaction, now| {
                Box::pin(async move {
                    let stored = match version {
                        None => transaction.insert_definition(kind, &slug, &text, now).await?,
                        Some(version) => {
                            if !transaction.update_definition(kind, &slug, version, &text, now).await? {
                                return Err(Problem::Conflict);
                            }
                            version + 1
                        }
                    };
                    Ok((stored, vec![done]))
                })
            })
            .await?;
        self.in_force(&mut turn, sources, whole).await?;
        Ok(stored)
    }

    /// Removes something that was made at the desk and that nothing needs any more. Its history stays.
    pub(crate) async fn remove_definition(
        self: &Arc<Self>,
        caller: &Caller,
        kind: DefinitionKind,
        slug: &Slug,
        version: i64,
    ) -> Result<(), Problem> {
        caller.must(Permission::Configure, self.now())?;
        let (desk, caller, slug) = (Arc::clone(self), caller.clone(), slug.clone());
        to_its_end(async move { desk.remove_in_turn(&caller, kind, &slug, version).await }).await
    }

    async fn remove_in_turn(&self, caller: &Caller, kind: DefinitionKind, slug: &Slug, version: i64) -> Result<(), Problem> {
        let mut turn = self.configuration.turn_to_change().await?;
        if self.done_before::<Nothing>(caller).await?.is_some() {
            return Ok(());
        }
        let mut sources = turn.sources.clone();
        let place = sources.definitions.iter().position(|known| known.kind == kind && known.slug == *slug);
        let place = place.ok_or(Problem::NotFound("definition"))?;
        let before = sources.definitions.remove(place);
        if before.version != version {
            return Err(Problem::Conflict);
        }
        if kind == DefinitionKind::Probe {
            sources.pauses.retain(|known| known.probe != *slug);
        }
        let put_together = turn.put_together(sources).await;
        let (sources, whole) = put_together.map_err(|unusable| {
            let needs = |mistake: &MadeMistake| is_reference(mistake, &turn.sources.definitions, (kind, slug));
            match unusable {
                Unusable::Mistakes(mistakes) if mistakes.iter().any(needs) => Problem::Refused("refused-needed"),
                other => refusal(other, (kind, slug)),
            }
        })?;
        let [_, _, removed] = actions(kind);
        let old: Value = serde_json::from_str(&before.body).unwrap_or_default();
        let done = differences(Done::new(removed, kind.name(), slug, slug), &old, &Value::Null);
        let gone = slug.clone();
        self.keep(&mut turn, caller, Permission::Configure, move |transaction, _| {
            Box::pin(async move {
                if !transaction.delete_definition(kind, &gone, version).await? {
                    return Err(Problem::Conflict);
                }
                if kind == DefinitionKind::Probe {
                    transaction.delete_pause(&gone).await?;
                }
                Ok((Nothing {}, vec![done]))
            })
        })
        .await?;
        self.in_force(&mut turn, sources, whole).await
    }

    /// Pauses a probe, of the file or of the desk, until a moment or until somebody lets it go on.
    pub(crate) async fn pause(
        self: &Arc<Self>,
        caller: &Caller,
        probe: &Slug,
        until: Option<Timestamp>,
        reason: &str,
    ) -> Result<(), Problem> {
        caller.must(Permission::OperateProbes, self.now())?;
        let (desk, caller, probe, reason) = (Arc::clone(self), caller.clone(), probe.clone(), reason.to_owned());
        to_its_end(async move { desk.pause_in_turn(&caller, &probe, until, &reason).await }).await
    }

    async fn pause_in_turn(&self, caller: &Caller, probe: &Slug, until: Option<Timestamp>, reason: &str) -> Result<(), Problem> {
        let mut turn = self.configuration.turn_to_change().await?;
        if self.done_before::<Nothing>(caller).await?.is_some() {
            return Ok(());
        }
        let now = self.now();
        let reason: String = reason.trim().chars().filter(|c| !c.is_control()).collect();
        if reason.chars().count() > REASON_CHARS_MAX {
            return Err(Problem::invalid("reason", "invalid-reason"));
        }
        if until.is_some_and(|until| until <= now || until > now.plus(PAUSE_MAX)) {
            return Err(Problem::invalid("until", "invalid-until"));
        }
        let whole = self.configuration.whole();
        if !whole.config.probes.iter().any(|known| known.slug == *probe) {
            return Err(Problem::NotFound("probe"));
        }
        let pause = Pause { probe: probe.clone(), since: now, until, reason, paused_by: caller.name().to_owned() };
        let mut sources = turn.sources.clone();
        sources.pauses.retain(|known| known.probe != *probe);
        sources.pauses.push(pause.clone());
        // Nothing is read anew: what is wrong with other probes does not matter now.
        let whole = whole.with_pauses(&sources.pauses);
        let done = Done::new("probe.paused", "probe", probe, probe)
            .changed("until", None, until.map(|until| until.to_string()))
            .changed("reason", "", pause.reason.as_str());
        self.keep(&mut turn, caller, Permission::OperateProbes, move |transaction, _| {
            Box::pin(async move {
                transaction.put_pause(&pause).await?;
                Ok((Nothing {}, vec![done]))
            })
        })
        .await?;
        self.in_force(&mut turn, sources, whole).await
    }

    /// Lets a paused probe go on.
    pub(crate) async fn resume(self: &Arc<Self>, caller: &Caller, probe: &Slug) -> Result<(), Problem> {
        caller.must(Permission::OperateProbes, self.now())?;
        let (desk, caller, probe) = (Arc::clone(self), caller.clone(), probe.clone());
        to_its_end(async move { desk.resume_in_turn(&caller, &probe).await }).await
    }

    async fn resume_in_turn(&self, caller: &Caller, probe: &Slug) -> Result<(), Problem> {
        let mut turn = self.configuration.turn_to_change().await?;
        if self.done_before::<Nothing>(caller).await?.is_some() {
            return Ok(());
        }
        let mut sources = turn.sources.clone();
        sources.pauses.retain(|known| known.probe != *probe);
        if sources.pauses.len() == turn.sources.pauses.len() {
            return Err(Problem::Refused("refused-not-paused"));
        }
        let whole = self.configuration.whole().with_pauses(&sources.pauses);
        let (gone, done) = (probe.clone(), Done::new("probe.resumed", "probe", probe, probe));
        self.keep(&mut turn, caller, Permission::OperateProbes, move |transaction, _| {
            Box::pin(async move {
                transaction.delete_pause(&gone).await?;
                Ok((Nothing {}, vec![done]))
            })
        })
        .await?;
        self.in_force(&mut turn, sources, whole).await
    }

    /// Runs a probe once, now, beside its rhythm. What it sees counts like every result.
    pub(crate) async fn run_probe(&self, caller: &Caller, probe: &Slug) -> Result<Observation, Problem> {
        caller.must(Permission::OperateProbes, self.now())?;
        let whole = self.configuration.whole();
        let spec = whole.config.probes.iter().find(|known| known.slug == *probe).ok_or(Problem::NotFound("probe"))?;
        if matches!(spec.check, CheckSpec::Heartbeat(_)) {
            return Err(Problem::Refused("refused-heartbeat"));
        }
        if whole.pause(probe).is_some() {
            return Err(Problem::Refused("refused-paused"));
        }
        self.throttles.probe(probe.as_str())?;
        let running = self.configuration.turn().await.run_now(probe).ok_or(Problem::Busy)?;
        let seen = running.await;
        let done = Done::new("probe.run", "probe", probe, probe).changed("verdict", "", seen.verdict.name());
        self.change(caller, None, move |_, _| Box::pin(async move { Ok((Nothing {}, vec![done])) })).await?;
        Ok(seen)
    }

    /// What a probe saw before `before`, the newest first.
    pub(crate) async fn results(
        &self,
        probe: ProbeKey,
        before: Option<Timestamp>,
        limit: u32,
    ) -> Result<Vec<KeptResult>, Problem> {
        Ok(self.store.results_of(probe, before, limit).await?)
    }

    /// Looks whether the file changed, and ends pauses that are over.
    pub(crate) async fn look_at_configuration(self: &Arc<Self>) {
        for pause in self.configuration.look(self.now()).await {
            match self.resume(&Caller::system(), &pause.probe).await {
                Ok(()) => tracing::info!(probe = %pause.probe, "its pause is over"),
                Err(error) => tracing::warn!(%error, probe = %pause.probe, "a pause could not be ended; trying again"),
            }
        }
    }

    /// Changes what is stored, in somebody's turn. From before that until it is in force the turn is stale: however this ends, the next
    /// turn finds out what is stored.
    async fn keep<T, F>(&self, turn: &mut Turn, caller: &Caller, permission: Permission, work: F) -> Result<T, Problem>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        F: for<'t, 'c> FnOnce(&'t mut Transaction<'c>, Timestamp) -> BoxFuture<'t, Outcome<T>> + Send + 'static,
    {
        turn.is_stale = true;
        let outcome = self.change(caller, Some(permission), work).await;
        // Only the store may have committed what it says that it has not: its answer may just have come too late.
        if let Err(problem) = &outcome
            && !matches!(problem, Problem::Store(_))
        {
            turn.is_stale = false;
        }
        outcome
    }

    async fn in_force(&self, turn: &mut Turn, sources: Sources, whole: Whole) -> Result<(), Problem> {
        if let Err(problem) = self.configuration.take_up(turn, sources, whole).await {
            tracing::error!(problem, "what was changed at the desk is kept, and will be taken up with the next look");
            return Err(Problem::Refused("refused-not-taken-up"));
        }
        Ok(())
    }
}

/// Why something is not taken up; mistakes in the thing that is being changed are the asker's.
fn refusal(unusable: Unusable, (kind, slug): (DefinitionKind, &Slug)) -> Problem {
    let Unusable::Mistakes(mistakes) = unusable else { return Problem::Busy };
    let invalid = mistakes.into_iter().map(|mistake| {
        let MadeMistake { kind: of, slug: wrong, path, problem, expected } = mistake;
        let expected = expected.map(|expected| format!("; expected {expected}")).unwrap_or_default();
        let is_other = of.name() != kind.name() || wrong != *slug;
        let whose = if is_other { format!("{} {wrong}: ", of.name()) } else { String::new() };
        let field = if is_other { String::new() } else { path };
        Invalid { field, key: "invalid-value", detail: Some(format!("{whose}{problem}{expected}")) }
    });
    Problem::Invalid(invalid.collect())
}

/// True when a mistake stands where one of the definitions refers to the thing `(kind, slug)`.
fn is_reference(mistake: &MadeMistake, definitions: &[Definition], (kind, slug): (DefinitionKind, &Slug)) -> bool {
    let key = mistake.path.split('[').next().unwrap_or_default();
    let may_refer =
        matches!((kind, key), (DefinitionKind::Group, "group") | (DefinitionKind::Component, "component" | "depends_on"));
    let referring = definitions.iter().find(|known| known.kind.name() == mistake.kind.name() && known.slug == mistake.slug);
    let body: Value = referring.and_then(|known| serde_json::from_str(&known.body).ok()).unwrap_or_default();
    let is_it = |value: &Value| value.as_str() == Some(slug.as_str());
    may_refer && (is_it(&body[key]) || body[key].as_array().is_some_and(|slugs| slugs.iter().any(is_it)))
}

/// A heartbeat that is made without a token gets one; one that is changed keeps the one it had.
fn give_token(body: &mut Value, old: &Value) {
    let Some(heartbeat) = body.get_mut("heartbeat").and_then(Value::as_object_mut) else { return };
    if !heartbeat.contains_key("token") {
        let token = old.pointer("/heartbeat/token").cloned().unwrap_or_else(|| Uuid::new_v4().to_string().into());
        heartbeat.insert("token".to_owned(), token);
    }
}

/// Names within a definition whose values are not shown: they are secret, or may be.
const HIDDEN: [&str; 7] = ["token", "body", "send", "password", "bearer", "headers", "key"];

/// What differs between two bodies, leaf by leaf.
fn differences(done: Done, old: &Value, new: &Value) -> Done {
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    leaves("", old, &mut before);
    leaves("", new, &mut after);
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().filter(|name| before.get(*name) != after.get(*name)).fold(done, |done, name| {
        let is_hidden = name.split(['.', '[']).any(|part| HIDDEN.contains(&part));
        let shown = |value: Option<&String>, mark: &str| match value {
            None => String::new(),
            Some(_) if is_hidden => format!("({mark})"),
            Some(value) => value.clone(),
        };
        done.changed(name, shown(before.get(name), "before"), shown(after.get(name), "after"))
    })
}

fn leaves(path: &str, value: &Value, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            leaves(&path, value, found);
        }),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| leaves(&format!("{path}[{index}]"), value, found));
        }
        Value::Null => {}
        Value::String(text) => drop(found.insert(path.to_owned(), text.clone())),
        other => drop(found.insert(path.to_owned(), other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::MadeKind;

    #[test]
    fn the_log_tells_what_changed_and_no_secret() {
        let old = json!({"slug": "a", "every": "30s", "http": {"url": "https://a/", "headers": {"X-Key": "${K}"}}, "heartbeat": {"token": "t1"}});
        let new = json!({"slug": "a", "every": "60s", "http": {"url": "https://a/", "headers": {"X-Key": "${L}"}}, "heartbeat": {"token": "t2"}});
        let done = differences(Done::new("probe.changed", "probe", "a", "a"), &old, &new);
        assert_eq!(
            done.change,
            json!({"every": ["30s", "60s"], "http.headers.X-Key": ["(before)", "(after)"], "heartbeat.token": ["(before)", "(after)"]})
        );
    }

    #[test]
    fn only_what_refers_to_a_thing_needs_it() {
        let of = |kind, slug: &str, body: Value| Definition {
            kind,
            slug: slug.parse().unwrap(),
            body: body.to_string(),
            ordinal: 0,
            created_at: Timestamp::from_ms(0),
            updated_at: Timestamp::from_ms(0),
            version: 1,
        };
        let definitions = [
            of(DefinitionKind::Component, "shop", json!({"slug": "shop", "group": "inner", "depends_on": ["base", "cart"]})),
            of(DefinitionKind::Probe, "shop", json!({"slug": "shop", "component": "shop", "http": {"url": "${file:gone}"}})),
        ];
        let needs = |kind: MadeKind, path: &str, removed: (DefinitionKind, &str)| {
            let (slug, path) = ("shop".parse().unwrap(), path.to_owned());
            let mistake = MadeMistake { kind, slug, path, problem: String::new(), expected: None };
            is_reference(&mistake, &definitions, (removed.0, &removed.1.parse().unwrap()))
        };
        assert!(needs(MadeKind::Component, "group", (DefinitionKind::Group, "inner")));
        assert!(needs(MadeKind::Component, "depends_on[1]", (DefinitionKind::Component, "cart")));
        assert!(needs(MadeKind::Probe, "component", (DefinitionKind::Component, "shop")));
        assert!(!needs(MadeKind::Probe, "component", (DefinitionKind::Component, "cart")));
        assert!(!needs(MadeKind::Component, "group", (DefinitionKind::Component, "inner")), "the component of that name");
        assert!(!needs(MadeKind::Probe, "http.url", (DefinitionKind::Component, "shop")), "a file that is gone");
    }

    #[test]
    fn a_heartbeat_gets_a_token_once() {
        let mut body = json!({"heartbeat": {"period": "1h"}});
        give_token(&mut body, &Value::Null);
        let token = body["heartbeat"]["token"].as_str().unwrap().to_owned();
        assert_eq!(token.len(), 36);
        let mut changed = json!({"heartbeat": {"period": "2h"}});
        give_token(&mut changed, &body);
        assert_eq!(changed["heartbeat"]["token"], token);
    }
}
