//! The documents of Statuspage's API as types: exactly its fields, in its order, `null` where it has `null`. One field is ours,
//! `yagura_status`, on rows whose state Statuspage has no word for. Made of public types only, so nothing private can get in.

use app::data::{PublicComponent, PublicGroup, PublicIncident, PublicMaintenance, PublicSite, PublicUpdate, StatusPage};
use domain::component::Status;
use domain::incident::{Impact, IncidentStatus, MaintenanceStatus};
use domain::text::Language;
use domain::time::Timestamp;
use serde::{Serialize, Serializer};

/// A moment as the API writes it: RFC 3339 with milliseconds, in UTC.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment(pub(super) Timestamp);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// What every document has, and what some have. What is `None` is not written at all.
#[derive(Debug, Serialize)]
pub(super) struct Body<'a> {
    page: Page<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) components: Option<Vec<Component<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) incidents: Option<Vec<Report<'a, IncidentStatus>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scheduled_maintenances: Option<Vec<Report<'a, MaintenanceStatus>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<Blend>,
}

impl<'a> Body<'a> {
    /// The document about this page that says nothing yet.
    pub(super) fn new(source: &Source<'a>) -> Self {
        Self { page: source.page(), components: None, incidents: None, scheduled_maintenances: None, status: None }
    }
}

/// The site.
#[derive(Debug, Serialize)]
struct Page<'a> {
    id: &'a str,
    name: &'a str,
    url: &'a str,
    time_zone: &'a str,
    updated_at: Moment,
}

/// The blended state of everything.
#[derive(Debug, Serialize)]
pub(super) struct Blend {
    indicator: Indicator,
    description: &'static str,
}

/// The blended state in one word, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Indicator {
    None,
    Maintenance,
    Minor,
    Major,
    Critical,
}

impl Indicator {
    /// What components make of it. A page without any component is "minor" as one of unknown state is: nobody looked, so nothing may
    /// be said to be well.
    fn of_components(statuses: &[Status]) -> Self {
        let is_any = |status: Status| statuses.contains(&status);
        let down = statuses.iter().filter(|status| **status == Status::MajorOutage).count();
        if statuses.is_empty() {
            Self::Minor
        } else if down == statuses.len() {
            Self::Critical
        } else if down > 0 || is_any(Status::PartialOutage) {
            Self::Major
        } else if is_any(Status::DegradedPerformance) || is_any(Status::Unknown) || is_any(Status::Unwatched) {
            Self::Minor
        } else if is_any(Status::UnderMaintenance) {
            Self::Maintenance
        } else {
            Self::None
        }
    }

    /// What an open incident makes of it at least.
    fn of_impact(impact: Impact) -> Self {
        match impact {
            Impact::None => Self::None,
            Impact::Minor => Self::Minor,
            Impact::Major => Self::Major,
            Impact::Critical => Self::Critical,
        }
    }

    /// Statuspage's own sentences: there are readers that look them up to translate them.
    fn description(self) -> &'static str {
        match self {
            Self::None => "All Systems Operational",
            Self::Maintenance => "Service Under Maintenance",
            Self::Minor => "Partially Degraded Service",
            Self::Major => "Partial System Outage",
            Self::Critical => "Major System Outage",
        }
    }
}

/// A component, or the group that components stand in.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Component<'a> {
    id: &'a str,
    name: &'a str,
    status: &'static str,
    created_at: Moment,
    updated_at: Moment,
    position: u32,
    description: Option<&'a str>,
    showcase: bool,
    start_date: Option<String>,
    group_id: Option<&'a str>,
    page_id: &'a str,
    group: bool,
    only_show_if_degraded: bool,
    /// Ids of a group's components; only groups have the field.
    #[serde(skip_serializing_if = "Option::is_none")]
    components: Option<Vec<&'a str>>,
    /// `unknown` where `status` is only the nearest word there is.
    #[serde(skip_serializing_if = "Option::is_none")]
    yagura_status: Option<&'static str>,
}

impl<'a> Component<'a> {
    fn one(site: &'a PublicSite, of: &'a PublicComponent, group_id: Option<&'a str>, position: u32) -> Self {
        let (status, yagura_status) = told(of.status);
        let started = of.watched_since.to_jiff().to_zoned(site.time_zone.clone()).date();
        Self {
            id: &of.id,
            name: &of.name,
            status,
            created_at: Moment(of.watched_since),
            updated_at: Moment(changed_at(of)),
            position,
            description: of.description.as_deref(),
            showcase: true,
            start_date: Some(started.to_string()),
            group_id,
            page_id: &site.id,
            group: false,
            only_show_if_degraded: false,
            components: None,
            yagura_status,
        }
    }

