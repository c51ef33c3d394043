//! The three stories: incidents with their timelines and updates, postmortems with their edit history, action items. What ships in `example/demo/` is read
//! here; a test reads all of it.

use std::future::pending;
use std::time::Duration;

use domain::action_item::{ActionKind, Bound, Horizon, Priority, Reason, Standing};
use domain::component::Status;
use domain::incident::work::{
    EntryKind, HypothesisState, IncidentKind, Marker, Precision, Severity, Source, State as WorkState, Visibility,
};
use domain::incident::{Impact, IncidentStatus};
use domain::postmortem::{Analysis, Cause, Content, State, Texts};
use domain::text::{Language, LocalizedText, Slug};
use domain::time::Timestamp;
use domain::yaml::{self, Kind, Node};
use serde::Deserialize;
use serde_json::Value;
use store::action_items::{ItemFacts, ItemFilter, NewItem, Origin};
use store::audit::ActorKind;
use store::incidents::timeline::Appended;
use store::incidents::{Affected, EntryContent, IncidentFacts, NewEntry, NewUpdate};
use store::postmortems::{NewPublication, NewRevision, PostmortemFacts};
use store::{Store, StoreError, WriterHandle};
use uuid::Uuid;

use super::DemoError;
use crate::config::Config;
use crate::service::postmortems::check::told_by;
use crate::service::postmortems::record::gathered;

/// Who wrote it.
const AUTHOR: &str = "demo";

/// A story as it ships, with its texts by file name.
struct Shipped {
    story: &'static str,
    texts: &'static [(&'static str, &'static str)],
}

macro_rules! text {
    ($name:literal) => {
        ($name, include_str!(concat!("../../../example/demo/", $name)))
    };
}

const STORIES: [Shipped; 3] = [
    Shipped {
        story: include_str!("../../../example/demo/reshard.yaml"),
        texts: &[text!("reshard.1.ja.md"), text!("reshard.2.ja.md")],
    },
    Shipped { story: include_str!("../../../example/demo/etcd.yaml"), texts: &[text!("etcd.1.ja.md"), text!("etcd.2.ja.md")] },
    Shipped {
        story: include_str!("../../../example/demo/pasokey.yaml"),
        texts: &[text!("pasokey.1.ja.md"), text!("pasokey.2.ja.md"), text!("pasokey.3.ja.md"), text!("pasokey.3.en.md")],
    },
];

/// A text in one language or both.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Each {
    #[serde(default)]
    ja: String,
    #[serde(default)]
    en: String,
}

/// A moment as stories write it: `2024-04-18T22:36:00+09:00`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
struct Moment(Timestamp);

