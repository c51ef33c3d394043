//! Paste a timeline: look how each line is understood, correct what was not, save what is ticked.

use app::data::desk::{DeskPage, FormState, PasteLine, PastePage};
use axum::extract::{Path, State};
use domain::incident::paste::{self, LINES_MAX, Reading, read};
use domain::incident::when;
use domain::incident::work::Source;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::super::super::{Web, zone_named};
use super::super::form::{self, Sent, Typed};
use super::super::show::{Answer, done, form_page};
use super::super::visit::Visit;
use super::show::typed_time;

use super::{at, story};
use crate::service::incidents::EntryWanted;
use crate::service::problem::Problem;

async fn paste_page(web: &Web, visit: &Visit, number: i64, form: FormState, lines: Vec<PasteLine>) -> Answer {
    let form = form::numbered(form);
    let story = story(web, visit, number).await?;
    if !web.desk.may_write(&visit.caller()?, &story.incident) {
        return Err(Problem::Forbidden.into());
    }
    let shown = PastePage {
        number,
        title: story.incident.facts.title.get(visit.language).to_owned(),
        zone: zone_named(&story.incident.facts.zone),
        lines,
        user: visit.person().map(|person| person.id.to_string()).unwrap_or_default(),
        form: form.clone(),
    };
    form_page(web, visit, &form, DeskPage::Paste(shown)).await
}

pub(in super::super) async fn show(State(web): State<Web>, visit: Visit, Path(number): Path<i64>) -> Answer {
    let story = story(&web, &visit, number).await?;
    let zone = zone_named(&story.incident.facts.zone);
    let day = story.incident.facts.opened_at.to_jiff().to_zoned(zone).date();
    paste_page(&web, &visit, number, FormState::default().with("day", day.to_string()), Vec::new()).await
}

/// What was pasted, line by line, with how it is understood.
fn look(visit: &Visit, typed: Typed, zone: &TimeZone) -> (FormState, Vec<PasteLine>) {
    let text = visit.text();
    let day = typed.get("day").parse::<Date>();
    let pasted = typed.exact("text").to_owned();
    let mut form = FormState::default().with("text", pasted.as_str()).with("day", typed.get("day"));
    let Ok(day) = day else {
        form.refuse("day", text.get("invalid-day"));
        return (form, Vec::new());
    };
    if pasted.trim().is_empty() {
        form.refuse("text", text.get("invalid-paste-empty"));
        return (form, Vec::new());
    }
    if paste::lines(&pasted) > LINES_MAX {
        form.refuse("text", text.get("invalid-paste-long"));
        return (form, Vec::new());
    }
    let read = read(&pasted, day, zone, visit.now);
    let mut lines = Vec::with_capacity(read.len());
    for (index, line) in read.into_iter().enumerate() {
        let (at, body, problem) = match line.reading {
            Reading::Row { at, precision, body } => (Some((at, precision)), body, None),
            Reading::Unreadable(problem) => (None, line.source.trim().to_owned(), Some(text.get(problem.key()))),
        };
        let written = at.map(|(at, precision)| typed_time(at, precision, zone)).unwrap_or_default();
        form = form
            .with(&format!("line_{index}"), line.source.as_str())
            .with(&format!("number_{index}"), line.number.to_string())
            .with(&format!("at_{index}"), written)
            .with(&format!("kind_{index}"), "note")
            .with(&format!("body_{index}"), body);
        if at.is_some() {
            form = form.with(&format!("take_{index}"), "yes");
        }
        let is_taken = at.is_some();
        lines.push(PasteLine { number: line.number, source: line.source, at: at.map(|(at, _)| at), problem, is_taken });
    }
    form = form.with("count", lines.len().to_string());
    (form, lines)
}

/// The lines as they were corrected.
fn corrected(visit: &Visit, typed: &Typed, zone: &TimeZone) -> Vec<PasteLine> {
    let count = typed.get("count").parse::<usize>().unwrap_or(0).min(LINES_MAX);
    let text = visit.text();
    let of = |name: &str, index: usize| typed.get(&format!("{name}_{index}")).to_owned();
    let line = |index: usize| {
        let is_taken = typed.has(&format!("take_{index}"));
        let written = of("at", index);
        // Nothing is now in the composer; here it is a line whose time nobody knows.
        let read = if written.is_empty() { None } else { Some(when::understand(&written, visit.now, zone)) };
        let (at, problem) = match read {
            None => (None, is_taken.then(|| text.get("paste-no-time"))),
            Some(Ok(understood)) => (Some(understood.at), None),
            Some(Err(error)) => (None, Some(text.get(error.key()))),
        };
        PasteLine { number: of("number", index).parse().unwrap_or(index + 1), source: of("line", index), at, problem, is_taken }
    };
    (0..count).map(line).collect()
}

pub(in super::super) async fn post(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let story = story(&web, &visit, number).await?;
    let zone = zone_named(&story.incident.facts.zone);
    if typed.has("look") || typed.get("count").is_empty() {
        let (form, lines) = look(&visit, typed, &zone);
        return paste_page(&web, &visit, number, form, lines).await;
    }
    let lines = corrected(&visit, &typed, &zone);
    if typed.has("correct") {
        return paste_page(&web, &visit, number, typed.state(), lines).await;
    }
    save(&web, &visit, number, typed, lines).await
}

async fn save(web: &Web, visit: &Visit, number: i64, typed: Typed, lines: Vec<PasteLine>) -> Answer {
    let taken: Vec<usize> = lines.iter().enumerate().filter(|(_, line)| line.is_taken).map(|(index, _)| index).collect();
    let text = visit.text();
    let wrong: Vec<usize> = taken.iter().copied().filter(|index| lines[*index].at.is_none()).collect();
    if taken.is_empty() || !wrong.is_empty() {
        let mut form = typed.state();
        if taken.is_empty() {
            form.refuse("", text.get("invalid-paste-nothing"));
        }
        for index in wrong {
            let problem = lines[index].problem.clone().unwrap_or_else(|| text.get("paste-no-time"));
            form.refuse(
                &format!("at_{index}"),
                text.with("paste-line-problem", &[("line", lines[index].number.into()), ("problem", problem.into())]),
            );
        }
        return paste_page(web, visit, number, form, lines).await;
    }
    let wanted = taken.iter().map(|index| {
        let of = |name: &str| typed.get(&format!("{name}_{index}")).to_owned();
        EntryWanted {
            kind: of("kind"),
            body: of("body"),
            at: of("at"),
            typed_at: None,
            precision: String::new(),
            rejected: Vec::new(),
            hypothesis: String::new(),
            visibility: String::new(),
            is_starred: false,
            op: None,
            keep_secrets: typed.has("keep_secrets"),
            source: Source::Import,
        }
    });
    let caller = typed.once(visit.caller()?);
    let problem = match web.desk.add_entries(&caller, number, wanted.collect()).await {
        Ok(_) => return Ok(done(&at(number), "timeline-pasted")),
        Err(problem) => at_lines(problem, &taken),
    };
    let mut form = typed.state();
    let refusal = form::refuse(&mut form, problem, visit)?;
    refusal.with(paste_page(web, visit, number, form, lines).await)
}

/// The service counts the rows that it was given; the form counts lines.
fn at_lines(problem: Problem, taken: &[usize]) -> Problem {
    let Problem::Invalid(mut all) = problem else { return problem };
    for invalid in &mut all {
        if let Some((name, index)) = invalid.field.rsplit_once('_')
            && let Some(line) = index.parse::<usize>().ok().and_then(|index| taken.get(index))
        {
            invalid.field = format!("{name}_{line}");
        }
    }
    Problem::Invalid(all)
}
