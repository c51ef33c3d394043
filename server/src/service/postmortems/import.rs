//! Takes a postmortem that was written elsewhere: its timeline becomes rows of an incident, and its text a draft with a block in their place.

use domain::account::Permission;
use domain::incident::Impact;
use domain::incident::paste::{LINES_MAX, Reading};
use domain::incident::work::{EntryKind, IncidentKind, Marker, Precision, Severity, Source, State as WorkState, Visibility};
use domain::postmortem::import::{Imported, read};
use domain::postmortem::{BODY_BYTES_MAX, BODY_LINES_MAX, Content, State, TITLE_CHARS_MAX, Texts};
use domain::text::{Language, LocalizedText};
use domain::time::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use store::Transaction;
use store::incidents::timeline::Appended;
use store::incidents::{EntryContent, IncidentFacts, NewEntry};
use store::postmortems::{NewRevision, PostmortemFacts};
use uuid::Uuid;

use super::write::fresh;
use super::{done, tell, tidied};
use crate::service::caller::{Caller, Who};
use crate::service::desk::{Desk, Done, Outcome};
use crate::service::problem::Problem;

/// A text that somebody pasted, and what it is about.
#[derive(Clone, Debug, Default)]
pub(crate) struct ImportWanted {
    pub(crate) text: String,
    /// `ja` or `en`.
    pub(crate) language: String,
    /// The day of times without one, `2024-04-18`; empty: today.
    pub(crate) day: String,
    /// Name of the zone of times without one; empty: the site's.
    pub(crate) zone: String,
    /// The number of the incident that it is about; none: one is opened, which is over.
    pub(crate) incident: Option<i64>,
    /// Takes the place of the title in the text.
    pub(crate) title: String,
}

/// What is read of it.
struct Read {
    imported: Imported,
    title: String,
    language: Language,
    zone: String,
}

impl Desk {
    /// Reads a postmortem that was written elsewhere, to be looked at.
    pub(crate) fn read_import(&self, caller: &Caller, wanted: &ImportWanted) -> Result<(Imported, String), Problem> {
        caller.must(Permission::Respond, self.now())?;
        let read = self.read_wanted(wanted)?;
        Ok((read.imported, read.title))
    }

    /// Keeps it; gives the number of the postmortem.
    pub(crate) async fn import_postmortem(&self, caller: &Caller, wanted: ImportWanted) -> Result<i64, Problem> {
        caller.must(Permission::Respond, self.now())?;
        let read = self.read_wanted(&wanted)?;
        let by = caller.clone();
        let imported = self.change(caller, Some(Permission::Respond), move |transaction, now| {
            Box::pin(async move { import(transaction, &by, wanted.incident, read, now).await })
        });
        let number = imported.await?;
        self.postmortem_changed(Ok(number), number).await
    }

    fn read_wanted(&self, wanted: &ImportWanted) -> Result<Read, Problem> {
        if wanted.text.trim().is_empty() || wanted.text.len() > BODY_BYTES_MAX {
            return Err(Problem::invalid("text", "invalid-postmortem-body"));
        }
        let language =
            Language::from_tag(wanted.language.trim()).ok_or_else(|| Problem::invalid("language", "invalid-language"))?;
        let site = self.monitoring.state().config.site.time_zone_name.clone();
        let zone_name = if wanted.zone.trim().is_empty() { site } else { wanted.zone.trim().to_owned() };
        let zone = TimeZone::get(&zone_name).map_err(|_| Problem::invalid("zone", "invalid-zone"))?;
        let now = self.now();
        let day: Date = match wanted.day.trim() {
            "" => now.to_jiff().to_zoned(zone.clone()).date(),
            typed => typed.parse().map_err(|_| Problem::invalid("day", "invalid-day"))?,
        };
        let imported = read(&wanted.text, day, &zone, now);
        let title =
            if wanted.title.trim().is_empty() { imported.title.clone().unwrap_or_default() } else { wanted.title.clone() };
        if imported.rows.len() > LINES_MAX || imported.body.lines().count() > BODY_LINES_MAX {
            return Err(Problem::invalid("text", "invalid-postmortem-import"));
        }
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        if title.is_empty() || title.chars().count() > TITLE_CHARS_MAX {
            return Err(Problem::invalid("title", "invalid-postmortem-title"));
        }
        Ok(Read { imported, title, language, zone: zone_name })
    }
}