    fn group(site: &'a PublicSite, of: &'a PublicGroup, name: &'a str, position: u32) -> Self {
        let (status, yagura_status) = told(worst(of));
        Self {
            id: &of.id,
            name,
            status,
            created_at: Moment(of.components.iter().map(|member| member.watched_since).min().unwrap_or(site.created_at)),
            updated_at: Moment(of.components.iter().map(changed_at).max().unwrap_or(site.created_at)),
            position,
            description: None,
            showcase: true,
            start_date: None,
            group_id: None,
            page_id: &site.id,
            group: true,
            only_show_if_degraded: false,
            components: Some(of.components.iter().map(|member| member.id.as_str()).collect()),
            yagura_status,
        }
    }
}

/// A status in Statuspage's words, and ours beside it where Statuspage has none. What is not known is told as the least of troubles.
fn told(status: Status) -> (&'static str, Option<&'static str>) {
    match status {
        Status::Unknown | Status::Unwatched => (Status::DegradedPerformance.name(), Some(Status::Unknown.name())),
        known => (known.name(), None),
    }
}

/// The status of a group. [`PublicGroup::worst`] counts an unwatched component as no trouble; here it is as unknown as any.
fn worst(group: &PublicGroup) -> Status {
    let statuses = group.components.iter().map(|member| match member.status {
        Status::Unwatched => Status::Unknown,
        watched => watched,
    });
    statuses.max_by_key(|status| status.concern()).unwrap_or(Status::Unknown)
}

/// When a component last became what it is.
fn changed_at(component: &PublicComponent) -> Timestamp {
    component.since.unwrap_or(component.watched_since)
}

/// An incident, or a maintenance, which has two fields more.
#[derive(Debug, Serialize)]
pub(super) struct Report<'a, S> {
    id: &'a str,
    name: &'a str,
    status: S,
    created_at: Moment,
    updated_at: Moment,
    monitoring_at: Option<Moment>,
    resolved_at: Option<Moment>,
    impact: Impact,
    shortlink: String,
    started_at: Moment,
    page_id: &'a str,
    incident_updates: Vec<Update<'a, S>>,
    components: Vec<Component<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheduled_for: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheduled_until: Option<Moment>,
}

/// What was told of it at one time.
#[derive(Debug, Serialize)]
struct Update<'a, S> {
    id: &'a str,
    status: S,
    body: &'a str,
    incident_id: &'a str,
    created_at: Moment,
    updated_at: Moment,
    display_at: Moment,
    affected_components: Option<Vec<Affected<'a>>>,
    deliver_notifications: bool,
    /// Always `null`, like the next: Yagura does not tweet.
    custom_tweet: (),
    tweet_id: (),
}

/// What became of a component.
#[derive(Debug, Serialize)]
struct Affected<'a> {
    code: &'a str,
    name: &'a str,
    old_status: &'static str,
    new_status: &'static str,
}

fn updates<'a, S: Copy>(incident_id: &'a str, updates: &'a [PublicUpdate<S>]) -> Vec<Update<'a, S>> {
    let shown = updates.iter().map(|update| Update {
        id: &update.id,
        status: update.status,
        body: &update.body,
        incident_id,
        created_at: Moment(update.created_at),
        // What was told is never edited.
        updated_at: Moment(update.created_at),
        display_at: Moment(update.display_at),
        affected_components: affected(update),
        deliver_notifications: true,
        custom_tweet: (),
        tweet_id: (),
    });
    shown.collect()
}

fn affected<S>(update: &PublicUpdate<S>) -> Option<Vec<Affected<'_>>> {
    let changes = update.changes.iter().map(|change| Affected {
        code: &change.component_id,
        name: &change.name,
        old_status: told(change.before).0,
        new_status: told(change.after).0,
    });
    (!update.changes.is_empty()).then(|| changes.collect())
}

/// What documents are made of.
#[derive(Debug)]
pub(super) struct Source<'a> {
    site: &'a PublicSite,
    page: &'a StatusPage,
    rows: Vec<Component<'a>>,
}

impl<'a> Source<'a> {
    /// Lays out the rows of the page, which several parts of a document need.
    pub(super) fn new(site: &'a PublicSite, page: &'a StatusPage) -> Self {
        Self { site, page, rows: rows(site, page) }
    }

