//! Runbooks: the list, one of them with its history, how versions differ, and that somebody reviewed one. Writing is in [`write`], what an
//! alert leads to in [`alert`], what needs attention in [`coverage`].

pub(super) mod alert;
pub(super) mod coverage;
pub(super) mod write;

use std::collections::HashMap;
use std::sync::Arc;

use app::data::desk::{
    DeskPage, FormState, RunRow, RunbookPage, RunbookRow, RunbooksPage, StepChange, StepFigures, VersionDiffPage, WrongNote,
};
use axum::extract::{Path, State};
use domain::account::Permission;
use domain::runbook::compare::{Change, compare};
use domain::runbook::history::{self, Stale, Use};
use domain::runbook::run::{Deed, Event};
use domain::runbook::{Document, StepId};
use domain::text::{Language, Slug};
use store::runbooks::runs::RunFilter;
use store::runbooks::{Run, RunStory, VersionHead};

use super::super::runbook_markdown::plain;
use super::super::runbook_rows::{desk_leads, file_rows, run_row, runbook_row, stale};
use super::super::{Web, runbook_text};
use super::form::{self, Sent, Typed};
use super::show::{Answer, done, page, query};
use super::visit::Visit;
use crate::service::problem::Problem;
use crate::service::runbooks::{Edition, EditionText, Library, Runbook};

const HERE: &str = "/desk/runbooks";
/// Runs on the page of a runbook, of each kind.
const RUNS: u32 = 20;
/// Notes on the page of a runbook.
const NOTES_MAX: usize = 50;

/// The page of a runbook.
pub(super) fn at(slug: &str) -> String {
    format!("{HERE}/{slug}")
}

/// What is due, as parts of message keys.
fn due(stale: &[Stale]) -> Vec<&'static str> {
    stale.iter().map(|one| one.key().trim_start_matches("stale-")).collect()
}

/// Every runbook as a row, by name.
fn rows(library: &Library, uses: &HashMap<Slug, Use>, visit: &Visit, languages: &[Language]) -> Vec<RunbookRow> {
    let row = |runbook: &Arc<Runbook>| {
        let known = uses.get(&runbook.slug).cloned().unwrap_or_default();
        let stale = stale(runbook, &known, languages, visit.now);
        runbook_row(runbook, &known, visit.language, due(&stale))
    };
    let mut rows: Vec<RunbookRow> = library.runbooks.values().map(row).collect();
    rows.sort_by_key(|row| (row.title.to_lowercase(), row.slug.clone()));
    rows
}

/// Runs that go on, the newest first.
pub(in crate::web) async fn active(web: &Web, visit: &Visit) -> Result<Vec<RunRow>, Problem> {
    let filter = RunFilter { state: Some(domain::runbook::run::RunState::Active), limit: 100, ..RunFilter::default() };
    let found = web.desk.run_list(&visit.caller()?, &filter).await?;
    Ok(found.iter().map(|(run, edition, progress)| run_row(run, edition, progress, visit.language)).collect())
}

pub(super) async fn show(State(web): State<Web>, visit: Visit) -> Answer {
    let caller = visit.caller()?;
    caller.must(Permission::Read, visit.now)?;
    let uses = web.desk.runbook_uses(&caller).await?;
    let library = web.desk.library();
    let languages = web.monitoring.offer().languages.clone();
    let mut rows = rows(&library, &uses, &visit, &languages);
    let total = rows.len();
    let words = query(&visit, "q").unwrap_or_default();
    let sought: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    rows.retain(|row| {
        let all = format!("{} {} {}", row.slug, row.title, row.alerts.join(" ")).to_lowercase();
        sought.iter().all(|word| all.contains(word.as_str()))
    });
    let shown = RunbooksPage {
        active: active(&web, &visit).await?,
        rows,
        total,
        folder: folder(&web),
        folder_problem: library.folder_problem.clone(),
        strays: file_rows(visit.language, &library.strays),
        form: FormState::default().with("q", words.trim()),
    };
    page(&web, &visit, DeskPage::Runbooks(shown)).await
}

/// The folder of the operator's own runbooks.
fn folder(web: &Web) -> Option<String> {
    web.monitoring.state().config.runbooks.folder.as_ref().map(|folder| folder.display().to_string())
}

fn find<'l>(library: &'l Library, slug: &str) -> Result<&'l Arc<Runbook>, Problem> {
    let slug: Slug = slug.parse().map_err(|_| Problem::NotFound("runbook"))?;
    library.runbooks.get(&slug).ok_or(Problem::NotFound("runbook"))
}

/// A version of a runbook by its number; the one in use without one.
async fn edition_numbered(web: &Web, runbook: &Runbook, number: Option<i64>) -> Result<Option<Arc<Edition>>, Problem> {
    let Some(number) = number else { return Ok(runbook.current.clone()) };
    let heads = web.desk.runbook_versions(&runbook.slug).await?;
    let head = heads.iter().find(|head| head.number == number).ok_or(Problem::NotFound("version"))?;
    web.desk.edition(head.key).await.map(Some)
}

