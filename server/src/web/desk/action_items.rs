//! Action items: the board and the list, one of them, and what they add up to.

use std::collections::{HashMap, HashSet};

use app::data::desk::{ActionItemPage, ActionItemsPage, ActionLine, DeskPage, FormState, InsightPage, SPANS};
use app::format;
use app::i18n::Text;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use domain::account::Permission;
use domain::action_item::{Bound, Proof, Stage, Standing};
use jiff::civil::Date;
use store::action_items::{Item, ItemFilter, LISTED_MAX, Origin};

use super::super::Web;
use super::form::{self, Sent, Typed};
use super::show::{Answer, done, form_page, page, query};
use super::visit::Visit;
use crate::service::action_items::wanted::written;
use crate::service::action_items::{From, ItemWanted, StepWanted, duty};
use crate::service::problem::Problem;

const HERE: &str = "/desk/action-items";
/// Months that are added up unless somebody says how many.
const MONTHS: u8 = 6;

fn at(number: i64) -> String {
    format!("{HERE}/{number}")
}

/// What rows need to know.
pub(super) struct Names<'n> {
    pub(super) text: &'n Text,
    pub(super) people: &'n HashMap<i64, String>,
    pub(super) today: Date,
}

/// An item in a list.
pub(super) fn line(item: &Item, names: &Names<'_>) -> ActionLine {
    let facts = &item.facts;
    let day = |date: Date| format::date(names.text, date);
    ActionLine {
        number: item.number,
        text: facts.text.clone(),
        kind: facts.kind,
        horizon: facts.horizon,
        priority: facts.priority,
        stage: facts.standing.stage(),
        owner: facts.owner.and_then(|owner| names.people.get(&owner).cloned()),
        due: facts.due.map(day),
        is_overdue: duty(facts).is_overdue(&facts.standing, names.today),
        until: match &facts.standing {
            Standing::Deferred { until, .. } => Some(day(*until)),
            _ => None,
        },
        incident: item.incident.as_ref().map(|(number, title)| (*number, title.get(names.text.language()).to_owned())),
    }
}

fn sorted(people: &HashMap<i64, String>) -> Vec<String> {
    let mut names: Vec<String> = people.values().cloned().collect();
    names.sort_unstable();
    names
}

pub(super) async fn show(State(web): State<Web>, visit: Visit) -> Answer {
    let caller = visit.caller()?;
    let people = web.desk.people_names().await.unwrap_or_default();
    let value = |name: &str| query(&visit, name).unwrap_or_default();
    let (stage, owner, view) = (value("stage"), value("owner"), value("view"));
    let stages = match stage.as_str() {
        "" => vec![Stage::Open, Stage::InProgress, Stage::Done, Stage::Deferred],
        "all" => Vec::new(),
        name => Stage::from_name(name).into_iter().collect(),
    };
    let owner_key = people.iter().find(|(_, name)| **name == owner).map(|(key, _)| *key);
    let filter = ItemFilter { stages, owner: owner_key, ..ItemFilter::default() };
    let mut items = web.desk.action_items(&caller, &filter).await?;
    let is_cut = items.len() >= LISTED_MAX as usize;
    let text = visit.text();
    let names = Names { text: &text, people: &people, today: web.desk.today() };
    let is_overdue = |item: &Item| duty(&item.facts).is_overdue(&item.facts.standing, names.today);
    items.sort_by_key(|item| {
        (!is_overdue(item), item.facts.horizon, item.facts.priority, item.facts.due.is_none(), item.facts.due, item.number)
    });
    let counts = web.desk.count_action_items(&caller).await?;
    let counted = |stage: Stage| counts.iter().filter(|count| count.stage == stage).map(|count| count.count).sum();
    let shown = ActionItemsPage {
        is_board: view != "list",
        rows: items.iter().map(|item| line(item, &names)).collect(),
        counts: Stage::ALL.iter().map(|stage| (*stage, counted(*stage))).collect(),
        people: sorted(&people),
        form: FormState::default().with("stage", stage).with("owner", owner).with("view", view),
        is_cut,
    };
    page(&web, &visit, DeskPage::ActionItems(shown)).await
}

fn bound_name(text: &Text, bound: &Bound) -> String {
    let (key, slug) = match bound {
        Bound::Probe(slug) => ("bound-probe", slug),
        Bound::Runbook(slug) => ("bound-runbook", slug),
        Bound::Drill(slug) => ("bound-drill", slug),
        Bound::Component(slug) => ("bound-component", slug),
    };
    text.with(key, &[("name", slug.as_str().into())])
}

