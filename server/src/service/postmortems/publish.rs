//! Publishing: exactly one revision, with its blocks as they are at that moment. Later ones take its place for readers, and it stays readable. What was
//! published can be taken back, with a reason.

use domain::account::Permission;
use domain::account::name::UserName;
use domain::incident::IncidentStatus;
use domain::incident::machine::MachineEvent;
use domain::postmortem::withheld;
use domain::postmortem::{Analysis, Cause, Content, MESSAGE_CHARS_MAX, Move};
use domain::text::{Language, LocalizedText, Slug};
use domain::time::Timestamp;
use store::Transaction;
use store::incidents::{Incident, NewUpdate};
use store::postmortems::{NewPublication, Postmortem, PostmortemFacts, PostmortemStory};
use uuid::Uuid;

use super::check::{Checked, Point, in_the_way, told_by};
use super::record::Gathered;
use super::{done, moved, reason, to_state, unchanged};
use crate::service::caller::Caller;
use crate::service::desk::{Desk, Outcome};
use crate::service::incidents::machine_entry;
use crate::service::problem::{Invalid, Problem};

/// What is said of a postmortem beside its text.
#[derive(Clone, Debug, Default)]
pub(crate) struct FactsWanted {
    /// Its public address; cannot be changed once it was published.
    pub(crate) slug: String,
    pub(crate) analysis: String,
    pub(crate) cause: String,
    /// Name of a person; empty: nobody.
    pub(crate) owner: String,
    /// Why there are no action items; empty: there are, or nobody said.
    pub(crate) no_actions: String,
}

/// How it is published.
#[derive(Clone, Debug, Default)]
pub(crate) struct PublishWanted {
    /// The revision that was looked at.
    pub(crate) revision: i64,
    /// What changed, for everybody to read.
    pub(crate) message: String,
    /// Points of the check list that somebody decided about.
    pub(crate) decided: Vec<String>,
    /// True when the public is told in the incident that there is a postmortem.
    pub(crate) is_announced: bool,
    /// The text of that, in each language.
    pub(crate) announcement: Option<LocalizedText>,
}

impl Desk {
    /// Changes what is said of a postmortem beside its text; gives its version.
    pub(crate) async fn set_postmortem_facts(
        &self,
        caller: &Caller,
        number: i64,
        version: i64,
        wanted: FactsWanted,
    ) -> Result<i64, Problem> {
        caller.must(Permission::Respond, self.now())?;
        let mut wrong = Vec::new();
        let mut named = |field: &str, is_good: bool| {
            if !is_good {
                wrong.push(Invalid::new(field, "invalid-choice"));
            }
        };
        let (analysis, cause) = (Analysis::from_name(wanted.analysis.trim()), Cause::from_name(wanted.cause.trim()));
        named("analysis", analysis.is_some());
        named("cause", cause.is_some());
        let slug = match wanted.slug.trim() {
            "" => None,
            typed => {
                let slug = typed.parse::<Slug>().ok();
                if slug.is_none() {
                    wrong.push(Invalid::new("slug", "invalid-slug"));
                }
                slug
            }
        };
        let owner = match wanted.owner.trim() {
            "" => None,
            typed => {
                let name = typed.parse::<UserName>().ok();
                let user = match name {
                    Some(name) => self.store.user_by_name(&name).await?,
                    None => None,
                };
                if user.is_none() {
                    wrong.push(Invalid::new("owner", "invalid-person"));
                }
                user.map(|user| user.key)
            }
        };
        let no_actions = match wanted.no_actions.trim() {
            "" => None,
            typed if domain::postmortem::is_reason(typed) => Some(typed.to_owned()),
            _ => {
                wrong.push(Invalid::new("no_actions", "invalid-postmortem-reason"));
                None
            }
        };
        let (Some(analysis), Some(cause), true) = (analysis, cause, wrong.is_empty()) else {
            return Err(Problem::Invalid(wrong));
        };
        let changed = self.change(caller, Some(Permission::Respond), move |transaction, now| {
            Box::pin(async move {
                let wanted = (slug, analysis, cause, owner, no_actions);
                set_facts(transaction, (number, version), wanted, now).await
            })
        });
        self.postmortem_changed(changed.await, number).await
    }

