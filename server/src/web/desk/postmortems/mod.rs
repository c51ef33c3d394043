//! Postmortems: the list, where one begins, and one with everything about it. The editor with what it asks for is in [`write`], what others say in
//! [`review`], what is gone through before everybody may read it in [`publish`], what was written elsewhere in [`import`].

pub(super) mod import;
pub(super) mod publish;
pub(super) mod review;
pub(super) mod write;

use std::collections::HashMap;
use std::ops::Range;

use app::data::desk::{
    CommentLine, DeskPage, DeskPiece, FormState, PostmortemLine, PostmortemNewPage, PostmortemShowPage, PostmortemsPage,
    ReviewLine, RevisionLine, ShownText, WaitingLine,
};
use axum::extract::{Path, State};
use domain::account::Permission;
use domain::postmortem::block::{BlockKind, Piece, pieces};
use domain::postmortem::frozen::{Record, Shown};
use domain::postmortem::{Content, State as PostmortemState, Verdict};
use domain::text::Language;
use domain::time::Timestamp;
use store::postmortems::{Comment, IncidentHead, LISTED_MAX, Listed, PostmortemStory, RevisionHead};

use super::super::postmortem_marks::{Passage, passages};
use super::super::postmortem_text::{Reading, body, row};
use super::super::{Web, markdown, zone_named};
use super::form::{self, Sent, Typed};
use super::show::{Answer, done, form_page, on_to, page, query, with_status};
use super::visit::Visit;
use crate::service::incidents::Found;
use crate::service::postmortems::record::Gathered;
use crate::service::postmortems::{is_late, is_own};
use crate::service::problem::Problem;

/// The page of a postmortem.
pub(super) fn at(number: i64) -> String {
    format!("{HERE}/{number}")
}

const HERE: &str = "/desk/postmortems";
/// Rows of the list on one page.
const ROWS: u32 = 50;
/// Digits of a hash that are shown.
const HASH_DIGITS: usize = 10;

/// Names of people, by key; nobody's when they cannot be read.
async fn people(web: &Web) -> HashMap<i64, String> {
    web.desk.people_names().await.unwrap_or_default()
}

fn sorted(people: &HashMap<i64, String>) -> Vec<String> {
    let mut names: Vec<String> = people.values().cloned().collect();
    names.sort_unstable();
    names
}

fn line(listed: &Listed, language: Language, people: &HashMap<i64, String>) -> PostmortemLine {
    let facts = &listed.postmortem.facts;
    let own = listed.content_title.as_ref().map(|title| title.best(language).1.to_owned()).filter(|title| !title.is_empty());
    PostmortemLine {
        number: listed.postmortem.number,
        title: own.unwrap_or_else(|| listed.incident.title.get(language).to_owned()),
        state: facts.state,
        analysis: facts.analysis,
        incident: listed.incident.number,
        opened_at: listed.incident.opened_at,
        published_at: listed.published_at,
        owner: facts.owner.and_then(|owner| people.get(&owner).cloned()),
    }
}

/// Incidents that wait for a postmortem, as they are listed.
pub(super) fn waiting_lines(waiting: &[IncidentHead], language: Language, now: Timestamp) -> Vec<WaitingLine> {
    let line = |one: &IncidentHead| WaitingLine {
        number: one.number,
        title: one.title.get(language).to_owned(),
        severity: one.severity,
        opened_at: one.opened_at,
        is_late: is_late(one, now),
    };
    waiting.iter().map(line).collect()
}

pub(super) async fn show(State(web): State<Web>, visit: Visit) -> Answer {
    let caller = visit.caller()?;
    caller.must(Permission::Read, visit.now)?;
    let people = people(&web).await;
    let before = query(&visit, "before").and_then(|before| before.parse().ok());
    let is_first = before.is_none();
    let (under_way, settled): (Vec<_>, Vec<_>) = PostmortemState::ALL.iter().copied().partition(|state| state.is_under_way());
    let (waiting, open) = if is_first {
        (web.desk.without_postmortem(&caller).await?, web.desk.postmortem_list(&caller, &under_way, None, LISTED_MAX).await?)
    } else {
        (Vec::new(), Vec::new())
    };
    let mut rest = web.desk.postmortem_list(&caller, &settled, before, ROWS + 1).await?;
    let has_more = rest.len() > ROWS as usize;
    rest.truncate(ROWS as usize);
    let older = rest.last().filter(|_| has_more).map(|last| format!("{HERE}?before={}", last.postmortem.number));
    let lines = |all: &[Listed]| all.iter().map(|one| line(one, visit.language, &people)).collect();
    let shown = PostmortemsPage {
        waiting: waiting_lines(&waiting, visit.language, visit.now),
        under_way: lines(&open),
        rest: lines(&rest),
        older,
    };
    page(&web, &visit, DeskPage::Postmortems(shown)).await
}

