//! Every message that the source asks for is there, in both languages, and nothing else is.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use domain::account::{Role, Scope};
use domain::action_item::{ActionKind, Horizon, Priority, Stage};
use domain::alert::bell::Say;
use domain::alert::record::{Event as AlertEvent, Origin};
use domain::alert::storm::Because;
use domain::component::Status;
use domain::incident::metrics::Measure;
use domain::incident::work::{
    EntryKind, HypothesisState, IncidentKind, Marker, Precision, Role as IncidentRole, State, Visibility,
};
use domain::incident::{Impact, IncidentStatus, MaintenanceStatus};
use domain::postmortem::{self, Analysis};
use domain::probe::observation::{CauseKind, Phases, Verdict};
use domain::runbook::lint::Code;
use domain::runbook::run::{Deed, Mode, Outcome, RunState, Stand};
use domain::runbook::{Need, Risk, SectionKind};
use store::action_items;
use store::notifications::DeliveryState;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

fn keys_of(language: &str) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for file in fs::read_dir(root().join("app/locales").join(language)).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let starts = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
        for (key, _) in starts.filter_map(|line| line.split_once(" =")) {
            assert!(keys.insert(key.to_owned()), "{key} stands twice in {language}");
        }
    }
    keys
}

fn sources(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

/// What a probe's page tells of it.
const SPECS: [&str; 13] = [
    "url",
    "method",
    "host",
    "every",
    "timeout",
    "confirm",
    "conditions",
    "degraded",
    "headers",
    "schedule",
    "grace",
    "redirects",
    "reach",
];
/// Why a page of the desk cannot be shown.
const FAILURES: [&str; 10] = [
    "not-found",
    "forbidden",
    "link-gone",
    "cross-site",
    "too-many",
    "too-large",
    "not-a-form",
    "conflict",
    "refused",
    "unavailable",
];

/// Where a search finds something.
const HITS: [&str; 3] = ["title", "entry", "update"];
/// Public updates for which we have a text to begin with.
const TEMPLATES: [IncidentStatus; 4] =
    [IncidentStatus::Investigating, IncidentStatus::Identified, IncidentStatus::Monitoring, IncidentStatus::Resolved];

/// `<prefix>-<name>` for each of the names, in which keys have hyphens where names have underscores.
fn worded(prefix: &str, names: impl Iterator<Item = &'static str>) -> Vec<String> {
    names.map(|name| format!("{prefix}-{}", name.replace('_', "-"))).collect()
}

/// The words in which people work on incidents.
fn incident_keys() -> Vec<String> {
    [
        worded("state", State::ALL.iter().map(|state| state.name())),
        worded("incident-kind", IncidentKind::ALL.iter().map(|kind| kind.name())),
        worded("entry-kind", EntryKind::ALL.iter().map(|kind| kind.name())),
        worded("visibility", Visibility::ALL.iter().map(|visibility| visibility.name())),
        worded("marker", Marker::ALL.iter().map(|marker| marker.name())),
        worded("incident-role", IncidentRole::ALL.iter().map(|role| role.name())),
        worded("hypothesis", HypothesisState::ALL.iter().map(|state| state.name())),
        worded("precision", Precision::ALL.iter().map(|precision| precision.name())),
        worded("metric", Measure::ALL.iter().map(|measure| measure.name())),
        worded("hit", HITS.into_iter()),
        worded("template", TEMPLATES.iter().map(|status| status.name())),
    ]
    .concat()
}

/// Words of runbooks and runs.
fn runbook_keys() -> Vec<String> {
    let fix = |code: &Code| ["", "-fix"].map(|end| format!("lint-{}{end}", code.name()));
    let due = ["wrong-notes", "often-skipped", "never-drilled", "drill-due", "review-due", "replaced", "language-missing"];
    let timeline = [Deed::Tick, Deed::Untick, Deed::Skip, Deed::Fail, Deed::Answer, Deed::Confirm, Deed::Verify]
        .into_iter()
        .chain([Deed::Note, Deed::Wrong, Deed::Output]);
    [
        Code::ALL.iter().flat_map(fix).collect(),
        worded("section", SectionKind::NAMED.iter().map(|kind| kind.name())),
        worded("risk", Risk::ALL.iter().map(|risk| risk.name())),
        worded("need", Need::ALL.iter().map(|need| need.name())),
        worded("run-mode", Mode::ALL.iter().map(|mode| mode.name())),
        Mode::ALL.iter().map(|mode| format!("run-mode-{}-about", mode.name())).collect(),
        worded("run-state", RunState::ALL.iter().map(|state| state.name())),
        worded("run-outcome", Outcome::ALL.iter().map(|outcome| outcome.name())),
        worded("run-stand", Stand::ALL.iter().map(|stand| stand.name())),
        worded("step-change", ["kept", "changed", "moved", "new", "removed"].into_iter()),
        worded("event-step", timeline.map(Deed::name)),
        worded("offered", ["component", "alert", "severity", "state"].into_iter()),
        worded("runbook-due", due.into_iter()),
        worded("stale", due.into_iter().chain(["mistakes", "warnings"])),
    ]
    .concat()
}

/// Words of alerts.
fn alert_keys() -> Vec<String> {
    [
        worded("alert-origin", Origin::ALL.iter().map(|origin| origin.name())),
        worded("alert-because", Because::ALL.iter().map(|because| because.name())),
        worded("alert-event", AlertEvent::ALL.iter().map(|event| event.name())),
        worded("alert-link", ["generator", "dashboard", "panel", "silence", "sender"].into_iter()),
        worded("notification-say", [Say::Fires, Say::Again(0), Say::Acknowledged, Say::Over].map(Say::name).into_iter()),
        worded("notification", DeliveryState::ALL.map(DeliveryState::name).into_iter()),
    ]
    .concat()
}

/// Words of postmortems and of what is left to do.
fn postmortem_keys() -> Vec<String> {
    let file = fs::read_to_string(root().join("app/desk/editor/words.md")).unwrap();
    let points = ["title", "languages", "actions", "scan", "unclosed", "blameless", "blocks", "comments"].into_iter();
    let points: Vec<&str> = points.chain(["internal-incident", "internal-rows", "internal-runs", "open-incident"]).collect();
    let words = file.lines().skip_while(|line| !line.starts_with("| ---")).skip(1);
    let words: Vec<String> =
        words.filter_map(|line| Some(format!("editor-{}", line.strip_prefix("| ")?.split(" |").next()?))).collect();
    [
        worded("postmortem-state", postmortem::State::ALL.iter().map(|state| state.name())),
        worded("analysis", Analysis::ALL.iter().map(|analysis| analysis.name())),
        worded("cause", postmortem::Cause::ALL.iter().map(|cause| cause.name())),
        worded("review-said", postmortem::Verdict::ALL.iter().map(|verdict| verdict.name())),
        worded("postmortem-only", ["ja", "en"].into_iter()),
        worded("check", points.iter().copied()),
        points.iter().map(|point| format!("check-{point}-fine")).collect(),
        worded("check-weight", ["fine", "hint", "decide", "blocks"].into_iter()),
        words,
        worded("action-kind", ActionKind::ALL.iter().map(|kind| kind.name())),
        worded("horizon", Horizon::ALL.iter().map(|horizon| horizon.name())),
        worded("priority", Priority::ALL.iter().map(|priority| priority.name())),
        worded("stage", Stage::ALL.iter().map(|stage| stage.name())),
        worded("action-origin", action_items::Origin::ALL.iter().map(|origin| origin.name())),
        worded("action-step", ["begin", "finish", "verify", "defer", "decline", "reopen"].into_iter()),
    ]
    .concat()
}

/// Keys that are put together at run time.
fn built_keys() -> BTreeSet<String> {
    let mut keys: BTreeSet<String> =
        [incident_keys(), runbook_keys(), alert_keys(), postmortem_keys()].concat().into_iter().collect();
    keys.extend(Status::ALL.iter().map(|status| format!("status-{}", status.name().replace('_', "-"))));
    keys.extend(CauseKind::ALL.iter().map(|cause| format!("cause-{}", cause.name())));
    keys.extend(Verdict::ALL.iter().map(|verdict| format!("verdict-{}", verdict.name())));
    keys.extend((1..=12).map(|month| format!("month-{month}")));
    keys.extend(["ja", "en"].map(|tag| format!("language-{tag}")));
    keys.extend(IncidentStatus::ALL.iter().map(|status| format!("incident-{}", status.name())));
    keys.extend(MaintenanceStatus::ALL.iter().map(|status| format!("maintenance-{}", status.name().replace('_', "-"))));
    keys.extend(Impact::ALL.iter().map(|impact| format!("impact-{}", impact.name())));
    keys.extend(Phases::default().labelled().map(|(name, _)| format!("phase-{name}")));
    keys.extend(Role::ALL.iter().flat_map(|role| ["", "-about"].map(|end| format!("role-{}{end}", role.name()))));
    keys.extend(Scope::ALL.iter().flat_map(|scope| ["", "-about"].map(|end| format!("scope-{}{end}", scope.key()))));
    keys.extend((1..=7).map(|weekday| format!("planned-weekday-{weekday}")));
    keys.extend(server::web::audit_actions().iter().map(|action| format!("audit-{}", action.replace(['.', '_'], "-"))));
    keys.extend(SPECS.map(|fact| format!("spec-{fact}")));
    keys.extend(
        ["config-invalid", "database-stuck", "results-dropped", "notifications-fail"]
            .map(|problem| format!("now-problem-{problem}")),
    );
    keys.extend(FAILURES.iter().flat_map(|failure| ["title", "text"].map(|end| format!("failure-{failure}-{end}"))));
    keys.extend(["new", "on-time", "late", "missed", "failed", "unsure"].map(|phase| format!("heartbeat-{phase}")));
    keys
}

fn is_key(word: &str) -> bool {
    !word.ends_with('-') && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

#[test]
fn both_languages_have_the_same_keys() {
    assert_eq!(keys_of("ja"), keys_of("en"));
}

#[test]
fn every_key_that_the_source_asks_for_exists_and_every_key_is_asked_for() {
    let mut source = String::new();
    sources(&root().join("app/src"), &mut source);
    sources(&root().join("server/src/web"), &mut source);
    sources(&root().join("server/src/service"), &mut source);
    // Why a typed time or a pasted line is not understood is named by the rules themselves.
    sources(&root().join("app/domain/src/incident"), &mut source);
    // So is what is refused in a run.
    sources(&root().join("app/domain/src/runbook"), &mut source);
    // And what is said beside the text of a postmortem.
    sources(&root().join("app/domain/src/postmortem"), &mut source);
    let known = keys_of("en");
    let mut asked = built_keys();
    // Keys are whole string literals of lower-case words and hyphens; CSS classes that look alike are no keys and are left out below.
    let literals: BTreeSet<String> = source.split('"').map(str::to_owned).collect();
    asked.extend(known.iter().filter(|key| literals.contains(*key)).cloned());
    // Why something is refused is named where it is; what was done, by the end of the key.
    asked.extend(
        literals.iter().filter(|word| is_key(word) && (word.starts_with("invalid-") || word.starts_with("refused-"))).cloned(),
    );
    asked.extend(
        known
            .iter()
            .filter(|key| {
                key.strip_prefix("done-").is_some_and(|end| literals.contains(end) || source.contains(&format!("done={end}")))
            })
            .cloned(),
    );
    for call in source.split("text.get(\"").skip(1).chain(source.split("text.with(\"").skip(1)) {
        asked.insert(call.split('"').next().unwrap().to_owned());
    }
    let missing: Vec<_> = asked.difference(&known).collect();
    assert!(missing.is_empty(), "asked for, but in no language: {missing:?}");
    let unused: Vec<_> = known.difference(&asked).collect();
    assert!(unused.is_empty(), "in the files, but never asked for: {unused:?}");
}

#[test]
fn every_message_can_be_said_in_each_language() {
    use domain::text::Language;
    use server::web::FluentMessages;
    let names = [
        "affected",
        "total",
        "names",
        "n",
        "days",
        "uptime",
        "bad",
        "unknown",
        "partial",
        "degraded",
        "length",
        "date",
        "facts",
        "day",
        "month",
        "year",
        "time",
        "when",
        "zone",
        "p50",
        "p95",
        "took",
        "up",
        "down",
        "site",
        "component",
        "name",
        "status",
        "began",
        "ended",
        "worst",
        "state",
        "title",
        "before",
        "after",
        "from",
        "until",
        "span",
        "detail",
        "number",
        "corrected",
        "what",
        "reason",
        "role",
        "marker",
        "to",
        "line",
        "problem",
        "value",
        "run",
        "step",
        "origin",
        "reason",
        "alert",
        "answer",
        "words",
        "rechecks",
        "mode",
        "outcome",
        "count",
        "key",
        "expected",
        "text",
        "id",
        "language",
        "file",
        "note",
        "revision",
        "url",
    ];
    let arguments: Vec<_> = names.into_iter().map(|name| (name, 2_i64.into())).collect();
    for language in Language::ALL {
        for key in keys_of(language.tag()) {
            let said = FluentMessages::find(language, &key, &arguments);
            assert!(
                said.as_ref().is_some_and(|said| !said.contains("{$") && !said.is_empty()),
                "{key} in {language:?}: {said:?}"
            );
        }
    }
}