fn proof_words(text: &Text, proof: &Proof, web: &Web) -> String {
    let zone = web.monitoring.offer().time_zone.clone();
    match proof {
        Proof::Probe { probe, since } => {
            let when = format::moment(text, *since, &zone);
            text.with("action-proof-probe", &[("name", probe.as_str().into()), ("when", when.into())])
        }
        Proof::Runbook { runbook, version } => {
            text.with("action-proof-runbook", &[("name", runbook.as_str().into()), ("n", (*version).into())])
        }
        Proof::Drill { runbook, run } => {
            text.with("action-proof-drill", &[("name", runbook.as_str().into()), ("n", (*run).into())])
        }
        Proof::Person { name, note } => {
            text.with("action-proof-person", &[("name", name.clone().into()), ("note", note.as_str().into())])
        }
    }
}

/// What an item was after something happened, in words.
fn standing_words(text: &Text, standing: &Standing, web: &Web) -> (String, Option<String>) {
    let word = text.get(&format!("stage-{}", standing.stage().name().replace('_', "-")));
    let note = match standing {
        Standing::Verified { proof } => Some(proof_words(text, proof, web)),
        Standing::Deferred { until, reason } => {
            let until = text.with("block-until", &[("when", format::date(text, *until).into())]);
            Some(format!("{until} {}", reason.as_str()))
        }
        Standing::WontDo { reason, accepted_by } => Some(format!("{} ({accepted_by})", reason.as_str())),
        Standing::Open | Standing::InProgress | Standing::Done => None,
    };
    (word, note)
}

/// Steps that may follow.
fn steps(stage: Stage) -> Vec<&'static str> {
    match stage {
        Stage::Open => vec!["begin", "finish", "defer", "decline"],
        Stage::InProgress => vec!["finish", "defer", "decline", "reopen"],
        Stage::Done => vec!["verify", "reopen"],
        Stage::Deferred => vec!["begin", "finish", "defer", "decline", "reopen"],
        Stage::Verified | Stage::WontDo => vec!["reopen"],
    }
}

/// What there is that an item can be bound to, bundled runbooks too.
fn known_to_bind(web: &Web) -> Vec<Bound> {
    let whole = web.desk.configuration.whole();
    let library = web.desk.library();
    let probes = whole.config.probes.iter().map(|probe| Bound::Probe(probe.slug.clone()));
    let components = whole.config.components.iter().map(|spec| Bound::Component(spec.slug.clone()));
    let runbooks = library.runbooks.keys().flat_map(|slug| [Bound::Runbook(slug.clone()), Bound::Drill(slug.clone())]);
    probes.chain(components).chain(runbooks).collect()
}

/// What of that is offered, by value and name: bundled runbooks change with Yagura alone.
fn bindable(web: &Web, text: &Text) -> Vec<(String, String)> {
    let library = web.desk.library();
    let is_own = |bound: &Bound| match bound {
        Bound::Runbook(slug) | Bound::Drill(slug) => library.runbooks.get(slug).is_some_and(|runbook| !runbook.is_bundled),
        Bound::Probe(_) | Bound::Component(_) => true,
    };
    let offered = known_to_bind(web).into_iter().filter(is_own);
    offered.map(|bound| (written(&bound), bound_name(text, &bound))).collect()
}

fn form_of(item: &Item, people: &HashMap<i64, String>) -> FormState {
    let facts = &item.facts;
    let form = FormState::default()
        .with("text", facts.text.as_str())
        .with("kind", facts.kind.name())
        .with("horizon", facts.horizon.name())
        .with("priority", facts.priority.name())
        .with("owner", facts.owner.and_then(|owner| people.get(&owner).cloned()).unwrap_or_default())
        .with("due", facts.due.map(|due| due.to_string()).unwrap_or_default())
        .with("url", facts.url.clone().unwrap_or_default())
        .with("version", item.version.to_string());
    facts.bound.iter().fold(form, |form, bound| form.with("bound", written(bound)))
}

