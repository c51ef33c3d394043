//! The screen of a run, made of its version, its events and where each step stands.

use std::collections::HashMap;

use app::data::desk::{
    DeskPage, EvidenceRow, FormState, NewerVersion, RunNote, RunPage, RunRebasePage, RunSection, RunStep, RunView, Unpaired,
};
use app::data::runbook::PartText;
use app::i18n::Text;
use axum::extract::{Path, State};
use domain::runbook::compare::{Change, compare};
use domain::runbook::front_matter::Style;
use domain::runbook::run::{Deed, RunState, Stand};
use domain::runbook::{Document, SectionKind, StepId, params};
use store::runbooks::{RunEvent, RunFileHead};

use super::super::super::Web;
use super::super::super::runbook_markdown::plain;
use super::super::super::runbook_rows::{desk_leads, run_row, title};
use super::super::super::runbook_text::Making;
use super::super::form;
use super::super::runbooks::changes;
use super::super::show::{Answer, form_page, page, query};
use super::super::visit::Visit;
use super::start::field;
use crate::service::problem::Problem;
use crate::service::runbooks::Edition;
use crate::service::runs::RunFound;

/// Forms on the screen, one of which may have been refused.
#[derive(Default)]
pub(super) struct Forms {
    /// Of a step, by its id.
    pub(super) step: Option<(String, FormState)>,
    pub(super) note: Option<FormState>,
    pub(super) params: Option<FormState>,
    pub(super) finish: Option<FormState>,
}

impl Forms {
    /// The one that was refused.
    pub(super) fn refused_form(&mut self) -> &mut FormState {
        if let Some((_, form)) = &mut self.step {
            return form;
        }
        if let Some(form) = &mut self.note {
            return form;
        }
        if let Some(form) = &mut self.params {
            return form;
        }
        self.finish.get_or_insert_default()
    }
}

pub(in super::super) async fn show(State(web): State<Web>, visit: Visit, Path(number): Path<i64>) -> Answer {
    with_forms(&web, &visit, number, Forms::default()).await
}

/// The screen with what was typed into its forms, and what is wrong with that. Whoever sends one decides about the status.
pub(super) async fn with_forms(web: &Web, visit: &Visit, number: i64, forms: Forms) -> Answer {
    let caller = visit.caller()?;
    let found = web.desk.run(&caller, number).await?;
    let (may_run, incident_title) = web.desk.place_in(&caller, &found.story.run).await?;
    let incident_title = incident_title.map(|title| title.get(visit.language).to_owned());
    let shown = screen(web, visit, &found, (may_run, incident_title), forms)?;
    page(web, visit, DeskPage::Run(Box::new(shown))).await
}

