//! Incidents: the list, one, opening and changing them, and the search.

use std::collections::{BTreeMap, HashMap};

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::incident::metrics::measure;
use domain::incident::work::{IncidentKind, Severity, State as WorkState};
use domain::text::Language;
use serde::{Deserialize, Serialize};
use store::incidents::records::IncidentFilter;
use store::incidents::search::{Place, Search};
use store::incidents::{Affected, Incident as Record, IncidentStory};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::Web;
use super::body::Asked;
use super::caller::Asker;
use super::incident_updates::UpdateOfIncident;
use super::paging::{self, list};
use super::problem::Failed;
use super::refusals::{Always, Changing, IfMatch, Missing, Paged, Repeatable, Versioned};
use super::timeline::TimelineRow;
use super::versions;
use super::words::{
    ComponentStatus, ImpactName, IncidentKindName, IncidentStateName, Localized, MarkerName, SeverityName, written,
};
use crate::service::incidents::{Found, IncidentWanted};
use crate::service::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::default()
        .routes(routes!(list_incidents, open_incident))
        .routes(routes!(search_incidents))
        .routes(routes!(show_incident, change_incident))
}

/// A component that an incident affects, for a time.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AffectedComponent {
    /// Its slug.
    component: String,
    /// How.
    #[schema(value_type = ComponentStatus)]
    status: &'static str,
    /// From when.
    #[schema(format = DateTime)]
    from: String,
    /// Until when; `null`: it goes on.
    #[schema(format = DateTime)]
    until: Option<String>,
}

/// An incident, without its timeline.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct IncidentHead {
    /// The number people speak of, `INC-42`.
    number: i64,
    /// Its id.
    id: Uuid,
    /// Its version, which is also its `ETag`.
    version: i64,
    /// What it is called.
    title: Localized,
    /// What it is.
    #[schema(value_type = IncidentKindName)]
    kind: &'static str,
    /// How far it is.
    #[schema(value_type = IncidentStateName)]
    state: &'static str,
    /// How grave it is.
    #[schema(value_type = SeverityName)]
    severity: &'static str,
    /// How bad it is for users.
    #[schema(value_type = ImpactName)]
    impact: &'static str,
    /// True when everybody may see it.
    is_public: bool,
    /// Its number on public pages, if it was ever public.
    public_number: Option<i64>,
    /// True when its figures are shown to everybody with it.
    shows_metrics: bool,
    /// Name of the time zone in which its times are shown and understood.
    time_zone: String,
    /// Names of the people with a role.
    lead: Option<String>,
    /// Who writes down.
    scribe: Option<String>,
    /// Who tells the public.
    comms: Option<String>,
    /// How long it took in minutes, as its authors say.
    stated_minutes: Option<u64>,
    /// When the public was promised the next update.
    #[schema(format = DateTime)]
    next_update_due_at: Option<String>,
    /// When somebody began to work on it.
    #[schema(format = DateTime)]
    opened_at: String,
    /// When it was over.
    #[schema(format = DateTime)]
    resolved_at: Option<String>,
    /// When anything of it last changed.
    #[schema(format = DateTime)]
    updated_at: String,
    /// What it affects, in order of time.
    components: Vec<AffectedComponent>,
}

list!(IncidentList, IncidentHead, "Incidents, the newest number first.");

/// A figure of an incident.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Figure {
    /// `detect`, `acknowledge`, `respond`, `access`, `identify`, `mitigate`, `recover` or `tell`.
    name: &'static str,
    /// From which marker.
    #[schema(value_type = MarkerName)]
    from: &'static str,
    /// To which.
    #[schema(value_type = MarkerName)]
    until: &'static str,
    /// How long, in milliseconds; `null`: a marker is missing; negative: they are in the wrong order.
    ms: Option<i64>,
}

/// An incident with everything that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WholeIncident {
    /// The incident.
    #[serde(flatten)]
    head: IncidentHead,
    /// Its timeline, in order of time; rows that were deleted are among them, without their text.
    timeline: Vec<TimelineRow>,
    /// Ids of the rows that markers point at, by marker.
    markers: BTreeMap<&'static str, Uuid>,
    /// Its figures.
    figures: Vec<Figure>,
    /// What the public was told, in order.
    updates: Vec<UpdateOfIncident>,
    /// Numbers of related incidents.
    related: Vec<i64>,
    /// Numbers of those that were merged into it.
    absorbed: Vec<i64>,
}