async fn item_page(web: &Web, visit: &Visit, number: i64, form: Option<FormState>, step: FormState) -> Answer {
    let caller = visit.caller()?;
    let (item, events, proofs) = web.desk.action_item(&caller, number).await?;
    let people = web.desk.people_names().await.unwrap_or_default();
    let text = visit.text();
    let names = Names { text: &text, people: &people, today: web.desk.today() };
    let shown_form = form.clone().unwrap_or_else(|| form_of(&item, &people));
    // What is bound stays to be chosen although it is there no more.
    let mut choices = bindable(web, &text);
    let known: HashSet<String> = known_to_bind(web).iter().map(written).collect();
    for bound in &item.facts.bound {
        let value = written(bound);
        if !choices.iter().any(|(known, _)| *known == value) {
            choices.push((value, bound_name(&text, bound)));
        }
    }
    let shown_form =
        if shown_form.value("version").is_empty() { shown_form.with("version", item.version.to_string()) } else { shown_form };
    let shown = ActionItemPage {
        line: Some(line(&item, &names)),
        origin: item.origin.name(),
        run: item.run,
        url: item.facts.url.clone(),
        bound: proofs
            .iter()
            .map(|(bound, proof)| {
                let none = match bound {
                    // What cannot be looked at proves nothing, and need not.
                    Bound::Component(_) => String::new(),
                    bound if !known.contains(&written(bound)) => text.get("action-to-be-made"),
                    _ => text.get("action-unproven"),
                };
                let words = proof.as_ref().map_or(none, |proof| proof_words(&text, proof, web));
                (bound_name(&text, bound), words)
            })
            .collect(),
        events: events
            .iter()
            .map(|event| {
                let (what, note) = match &event.standing {
                    Some(standing) => standing_words(&text, standing, web),
                    None => (text.get("action-changed"), None),
                };
                (event.at, event.actor_name.clone(), what, event.note.clone().or(note))
            })
            .collect(),
        steps: steps(item.facts.standing.stage()),
        people: sorted(&people),
        bindable: choices,
        may_write: web.desk.may_write_postmortems(&caller),
        form: shown_form.clone(),
        step: step.clone(),
    };
    let refused = if step.errors.is_empty() { shown_form } else { step };
    form_page(web, visit, &refused, DeskPage::ActionItem(Box::new(shown))).await
}

async fn new_page(web: &Web, visit: &Visit, form: FormState) -> Answer {
    let caller = visit.caller()?;
    caller.must(Permission::Respond, visit.now)?;
    let people = web.desk.people_names().await.unwrap_or_default();
    let text = visit.text();
    let shown = ActionItemPage {
        line: None,
        origin: Origin::Review.name(),
        run: None,
        url: None,
        bound: Vec::new(),
        events: Vec::new(),
        steps: Vec::new(),
        people: sorted(&people),
        bindable: bindable(web, &text),
        may_write: true,
        form: form::numbered(form.clone()),
        step: FormState::default(),
    };
    form_page(web, visit, &form, DeskPage::ActionItem(Box::new(shown))).await
}

pub(super) async fn show_new(State(web): State<Web>, visit: Visit) -> Answer {
    let preset = [("kind", "prevent"), ("horizon", "now"), ("priority", "p2")];
    let form = preset.into_iter().fold(FormState::default(), |form, (name, value)| form.with(name, value));
    let form = form
        .with("incident", query(&visit, "incident").unwrap_or_default())
        .with("run", query(&visit, "run").unwrap_or_default());
    new_page(&web, &visit, form).await
}

fn wanted(typed: &Typed) -> ItemWanted {
    let text = |name: &str| typed.get(name).to_owned();
    ItemWanted {
        text: text("text"),
        kind: text("kind"),
        horizon: text("horizon"),
        priority: text("priority"),
        owner: text("owner"),
        due: text("due"),
        url: text("url"),
        bound: typed.all("bound").into_iter().map(str::to_owned).collect(),
        probe_to_be: text("probe_to_be"),
    }
}

/// Where a new item comes from: an incident that has a postmortem, an incident, a run, or nothing of these.
async fn origin(web: &Web, visit: &Visit, typed: &Typed) -> Result<From, Problem> {
    let caller = visit.caller()?;
    let run: Option<i64> = typed.get("run").parse().ok();
    let named = typed.get("incident").to_ascii_uppercase();
    let digits = named.strip_prefix("INC-").unwrap_or(&named);
    if digits.is_empty() {
        let origin = if run.is_some() { Origin::Run } else { Origin::Review };
        return Ok(From { origin, incident: None, run });
    }
    let number: i64 = digits.parse().map_err(|_| Problem::invalid("incident", "invalid-number"))?;
    let number = match web.desk.where_now(&caller, number).await {
        Ok(number) => number,
        Err(Problem::NotFound(_)) => return Err(Problem::invalid("incident", "invalid-number")),
        Err(problem) => return Err(problem),
    };
    let has_postmortem = match web.desk.incident(&caller, number).await? {
        crate::service::incidents::Found::Story(story) => web.desk.postmortem_of(&caller, story.incident.key).await?.is_some(),
        crate::service::incidents::Found::Merged(_) => false,
    };
    let origin = match (run, has_postmortem) {
        (Some(_), _) => Origin::Run,
        (None, true) => Origin::Postmortem,
        (None, false) => Origin::Incident,
    };
    Ok(From { origin, incident: Some(number), run })
}