    /// Every component and group, in the order of the page.
    pub(super) fn components(&self) -> Vec<Component<'a>> {
        self.rows.clone()
    }

    /// The state of everything.
    pub(super) fn status(&self) -> Blend {
        let statuses: Vec<Status> = members(self.page).map(|component| component.status).collect();
        let open = self.page.incidents.iter().filter(|incident| incident.is_open());
        let indicator =
            open.map(|incident| Indicator::of_impact(incident.impact)).fold(Indicator::of_components(&statuses), Ord::max);
        Blend { indicator, description: indicator.description() }
    }

    /// Those incidents of the page of which this is true.
    pub(super) fn incidents(&self, is_told: impl Fn(&PublicIncident) -> bool) -> Vec<Report<'a, IncidentStatus>> {
        let page: &'a StatusPage = self.page;
        let told = page.incidents.iter().filter(|incident| is_told(incident)).map(|incident| Report {
            id: &incident.id,
            name: &incident.name,
            status: incident.status,
            created_at: Moment(incident.created_at),
            updated_at: Moment(incident.updated_at),
            monitoring_at: incident.monitoring_at.map(Moment),
            resolved_at: incident.resolved_at.map(Moment),
            impact: incident.impact,
            shortlink: self.link(&format!("incidents/{}", incident.number)),
            started_at: Moment(incident.started_at),
            page_id: &self.site.id,
            incident_updates: updates(&incident.id, &incident.updates),
            components: self.named(&incident.component_ids),
            scheduled_for: None,
            scheduled_until: None,
        });
        told.collect()
    }

    /// Those maintenances of the page of whose status this is true. As at Statuspage, `started_at` is when it was announced and
    /// `monitoring_at` when it was first said to be looked over.
    pub(super) fn maintenances(&self, is_told: impl Fn(MaintenanceStatus) -> bool) -> Vec<Report<'a, MaintenanceStatus>> {
        let page: &'a StatusPage = self.page;
        let told = page.maintenances.iter().filter(|maintenance| is_told(maintenance.status)).map(|maintenance| Report {
            id: &maintenance.id,
            name: &maintenance.name,
            status: maintenance.status,
            created_at: Moment(maintenance.created_at),
            updated_at: Moment(maintenance.updated_at),
            monitoring_at: verifying_since(maintenance).map(Moment),
            resolved_at: maintenance.completed_at.map(Moment),
            impact: maintenance.impact,
            shortlink: self.link(&format!("#maintenance-{}", maintenance.id)),
            started_at: Moment(maintenance.created_at),
            page_id: &self.site.id,
            incident_updates: updates(&maintenance.id, &maintenance.updates),
            components: self.named(&maintenance.component_ids),
            scheduled_for: Some(Moment(maintenance.scheduled_for)),
            scheduled_until: Some(Moment(maintenance.scheduled_until)),
        });
        told.collect()
    }

    /// The site as every document shows it. It changed when anything on it last did, which is never "now".
    fn page(&self) -> Page<'a> {
        let changes = members(self.page)
            .map(changed_at)
            .chain(self.page.incidents.iter().map(|incident| incident.updated_at))
            .chain(self.page.maintenances.iter().map(|maintenance| maintenance.updated_at));
        Page {
            id: &self.site.id,
            name: &self.site.name,
            url: &self.site.base,
            // A zone without a name is an offset, which the configuration does not take.
            time_zone: self.site.time_zone.iana_name().unwrap_or("Etc/UTC"),
            updated_at: Moment(changes.max().unwrap_or(self.site.created_at)),
        }
    }

    /// The rows of the components with these ids. Those that are not on the page are not public, or gone.
    fn named(&self, ids: &[String]) -> Vec<Component<'a>> {
        ids.iter().filter_map(|id| self.rows.iter().find(|row| !row.group && row.id == id.as_str()).cloned()).collect()
    }

    /// Where people read about it: an incident on its page, maintenance on the front page.
    fn link(&self, place: &str) -> String {
        let language = self.site.languages.first().copied().unwrap_or(Language::ALL[0]);
        format!("{}/{}/{place}", self.site.base, language.tag())
    }
}

/// Every component of the page, in its order.
fn members(page: &StatusPage) -> impl Iterator<Item = &PublicComponent> {
    page.groups.iter().flat_map(|group| group.components.iter())
}

/// The page as rows. Positions count from 1, within a group anew; components without a group stand among the groups.
fn rows<'a>(site: &'a PublicSite, page: &'a StatusPage) -> Vec<Component<'a>> {
    let mut rows = Vec::new();
    let mut position = 0;
    for group in &page.groups {
        if let Some(name) = &group.name {
            position += 1;
            rows.push(Component::group(site, group, name, position));
            let members = (1_u32..).zip(&group.components);
            rows.extend(members.map(|(within, member)| Component::one(site, member, Some(group.id.as_str()), within)));
        } else {
            for member in &group.components {
                position += 1;
                rows.push(Component::one(site, member, None, position));
            }
        }
    }
    rows
}

/// When a maintenance was first said to be looked over.
fn verifying_since(maintenance: &PublicMaintenance) -> Option<Timestamp> {
    let verifying = maintenance.updates.iter().filter(|update| update.status == MaintenanceStatus::Verifying);
    verifying.map(|update| update.display_at).min()
}