    /// What is to be gone through before a postmortem is published, and what its blocks say.
    pub(crate) async fn publish_check(
        &self,
        caller: &Caller,
        story: &PostmortemStory,
    ) -> Result<(Vec<Point>, Gathered), Problem> {
        caller.must(Permission::Read, self.now())?;
        let mut gathered = self.gather(caller, story.incident_number).await?;
        let incident = self.store.incident(story.incident_number).await?.ok_or(Problem::NotFound("incident"))?;
        let languages = self.monitoring.offer().languages.clone();
        let content = story.newest.as_ref().map(|newest| newest.content.meant(&languages)).unwrap_or_default();
        let is_followed_up = !gathered.record.actions.is_empty() || story.postmortem.facts.no_actions.is_some();
        gathered.record = told_by(&content, &gathered.record, incident.facts.shows_metrics);
        let people = self.people_names().await?.into_values().collect();
        let open_comments =
            story.comments.iter().filter(|comment| comment.parent.is_none() && comment.resolved.is_none()).count();
        let is_incident_public = crate::service::incidents::told::public_number(&incident).is_some();
        let is_incident_over = !incident.facts.state.is_active();
        let checked = tokio::task::spawn_blocking(move || {
            let checked = Checked {
                content: &content,
                gathered: &gathered,
                people,
                languages: &languages,
                is_followed_up,
                open_comments,
                is_incident_public,
                is_incident_over,
            };
            (checked.points(), gathered)
        });
        checked.await.map_err(|_| Problem::Busy)
    }

    /// Publishes the approved revision; gives the number of the publication.
    pub(crate) async fn publish_postmortem(
        &self,
        caller: &Caller,
        number: i64,
        version: i64,
        wanted: PublishWanted,
    ) -> Result<i64, Problem> {
        caller.must(Permission::Publish, self.now())?;
        if wanted.message.chars().count() > MESSAGE_CHARS_MAX {
            return Err(Problem::invalid("message", "invalid-postmortem-message"));
        }
        let story = self.postmortem(caller, number).await?;
        let (points, gathered) = self.publish_check(caller, &story).await?;
        let open = in_the_way(&points, &wanted.decided);
        if !open.is_empty() {
            return Err(Problem::Invalid(open.into_iter().map(|key| Invalid::new(key, "invalid-check")).collect()));
        }
        let by = caller.clone();
        let published = self.change(caller, Some(Permission::Publish), move |transaction, now| {
            Box::pin(async move { publish(transaction, &by, (number, version), wanted, gathered, now).await })
        });
        self.postmortem_changed(published.await, number).await
    }

    /// Takes what was published back; gives the version.
    pub(crate) async fn retract_postmortem(
        &self,
        caller: &Caller,
        number: i64,
        version: i64,
        typed: &str,
    ) -> Result<i64, Problem> {
        caller.must(Permission::Publish, self.now())?;
        let why = withheld::plain(&reason(typed)?);
        let by = caller.clone();
        let retracted = self.change(caller, Some(Permission::Publish), move |transaction, now| {
            Box::pin(async move {
                let before = unchanged(transaction, number, version).await?;
                let reason = Some((why.clone(), by.name().to_owned()));
                let newest = transaction.publications(before.key).await?.first().map_or(0, |newest| newest.number);
                let change = |facts: &mut PostmortemFacts| (facts.retracted, facts.reason) = (newest, reason);
                let after = to_state(transaction, &by, (&before, Move::Retract), change, now).await?;
                let done = moved("postmortem.retracted", &before, &after).changed("reason", None, Some(why));
                Ok((after.version, vec![done]))
            })
        });
        self.postmortem_changed(retracted.await, number).await
    }
}

type Facts = (Option<Slug>, Analysis, Cause, Option<i64>, Option<String>);

async fn set_facts(
    transaction: &mut Transaction<'_>,
    (number, version): (i64, i64),
    (slug, analysis, cause, owner, no_actions): Facts,
    now: Timestamp,
) -> Outcome<i64> {
    let before = unchanged(transaction, number, version).await?;
    let is_out = !transaction.publications(before.key).await?.is_empty();
    if is_out && slug != before.facts.slug {
        return Err(Problem::invalid("slug", "invalid-slug-published"));
    }
    if let Some(slug) = &slug
        && transaction.is_slug_taken(slug, before.key).await?
    {
        return Err(Problem::invalid("slug", "invalid-slug-taken"));
    }
    let facts = PostmortemFacts { slug, analysis, cause, owner, no_actions, ..before.facts.clone() };
    if facts == before.facts {
        return Ok((version, Vec::new()));
    }
    let after = transaction.update_postmortem(before.key, version, &facts, now).await?.ok_or(Problem::Conflict)?;
    let done = done("postmortem.changed", &after)
        .changed("slug", before.facts.slug.clone().map(String::from), facts.slug.clone().map(String::from))
        .changed("analysis", before.facts.analysis.name(), facts.analysis.name())
        .changed("cause", before.facts.cause.name(), facts.cause.name())
        .changed("no_actions", before.facts.no_actions.clone(), facts.no_actions.clone());
    Ok((after.version, vec![done]))
}