/// Whatever was said or done in the last runs.
struct Past {
    live: Vec<RunStory>,
    drills: Vec<RunStory>,
}

impl Past {
    async fn of(web: &Web, slug: &Slug) -> Result<Self, Problem> {
        let (live, drills) = (web.desk.newest_runs(slug, true, RUNS).await?, web.desk.newest_runs(slug, false, RUNS).await?);
        Ok(Self { live, drills })
    }

    /// Figures of the steps of the version in use, over live runs only.
    fn figures(&self, edition: &Edition, document: &Document) -> Vec<StepFigures> {
        let runs: Vec<_> = self
            .live
            .iter()
            .map(|story| {
                (story.run.started_at, story.events.iter().map(store::runbooks::RunEvent::for_rules).collect::<Vec<Event>>())
            })
            .collect();
        if runs.is_empty() {
            return Vec::new();
        }
        let times = history::times(&edition.plan, &runs);
        let figure = |time: history::StepTime| StepFigures {
            title: title_of(document, &time.id),
            id: time.id.to_string(),
            runs: time.runs,
            median_ms: median(time.ms),
            skipped: time.skipped,
            failed: time.failed,
        };
        times.into_iter().filter(|time| time.runs > 0).map(figure).collect()
    }

    /// Notes that the runbook is wrong, of runs of every kind.
    fn wrong(&self, document: Option<&Document>) -> Vec<WrongNote> {
        let of = |story: &RunStory| {
            let number = story.run.number;
            let notes = story.events.iter().filter(|event| event.content.deed == Deed::Wrong).map(move |event| WrongNote {
                run: number,
                step: event
                    .content
                    .step
                    .as_ref()
                    .map(|id| match document {
                        Some(document) => title_of(document, id),
                        None => id.to_string(),
                    })
                    .unwrap_or_default(),
                text: event.content.text.clone().unwrap_or_default(),
                actor: event.content.actor_name.clone(),
                at: event.content.occurred_at,
            });
            notes.collect::<Vec<_>>()
        };
        let mut notes: Vec<WrongNote> = self.live.iter().chain(&self.drills).flat_map(of).collect();
        notes.sort_by_key(|note| std::cmp::Reverse(note.at));
        notes.truncate(NOTES_MAX);
        notes
    }
}

fn title_of(document: &Document, id: &StepId) -> String {
    document.step(id).map_or_else(|| id.to_string(), |step| plain(&step.title))
}

/// The middle one; two say too little.
fn median(mut ms: Vec<u64>) -> Option<u64> {
    ms.sort_unstable();
    (ms.len() >= 2).then(|| ms[(ms.len() - 1) / 2])
}

/// A run whose version can no longer be followed: nobody can say where it stands.
fn bare_row(run: &Run) -> RunRow {
    RunRow {
        number: run.number,
        runbook: run.version.runbook.to_string(),
        title: run.version.runbook.to_string(),
        mode: run.mode,
        state: run.state,
        outcome: run.outcome,
        incident: run.incident.map(|(_, number)| number),
        started_by: run.actor_name.clone(),
        started_at: run.started_at,
        finished_at: run.finished_at,
        settled: 0,
        total: 0,
    }
}

/// Runs as rows, each with the version that it followed.
async fn run_rows(web: &Web, stories: &[RunStory], language: Language) -> Result<Vec<RunRow>, Problem> {
    let mut rows = Vec::with_capacity(stories.len());
    for story in stories {
        let Some(edition) = web.desk.followable(story.run.version.key).await? else {
            rows.push(bare_row(&story.run));
            continue;
        };
        let events: Vec<Event> = story.events.iter().map(store::runbooks::RunEvent::for_rules).collect();
        let progress = domain::runbook::run::fold::fold(&edition.plan, &events);
        rows.push(run_row(&story.run, &edition, &progress, language));
    }
    Ok(rows)
}

pub(super) async fn show_one(State(web): State<Web>, visit: Visit, Path(slug): Path<String>) -> Answer {
    with_form(&web, &visit, &slug, None).await
}

