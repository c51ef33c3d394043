//! Components: the list with their probes, and the form of those that are made here.

use app::data::desk::{ComponentChoice, ComponentEditPage, DeskPage, FormState};
use axum::extract::{Path, State};
use domain::account::Permission;
use domain::text::{Language, Slug};
use serde_json::{Map, Value, json};
use store::definitions::{Definition, DefinitionKind};

use super::super::{Web, overview};
use super::form::{self, Sent, Typed, after};
use super::show::{Answer, done, form_page, page};
use super::visit::Visit;
use crate::service::problem::{Invalid, Problem};
use crate::service::watching::Wanted;

const HERE: &str = "/desk/components";

pub(super) async fn show(State(web): State<Web>, visit: Visit) -> Answer {
    visit.caller()?.must(Permission::Read, visit.now)?;
    page(&web, &visit, DeskPage::Watching(overview::watching(&web, visit.language))).await
}

/// Something that was made here.
pub(super) fn definition(web: &Web, kind: DefinitionKind, slug: &str) -> Result<Definition, Problem> {
    let whole = web.desk.configuration.whole();
    let found = whole.definitions.iter().find(|known| known.kind == kind && known.slug.as_str() == slug);
    found.cloned().ok_or(Problem::NotFound("definition"))
}

/// Components to choose from.
pub(super) fn choices(web: &Web, language: Language) -> Vec<ComponentChoice> {
    let whole = web.desk.configuration.whole();
    let choice = |slug: &Slug, name: &str| ComponentChoice { slug: slug.to_string(), name: name.to_owned() };
    whole.config.components.iter().map(|component| choice(&component.slug, component.name.get(language))).collect()
}

async fn edit_page(web: &Web, visit: &Visit, slug: Option<String>, form: FormState) -> Answer {
    visit.caller()?.must(Permission::Configure, visit.now)?;
    let whole = web.desk.configuration.whole();
    let groups = whole.config.groups.iter();
    let is_needed = slug.as_ref().is_some_and(|slug| {
        let has_probe = whole.config.probes.iter().any(|probe| probe.component.as_str() == slug);
        let mut others = whole.config.components.iter().flat_map(|component| &component.depends_on);
        has_probe || others.any(|needed| needed.as_str() == slug)
    });
    let shown = ComponentEditPage {
        groups: groups
            .map(|group| ComponentChoice { slug: group.slug.to_string(), name: group.name.get(visit.language).to_owned() })
            .collect(),
        components: choices(web, visit.language).into_iter().filter(|choice| slug.as_ref() != Some(&choice.slug)).collect(),
        is_needed,
        slug,
        form: form.clone(),
    };
    form_page(web, visit, &form, DeskPage::ComponentEdit(shown)).await
}

pub(super) async fn show_new(State(web): State<Web>, visit: Visit) -> Answer {
    let form = FormState::default().with("public", "yes").with("combine", "standard");
    edit_page(&web, &visit, None, form).await
}

pub(super) async fn show_edit(State(web): State<Web>, visit: Visit, Path(slug): Path<String>) -> Answer {
    visit.caller()?.must(Permission::Configure, visit.now)?;
    let known = definition(&web, DefinitionKind::Component, &slug)?;
    edit_page(&web, &visit, Some(slug), from_definition(&known)).await
}