/// Which incidents.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct IncidentQuery {
    /// `next_cursor` of the page before; left out for the first page.
    cursor: Option<String>,
    /// Most items on the page; 50 when it is left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// Only those that are this far.
    #[param(value_type = Option<IncidentStateName>)]
    state: Option<String>,
    /// Only those of this severity.
    #[param(value_type = Option<SeverityName>)]
    severity: Option<String>,
    /// Only those of this kind.
    #[param(value_type = Option<IncidentKindName>)]
    kind: Option<String>,
    /// Only those that affect the component with this slug.
    component: Option<String>,
}

/// What is sought.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct SearchQuery {
    /// Words, all of which must be there; also parts of words.
    q: String,
    /// Most hits; 50 when it is left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// Something that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SearchHit {
    /// Of which incident.
    number: i64,
    /// What it is called.
    title: Localized,
    /// The row it stands in; `null`: the title or an update.
    row: Option<Uuid>,
    /// The number of the update that it stands in.
    update: Option<i64>,
    /// The text.
    text: String,
    /// When it was.
    #[schema(format = DateTime)]
    at: String,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SearchResult {
    /// The newest first.
    items: Vec<SearchHit>,
}

/// What is said of an incident.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct IncidentBody {
    /// What it is called, at most 200 characters.
    title: Localized,
    /// What it is; left out: an incident.
    #[schema(value_type = Option<IncidentKindName>)]
    kind: Option<String>,
    /// How grave it is.
    #[schema(value_type = SeverityName)]
    severity: String,
    /// How bad it is for users.
    #[schema(value_type = ImpactName)]
    impact: String,
    /// Name of the time zone (IANA); left out: the site's.
    time_zone: Option<String>,
    /// Names of the people with a role; left out: nobody.
    lead: Option<String>,
    /// Who writes down.
    scribe: Option<String>,
    /// Who tells the public.
    comms: Option<String>,
    /// Status of each component that is affected now, by slug. Those that were affected and are left out are not any more. Of an incident
    /// that is over: what it affected while it lasted, no more and no less.
    #[schema(value_type = Option<BTreeMap<String, ComponentStatus>>)]
    components: Option<BTreeMap<String, String>>,
    /// Only when it is opened: when it began, as people type a time (`22:36`, `-5m`, `2024-04-18 22:36 JST`); left out: now.
    began: Option<String>,
    /// Only when it is opened: the first row of the timeline.
    first_row: Option<String>,
    /// How long it took in minutes, as its authors say.
    #[schema(minimum = 1, maximum = 525_600)]
    stated_minutes: Option<u32>,
    /// Shows its figures to everybody, once it is public; left out: no.
    shows_metrics: Option<bool>,
}

impl IncidentHead {
    pub(super) fn new(record: &Record, affected: &[Affected], people: &HashMap<i64, String>) -> Self {
        let facts = &record.facts;
        let person = |key: Option<i64>| key.and_then(|key| people.get(&key).cloned());
        Self {
            number: record.number,
            id: record.id,
            version: record.version,
            title: Localized::from(&facts.title),
            kind: facts.kind.name(),
            state: facts.state.name(),
            severity: facts.severity.name(),
            impact: facts.impact.name(),
            is_public: facts.is_public,
            public_number: record.public_number,
            shows_metrics: facts.shows_metrics,
            time_zone: facts.zone.clone(),
            lead: person(facts.lead),
            scribe: person(facts.scribe),
            comms: person(facts.comms),
            stated_minutes: facts.stated_duration.map(|span| span.as_secs() / 60),
            next_update_due_at: written(facts.next_update_due_at),
            opened_at: facts.opened_at.to_string(),
            resolved_at: written(facts.resolved_at),
            updated_at: record.updated_at.to_string(),
            components: affected
                .iter()
                .map(|one| AffectedComponent {
                    component: one.component.to_string(),
                    status: one.status.name(),
                    from: one.from.to_string(),
                    until: written(one.until),
                })
                .collect(),
        }
    }
}