/// Everything on the screen.
fn screen(
    web: &Web,
    visit: &Visit,
    found: &RunFound,
    (may_run, incident_title): (bool, Option<String>),
    forms: Forms,
) -> Result<RunPage, Problem> {
    let library = web.desk.library();
    let mut runbooks: Vec<(String, String)> =
        library.runbooks.values().map(|runbook| (runbook.slug.to_string(), title(runbook, visit.language))).collect();
    runbooks.sort_by_key(|(slug, title)| (title.to_lowercase(), slug.clone()));
    let leads = desk_leads(&library);
    let screen = Screen { found, visit, text: visit.text(), actor: actor_of(visit) };
    let (found_language, shown_text) = found.edition.in_language(visit.language);
    let making = Making { document: &shown_text.document, leads: &leads, values: &found.story.run.params };
    let run = &found.story.run;
    let mut shown = RunPage {
        version: web.monitoring.desk_version(),
        row: run_row(run, &found.edition, &found.progress, visit.language),
        runbook_version: run.version.number,
        language: if found_language == visit.language { "" } else { found_language.tag() },
        incident_title,
        is_do_confirm: found.edition.front().style == Style::DoConfirm,
        view: screen.view(),
        sections: screen.sections(&making),
        current: screen.current(),
        seq: run.last_seq,
        plan_json: serde_json::to_string(&*found.edition.plan).map_err(|_| Problem::Busy)?,
        events_json: screen.events_json()?,
        params: Vec::new(),
        missing: Vec::new(),
        newer: screen.newer(),
        unpaired: screen.unpaired(),
        ended: run.outcome.map(|outcome| {
            let right = run
                .right_runbook
                .as_ref()
                .map(|slug| library.runbooks.get(slug).map_or_else(|| slug.to_string(), |found| title(found, visit.language)));
            (outcome, run.outcome_text.clone().unwrap_or_default(), right)
        }),
        notes: screen.notes(None),
        runbooks,
        may_run: may_run && run.state == RunState::Active,
        user: visit.person().map(|person| person.id.to_string()).unwrap_or_default(),
        refused: forms.step,
        params_form: form::numbered(forms.params.unwrap_or_default()),
        note_form: form::numbered(forms.note.unwrap_or_default()),
        finish_form: form::numbered(forms.finish.unwrap_or_default()).with("seq", run.last_seq.to_string()),
    };
    (shown.params, shown.missing) = screen.params(&making);
    Ok(shown)
}

/// Whoever looks, as events name them.
fn actor_of(visit: &Visit) -> String {
    visit
        .caller()
        .map(|caller| {
            let (kind, id) = caller.actor();
            format!("{}:{id}", kind.name())
        })
        .unwrap_or_default()
}

struct Screen<'s> {
    found: &'s RunFound,
    visit: &'s Visit,
    text: Text,
    actor: String,
}

