//! The editor, and what its script asks for: a preview, a place for what is typed, pictures, what can be mentioned. Without the script the form saves.

use std::collections::BTreeMap;
use std::time::Duration;

use app::data::desk::{DeskPage, FormState, PostmortemComparePage, PostmortemEditPage, PostmortemMergePage, ShownText};
use app::pages::desk::postmortem_show::pieces_html;
use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::account::Permission;
use domain::incident::work::Visibility;
use domain::postmortem::compare::compare as compared;
use domain::postmortem::{Content, Texts};
use domain::text::Language;
use serde::Deserialize;
use serde_json::json;
use store::incidents::EntryContent;
use store::postmortems::RevisionHead;
use store::runbooks::runs::RunFilter;
use uuid::Uuid;

use super::super::super::postmortem_text::Reading;
use super::super::super::{FluentMessages, Web, markdown, words_in, zone_named};
use super::super::form::{self, Sent, Typed, after};
use super::super::incidents::evidence::{SentFile, read};
use super::super::show::{Answer, done, form_page, on_to, query, with_status};
use super::super::visit::Visit;
use super::{at, people, pictures, revision_line, shown_pieces, typing};
use crate::service::incidents::Found;
use crate::service::postmortems::{Choice, Merging, Saved, TextWanted};
use crate::service::problem::Problem;

/// The header with whose text it is: another person may have signed in in the same browser meanwhile.
const USER_HEADER: &str = "yagura-user";
/// Keys of the editor's words, without `editor-`; the file that the script's author keeps.
const WORDS: &str = include_str!("../../../../../app/desk/editor/words.md");
/// Rows of a timeline that can be mentioned.
const ROWS_MAX: usize = 500;
/// Bytes that are read of what is no form.
const REFUSED_BYTES_MAX: usize = 1024 * 1024;
/// Runs that can be mentioned.
const RUNS_MAX: u32 = 100;
/// Characters of a row that a mention shows.
const LABEL_CHARS: usize = 60;

/// Words of the editor in a language, as JSON.
fn editor_words(language: Language) -> String {
    let keys = WORDS.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" |").map(|(key, _)| key.trim()));
    let words: BTreeMap<&str, String> =
        keys.filter_map(|key| Some((key, FluentMessages::find(language, &format!("editor-{key}"), &[])?))).collect();
    json!(words).to_string()
}

fn wanted(typed: &Typed) -> TextWanted {
    TextWanted {
        base: typed.get("base").parse().ok(),
        title: Texts { ja: typed.get("title_ja").to_owned(), en: typed.get("title_en").to_owned() },
        body: Texts { ja: typed.exact("body_ja").to_owned(), en: typed.exact("body_en").to_owned() },
        only: typed.get("only").to_owned(),
        message: typed.get("message").to_owned(),
        is_minor: typed.has("minor"),
        is_restored: false,
    }
}

fn form_of(base: Option<i64>, content: &Content, message: &str) -> FormState {
    FormState::default()
        .with("base", base.map(|base| base.to_string()).unwrap_or_default())
        .with("title_ja", content.title.ja.as_str())
        .with("title_en", content.title.en.as_str())
        .with("body_ja", content.body.ja.as_str())
        .with("body_en", content.body.en.as_str())
        .with("only", content.only.map(Language::tag).unwrap_or_default())
        .with("message", message)
}

async fn edit_page(web: &Web, visit: &Visit, number: i64, form: Option<FormState>) -> Answer {
    let caller = visit.caller()?;
    caller.must(Permission::Respond, visit.now)?;
    let story = web.desk.postmortem(&caller, number).await?;
    let names = people(web).await;
    let line = super::line_of(web, visit, &story, &names).await?;
    let buffer = web.desk.buffer(&caller, story.postmortem.key).await?;
    let person = caller.person()?.clone();
    let form = match (form, &buffer, &story.newest) {
        (Some(form), ..) => form,
        (None, Some(buffer), _) => form_of(buffer.base, &buffer.content, &buffer.message),
        (None, None, Some(newest)) => form_of(Some(newest.head.number), &newest.content, ""),
        (None, None, None) => form_of(None, &Content::default(), ""),
    };
    // What was written in another language stays at hand although the site does not offer it any more.
    let mut languages = web.monitoring.offer().languages.clone();
    let has = |language: Language| !form.value(&format!("body_{}", language.tag())).trim().is_empty();
    let others: Vec<Language> =
        Language::ALL.into_iter().filter(|language| !languages.contains(language) && has(*language)).collect();
    languages.extend(others);
    let shown = PostmortemEditPage {
        number,
        title: line.title,
        languages,
        buffer_at: buffer.map(|buffer| buffer.saved_at),
        typing: typing(&story, &names, person.key),
        words: editor_words(visit.language),
        user: person.id.to_string(),
        form: form.clone(),
    };
    form_page(web, visit, &form, DeskPage::PostmortemEdit(Box::new(shown))).await
}