/// The texts of both languages: a mapping, or one text for both.
pub(super) fn localized(body: &Value, name: &str) -> [(&'static str, String); 2] {
    let of = |tag: &str| match &body[name] {
        Value::String(text) => text.clone(),
        texts => texts[tag].as_str().unwrap_or_default().to_owned(),
    };
    [("ja", of("ja")), ("en", of("en"))]
}

/// As the file has it: both languages, one, or nothing.
pub(super) fn to_localized(ja: &str, en: &str) -> Option<Value> {
    match (ja, en) {
        ("", "") => None,
        ("", one) | (one, "") => Some(one.into()),
        (ja, en) if ja == en => Some(ja.into()),
        (ja, en) => Some(json!({ "ja": ja, "en": en })),
    }
}

fn from_definition(known: &Definition) -> FormState {
    let body: Value = serde_json::from_str(&known.body).unwrap_or_default();
    let mut form = FormState::default().with("slug", known.slug.as_str()).with("version", known.version.to_string());
    for name in ["name", "description"] {
        for (tag, text) in localized(&body, name) {
            form = form.with(&format!("{name}_{tag}"), text);
        }
    }
    form = form.with("group", body["group"].as_str().unwrap_or_default());
    form = form.with("combine", body["combine"].as_str().unwrap_or("standard"));
    for needed in body["depends_on"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        form = form.with("depends_on", needed);
    }
    if body["public"] == Value::Bool(false) { form } else { form.with("public", "yes") }
}

/// As it would stand in the file.
fn to_body(slug: &str, typed: &Typed) -> Value {
    let mut body = Map::new();
    body.insert("slug".to_owned(), slug.into());
    for name in ["name", "description"] {
        let texts = to_localized(typed.get(&format!("{name}_ja")), typed.get(&format!("{name}_en")));
        body.extend(texts.map(|texts| (name.to_owned(), texts)));
    }
    if !typed.get("group").is_empty() {
        body.insert("group".to_owned(), typed.get("group").into());
    }
    let needed = typed.all("depends_on");
    if !needed.is_empty() {
        body.insert("depends_on".to_owned(), needed.into());
    }
    body.insert("public".to_owned(), typed.has("public").into());
    body.insert("combine".to_owned(), typed.get("combine").into());
    Value::Object(body)
}

/// Where in the form a mistake belongs.
fn field(path: &str) -> String {
    match path.split(['.', '[']).next().unwrap_or_default() {
        "name" => "name_en".to_owned(),
        "description" => "description_en".to_owned(),
        other => other.to_owned(),
    }
}

/// The slug that was typed.
pub(super) fn slug(typed: &str) -> Result<Slug, Problem> {
    typed.parse().map_err(|_| Problem::invalid("slug", "invalid-slug"))
}

/// Puts mistakes to the fields of the form.
pub(super) fn at_fields(problem: Problem, field: impl Fn(&str) -> String) -> Problem {
    match problem {
        Problem::Invalid(all) => {
            Problem::Invalid(all.into_iter().map(|one| Invalid { field: field(&one.field), ..one }).collect())
        }
        other => other,
    }
}

async fn keep(web: &Web, visit: &Visit, known: Option<String>, typed: Typed) -> Answer {
    let caller = visit.caller()?;
    let outcome = match slug(known.as_deref().unwrap_or_else(|| typed.get("slug"))) {
        Ok(slug) => {
            let body = to_body(slug.as_str(), &typed);
            let version = known.is_some().then(|| typed.version());
            web.desk.define(&caller, Wanted { kind: DefinitionKind::Component, slug, body, version }).await
        }
        Err(problem) => Err(problem),
    };
    let Err(problem) = outcome else { return Ok(done(HERE, "saved")) };
    let mut form = typed.state();
    let refusal = form::refuse(&mut form, at_fields(problem, field), visit)?;
    refusal.with(edit_page(web, visit, known, form).await)
}

pub(super) async fn make(State(web): State<Web>, visit: Visit, sent: Sent) -> Answer {
    keep(&web, &visit, None, sent.into()).await
}

pub(super) async fn change(State(web): State<Web>, visit: Visit, Path(slug): Path<String>, sent: Sent) -> Answer {
    keep(&web, &visit, Some(slug), sent.into()).await
}

pub(super) async fn remove(State(web): State<Web>, visit: Visit, Path(known): Path<String>, sent: Sent) -> Answer {
    let version = Typed::from(sent).version();
    let known = slug(&known).map_err(|_| Problem::NotFound("definition"))?;
    let outcome = web.desk.remove_definition(&visit.caller()?, DefinitionKind::Component, &known, version).await;
    after(outcome, HERE, "removed")
}