fn whole(story: &IncidentStory, people: &HashMap<i64, String>) -> WholeIncident {
    let row_of = |key: i64| story.entries.iter().find(|entry| entry.key == key);
    let marked = story.markers.iter().filter_map(|marked| Some((marked.marker, row_of(marked.entry_key)?)));
    let moments =
        marked.clone().filter(|(_, entry)| entry.deleted_at.is_none()).map(|(marker, entry)| (marker, entry.occurred_at));
    let figures = measure(&moments.collect()).into_iter().map(|one| Figure {
        name: one.measure.name(),
        from: one.from.name(),
        until: one.until.name(),
        ms: one.ms,
    });
    WholeIncident {
        head: IncidentHead::new(&story.incident, &story.affected, people),
        timeline: story.entries.iter().map(|entry| TimelineRow::new(entry, story)).collect(),
        markers: marked.map(|(marker, entry)| (marker.name(), entry.id)).collect(),
        figures: figures.collect(),
        updates: story.updates.iter().map(UpdateOfIncident::from).collect(),
        related: story.related.iter().map(|(number, _)| *number).collect(),
        absorbed: story.absorbed.clone(),
    }
}

/// The incident with this number, where it was not merged into another.
pub(super) async fn story(web: &Web, asker: &Asker, number: i64) -> Result<Box<IncidentStory>, Failed> {
    match web.desk.incident(&asker.caller, number).await? {
        Found::Story(story) => Ok(story),
        Found::Merged(into) => Err(Failed::merged(into)),
    }
}

/// The incident as an answer.
pub(super) async fn answer(web: &Web, asker: &Asker, number: i64) -> Result<Response, Failed> {
    let story = story(web, asker, number).await?;
    let people = web.desk.people_names().await?;
    Ok(versions::answer(StatusCode::OK, Some(story.incident.version), whole(&story, &people)))
}

fn filter(query: &IncidentQuery) -> Result<IncidentFilter, Failed> {
    let word = |name: &str, value: Option<&String>, is_known: bool| match value {
        Some(_) if !is_known => Err(Failed::invalid(name, "invalid-word")),
        _ => Ok(()),
    };
    let state = query.state.as_deref().and_then(WorkState::from_name);
    let severity = query.severity.as_deref().and_then(Severity::from_name);
    let kind = query.kind.as_deref().and_then(IncidentKind::from_name);
    let component = query.component.as_deref().and_then(|slug| slug.parse().ok());
    word("state", query.state.as_ref(), state.is_some())?;
    word("severity", query.severity.as_ref(), severity.is_some())?;
    word("kind", query.kind.as_ref(), kind.is_some())?;
    word("component", query.component.as_ref(), component.is_some())?;
    let paging = paging::Paging { cursor: query.cursor.clone(), limit: query.limit };
    Ok(IncidentFilter {
        states: state.into_iter().collect(),
        severity,
        kind,
        component,
        is_public: None,
        before: paging.after()?,
        limit: paging.limit()?,
    })
}

/// Lists incidents.
///
/// Those that were merged into another are not among them. Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/incidents", tag = "Incidents", params(IncidentQuery),
    responses((status = 200, description = "A page of incidents.", body = IncidentList), Always, Paged))]
async fn list_incidents(
    State(web): State<Web>,
    asker: Asker,
    Query(query): Query<IncidentQuery>,
) -> Result<Json<IncidentList>, Failed> {
    let mut filter = filter(&query)?;
    let limit = filter.limit as usize;
    filter.limit += 1;
    let mut found = web.desk.incident_list(&asker.caller, &filter).await?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let people = web.desk.people_names().await?;
    let next_cursor = found.last().filter(|_| has_more).map(|(record, _)| paging::cursor(record.number));
    let items = found.iter().map(|(record, affected)| IncidentHead::new(record, affected, &people)).collect();
    Ok(Json(IncidentList { items, next_cursor }))
}

/// Searches incidents, rows and updates.
///
/// In Japanese and English, also for two characters. Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/incidents/search", tag = "Incidents", params(SearchQuery),
    responses((status = 200, description = "What was found.", body = SearchResult), Always, Paged))]
