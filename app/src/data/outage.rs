//! Outages as the public sees them, alone and by month.

use domain::component::Status;
use domain::month::Month;
use domain::outage::OutageEnd;
use domain::time::{Change, Timestamp};

/// An outage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicOutage {
    /// Its number within its component, from 1. With the component's id it is its name for ever.
    pub ordinal: u32,
    /// The first bad moment.
    pub started_at: Timestamp,
    /// The end and what it was.
    pub ended: Option<(Timestamp, OutageEnd)>,
    /// The worst of it.
    pub worst: Status,
    /// Its newest severities in order of time; the first begins with the outage unless some are left out.
    pub segments: Vec<Change<Status>>,
    /// How many severities before those are left out.
    pub segments_left_out: usize,
}

impl PublicOutage {
    /// When it last changed: began, became better or worse, ended.
    pub fn updated_at(&self) -> Timestamp {
        let turned = self.segments.last().map_or(self.started_at, |segment| segment.at);
        self.ended.map_or(turned, |(at, _)| at.max(turned))
    }
}

/// An outage and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutageOf {
    /// The component's slug.
    pub slug: String,
    /// The component's stable public id.
    pub component_id: String,
    /// The component's name in the page's language.
    pub name: String,
    /// The outage.
    pub outage: PublicOutage,
}

impl OutageOf {
    /// Its place on the history page.
    pub fn anchor(&self) -> String {
        format!("{}-{}", self.slug, self.outage.ordinal)
    }
}

/// Outages that began in one month of the site's zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicMonth {
    /// Which.
    pub month: Month,
    /// The newest first, at most as many as a page can show.
    pub outages: Vec<OutageOf>,
    /// How many older ones of the month are left out.
    pub left_out: usize,
    /// Incidents that began in it, the newest first.
    pub incidents: Vec<super::PublicIncident>,
}

/// The history page: three months, the newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryPage {
    /// Counts confirmed changes.
    pub version: u64,
    /// When this was taken.
    pub taken_at: Timestamp,
    /// The months.
    pub months: Vec<PublicMonth>,
    /// The last month of the page before this one, if anything was watched then.
    pub older: Option<Month>,
    /// The last month of the page after this one.
    pub newer: Option<Month>,
}