impl TryFrom<String> for Moment {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map(|at| Self(Timestamp::from_jiff(at))).map_err(|error| format!("`{text}` is no moment: {error}"))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    title: Each,
    severity: Severity,
    impact: String,
    public: bool,
    zone: String,
    components: Vec<AffectedStory>,
    opened: Moment,
    resolved: Moment,
    stated_minutes: Option<u64>,
    markers: std::collections::BTreeMap<Marker, Moment>,
    timeline: Vec<RowStory>,
    updates: Vec<UpdateStory>,
    actions: Vec<ActionStory>,
    postmortem: PostmortemStory,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AffectedStory {
    slug: Slug,
    status: String,
    from: Moment,
    until: Moment,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RowStory {
    at: Moment,
    kind: EntryKind,
    actor: String,
    public: bool,
    #[serde(default)]
    starred: bool,
    body: String,
    hypothesis: Option<HypothesisState>,
    #[serde(default)]
    rejected: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UpdateStory {
    at: Moment,
    status: String,
    ja: String,
    en: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ActionStory {
    text: String,
    kind: ActionKind,
    horizon: Horizon,
    priority: Priority,
    due: Option<String>,
    url: Option<String>,
    standing: String,
    reason: Option<String>,
    until: Option<String>,
    note: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PostmortemStory {
    slug: Slug,
    title: Each,
    analysis: Analysis,
    revisions: Vec<RevisionStory>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RevisionStory {
    file: String,
    at: Moment,
    message: String,
    published: bool,
    #[serde(default)]
    minor: bool,
}

/// A tree as data. Scalars without quotes that look like something else than a text are that.
fn value(node: &Node) -> Value {
    match &node.kind {
        Kind::Scalar { text, is_plain: true } => match text.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "" | "~" | "null" => Value::Null,
            number => number.parse::<i64>().map_or_else(|_| Value::from(number), Value::from),
        },
        Kind::Scalar { text, .. } => Value::from(text.as_str()),
        Kind::List(items) => items.iter().map(|item| value(item)).collect(),
        Kind::Map(pairs) => Value::Object(pairs.iter().map(|(key, node)| (key.text.clone(), value(node))).collect()),
    }
}

fn read(text: &str) -> Result<Story, DemoError> {
    let wrong = |problem: String| DemoError::Content(problem);
    let tree = yaml::parse(text).map_err(|error| wrong(error.to_string()))?.ok_or_else(|| wrong("it is empty".to_owned()))?;
    serde_json::from_value(value(&tree)).map_err(|error| wrong(error.to_string()))
}

fn both(each: &Each) -> LocalizedText {
    if each.en.is_empty() {
        LocalizedText::Same(each.ja.clone())
    } else {
        LocalizedText::Each { ja: each.ja.clone(), en: each.en.clone() }
    }
}

/// Writes all stories; that of the first night comes last, so that it is the newest in lists.
pub(super) async fn write(reader: &Store, writer: &WriterHandle, config: &Config, now: Timestamp) -> Result<(), DemoError> {
    for shipped in &STORIES {
        let story = read(shipped.story)?;
        let facts = incident_facts(&story)?;
        let (affected, updates) = (affected(&story)?, updates(&story)?);
        let items = actions(&story)?;
        let (timeline, markers) = (timeline(&story), story.markers.clone());
        let (opened, resolved) = (story.opened.0, story.resolved.0);
        let written: (i64, i64) = writer
            .transact(
                move |transaction| {
                    Box::pin(async move {
                        let incident = transaction.insert_incident(Uuid::now_v7(), &facts, &affected, opened).await?;
                        for entry in &timeline {
                            let kept = match transaction.append_entry(incident.key, entry).await? {
                                Appended::New(kept) | Appended::Known(kept) => kept,
                            };
                            for (marker, _) in markers.iter().filter(|(_, at)| at.0 == kept.occurred_at) {
                                transaction.set_marker(incident.key, *marker, Some(kept.key)).await?;
                            }
                        }
                        for update in &updates {
                            transaction.append_update(incident.key, update).await?;
                        }
                        for facts in items {
                            let new = NewItem {
                                id: Uuid::now_v7(),
                                facts,
                                origin: Origin::Postmortem,
                                incident_key: Some(incident.key),
                                run: None,
                                at: resolved,
                                by: AUTHOR.to_owned(),
                            };
                            transaction.insert_action_item(&new).await?;
                        }
                        Ok::<_, StoreError>((incident.number, incident.key))
                    })
                },
                pending(),
            )
            .await?;
        postmortem(reader, writer, config, (&story, shipped.texts), written, now).await?;
    }
    Ok(())
}

fn incident_facts(story: &Story) -> Result<IncidentFacts, DemoError> {
    let impact =
        Impact::from_name(&story.impact).ok_or_else(|| DemoError::Content(format!("`{}` is no impact", story.impact)))?;
    Ok(IncidentFacts {
        title: both(&story.title),
        kind: IncidentKind::Incident,
        state: WorkState::Resolved,
        severity: story.severity,
        impact,
        is_public: story.public,
        shows_metrics: true,
        zone: story.zone.clone(),
        lead: None,
        scribe: None,
        comms: None,
        stated_duration: story.stated_minutes.map(|minutes| Duration::from_secs(minutes * 60)),
        next_update_due_at: None,
        opened_at: story.opened.0,
        resolved_at: Some(story.resolved.0),
    })
}

fn affected(story: &Story) -> Result<Vec<Affected>, DemoError> {
    let one = |one: &AffectedStory| {
        let status =
            Status::from_name(&one.status).ok_or_else(|| DemoError::Content(format!("`{}` is no status", one.status)))?;
        Ok(Affected { component: one.slug.clone(), status, from: one.from.0, until: Some(one.until.0) })
    };
    story.components.iter().map(one).collect()
}

fn timeline(story: &Story) -> Vec<NewEntry> {
    let entry = |row: &RowStory| NewEntry {
        id: Uuid::now_v7(),
        occurred_at: row.at.0,
        precision: Precision::Minute,
        recorded_at: row.at.0,
        kind: row.kind,
        source: Source::Import,
        actor_kind: ActorKind::System,
        actor_id: String::new(),
        actor_name: row.actor.clone(),
        content: EntryContent::Words { body: row.body.clone(), rejected: row.rejected.clone(), hypothesis: row.hypothesis },
        visibility: if row.public { Visibility::Public } else { Visibility::Internal },
        is_starred: row.starred,
        op: None,
    };
    story.timeline.iter().map(entry).collect()
}

fn updates(story: &Story) -> Result<Vec<NewUpdate>, DemoError> {
    let one = |one: &UpdateStory| {
        let status = IncidentStatus::from_name(&one.status);
        let status = status.ok_or_else(|| DemoError::Content(format!("`{}` is no status of an update", one.status)))?;
        Ok(NewUpdate {
            id: Uuid::now_v7(),
            status,
            body: LocalizedText::Each { ja: one.ja.clone(), en: one.en.clone() },
            changes: Vec::new(),
            author: AUTHOR.to_owned(),
            published_at: one.at.0,
            display_at: one.at.0,
            corrects: None,
        })
    };
    story.updates.iter().map(one).collect()
}

fn actions(story: &Story) -> Result<Vec<ItemFacts>, DemoError> {
    let wrong = |what: &str, text: &str| DemoError::Content(format!("{what} of the action item `{text}` is missing or wrong"));
    let one = |action: &ActionStory| {
        let reason = || action.reason.as_deref().and_then(|reason| Reason::new(reason).ok());
        let standing = match action.standing.as_str() {
            "open" => Standing::Open,
            "in_progress" => Standing::InProgress,
            "done" => Standing::Done,
            "deferred" => Standing::Deferred {
                until: action.until.as_deref().and_then(|day| day.parse().ok()).ok_or_else(|| wrong("the day", &action.text))?,
                reason: reason().ok_or_else(|| wrong("the reason", &action.text))?,
            },
            "wont_do" => Standing::WontDo {
                reason: reason().ok_or_else(|| wrong("the reason", &action.text))?,
                accepted_by: "運用者".to_owned(),
            },
            _ => return Err(wrong("the standing", &action.text)),
        };
        let due = match &action.due {
            Some(day) => Some(day.parse().map_err(|_| wrong("the due date", &action.text))?),
            None => None,
        };
        let text = match &action.note {
            Some(note) => format!("{}（{note}）", action.text),
            None => action.text.clone(),
        };
        let component = story.components.first().map(|affected| Bound::Component(affected.slug.clone()));
        Ok(ItemFacts {
            text,
            kind: action.kind,
            horizon: action.horizon,
            priority: action.priority,
            owner: None,
            due,
            url: action.url.clone(),
            bound: component.into_iter().collect(),
            standing,
        })
    };
    story.actions.iter().map(one).collect()
}

/// Texts of a revision: the file that it names, and the one in the other language beside it.
fn content(story: &Story, revision: &RevisionStory, texts: &[(&str, &str)]) -> Result<Content, DemoError> {
    let named = |name: &str| texts.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned());
    let ja = named(&revision.file).ok_or_else(|| DemoError::Content(format!("there is no text {}", revision.file)))?;
    let en = named(&revision.file.replace(".ja.md", ".en.md")).unwrap_or_default();
    let title = &story.postmortem.title;
    let title = if en.is_empty() { (title.ja.clone(), String::new()) } else { (title.ja.clone(), title.en.clone()) };
    let only = en.is_empty().then_some(Language::Ja);
    Ok(Content { title: Texts { ja: title.0, en: title.1 }, body: Texts { ja, en }, only })
}

/// What brought each about.
fn cause(slug: &str) -> Cause {
    match slug {
        slug if slug.starts_with("pasokey") => Cause::Hardware,
        slug if slug.contains("etcd") || slug.contains("kubernetes") => Cause::Maintenance,
        _ => Cause::Software,
    }
}

async fn postmortem(
    reader: &Store,
    writer: &WriterHandle,
    config: &Config,
    (story, texts): (&Story, &'static [(&'static str, &'static str)]),
    (number, key): (i64, i64),
    now: Timestamp,
) -> Result<(), DemoError> {
    let told = reader.incident_story(number).await?.ok_or_else(|| DemoError::Content("an incident is not there".to_owned()))?;
    let items = reader.action_items(&ItemFilter { incident_key: Some(key), ..ItemFilter::default() }).await?;
    let record = gathered(&told, config, &items).record;
    let facts = PostmortemFacts {
        slug: Some(story.postmortem.slug.clone()),
        state: State::Published,
        analysis: story.postmortem.analysis,
        cause: cause(story.postmortem.slug.as_str()),
        owner: None,
        no_actions: None,
        retracted: 0,
        reason: None,
    };
    let mut revisions = Vec::new();
    for revision in &story.postmortem.revisions {
        let (at, message) = (revision.at.0.min(now), revision.message.clone());
        revisions.push((content(story, revision, texts)?, at, message, revision.published, revision.minor));
    }
    let analysis = story.postmortem.analysis;
    let begun = revisions.first().map_or(now, |(_, at, ..)| *at);
    writer
        .transact(
            move |transaction| {
                Box::pin(async move {
                    let postmortem = transaction.insert_postmortem(key, Uuid::now_v7(), &facts, begun).await?;
                    let mut base = None;
                    for (content, at, message, is_published, is_minor) in revisions {
                        let content_told = content.clone();
                        let new = NewRevision {
                            base,
                            content,
                            message: message.clone(),
                            is_minor,
                            author_id: String::new(),
                            author_name: AUTHOR.to_owned(),
                            created_at: at,
                        };
                        let head = transaction.append_revision(postmortem.key, &new).await?;
                        base = Some(head.number);
                        if is_published {
                            let publication = NewPublication {
                                revision: head.number,
                                record: told_by(&content_told, &record, true),
                                analysis,
                                message,
                                is_minor,
                                decided: Vec::new(),
                                at,
                                by: AUTHOR.to_owned(),
                            };
                            transaction.append_publication(postmortem.key, &publication).await?;
                        }
                    }
                    Ok::<_, StoreError>(())
                })
            },
            pending(),
        )
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::postmortem::block::pieces;

    use super::*;

    #[test]
    fn every_story_that_ships_can_be_read_and_all_of_its_blocks_are_known() {
        for shipped in &STORIES {
            let story = read(shipped.story).unwrap();
            let moments: Vec<i64> = story.timeline.iter().map(|row| row.at.0.as_ms()).collect();
            assert!(story.markers.values().all(|at| moments.contains(&at.0.as_ms())), "a marker points at no row");
            assert!(moments.is_sorted(), "rows are in order");
            incident_facts(&story).unwrap();
            affected(&story).unwrap();
            updates(&story).unwrap();
            actions(&story).unwrap();
            for revision in &story.postmortem.revisions {
                let content = content(&story, revision, shipped.texts).unwrap();
                for language in content.body.languages() {
                    assert_eq!(pieces(content.body.get(language)).1, [], "{}", revision.file);
                }
            }
        }
    }
}
