//! Components and probes: what is watched, what was seen, and the forms that change it.

use domain::component::Status;
use domain::probe::confirm::ProbeState;
use domain::probe::observation::Verdict;
use domain::time::Timestamp;

use super::FormState;

/// Where something is defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In `yagura.yaml`: read-only here.
    File,
    /// At the desk or by the API.
    Desk,
}

/// Components with their probes.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchingPage {
    /// Groups in order, the name being `None` for components without one.
    pub groups: Vec<(Option<String>, Vec<ComponentRow>)>,
}

/// A component in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct ComponentRow {
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: Status,
    /// Since when.
    pub since: Option<Timestamp>,
    /// True when everybody sees it.
    pub is_public: bool,
    /// Where it is defined. One from the desk is changed at `/desk/components/{slug}/edit`.
    pub origin: Origin,
    /// Its probes.
    pub probes: Vec<ProbeRow>,
}

/// A probe in a list. Its page is `/desk/probes/{slug}`.
#[derive(Clone, Debug, PartialEq)]
pub struct ProbeRow {
    /// Its slug.
    pub slug: String,
    /// `http`, `tcp` or `heartbeat`.
    pub kind: &'static str,
    /// What is believed; `None` while it is paused or nothing is known yet.
    pub state: Option<ProbeState>,
    /// The newest result.
    pub last: Option<ResultRow>,
    /// Where it is defined.
    pub origin: Origin,
    /// If it is paused.
    pub pause: Option<PauseState>,
}

/// A pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PauseState {
    /// Since when.
    pub since: Timestamp,
    /// Until when; `None`: until somebody lets it go on.
    pub until: Option<Timestamp>,
    /// Who did it.
    pub paused_by: String,
    /// Why.
    pub reason: String,
}

/// One result or call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultRow {
    /// When.
    pub at: Timestamp,
    /// What it says.
    pub verdict: Verdict,
    /// How long it took, in microseconds.
    pub duration_us: Option<u64>,
    /// HTTP status or exit code.
    pub code: Option<u16>,
    /// The cause in words, as the prober says it.
    pub detail: Option<String>,
}

/// One probe.
#[derive(Clone, Debug, PartialEq)]
pub struct ProbePage {
    /// The probe.
    pub probe: ProbeRow,
    /// Its component's slug.
    pub component: String,
    /// Its component's name.
    pub component_name: String,
    /// What it does, without secrets: name of a message `spec-…` and a value.
    pub facts: Vec<(&'static str, String)>,
    /// What calls it, if it is a heartbeat; only for those who may configure.
    pub sender: Option<Sender>,
    /// Its newest results or calls, the newest first.
    pub results: Vec<ResultRow>,
    /// Where older ones are: `before` in the address, milliseconds; `None`: there are none.
    pub older: Option<i64>,
    /// What "run now" has just seen; `None` when it was not asked for.
    pub seen_now: Option<ResultRow>,
    /// The form for a pause. Fields: `until` (`1h`, `4h`, `tomorrow`, `open`, `at`), `until_at` (local date and time, for `at`), `reason`. Posted to
    /// `/desk/probes/{slug}/pause`; `/desk/probes/{slug}/resume` lets it go on, `/desk/probes/{slug}/run` runs it now.
    pub pause_form: FormState,
}

/// How a heartbeat's sender calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The whole address.
    pub url: String,
}

/// Something to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentChoice {
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
}

/// Make or change a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentEditPage {
    /// The one to be changed, with its version; `None`: a new one. Posted to `/desk/components/new` or `/desk/components/{slug}/edit`; removed by a post to
    /// `/desk/components/{slug}/remove` with `version`.
    pub slug: Option<String>,
    /// Groups to choose from.
    pub groups: Vec<ComponentChoice>,
    /// Components it may depend on.
    pub components: Vec<ComponentChoice>,
    /// True when probes or other components still need it, so that it cannot be removed.
    pub is_needed: bool,
    /// Fields: `slug` (only for a new one), `name_ja`, `name_en`, `description_ja`, `description_en`, `group` (slug or empty), `depends_on` (several), `public`
    /// (`yes` or absent), `combine` (`standard`, `worst`, `best`), `version` (hidden).
    pub form: FormState,
}

/// Make or change a probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeEditPage {
    /// The one to be changed; `None`: a new one. Posted to `/desk/probes/new` or `/desk/probes/{slug}/edit`; removed by a post to
    /// `/desk/probes/{slug}/remove` with `version`.
    pub slug: Option<String>,
    /// Components to choose from.
    pub components: Vec<ComponentChoice>,
    /// Names of variables and files that may be referred to as `${…}`.
    pub references: Vec<String>,
    /// Keys that this form has no field for and that stay as they are: `http.tls`, …
    pub untouched: Vec<String>,
    /// Fields: `slug` (only for a new one), `component`, `kind` (`http`, `tcp`, `heartbeat`), `every`, `timeout`, `confirm_down`, `confirm_up`; for http: `url`, `method`,
    /// `headers` (one `Name: value` a line), `body`, `conditions` and `degraded` (one a line), `redirects`; for tcp: `host`, `port`, `send`, `expect`; for heartbeats:
    /// `schedule` (`period` or `cron`), `period`, `cron`, `time_zone`, `grace`; `version` (hidden).
    pub form: FormState,
}