/// Rows with a moment, in the order of time.
fn rows(imported: &Imported) -> Vec<(Timestamp, Precision, String)> {
    let row = |line: &domain::incident::paste::PastedLine| match &line.reading {
        Reading::Row { at, precision, body } => Some((*at, *precision, body.clone())),
        Reading::Unreadable(_) => None,
    };
    let mut rows: Vec<_> = imported.rows.iter().filter_map(row).collect();
    rows.sort_by_key(|(at, ..)| *at);
    rows
}

async fn import(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    incident: Option<i64>,
    read: Read,
    now: Timestamp,
) -> Outcome<i64> {
    let Read { imported, title, language, zone } = read;
    let rows = rows(&imported);
    let (actor_kind, actor_id) = by.actor();
    let is_new = incident.is_none();
    let incident = if let Some(number) = incident {
        transaction.incident(number).await?.ok_or(Problem::NotFound("incident"))?
    } else {
        let (began, ended) = (rows.first().map_or(now, |row| row.0), rows.last().map_or(now, |row| row.0));
        let facts = IncidentFacts {
            title: LocalizedText::Same(title.clone()),
            kind: IncidentKind::Incident,
            state: WorkState::Resolved,
            severity: Severity::Sev3,
            impact: Impact::Minor,
            is_public: false,
            shows_metrics: true,
            zone,
            lead: None,
            scribe: None,
            comms: None,
            stated_duration: None,
            next_update_due_at: None,
            opened_at: began,
            resolved_at: Some(ended),
        };
        transaction.insert_incident(Uuid::now_v7(), &facts, &[], now).await?
    };
    if incident.merged_into.is_some() {
        return Err(Problem::Refused("refused-merged"));
    }
    if transaction.postmortem_of(incident.key).await?.is_some() {
        return Err(Problem::Refused("refused-postmortem-there"));
    }
    let count = rows.len();
    for (place, (occurred_at, precision, body)) in rows.into_iter().enumerate() {
        let entry = NewEntry {
            id: Uuid::now_v7(),
            occurred_at,
            precision,
            recorded_at: now,
            kind: EntryKind::Note,
            source: Source::Import,
            actor_kind,
            actor_id: actor_id.clone(),
            actor_name: by.name().to_owned(),
            content: EntryContent::Words { body, rejected: Vec::new(), hypothesis: None },
            visibility: Visibility::Internal,
            is_starred: false,
            op: None,
        };
        let kept = match transaction.append_entry(incident.key, &entry).await? {
            Appended::New(kept) | Appended::Known(kept) => kept,
        };
        // When it was known is what the first row of such a timeline tells, and the last when it was over.
        let marker = match place {
            0 => Some(Marker::Detected),
            place if place + 1 == count => Some(Marker::ImpactEnd),
            _ => None,
        };
        // What people marked in an incident that is there already stays as they marked it.
        let marker = marker.filter(|_| is_new);
        if let Some(marker) = marker {
            transaction.set_marker(incident.key, marker, Some(kept.key)).await?;
        }
    }
    let owner = match &by.who {
        Who::User(user) => Some(user.key),
        _ => None,
    };
    let facts = PostmortemFacts { owner, ..fresh(State::Draft) };
    let postmortem = transaction.insert_postmortem(incident.key, Uuid::now_v7(), &facts, now).await?;
    tell(transaction, by, None, &postmortem, now).await?;
    let mut content = Content { only: Some(language), title: Texts::default(), body: Texts::default() };
    *content.title.get_mut(language) = title;
    *content.body.get_mut(language) = imported.body;
    let new = NewRevision {
        base: None,
        content: tidied(content),
        message: String::new(),
        is_minor: false,
        author_id: actor_id,
        author_name: by.name().to_owned(),
        created_at: now,
    };
    transaction.append_revision(postmortem.key, &new).await?;
    let mut all = vec![done("postmortem.imported", &postmortem).changed("rows", 0, count)];
    if is_new {
        all.push(Done::new("incident.opened", "incident", incident.number, incident.facts.title.get(language)));
    }
    Ok((postmortem.number, all))
}