pub(in super::super) async fn show(State(web): State<Web>, visit: Visit, Path(number): Path<i64>) -> Answer {
    edit_page(&web, &visit, number, None).await
}

pub(in super::super) async fn save(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let caller = visit.caller()?;
    match web.desk.save_revision(&caller, number, wanted(&typed)).await {
        Ok(Saved::Kept(_)) => Ok(done(&at(number), "postmortem-saved")),
        Ok(Saved::Same(_)) => Ok(done(&at(number), "postmortem-same")),
        Ok(Saved::Outdated(theirs)) => merge_page(&web, &visit, number, typed.state().with("theirs", theirs.to_string())).await,
        Err(problem) => {
            let mut form = typed.state();
            let refusal = form::refuse(&mut form, problem, &visit)?;
            refusal.with(edit_page(&web, &visit, number, Some(form)).await)
        }
    }
}

/// What was typed, out of a form that comes back.
fn wanted_of(form: &FormState) -> TextWanted {
    TextWanted {
        base: form.value("base").parse().ok(),
        title: Texts { ja: form.value("title_ja"), en: form.value("title_en") },
        body: Texts { ja: form.value("body_ja"), en: form.value("body_en") },
        only: form.value("only"),
        message: form.value("message"),
        ..TextWanted::default()
    }
}

/// Somebody saved meanwhile: the page on which both are put together.
async fn merge_page(web: &Web, visit: &Visit, number: i64, form: FormState) -> Answer {
    let caller = visit.caller()?;
    let merging = web.desk.merging(&caller, number, &wanted_of(&form)).await?;
    shown_merge(web, visit, number, &merging, form).await
}

async fn shown_merge(web: &Web, visit: &Visit, number: i64, merging: &Merging, form: FormState) -> Answer {
    let theirs = &merging.theirs;
    let mut form = form;
    form.values.retain(|(name, _)| name != "theirs");
    let form = form.with("theirs", theirs.number.to_string());
    let shown = PostmortemMergePage {
        number,
        theirs: (theirs.number, theirs.author_name.clone(), theirs.created_at, theirs.message.clone()),
        parts: merging.parts.iter().map(|part| (part.field, part.language, part.regions.clone())).collect(),
        conflicts: merging.conflicts(),
        form,
    };
    with_status(web, visit, DeskPage::PostmortemMerge(Box::new(shown)), StatusCode::CONFLICT).await
}

/// Takes what came of a merge into the editor.
pub(in super::super) async fn merge(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let caller = visit.caller()?;
    let merging = web.desk.merging(&caller, number, &wanted(&typed)).await?;
    // A third one saved: what they wrote was not looked at.
    let is_same = typed.get("theirs").parse() == Ok(merging.theirs.number);
    let choices: Vec<Option<Choice>> =
        (0..merging.conflicts()).map(|place| Choice::from_name(typed.get(&format!("choice_{place}")))).collect();
    let message = typed.get("message").to_owned();
    if let Some(content) = merging.content(&choices).filter(|_| is_same) {
        web.desk.take_merged(&caller, number, &merging, content, &message).await?;
        Ok(done(&format!("{}/edit", at(number)), "postmortem-merged"))
    } else {
        let mut form = typed.state();
        form.refuse("", visit.text().get("invalid-choice-merge"));
        shown_merge(&web, &visit, number, &merging, form).await
    }
}

pub(in super::super) async fn discard(State(web): State<Web>, visit: Visit, Path(number): Path<i64>) -> Answer {
    after(web.desk.discard_buffer(&visit.caller()?, number).await, &at(number), "postmortem-discarded")
}

