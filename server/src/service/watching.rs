//! What people decide about watching: groups, components and probes beside those of the file, pauses, and a probe that is run now.
//!
//! Order: put together and check, keep, then take up. What was kept and could not be taken up is taken up by the next look.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::account::Permission;
use domain::probe::observation::Observation;
use domain::probe::spec::CheckSpec;
use domain::text::Slug;
use domain::time::Timestamp;
use domain::tower::ProbeKey;
use serde_json::Value;
use store::definitions::{Definition, DefinitionKind, Pause};
use store::writer::KeptResult;
use uuid::Uuid;

use super::caller::Caller;
use super::configuration::{Sources, Turn, Unusable, Whole};
use super::desk::{Desk, Done};
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
    pub(crate) async fn define(&self, caller: &Caller, wanted: Wanted) -> Result<i64, Problem> {
        caller.must(Permission::Configure, self.now())?;
        if let Some(version) = self.done_before(caller).await? {
            return Ok(version);
        }
        let mut turn = self.configuration.turn().await;
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
        let whole = usable(&turn, &sources, (kind, &slug))?;
        let [made, changed, _] = actions(kind);
        let action = if before.is_none() { made } else { changed };
        let done = differences(Done::new(action, kind.name(), &slug, &slug), &old, &body);
        let stored = self
            .change(caller, Some(Permission::Configure), move |transaction, now| {
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
        &self,
        caller: &Caller,
        kind: DefinitionKind,
        slug: &Slug,
        version: i64,
    ) -> Result<(), Problem> {
        caller.must(Permission::Configure, self.now())?;
        if self.done_before::<Nothing>(caller).await?.is_some() {
            return Ok(());
        }
        let mut turn = self.configuration.turn().await;
        let mut sources = turn.sources.clone();
        let place = sources.definitions.iter().position(|known| known.kind == kind && known.slug == *slug);
        let place = place.ok_or(Problem::NotFound("definition"))?;
        let before = sources.definitions.remove(place);
        if before.version != version {
            return Err(Problem::Conflict);
        }
        let whole = turn.whole(&sources).map_err(|Unusable::Mistakes(_)| Problem::Refused("refused-needed"))?;
        let [_, _, removed] = actions(kind);
        let old: Value = serde_json::from_str(&before.body).unwrap_or_default();
        let done = differences(Done::new(removed, kind.name(), slug, slug), &old, &Value::Null);
        let gone = slug.clone();
        self.change(caller, Some(Permission::Configure), move |transaction, _| {
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
        &self,
        caller: &Caller,
        probe: &Slug,
        until: Option<Timestamp>,
        reason: &str,
    ) -> Result<(), Problem> {
        let now = self.now();
        caller.must(Permission::OperateProbes, now)?;
        if self.done_before::<Nothing>(caller).await?.is_some() {
            return Ok(());
        }
        let reason: String = reason.trim().chars().filter(|c| !c.is_control()).collect();
        if reason.chars().count() > REASON_CHARS_MAX {
            return Err(Problem::invalid("reason", "invalid-reason"));
        }
        if until.is_some_and(|until| until <= now || until > now.plus(PAUSE_MAX)) {
            return Err(Problem::invalid("until", "invalid-until"));
        }
        let mut turn = self.configuration.turn().await;
        if !self.configuration.whole().config.probes.iter().any(|known| known.slug == *probe) {
            return Err(Problem::NotFound("probe"));
        }
        let pause = Pause { probe: probe.clone(), since: now, until, reason, paused_by: caller.name().to_owned() };
        let mut sources = turn.sources.clone();
        sources.pauses.retain(|known| known.probe != *probe);
        sources.pauses.push(pause.clone());
        let whole = usable(&turn, &sources, (DefinitionKind::Probe, probe))?;
        let done = Done::new("probe.paused", "probe", probe, probe)
            .changed("until", None, until.map(|until| until.to_string()))
            .changed("reason", "", pause.reason.as_str());
        self.change(caller, Some(Permission::OperateProbes), move |transaction, _| {
            Box::pin(async move {
                transaction.put_pause(&pause).await?;
                Ok((Nothing {}, vec![done]))
            })
        })
        .await?;
        self.in_force(&mut turn, sources, whole).await
    }

    /// Lets a paused probe go on.
    pub(crate) async fn resume(&self, caller: &Caller, probe: &Slug) -> Result<(), Problem> {
        caller.must(Permission::OperateProbes, self.now())?;
        let mut turn = self.configuration.turn().await;
        let mut sources = turn.sources.clone();
        sources.pauses.retain(|known| known.probe != *probe);
        if sources.pauses.len() == turn.sources.pauses.len() {
            return Err(Problem::Refused("refused-not-paused"));
        }
        let whole = usable(&turn, &sources, (DefinitionKind::Probe, probe))?;
        let (gone, done) = (probe.clone(), Done::new("probe.resumed", "probe", probe, probe));
        self.change(caller, Some(Permission::OperateProbes), move |transaction, _| {
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
    pub(crate) async fn look_at_configuration(&self) {
        for pause in self.configuration.look(self.now()).await {
            match self.resume(&Caller::system(), &pause.probe).await {
                Ok(()) => tracing::info!(probe = %pause.probe, "its pause is over"),
                Err(error) => tracing::warn!(%error, probe = %pause.probe, "a pause could not be ended; trying again"),
            }
        }
    }

    async fn in_force(&self, turn: &mut Turn, sources: Sources, whole: Whole) -> Result<(), Problem> {
        let kept = sources.clone();
        if let Err(problem) = self.configuration.take_up(turn, sources, whole).await {
            tracing::error!(problem, "what was changed at the desk is kept, and will be taken up with the next look");
            turn.sources = kept;
            self.configuration.try_again(turn);
            return Err(Problem::Refused("refused-not-taken-up"));
        }
        Ok(())
    }
}

/// Puts sources together; mistakes in the thing that is being changed are the asker's.
fn usable(turn: &Turn, sources: &Sources, (kind, slug): (DefinitionKind, &Slug)) -> Result<Whole, Problem> {
    turn.whole(sources).map_err(|Unusable::Mistakes(mistakes)| {
        let invalid = mistakes.into_iter().map(|mistake| {
            let MadeMistake { kind: of, slug: wrong, path, problem, expected } = mistake;
            let expected = expected.map(|expected| format!("; expected {expected}")).unwrap_or_default();
            let is_other = of.name() != kind.name() || wrong != *slug;
            let whose = if is_other { format!("{} {wrong}: ", of.name()) } else { String::new() };
            let field = if is_other { String::new() } else { path };
            Invalid { field, key: "invalid-value", detail: Some(format!("{whose}{problem}{expected}")) }
        });
        Problem::Invalid(invalid.collect())
    })
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