async fn new_page(web: &Web, visit: &Visit, incident: i64, form: FormState) -> Answer {
    let caller = visit.caller()?;
    let Found::Story(story) = web.desk.incident(&caller, incident).await? else {
        return Err(Problem::Refused("refused-merged").into());
    };
    let templates = web.desk.templates().await;
    let shown = PostmortemNewPage {
        incident,
        title: story.incident.facts.title.get(visit.language).to_owned(),
        templates: templates.into_iter().map(|one| (one.slug.to_string(), one.name.get(visit.language).to_owned())).collect(),
        may_waive: web.desk.may_publish(&caller),
        form: form.clone(),
    };
    form_page(web, visit, &form, DeskPage::PostmortemNew(shown)).await
}

pub(super) async fn show_new(State(web): State<Web>, visit: Visit, Path(incident): Path<i64>) -> Answer {
    let caller = visit.caller()?;
    caller.must(Permission::Respond, visit.now)?;
    if let Found::Story(story) = web.desk.incident(&caller, incident).await?
        && let Some(there) = web.desk.postmortem_of(&caller, story.incident.key).await?
        && there.facts.state != PostmortemState::Waived
    {
        return Ok(on_to(&at(there.number)));
    }
    new_page(&web, &visit, incident, FormState::default()).await
}

pub(super) async fn begin(State(web): State<Web>, visit: Visit, Path(incident): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    match web.desk.begin_postmortem(&visit.caller()?, incident, typed.get("template")).await {
        Ok(number) => Ok(done(&format!("{}/edit", at(number)), "postmortem-begun")),
        Err(problem) => {
            let mut form = typed.state();
            let refusal = form::refuse(&mut form, problem, &visit)?;
            refusal.with(new_page(&web, &visit, incident, form).await)
        }
    }
}

pub(super) async fn waive(State(web): State<Web>, visit: Visit, Path(incident): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    match web.desk.waive_postmortem(&visit.caller()?, incident, typed.get("reason")).await {
        Ok(number) => Ok(done(&at(number), "postmortem-waived")),
        Err(problem) => {
            let mut form = typed.state();
            let refusal = form::refuse(&mut form, problem, &visit)?;
            refusal.with(new_page(&web, &visit, incident, form).await)
        }
    }
}

/// Where pictures are for those at the desk.
fn pictures(number: i64) -> String {
    format!("{}/files/", at(number))
}

/// A text with its blocks as they are now, and what of them nobody outside will see.
pub(super) fn shown_pieces(reading: &Reading<'_>, text: &str, gathered: &Gathered) -> Vec<DeskPiece> {
    let inside = Record { timeline: gathered.internal.clone(), ..Record::default() };
    let (all, _) = pieces(text);
    let mut internal = all.into_iter().filter_map(|piece| match piece {
        Piece::Block(block, _) => Some(match (block.kind, block.is_public, inside.shown(&block)) {
            (BlockKind::Timeline, false, Shown::Timeline(rows)) => rows.iter().map(|one| row(reading, one)).collect(),
            _ => Vec::new(),
        }),
        Piece::Text(_) => None,
    });
    let with_internal = |piece: app::data::BodyPiece| {
        let is_block = matches!(piece, app::data::BodyPiece::Block { .. });
        DeskPiece { internal: if is_block { internal.next().unwrap_or_default() } else { Vec::new() }, piece }
    };
    body(reading, text, &gathered.record).into_iter().map(with_internal).collect()
}

/// Passages of texts that comments speak of which nobody has seen to.
type Passages = HashMap<Language, Vec<Passage>>;