pub(super) async fn make(State(web): State<Web>, visit: Visit, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let caller = typed.once(visit.caller()?);
    caller.must(Permission::Respond, visit.now)?;
    let outcome = match origin(&web, &visit, &typed).await {
        Ok(from) => web.desk.make_item(&caller, from, wanted(&typed)).await,
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok(number) => Ok(done(&at(number), "action-made")),
        Err(problem) => {
            let mut form = typed.state();
            let refusal = form::refuse(&mut form, problem, &visit)?;
            refusal.with(new_page(&web, &visit, form).await)
        }
    }
}

pub(super) async fn show_one(State(web): State<Web>, visit: Visit, Path(number): Path<i64>) -> Answer {
    item_page(&web, &visit, number, None, FormState::default()).await
}

pub(super) async fn change(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    match web.desk.change_item(&visit.caller()?, number, typed.version(), wanted(&typed)).await {
        Ok(_) => Ok(done(&at(number), "action-changed")),
        Err(Problem::Conflict) => {
            let (item, ..) = web.desk.action_item(&visit.caller()?, number).await?;
            let people = web.desk.people_names().await.unwrap_or_default();
            let (mut form, now) = (typed.state(), form_of(&item, &people));
            form.refuse("", visit.text().get("refused-conflict"));
            form::compare(&mut form, &now, &["version", "request"], &visit.text());
            // Sent once more, it is meant.
            form.values.retain(|(name, _)| name != "version");
            let form = form.with("version", item.version.to_string());
            let mut response = item_page(&web, &visit, number, Some(form), FormState::default()).await?;
            *response.status_mut() = StatusCode::CONFLICT;
            Ok(response)
        }
        Err(problem) => {
            let mut form = typed.state();
            let refusal = form::refuse(&mut form, problem, &visit)?;
            refusal.with(item_page(&web, &visit, number, Some(form), FormState::default()).await)
        }
    }
}

pub(super) async fn step(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let text = |name: &str| typed.get(name).to_owned();
    let wanted =
        StepWanted { step: text("step"), reason: text("reason"), until: text("until"), accepted_by: text("accepted_by") };
    match web.desk.step_item(&visit.caller()?, number, typed.version(), wanted).await {
        Ok(_) => Ok(done(&at(number), "action-moved")),
        Err(problem) => {
            let mut form = typed.state();
            let refusal = form::refuse(&mut form, problem, &visit)?;
            refusal.with(item_page(&web, &visit, number, None, form).await)
        }
    }
}

/// How many months are asked for: one of the spans that can be chosen.
fn months(visit: &Visit) -> u8 {
    query(visit, "months").and_then(|months| months.parse().ok()).filter(|months| SPANS.contains(months)).unwrap_or(MONTHS)
}

pub(super) async fn insight(State(web): State<Web>, visit: Visit) -> Answer {
    let months = months(&visit);
    let (insight, is_cut) = web.desk.insight(&visit.caller()?, months).await?;
    let whole = web.desk.configuration.whole();
    let names = whole.config.components.iter().map(|spec| (spec.slug.to_string(), spec.name.get(visit.language).to_owned()));
    let form = FormState::default().with("months", months.to_string());
    page(&web, &visit, DeskPage::Insight(Box::new(InsightPage { insight, names: names.collect(), form, is_cut }))).await
}

/// A field of CSV (RFC 4180); what a spreadsheet would take for a formula is text.
fn field(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// The incidents behind the figures, one in a line.
pub(super) async fn insight_csv(State(web): State<Web>, visit: Visit) -> Answer {
    let known = web.desk.insight_incidents(&visit.caller()?, months(&visit)).await?;
    let mut lines = vec!["incident,began_at,minutes,cause,components,detect_ms,respond_ms,recover_ms".to_owned()];
    for one in known {
        let measured: HashMap<&str, i64> = domain::incident::metrics::measure(&one.moments)
            .into_iter()
            .filter_map(|measured| Some((measured.measure.name(), measured.ms?)))
            .collect();
        let ms = |name: &str| measured.get(name).map(ToString::to_string).unwrap_or_default();
        let components = one.components.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let minutes = one.lasted_ms.map(|ms| (ms / 60_000).to_string()).unwrap_or_default();
        let cause = one.cause.map(domain::postmortem::Cause::name).unwrap_or_default();
        lines.push(format!(
            "{},{},{minutes},{cause},{},{},{},{}",
            one.number,
            one.began_at,
            field(&components),
            ms("detect"),
            ms("respond"),
            ms("recover")
        ));
    }
    lines.push(String::new());
    let mut response = lines.join("\r\n").into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"insight.csv\""));
    Ok(response)
}
