//! Planned work.

use domain::incident::MaintenanceStatus;
use domain::time::{TimeRange, Timestamp};

use super::{ComponentChoice, FormState};

/// Planned work: what goes on, what is ahead, what is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaintenancesPage {
    /// In progress or ahead, the soonest first.
    pub ahead: Vec<MaintenanceRow>,
    /// Over or cancelled, the newest first.
    pub over: Vec<MaintenanceRow>,
    /// Address of the calendar that can be subscribed to.
    pub calendar: String,
}

/// A plan in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaintenanceRow {
    /// Its id. Changed at `/desk/maintenance/{id}/edit`; `/desk/maintenance/{id}/cancel` (with `version`) cancels what has not begun,
    /// `/desk/maintenance/{id}/end` ends the window that goes on.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// Its title.
    pub title: String,
    /// How far it is.
    pub status: MaintenanceStatus,
    /// True when it was cancelled.
    pub is_cancelled: bool,
    /// The window that goes on, or the next one, or the last.
    pub window: Option<TimeRange>,
    /// The windows after that one, as far as they are shown.
    pub next: Vec<TimeRange>,
    /// The rule by which it comes again, if it does.
    pub rule: Option<String>,
    /// The zone it was planned in.
    pub zone: String,
    /// Names of the components.
    pub components: Vec<String>,
    /// True when its time is left out of uptime.
    pub excludes_uptime: bool,
    /// True when alerts wait until its end.
    pub holds_alerts: bool,
    /// When it was cancelled.
    pub cancelled_at: Option<Timestamp>,
}

/// Plan work, or change a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaintenanceEditPage {
    /// The one to be changed; `None`: a new one. Posted to `/desk/maintenance/new` or `/desk/maintenance/{id}/edit`. A post with the button
    /// `preview` only shows the windows.
    pub id: Option<String>,
    /// Components to choose from.
    pub components: Vec<ComponentChoice>,
    /// Names of time zones to choose from, the site's first.
    pub zones: Vec<String>,
    /// The next windows of what is typed, when that can be understood.
    pub preview: Vec<TimeRange>,
    /// Fields: `title_ja`, `title_en`, `description_ja`, `description_en`, `components` (several), `starts` (`2026-11-29T02:00`), `zone`, `hours`, `minutes`, `repeat` (`none`,
    /// `daily`, `weekly`, `monthly`, `rule`), `rule`, `excludes_uptime` (`yes` or absent), `holds_alerts` (`yes` or absent), `version` (hidden).
    pub form: FormState,
}
