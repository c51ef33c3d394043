//! All rows of a timeline at once: which of them stand out, and who may read them.

use std::collections::{HashMap, HashSet};

use app::data::desk::{DeskPage, EntriesChoosePage, FormState};
use axum::extract::{Path, State};
use domain::incident::work::Visibility;
use store::incidents::{Entry, EntryContent};
use uuid::Uuid;

use super::super::super::{Web, zone_named};
use super::super::form::{self, Sent, Typed};
use super::super::show::{Answer, done, form_page};
use super::super::visit::Visit;
use super::show::whole_row;
use super::{at, known, story};
use crate::service::incidents::EntryChoice;
use crate::service::problem::Problem;

async fn choose_page(web: &Web, visit: &Visit, number: i64, form: FormState) -> Answer {
    let story = story(web, visit, number).await?;
    if !web.desk.may_write(&visit.caller()?, &story.incident) {
        return Err(Problem::Forbidden.into());
    }
    let (text, known) = (visit.text(), known(web, visit).await);
    let zone = zone_named(&story.incident.facts.zone);
    let is_for_the_desk = |entry: &Entry| matches!(&entry.content, EntryContent::Machine(event) if event.is_for_the_desk());
    let rows = story.entries.iter().filter(|entry| entry.deleted_at.is_none() && !is_for_the_desk(entry));
    let shown = EntriesChoosePage {
        number,
        rows: rows.map(|entry| whole_row(entry, &story, &known, &text, &zone)).collect(),
        zone,
        may_tell: web.desk.may_tell(&visit.caller()?, &story.incident),
        form: form.clone(),
    };
    form_page(web, visit, &form, DeskPage::EntriesChoose(shown)).await
}

pub(in super::super) async fn show(State(web): State<Web>, visit: Visit, Path(number): Path<i64>) -> Answer {
    choose_page(&web, &visit, number, FormState::default()).await
}

/// What is chosen of each row.
fn choices(typed: &Typed) -> Vec<EntryChoice> {
    let all = Visibility::from_name(typed.get("all"));
    let stars: Vec<&str> = typed.all_with_prefix("star_").into_iter().map(|(id, _)| id).collect();
    let visible: HashMap<&str, &str> = typed.all_with_prefix("visibility_").into_iter().collect();
    let starred: HashSet<&str> = stars.into_iter().collect();
    let one = |(id, revision): (&str, &str)| {
        Some(EntryChoice {
            id: id.parse::<Uuid>().ok()?,
            revision: revision.parse().ok()?,
            visibility: visible.get(id).and_then(|name| Visibility::from_name(name)),
            is_starred: starred.contains(id),
            of_people: all,
        })
    };
    typed.all_with_prefix("revision_").into_iter().filter_map(one).collect()
}

pub(in super::super) async fn post(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    match web.desk.choose_entries(&visit.caller()?, number, choices(&typed)).await {
        Ok(()) => Ok(done(&at(number), "entries-chosen")),
        Err(problem) => {
            let seen: HashMap<String, String> =
                typed.all_with_prefix("revision_").into_iter().map(|(id, seen)| (id.to_owned(), seen.to_owned())).collect();
            let mut form = typed.state();
            let refusal = form::refuse(&mut form, form::renamed(problem, "visibility", "all"), &visit)?;
            // What somebody else changed meanwhile stands there as it is now, to be looked at; what was chosen of it counts no more.
            let story = story(&web, &visit, number).await?;
            for entry in &story.entries {
                let id = entry.id.to_string();
                if seen.get(&id).is_some_and(|revision| *revision != entry.revision.to_string()) {
                    let (visibility, star) = (format!("visibility_{id}"), format!("star_{id}"));
                    form.values.retain(|(name, _)| *name != visibility && *name != star && name != "all");
                    form.refuse(&visibility, visit.text().get("invalid-row-changed"));
                }
            }
            form.values.retain(|(name, _)| !name.starts_with("revision_"));
            refusal.with(choose_page(&web, &visit, number, form).await)
        }
    }
}