impl Screen<'_> {
    /// As the address says; else one step after the other, unless the runbook is one to be confirmed as a whole or the run is over.
    fn view(&self) -> RunView {
        let is_list = self.found.edition.front().style == Style::DoConfirm || self.found.story.run.state != RunState::Active;
        match query(self.visit, "view").as_deref() {
            Some("list") => RunView::List,
            Some("focus") => RunView::Focus,
            _ if query(self.visit, "step").is_some() => RunView::Focus,
            _ if is_list => RunView::List,
            _ => RunView::Focus,
        }
    }

    /// The step that the address names, or that comes next.
    fn current(&self) -> Option<String> {
        let plan = &self.found.edition.plan;
        let asked = query(self.visit, "step").and_then(|id| id.parse::<StepId>().ok()).filter(|id| plan.place(id).is_some());
        let next = || self.found.progress.current.and_then(|place| plan.steps.get(place)).map(|step| step.id.clone());
        asked.or_else(next).map(|id| id.to_string())
    }

    fn events_json(&self) -> Result<String, Problem> {
        let is_needed = |event: &&RunEvent| event.content.deed.moves_step() || event.content.deed.is_of_run();
        let events: Vec<_> = self.found.story.events.iter().filter(is_needed).map(RunEvent::for_rules).collect();
        serde_json::to_string(&events).map_err(|_| Problem::Busy)
    }

    fn sections(&self, making: &Making<'_>) -> Vec<RunSection> {
        let mut number = 0;
        let mut all = Vec::new();
        for section in &making.document.sections {
            let parts = making.parts(&section.parts);
            if parts.is_empty() {
                continue;
            }
            let mut steps = Vec::new();
            for part in &parts {
                if let PartText::Step(step) = part {
                    number += 1;
                    steps.push(self.step(step, number));
                }
            }
            let heading = match section.kind {
                SectionKind::Other => section.heading.clone(),
                kind => self.text.get(&format!("section-{}", kind.name())),
            };
            all.push(RunSection { heading, parts, steps });
        }
        all
    }

    fn step(&self, text: &app::data::runbook::StepText, number: usize) -> RunStep {
        let (plan, progress) = (&self.found.edition.plan, &self.found.progress);
        let place = text.id.parse::<StepId>().ok().and_then(|id| plan.place(&id));
        let standing = place.and_then(|place| progress.steps.get(place));
        let made = standing.and_then(|standing| standing.seq).and_then(|seq| self.event(seq));
        let stand = standing.map_or(Stand::Open, |standing| standing.stand);
        let planned = place.and_then(|place| plan.steps.get(place));
        let may_tick = place.is_some_and(|place| domain::runbook::run::rules::may_tick(plan, progress, place));
        let due = planned
            .and_then(|step| step.timer_s)
            .zip(made)
            .filter(|_| matches!(stand, Stand::Done | Stand::Awaiting | Stand::Verified));
        let id = text.id.parse::<StepId>().ok();
        RunStep {
            number,
            stand,
            by: made.map(|event| (event.content.actor_name.clone(), event.content.occurred_at)),
            reason: made.and_then(|event| event.content.text.clone()),
            answer: standing.and_then(|standing| standing.answer.clone()),
            is_group: planned.is_some_and(|step| step.is_group),
            may_tick,
            is_own: made.is_some_and(|event| event.for_rules().actor == self.actor),
            timer_due_at: due.map(|(timer_s, event)| event.content.occurred_at.plus(std::time::Duration::from_secs(timer_s))),
            notes: id.as_ref().map(|id| self.notes(Some(id))).unwrap_or_default(),
            evidence: id.as_ref().map(|id| self.files(id)).unwrap_or_default(),
            text: text.clone(),
        }
    }

    fn event(&self, seq: i64) -> Option<&RunEvent> {
        // Places count from 1 without gaps.
        usize::try_from(seq - 1).ok().and_then(|place| self.found.story.events.get(place))
    }

    fn notes(&self, step: Option<&StepId>) -> Vec<RunNote> {
        let of = self.found.story.events.iter().filter(|event| event.content.step.as_ref() == step);
        let notes = of.filter(|event| matches!(event.content.deed, Deed::Note | Deed::Wrong)).map(|event| RunNote {
            text: event.content.text.clone().unwrap_or_default(),
            actor: event.content.actor_name.clone(),
            at: event.content.occurred_at,
            is_wrong: event.content.deed == Deed::Wrong,
        });
        notes.collect()
    }

    fn files(&self, step: &StepId) -> Vec<EvidenceRow> {
        let is_of = |head: &&RunFileHead| {
            head.deleted_at.is_none() && self.event(head.seq).is_some_and(|event| event.content.step.as_ref() == Some(step))
        };
        let row = |head: &RunFileHead| EvidenceRow {
            id: head.id.to_string(),
            name: head.name.clone(),
            is_image: head.media_type.starts_with("image/"),
            bytes: head.bytes.unsigned_abs(),
        };
        self.found.story.files.iter().filter(is_of).map(row).collect()
    }

    /// Values that are known, and those that are needed and are not.
    fn params(&self, making: &Making<'_>) -> (Vec<app::data::desk::ParamField>, Vec<app::data::desk::ParamField>) {
        let all = &making.document.front.params;
        let field = |param: &params::Param| {
            field(param, making.values.get(&param.name).cloned().unwrap_or_default(), self.visit.language)
        };
        // One that does not look as it must any more, after a rebase, is asked for again.
        let is_good =
            |param: &params::Param| making.values.get(&param.name).is_some_and(|value| params::check(param, value).is_ok());
        let is_known = |param: &&params::Param| param.is_secret || is_good(param);
        (all.iter().filter(is_known).map(field).collect(), all.iter().filter(|param| !is_known(param)).map(field).collect())
    }

    fn title_of(&self, place: usize) -> (String, String) {
        let step = self.found.edition.plan.steps.get(place);
        let id = step.map(|step| step.id.clone());
        let document: &Document = &self.found.edition.in_language(self.visit.language).1.document;
        let title = id.as_ref().and_then(|id| document.step(id)).map(|step| plain(&step.title)).unwrap_or_default();
        (id.map(|id| id.to_string()).unwrap_or_default(), title)
    }

    fn unpaired(&self) -> Vec<Unpaired> {
        let plan = &self.found.edition.plan;
        let of = |place: &usize| {
            let (id, title) = self.title_of(*place);
            let (undo, undo_title) = self.title_of(plan.steps.get(*place)?.undo?);
            Some(Unpaired { id, title, undo, undo_title })
        };
        self.found.progress.unpaired.iter().filter_map(of).collect()
    }

    fn newer(&self) -> Option<NewerVersion> {
        let newer = self.found.newer.as_deref().filter(|_| self.found.story.run.state == RunState::Active)?;
        let compared = compare(&sources(&self.found.edition), &sources(newer));
        let count = |change: Change| compared.iter().filter(|one| one.change == change).count();
        let rechecks = compared.iter().filter(|one| one.change == Change::Changed && self.is_ticked(&one.id)).count();
        Some(NewerVersion {
            number: newer.head.number,
            changed: count(Change::Changed),
            added: count(Change::New),
            removed: count(Change::Removed),
            rechecks,
        })
    }

    fn is_ticked(&self, id: &StepId) -> bool {
        let place = self.found.edition.plan.place(id);
        let stand = place.and_then(|place| self.found.progress.steps.get(place)).map(|standing| standing.stand);
        stand.is_some_and(|stand| !matches!(stand, Stand::Open | Stand::NotApplicable))
    }
}