/// Texts of a revision as they would be read.
fn shown_texts(content: &Content, number: i64, gathered: &Gathered, passages: &Passages) -> Vec<ShownText> {
    let pictures = pictures(number);
    let text = |language: Language| {
        let passages = passages.get(&language).map(Vec::as_slice).unwrap_or_default();
        let reading = Reading { passages, ..Reading::new(language, &pictures) };
        ShownText {
            language,
            title: content.title.get(language).to_owned(),
            zone: zone_named(&gathered.record.zone),
            pieces: shown_pieces(&reading, content.body.get(language), gathered),
        }
    };
    content.body.languages().map(text).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().take(HASH_DIGITS / 2).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn revision_line(head: &RevisionHead, story: &PostmortemStory) -> RevisionLine {
    let is_approved = story.reviews.iter().any(|review| review.revision == head.number && review.verdict == Verdict::Approve);
    RevisionLine {
        number: head.number,
        message: head.message.clone(),
        is_minor: head.is_minor,
        author: head.author_name.clone(),
        at: head.created_at,
        hash: hex(&head.sha256),
        is_published: story.publications.first().is_some_and(|newest| newest.revision == head.number),
        is_approved,
    }
}

/// The line of one in lists, made of everything about it.
async fn line_of(
    web: &Web,
    visit: &Visit,
    story: &PostmortemStory,
    people: &HashMap<i64, String>,
) -> Result<PostmortemLine, Problem> {
    let incident = web.desk.incident(&visit.caller()?, story.incident_number).await?;
    let (title, opened_at) = match &incident {
        Found::Story(incident) => {
            (incident.incident.facts.title.get(visit.language).to_owned(), incident.incident.facts.opened_at)
        }
        Found::Merged(_) => (String::new(), story.postmortem.created_at),
    };
    let facts = &story.postmortem.facts;
    let own = story.newest.as_ref().map(|newest| newest.content.title.best(visit.language).1.to_owned());
    Ok(PostmortemLine {
        number: story.postmortem.number,
        title: own.filter(|title| !title.is_empty()).unwrap_or(title),
        state: facts.state,
        analysis: facts.analysis,
        incident: story.incident_number,
        opened_at,
        published_at: story.publications.first().map(|newest| newest.published_at),
        owner: facts.owner.and_then(|owner| people.get(&owner).cloned()),
    })
}

/// Forms on the page of a postmortem, one of which may have been refused.
#[derive(Default)]
pub(super) struct Forms {
    pub(super) facts: Option<FormState>,
    pub(super) review: FormState,
    pub(super) comment: FormState,
    pub(super) retract: FormState,
}

fn facts_form(story: &PostmortemStory, people: &HashMap<i64, String>) -> FormState {
    let facts = &story.postmortem.facts;
    FormState::default()
        .with("slug", facts.slug.as_ref().map(ToString::to_string).unwrap_or_default())
        .with("analysis", facts.analysis.name())
        .with("cause", facts.cause.name())
        .with("owner", facts.owner.and_then(|owner| people.get(&owner).cloned()).unwrap_or_default())
        .with("no_actions", facts.no_actions.clone().unwrap_or_default())
}

/// A comment with its answers, and where its passage is now; that is marked there if nobody has seen to it.
fn comment_line(
    comment: &Comment,
    story: &PostmortemStory,
    old: &HashMap<i64, Content>,
    passages: &mut HashMap<Language, Vec<(String, Range<usize>)>>,
) -> CommentLine {
    let text = story.newest.as_ref().map(|newest| newest.content.body.get(comment.language)).unwrap_or_default();
    let range = comment.anchor.as_ref().and_then(|anchor| {
        let before = old.get(&comment.revision).map(|content| content.body.get(comment.language)).unwrap_or_default();
        anchor.follow(before, text)
    });
    let now = range.clone().map(|range| text[range].to_owned());
    let passage = range.filter(|_| comment.resolved.is_none()).map(|range| (comment.id.to_string(), range));
    passages.entry(comment.language).or_default().extend(passage);
    let answers = story.comments.iter().filter(|answer| answer.parent == Some(comment.key));
    CommentLine {
        id: comment.id.to_string(),
        quote: comment.anchor.as_ref().map(|anchor| anchor.quote.clone()),
        now,
        // Known when the text is made.
        is_marked: false,
        html: markdown::html(&comment.body),
        name: comment.actor_name.clone(),
        at: comment.created_at,
        resolved_by: comment.resolved.as_ref().map(|(_, by)| by.clone()),
        answers: answers.map(|one| (one.actor_name.clone(), one.created_at, markdown::html(&one.body))).collect(),
    }
}

/// Who types at the moment, without whoever looks.
fn typing(story: &PostmortemStory, people: &HashMap<i64, String>, own: i64) -> Vec<(String, domain::time::Timestamp)> {
    let others = story.typing.iter().filter(|(key, _)| *key != own);
    others.filter_map(|(key, at)| Some((people.get(key)?.clone(), *at))).collect()
}

pub(super) async fn show_one(State(web): State<Web>, visit: Visit, Path(number): Path<i64>) -> Answer {
    with_forms(&web, &visit, number, Forms::default()).await
}

/// The page with what was typed into its forms, and what is wrong with that.
pub(super) async fn with_forms(web: &Web, visit: &Visit, number: i64, forms: Forms) -> Answer {
    let caller = visit.caller()?;
    let story = web.desk.postmortem(&caller, number).await?;
    let people = people(web).await;
    let gathered = web.desk.gather(&caller, story.incident_number).await?;
    let line = line_of(web, visit, &story, &people).await?;
    // The texts in which passages were marked.
    let mut old: HashMap<i64, Content> = HashMap::new();
    for revision in story.comments.iter().filter(|comment| comment.anchor.is_some()).map(|comment| comment.revision) {
        if !old.contains_key(&revision)
            && let Ok(found) = web.desk.revision(&caller, number, revision).await
        {
            old.insert(revision, found.content);
        }
    }
    let own_id = visit.person().map(|person| person.id.to_string()).unwrap_or_default();
    let published = story.publications.first().map_or(0, |last| last.revision);
    let since: Vec<RevisionHead> = story.revisions.iter().filter(|head| head.number > published).cloned().collect();
    let own_key = visit.person().map_or(0, |person| person.key);
    let refused = [forms.facts.as_ref(), Some(&forms.review), Some(&forms.comment), Some(&forms.retract)];
    let is_refused = refused.into_iter().flatten().any(|form| !form.errors.is_empty());
    let mut ranges = HashMap::new();
    let mut comments: Vec<CommentLine> = story
        .comments
        .iter()
        .filter(|comment| comment.parent.is_none())
        .map(|comment| comment_line(comment, &story, &old, &mut ranges))
        .collect();
    let content = story.newest.as_ref().map(|newest| newest.content.clone());
    let made = tokio::task::spawn_blocking(move || {
        let Some(content) = content else { return Vec::new() };
        let of = |(language, ranges): (Language, Vec<_>)| (language, passages(content.body.get(language), ranges));
        shown_texts(&content, number, &gathered, &ranges.into_iter().map(of).collect())
    });
    let texts = made.await.map_err(|_| Problem::Busy)?;
    let is_marked = |id: &str| {
        let mark = format!("id=\"passage-{id}\"");
        let pieces = texts.iter().flat_map(|shown| &shown.pieces);
        pieces.into_iter().any(|piece| matches!(&piece.piece, app::data::BodyPiece::Html(html) if html.contains(&mark)))
    };
    for comment in &mut comments {
        comment.is_marked = comment.quote.is_some() && comment.resolved_by.is_none() && is_marked(&comment.id);
    }
    let shown = PostmortemShowPage {
        version: story.postmortem.version,
        reason: story.postmortem.facts.reason.clone(),
        slug: story.postmortem.facts.slug.as_ref().map(ToString::to_string),
        newest: story.newest.as_ref().map(|newest| newest.head.number),
        texts,
        revisions: story.revisions.iter().map(|head| revision_line(head, &story)).collect(),
        publications: story
            .publications
            .iter()
            .map(|one| (one.number, one.revision, one.published_at, one.published_by.clone(), one.message.clone()))
            .collect(),
        reviews: story
            .reviews
            .iter()
            .map(|one| ReviewLine {
                revision: one.revision,
                verdict: one.verdict,
                note: one.note.clone(),
                name: one.actor_name.clone(),
                is_own: one.is_own,
                at: one.at,
            })
            .collect(),
        comments,
        typing: typing(&story, &people, own_key),
        unsaved_at: story.typing.iter().find(|(key, _)| *key == own_key).map(|(_, at)| *at),
        is_own: is_own(&since, &own_id),
        is_alone: web.desk.is_alone(&caller).await?,
        people: sorted(&people),
        facts: forms.facts.unwrap_or_else(|| facts_form(&story, &people)),
        review: forms.review,
        comment: forms.comment,
        retract: forms.retract,
        line,
    };
    let status = if is_refused { axum::http::StatusCode::UNPROCESSABLE_ENTITY } else { axum::http::StatusCode::OK };
    with_status(web, visit, DeskPage::Postmortem(Box::new(shown)), status).await
}