/// An address that nobody has: the day and what the title has of Latin letters.
async fn own_slug(
    transaction: &mut Transaction<'_>,
    postmortem: &Postmortem,
    incident: &Incident,
    title: &str,
) -> Result<Slug, Problem> {
    let zone = jiff::tz::TimeZone::get(&incident.facts.zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let day = incident.facts.opened_at.to_jiff().to_zoned(zone).date().to_string();
    let mut words = String::new();
    for c in title.chars().map(|c| c.to_ascii_lowercase()) {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            words.push(c);
        } else if !words.ends_with('-') {
            words.push('-');
        }
    }
    let words: String = words.trim_matches('-').chars().take(40).collect();
    let words = words.trim_matches('-');
    let own = if words.is_empty() || words.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        format!("{day}-pm-{}", postmortem.number)
    } else {
        format!("{day}-{words}")
    };
    let unlucky = format!("{day}-pm-{}", postmortem.number);
    for text in [own, unlucky] {
        if let Ok(slug) = text.parse::<Slug>()
            && !transaction.is_slug_taken(&slug, postmortem.key).await?
        {
            return Ok(slug);
        }
    }
    Err(Problem::invalid("slug", "invalid-slug-taken"))
}

async fn publish(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    (number, version): (i64, i64),
    wanted: PublishWanted,
    gathered: Gathered,
    now: Timestamp,
) -> Outcome<i64> {
    let before = unchanged(transaction, number, version).await?;
    let newest = transaction.newest_revision(before.key).await?.ok_or(Problem::NotFound("revision"))?;
    if newest.head.number != wanted.revision {
        return Err(Problem::Conflict);
    }
    let earlier = transaction.publications(before.key).await?;
    let incident = transaction.incident_by_key(before.incident_key).await?.ok_or(Problem::NotFound("incident"))?;
    let slug = match before.facts.slug.clone() {
        Some(slug) => slug,
        None => own_slug(transaction, &before, &incident, &title(&newest.content)).await?,
    };
    let change = |facts: &mut PostmortemFacts| (facts.slug, facts.reason) = (Some(slug.clone()), None);
    let after = to_state(transaction, by, (&before, Move::Publish), change, now).await?;
    let message = withheld::plain(wanted.message.trim());
    let mut record = gathered.record;
    record.withhold();
    // Memory goes back so far and no farther: what probes saw is not lost because a word is corrected a year later.
    if record.measured.is_empty()
        && let Some(last) = earlier.first()
        && let Some(last) = transaction.publication(before.key, last.number).await?
    {
        record.measured = last.record.measured;
    }
    let publication = NewPublication {
        revision: newest.head.number,
        record,
        analysis: after.facts.analysis,
        message,
        is_minor: is_minor_since(transaction, &before, earlier.first().map(|last| last.revision)).await?,
        decided: wanted.decided.clone(),
        at: now,
        by: by.name().to_owned(),
    };
    let published = transaction.append_publication(before.key, &publication).await?;
    if wanted.is_announced && earlier.is_empty() && incident.facts.is_public && !incident.facts.state.is_active() {
        announce(transaction, by, &incident, &slug, wanted.announcement, now).await?;
    }
    let done = moved("postmortem.published", &before, &after)
        .changed("publication", None, Some(published))
        .changed("revision", None, Some(newest.head.number))
        .changed("decided", Vec::new(), wanted.decided);
    Ok((published, vec![done]))
}

/// True when nothing but minor corrections was saved since the revision that was published last.
async fn is_minor_since(
    transaction: &mut Transaction<'_>,
    postmortem: &Postmortem,
    published: Option<i64>,
) -> Result<bool, Problem> {
    let Some(published) = published else { return Ok(false) };
    let since = transaction.revisions_since(postmortem.key, published).await?;
    Ok(since.iter().all(|head| head.is_minor))
}

/// The title, in whichever language has Latin letters for an address.
fn title(content: &Content) -> String {
    withheld::plain(content.title.best(Language::En).1)
}

/// Tells the public in the incident that there is a postmortem.
async fn announce(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    incident: &Incident,
    slug: &Slug,
    body: Option<LocalizedText>,
    now: Timestamp,
) -> Result<(), Problem> {
    let Some(body) = body else { return Ok(()) };
    let put = |text: &str| text.replace("%{slug}", slug.as_str());
    let body = match body {
        LocalizedText::Same(text) => LocalizedText::Same(put(&text)),
        LocalizedText::Each { ja, en } => LocalizedText::Each { ja: put(&ja), en: put(&en) },
    };
    let new = NewUpdate {
        id: Uuid::now_v7(),
        status: IncidentStatus::Postmortem,
        body,
        changes: Vec::new(),
        author: by.name().to_owned(),
        published_at: now,
        display_at: now,
        corrects: None,
    };
    let number = transaction.append_update(incident.key, &new).await?.number;
    let event = MachineEvent::UpdatePublished { status: IncidentStatus::Postmortem, number, corrects: None };
    transaction.append_entry(incident.key, &machine_entry(by, event, now, now)).await?;
    transaction.touch_incident(incident.key, now).await?;
    Ok(())
}