/// All languages of a version, as they are compared.
fn sources(edition: &Edition) -> Vec<(&str, &Document)> {
    edition.texts.values().map(|text| (text.source.as_str(), &text.document)).collect()
}

pub(in super::super) async fn rebase(State(web): State<Web>, visit: Visit, Path(number): Path<i64>) -> Answer {
    rebase_page(&web, &visit, number, FormState::default()).await
}

/// What becomes of each step with the newer version.
pub(super) async fn rebase_page(web: &Web, visit: &Visit, number: i64, form: FormState) -> Answer {
    let caller = visit.caller()?;
    let found = web.desk.run(&caller, number).await?;
    if !web.desk.place_in(&caller, &found.story.run).await?.0 {
        return Err(Problem::Forbidden.into());
    }
    let Some(newer) = found.newer.clone() else { return Err(Problem::Refused("refused-run-version").into()) };
    let screen = Screen { found: &found, visit, text: visit.text(), actor: String::new() };
    let mut ticked: HashMap<String, bool> = HashMap::new();
    for step in &found.edition.plan.steps {
        ticked.insert(step.id.to_string(), screen.is_ticked(&step.id));
    }
    let steps = changes(&found.edition, &newer, visit.language).into_iter().map(|change| {
        let is_ticked = ticked.get(&change.id).copied().unwrap_or(false);
        (change, is_ticked)
    });
    let errors = form.errors.clone();
    let fresh = FormState::default().with("to", newer.head.number.to_string()).with("seq", found.story.run.last_seq.to_string());
    let shown = RunRebasePage {
        row: run_row(&found.story.run, &found.edition, &found.progress, visit.language),
        from: found.edition.head.number,
        to: newer.head.number,
        steps: steps.collect(),
        form: form::numbered(FormState { errors, ..fresh }),
    };
    form_page(web, visit, &form, DeskPage::RunRebase(shown)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_that_was_refused_is_the_one_that_was_sent() {
        let mut forms = Forms { note: Some(FormState::default().with("text", "x")), ..Forms::default() };
        assert_eq!(forms.refused_form().value("text"), "x");
        let step = ("a".to_owned(), FormState::default().with("text", "y"));
        let mut forms = Forms { step: Some(step), ..Forms::default() };
        assert_eq!(forms.refused_form().value("text"), "y");
        assert_eq!(Forms::default().refused_form().values, Vec::<(String, String)>::new());
    }
}