async fn with_form(web: &Web, visit: &Visit, slug: &str, review: Option<FormState>) -> Answer {
    let caller = visit.caller()?;
    caller.must(Permission::Read, visit.now)?;
    let library = web.desk.library();
    let runbook = find(&library, slug)?;
    let asked = query(visit, "version").and_then(|number| number.parse().ok());
    let edition = edition_numbered(web, runbook, asked).await?;
    let known = web.desk.runbook_use(&caller, &runbook.slug).await?;
    let languages = web.monitoring.offer().languages.clone();
    let stale = stale(runbook, &known, &languages, visit.now);
    let versions = web.desk.runbook_versions(&runbook.slug).await?;
    let past = Past::of(web, &runbook.slug).await?;
    let document = edition.as_deref().map(|edition| &edition.in_language(visit.language).1.document);
    let current = runbook.current.as_deref();
    let front = current.map(Edition::front);
    let last =
        |every: Option<std::time::Duration>, at: Option<domain::time::Timestamp>| every.and_then(|every| Some(at?.plus(every)));
    let reviewed = web.desk.newest_review(&runbook.slug).await?;
    let begun = current.map(|edition| edition.head.created_at);
    let shown = RunbookPage {
        text: edition.as_deref().map(|edition| runbook_text::of_edition(edition, visit.language, &desk_leads(&library))),
        shown_version: edition.as_deref().map(|edition| edition.head.number),
        versions: versions.iter().map(|head: &VersionHead| (head.number, head.created_at)).collect(),
        findings: file_rows(visit.language, &runbook.files),
        owner: front.and_then(|front| front.owner.clone()),
        files: if runbook.is_bundled { Vec::new() } else { runbook.files.iter().map(|file| file.path.clone()).collect() },
        review_due_at: last(front.and_then(|front| front.review_every), known.reviewed_at.or(begun)),
        drill_due_at: last(front.and_then(|front| front.drill_every), known.drilled_at.or(begun)),
        reviewed: reviewed.map(|review| (review.at, review.actor_name)),
        figures: match (current, document) {
            (Some(current), Some(_)) => past.figures(current, &current.in_language(visit.language).1.document),
            _ => Vec::new(),
        },
        runs: run_rows(web, &past.live, visit.language).await?,
        drills: run_rows(web, &past.drills, visit.language).await?,
        wrong: past.wrong(document),
        may_run: web.desk.may_run(&caller, None),
        may_review: caller.must(Permission::Configure, visit.now).is_ok(),
        review_form: review.unwrap_or_default().with("version", current.map_or(0, |edition| edition.head.number).to_string()),
        row: runbook_row(runbook, &known, visit.language, due(&stale)),
    };
    page(web, visit, DeskPage::Runbook(Box::new(shown))).await
}

pub(super) async fn review(State(web): State<Web>, visit: Visit, Path(slug): Path<String>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let outcome = web.desk.review_runbook(&visit.caller()?, &slug, typed.version(), typed.get("note")).await;
    let Err(problem) = outcome else { return Ok(done(&at(&slug), "runbook-reviewed")) };
    let mut form = typed.state();
    let refusal = form::refuse(&mut form, problem, &visit)?;
    form.values.retain(|(name, _)| name != "version");
    refusal.with(with_form(&web, &visit, &slug, Some(form)).await)
}

/// The source of a step without those below it.
fn source_of(text: &EditionText, place: usize) -> String {
    let Some(step) = text.document.steps.get(place) else { return String::new() };
    let end = text.document.children(place).next().map_or(step.span.end, |child| text.document.steps[child].span.start);
    text.source.get(step.span.start..end).unwrap_or_default().trim_end().to_owned()
}

/// How two versions differ, step by step, in a language that both have.
pub(in crate::web) fn changes(before: &Edition, after: &Edition, language: Language) -> Vec<StepChange> {
    fn all(edition: &Edition) -> Vec<(&str, &Document)> {
        edition.texts.values().map(|text| (text.source.as_str(), &text.document)).collect()
    }
    let has_both = |language: &Language| before.texts.contains_key(language) && after.texts.contains_key(language);
    let shown = std::iter::once(language).chain(Language::ALL).find(has_both).unwrap_or(language);
    let (old, new) = (before.in_language(shown).1, after.in_language(shown).1);
    let source = |text: &EditionText, id: &StepId| {
        let place = text.document.steps.iter().position(|step| step.id.as_ref() == Some(id));
        place.map(|place| source_of(text, place)).unwrap_or_default()
    };
    let compared = compare(&all(before), &all(after));
    compared
        .into_iter()
        .map(|one| StepChange {
            before: if one.change == Change::New { String::new() } else { source(old, &one.id) },
            after: if one.change == Change::Removed { String::new() } else { source(new, &one.id) },
            what: one.change.name(),
            id: one.id.to_string(),
        })
        .collect()
}

pub(super) async fn diff(State(web): State<Web>, visit: Visit, Path(slug): Path<String>) -> Answer {
    visit.caller()?.must(Permission::Read, visit.now)?;
    let library = web.desk.library();
    let runbook = find(&library, &slug)?;
    let versions: Vec<i64> = web.desk.runbook_versions(&runbook.slug).await?.iter().map(|head| head.number).collect();
    let asked = |name: &str| query(&visit, name).and_then(|number| number.parse::<i64>().ok());
    let newest = versions.first().copied().ok_or(Problem::NotFound("version"))?;
    let to = asked("to").unwrap_or(newest);
    let from = asked("from").unwrap_or_else(|| versions.iter().copied().find(|number| *number < to).unwrap_or(to));
    let (before, after) = (edition_numbered(&web, runbook, Some(from)).await?, edition_numbered(&web, runbook, Some(to)).await?);
    let (Some(before), Some(after)) = (before, after) else { return Err(Problem::NotFound("version").into()) };
    let shown = VersionDiffPage {
        title: after.title(visit.language),
        slug,
        from,
        to,
        steps: changes(&before, &after, visit.language),
        versions,
    };
    page(&web, &visit, DeskPage::VersionDiff(shown)).await
}