pub(in super::super) async fn restore(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let caller = visit.caller()?;
    caller.must(Permission::Respond, visit.now)?;
    let typed = Typed::from(sent);
    let revision: i64 = typed.get("revision").parse().map_err(|_| Problem::NotFound("revision"))?;
    let message = visit.text().with("revision-restored", &[("n", revision.into())]);
    match web.desk.restore_revision(&caller, number, revision, &message).await? {
        Saved::Kept(_) => Ok(done(&at(number), "postmortem-restored")),
        Saved::Same(_) => Ok(done(&at(number), "postmortem-same")),
        Saved::Outdated(_) => Err(Problem::Conflict.into()),
    }
}

/// What the editor's script is answered when something is wrong.
fn problem(status: StatusCode, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    let body = json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

/// True when another person signed in in this browser since the page was opened.
fn is_anothers(visit: &Visit, headers: &HeaderMap) -> bool {
    let named = headers.get(USER_HEADER).and_then(|value| value.to_str().ok());
    let own = visit.person().map(|person| person.id.to_string());
    named.is_some_and(|named| own.as_deref() != Some(named))
}

/// What is wrong with what was sent, in words.
fn told(visit: &Visit, refused: Problem) -> Answer {
    let mut form = FormState::default();
    match form::refuse(&mut form, refused, visit) {
        Ok(refusal) => {
            let words = form.errors.iter().map(|error| error.message.clone()).collect::<Vec<_>>().join(" ");
            refusal.with(Ok(problem(StatusCode::UNPROCESSABLE_ENTITY, &words)))
        }
        Err(stopped) => Err(stopped),
    }
}

/// What is typed, as the script sends it.
#[derive(Debug, Deserialize)]
pub(in super::super) struct Buffered {
    base: Option<i64>,
    #[serde(default)]
    title_ja: String,
    #[serde(default)]
    title_en: String,
    #[serde(default)]
    body_ja: String,
    #[serde(default)]
    body_en: String,
    #[serde(default)]
    only: String,
    #[serde(default)]
    message: String,
    /// How long ago it was typed, in milliseconds.
    typed_ago: u64,
}

pub(in super::super) async fn buffer(
    State(web): State<Web>,
    visit: Visit,
    Path(number): Path<i64>,
    headers: HeaderMap,
    sent: Result<Json<Buffered>, JsonRejection>,
) -> Answer {
    let caller = visit.caller()?;
    caller.must(Permission::Respond, visit.now)?;
    if is_anothers(&visit, &headers) {
        return Err(Problem::Forbidden.into());
    }
    let Ok(Json(sent)) = sent else { return Ok(problem(StatusCode::BAD_REQUEST, &visit.text().get("failure-not-a-form-text"))) };
    let wanted = TextWanted {
        base: sent.base,
        title: Texts { ja: sent.title_ja, en: sent.title_en },
        body: Texts { ja: sent.body_ja, en: sent.body_en },
        only: sent.only,
        message: sent.message,
        ..TextWanted::default()
    };
    match web.desk.keep_buffer(&caller, number, wanted, Duration::from_millis(sent.typed_ago)).await {
        Ok(saved_at) => Ok(Json(json!({ "saved_at": saved_at.as_ms() })).into_response()),
        Err(Problem::Conflict) => Ok(problem(StatusCode::CONFLICT, &visit.text().get("postmortem-typed-late"))),
        Err(refused) => told(&visit, refused),
    }
}

pub(in super::super) async fn preview(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let caller = visit.caller()?;
    caller.must(Permission::Respond, visit.now)?;
    let story = web.desk.postmortem(&caller, number).await?;
    let gathered = web.desk.gather(&caller, story.incident_number).await?;
    let language = Language::from_tag(typed.get("language")).unwrap_or(visit.language);
    let source = typed.exact("text").to_owned();
    let html = tokio::task::spawn_blocking(move || {
        let pictures = pictures(number);
        let reading = Reading::new(language, &pictures);
        let (title, zone) = (String::new(), zone_named(&gathered.record.zone));
        let shown = ShownText { language, title, zone, pieces: shown_pieces(&reading, &source, &gathered) };
        pieces_html(&words_in(language), &shown)
    });
    let html = html.await.map_err(|_| Problem::Busy)?;
    Ok(([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response())
}

pub(in super::super) async fn add_file(
    State(web): State<Web>,
    visit: Visit,
    Path(number): Path<i64>,
    headers: HeaderMap,
    request: Request,
) -> Answer {
    let caller = visit.caller()?;
    caller.must(Permission::Respond, visit.now)?;
    if is_anothers(&visit, &headers) {
        return Err(Problem::Forbidden.into());
    }
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let parts = if media_type.starts_with("multipart/form-data") {
        match Multipart::from_request(request, &web).await {
            Ok(parts) => read(parts).await,
            Err(_) => Err(Problem::invalid("file", "invalid-file-empty")),
        }
    } else {
        // Whoever is answered while still sending hears of a broken pipe, not of what was wrong.
        drop(to_bytes(request.into_body(), REFUSED_BYTES_MAX).await);
        Err(Problem::invalid("file", "invalid-file-empty"))
    };
    let kept = match parts {
        Ok(SentFile { wanted, .. }) => web.desk.add_postmortem_file(&caller, number, wanted).await,
        Err(problem) => Err(problem),
    };
    match kept {
        Ok((id, name)) => {
            let alt = name.replace(['[', ']', '\\'], " ");
            let answer = json!({
                "url": format!("{}{id}", pictures(number)), "name": name, "markdown": format!("![{}](files/{id})", alt.trim()),
            });
            Ok((StatusCode::CREATED, Json(answer)).into_response())
        }
        Err(refused) => told(&visit, refused),
    }
}

pub(in super::super) async fn file(State(web): State<Web>, visit: Visit, Path((number, id)): Path<(i64, Uuid)>) -> Answer {
    let (head, content) = web.desk.postmortem_file(&visit.caller()?, number, id).await?;
    let mut response = Response::new(Body::from(content));
    let media_type = HeaderValue::from_str(&head.media_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    response.headers_mut().insert(header::CONTENT_TYPE, media_type);
    Ok(response)
}

/// The first words of a row.
fn short(text: &str) -> String {
    let words = markdown::plain(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= LABEL_CHARS { words } else { words.chars().take(LABEL_CHARS - 1).chain(['…']).collect() }
}

/// Square brackets and backslashes mean something in Markdown.
fn plain_label(text: &str) -> String {
    text.replace(['[', ']', '\\'], " ").trim().to_owned()
}

/// What only the desk knows stands in a text as a passage that is withheld; whoever means it to be read takes the marks away.
fn held_back(words: String, is_inside: bool) -> String {
    if is_inside && !words.contains("||") { format!("||{}||", words.trim()) } else { words }
}

/// What can be mentioned.
pub(in super::super) async fn mentions(State(web): State<Web>, visit: Visit, Path(number): Path<i64>) -> Answer {
    let caller = visit.caller()?;
    caller.must(Permission::Respond, visit.now)?;
    let story = web.desk.postmortem(&caller, number).await?;
    let Found::Story(incident) = web.desk.incident(&caller, story.incident_number).await? else {
        return Ok(Json(json!([])).into_response());
    };
    let language = visit.language;
    let zone = zone_named(&incident.incident.facts.zone);
    let base = web.desk.base();
    let lead = |path: String| format!("{base}/{}{path}", language.tag());
    let inside = visit.text().get("mention-inside");
    let told_inside = |detail: String, is_inside: bool| if is_inside { format!("{detail} · {inside}") } else { detail };
    let mut all = Vec::new();
    for entry in incident.entries.iter().filter(|entry| entry.deleted_at.is_none()).take(ROWS_MAX) {
        let EntryContent::Words { body, .. } = &entry.content else { continue };
        let local = entry.occurred_at.to_jiff().to_zoned(zone.clone());
        let clock = format!("{:02}:{:02}", local.hour(), local.minute());
        let words = short(body);
        let is_inside = entry.visibility != Visibility::Public;
        let detail = told_inside(local.date().to_string(), is_inside);
        all.push(json!({ "kind": "row", "label": format!("{clock} {words}"), "detail": detail, "insert": held_back(format!("{clock} {words}"), is_inside) }));
    }
    let library = web.desk.library();
    let filter = RunFilter { incident: Some(story.incident_number), limit: RUNS_MAX, ..RunFilter::default() };
    for (run, edition, _) in web.desk.run_list(&caller, &filter).await? {
        let title = plain_label(&edition.title(language));
        let slug = &run.version.runbook;
        let is_public = library.runbooks.get(slug).is_some_and(|runbook| runbook.is_public);
        let insert =
            if is_public { format!("[{title}]({})", lead(format!("/runbooks/{slug}"))) } else { held_back(title.clone(), true) };
        let began = run.started_at.to_jiff().to_zoned(zone.clone());
        let detail = told_inside(format!("RUN-{} {:02}:{:02}", run.number, began.hour(), began.minute()), !is_public);
        all.push(json!({ "kind": "run", "label": title, "detail": detail, "insert": insert }));
    }
    for (spec_slug, name, is_public) in web
        .desk
        .configuration
        .whole()
        .config
        .components
        .iter()
        .map(|spec| (spec.slug.to_string(), spec.name.get(language).to_owned(), spec.is_public))
    {
        let label = plain_label(&name);
        let insert = if is_public {
            format!("[{label}]({})", lead(format!("/components/{spec_slug}")))
        } else {
            held_back(label.clone(), true)
        };
        all.push(json!({ "kind": "component", "label": label, "detail": told_inside(spec_slug, !is_public), "insert": insert }));
    }
    for (slug, runbook) in &library.runbooks {
        let Some(edition) = &runbook.current else { continue };
        let label = plain_label(&edition.title(language));
        let is_public = runbook.is_public;
        let insert =
            if is_public { format!("[{label}]({})", lead(format!("/runbooks/{slug}"))) } else { held_back(label.clone(), true) };
        all.push(
            json!({ "kind": "runbook", "label": label, "detail": told_inside(slug.to_string(), !is_public), "insert": insert }),
        );
    }
    for head in web.monitoring.state().incidents.heads().iter().take(ROWS_MAX) {
        let public = crate::service::incidents::told::public_number(head);
        let label = plain_label(head.facts.title.get(language));
        let insert = match public {
            Some(public) => format!("[{label}]({})", lead(format!("/incidents/{public}"))),
            None => held_back(label.clone(), true),
        };
        let detail = told_inside(format!("INC-{}", head.number), public.is_none());
        all.push(json!({ "kind": "incident", "label": label, "detail": detail, "insert": insert }));
    }
    Ok(Json(json!(all)).into_response())
}

/// Two revisions side by side; the newest and the one before, unless others are asked for.
pub(in super::super) async fn compare(State(web): State<Web>, visit: Visit, Path(number): Path<i64>) -> Answer {
    let caller = visit.caller()?;
    let story = web.desk.postmortem(&caller, number).await?;
    let names = people(&web).await;
    let newest = story.revisions.first().map_or(0, |newest| newest.number);
    if newest == 0 {
        return Ok(on_to(&at(number)));
    }
    let asked = |name: &str| query(&visit, name).and_then(|value| value.parse::<i64>().ok());
    let to = asked("to").unwrap_or(newest);
    let from = asked("from").unwrap_or_else(|| (to - 1).max(1));
    let (from, to) = (web.desk.revision(&caller, number, from).await?, web.desk.revision(&caller, number, to).await?);
    let line = super::line_of(&web, &visit, &story, &names).await?;
    let (from_line, to_line) = (revision_line(&from.head, &story), revision_line(&to.head, &story));
    let changes =
        tokio::task::spawn_blocking(move || differences(&from.content, &to.content)).await.map_err(|_| Problem::Busy)?;
    let shown = PostmortemComparePage {
        number,
        title: line.title,
        from: from_line,
        to: to_line,
        revisions: story.revisions.iter().map(|head: &RevisionHead| revision_line(head, &story)).collect(),
        changes,
        may_write: web.desk.may_write_postmortems(&caller),
    };
    super::page(&web, &visit, DeskPage::PostmortemCompare(Box::new(shown))).await
}

/// What differs between two texts, in each language.
fn differences(from: &Content, to: &Content) -> Vec<app::data::TextChanges> {
    let of = |field: &'static str, language: Language, pick: fn(&Content) -> &Texts| app::data::TextChanges {
        field,
        language,
        parts: compared(pick(from).get(language), pick(to).get(language)),
    };
    Language::ALL
        .into_iter()
        .flat_map(|language| [of("title", language, |content| &content.title), of("body", language, |content| &content.body)])
        .collect()
}