async fn search_incidents(
    State(web): State<Web>,
    asker: Asker,
    Query(query): Query<SearchQuery>,
) -> Result<Json<SearchResult>, Failed> {
    let limit = paging::Paging { cursor: None, limit: query.limit }.limit()?;
    let search = Search { words: query.q, filter: IncidentFilter { limit, ..IncidentFilter::default() } };
    let hits = web.desk.search_incidents(&asker.caller, &search).await?;
    let items = hits.into_iter().map(|hit| SearchHit {
        number: hit.number,
        title: Localized::from(&hit.title),
        row: if let Place::Entry(id) = hit.place { Some(id) } else { None },
        update: if let Place::Update(number) = hit.place { Some(number) } else { None },
        text: hit.text,
        at: hit.at.to_string(),
    });
    Ok(Json(SearchResult { items: items.collect() }))
}

/// Shows an incident.
///
/// With its timeline, figures and updates. Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/incidents/{number}", tag = "Incidents",
    params(("number" = i64, Path, description = "Its number.")),
    responses(
        (status = 200, description = "The incident.", body = WholeIncident, headers(("ETag" = String, description = "Its version."))),
        Always, Missing, Changing))]
async fn show_incident(State(web): State<Web>, asker: Asker, Path(number): Path<i64>) -> Result<Response, Failed> {
    answer(&web, &asker, number).await
}

fn wanted(body: IncidentBody) -> IncidentWanted {
    let text = Option::unwrap_or_default;
    IncidentWanted {
        title_ja: body.title.of(Language::Ja).to_owned(),
        title_en: body.title.of(Language::En).to_owned(),
        kind: body.kind.unwrap_or_else(|| IncidentKind::Incident.name().to_owned()),
        severity: body.severity,
        impact: body.impact,
        zone: text(body.time_zone),
        lead: text(body.lead),
        scribe: text(body.scribe),
        comms: text(body.comms),
        components: body.components.unwrap_or_default().into_iter().collect(),
        began: text(body.began),
        body: text(body.first_row),
        stated_minutes: body.stated_minutes.map(|minutes| minutes.to_string()).unwrap_or_default(),
        shows_metrics: body.shows_metrics.unwrap_or(false),
    }
}

/// Opens an incident.
///
/// It is internal until somebody makes it public. Needs the scope `incidents:write` or the role responder.
#[utoipa::path(post, path = "/api/v1/incidents", tag = "Incidents", params(Repeatable), request_body = IncidentBody,
    responses(
        (status = 201, description = "The incident.", body = WholeIncident, headers(
            ("ETag" = String, description = "Its version."), ("Location" = String, description = "Where it is."))),
        Always, Changing))]
async fn open_incident(State(web): State<Web>, asked: Asked<IncidentBody>) -> Result<Response, Failed> {
    let Asked { asker, caller, body } = asked;
    let number = web.desk.open_incident(&caller, wanted(body)).await?;
    let story = story(&web, &asker, number).await?;
    let people = web.desk.people_names().await?;
    let path = format!("/api/v1/incidents/{number}");
    Ok(versions::made(&path, Some(story.incident.version), whole(&story, &people)))
}

/// Changes what is said of an incident.
///
/// Each thing that changes has a row in its timeline. Needs the scope `incidents:write`, the role responder, or to lead it.
#[utoipa::path(put, path = "/api/v1/incidents/{number}", tag = "Incidents",
    params(("number" = i64, Path, description = "Its number."), IfMatch, Repeatable), request_body = IncidentBody,
    responses(
        (status = 200, description = "The incident as it is now.", body = WholeIncident, headers(
            ("ETag" = String, description = "Its new version."))),
        Always, Changing, Missing, Versioned))]
async fn change_incident(
    State(web): State<Web>,
    Path(number): Path<i64>,
    headers: HeaderMap,
    asked: Asked<IncidentBody>,
) -> Result<Response, Failed> {
    let Asked { asker, caller, body } = asked;
    let version = versions::wanted(&headers)?;
    let changed: Result<_, Problem> = web.desk.change_incident(&caller, number, version, wanted(body)).await;
    changed.map_err(versions::differs)?;
    answer(&web, &asker, number).await
}
