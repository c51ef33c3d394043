//! Action items: what is left to do after incidents, as a board or as a list. What is for some day stands last and nags nobody.

use domain::account::Permission;
use domain::action_item::{Horizon, Priority, Stage};
use leptos::prelude::*;

use crate::data::desk::{ActionItemsPage, ActionLine, DeskContext};
use crate::i18n::Text;
use crate::parts::desk_lists::query;
use crate::parts::form::Choice;
use crate::parts::incident_words::{incident_href, incident_number};

/// Where action items are.
pub const HERE: &str = "/desk/action-items";

/// The page of an item.
pub fn item_href(number: i64) -> String {
    format!("{HERE}/{number}")
}

/// How far one is, in words.
pub fn stage_word(text: &Text, stage: Stage) -> String {
    text.get(&format!("stage-{}", stage.name().replace('_', "-")))
}

/// The page.
#[component]
pub fn ActionItemsView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: ActionItemsPage,
) -> impl IntoView {
    let text = context.text();
    let new = context
        .may(Permission::Respond)
        .then(|| view! { <a class="act" href="/desk/action-items/new">{text.get("action-new")}</a> });
    let shown = if page.rows.is_empty() {
        view! { <p class="empty">{text.get("actions-empty")}</p> }.into_any()
    } else if page.is_board {
        board(&text, &page).into_any()
    } else {
        let items = page.rows.iter().map(|line| action_line(&text, line)).collect_view();
        view! { <ul class="desk-rows">{items}</ul> }.into_any()
    };
    let cut = page.is_cut.then(|| view! { <p class="hint">{text.get("actions-cut")}</p> });
    view! {
        <main id="content" class="desk action-items">
            <div class="list-head">
                <h1>{text.get("actions-title")}</h1>
                <p class="actions"><a class="act" href="/desk/insight">{text.get("insight-title")}</a> {new}</p>
            </div>
            <p class="description">{text.get("actions-text")}</p>
            {filter(&text, &page)}
            {cut}
            {shown}
        </main>
    }
}

fn filter(text: &Text, page: &ActionItemsPage) -> impl IntoView + use<> {
    let count = |stage: Stage| page.counts.iter().find(|(known, _)| *known == stage).map_or(0, |(_, count)| *count);
    let active = (String::new(), text.get("actions-active"));
    let all = ("all".to_owned(), text.get("actions-all"));
    let stages =
        Stage::ALL.iter().map(|stage| (stage.name().to_owned(), format!("{} ({})", stage_word(text, *stage), count(*stage))));
    let stages: Vec<_> = [active, all].into_iter().chain(stages).collect();
    let people = std::iter::once((String::new(), text.get("actions-everybody")))
        .chain(page.people.iter().map(|name| (name.clone(), name.clone())));
    let people: Vec<_> = people.collect();
    let other = |view: &str| {
        let kept = [("stage", page.form.value("stage")), ("owner", page.form.value("owner")), ("view", view.to_owned())];
        query(&kept)
    };
    let views = if page.is_board {
        view! { <a href=other("list")>{text.get("actions-as-list")}</a> }
    } else {
        view! { <a href=other("board")>{text.get("actions-as-board")}</a> }
    };
    let view_field = view! { <input type="hidden" name="view" value=page.form.value("view")/> };
    view! {
        <form class="filter" method="get" action=HERE>
            {view_field}
            <Choice form=page.form.clone() name="stage" label=text.get("actions-stage") options=stages/>
            <Choice form=page.form.clone() name="owner" label=text.get("actions-owner") options=people/>
            <button type="submit" class="plain">{text.get("actions-filter")}</button>
            <p>{views}</p>
        </form>
    }
}

/// A column for each horizon.
fn board(text: &Text, page: &ActionItemsPage) -> impl IntoView + use<> {
    let column = |horizon: &Horizon| {
        let rows: Vec<&ActionLine> = page.rows.iter().filter(|line| line.horizon == *horizon).collect();
        let items = rows.iter().map(|line| action_line(text, line)).collect_view();
        let id = format!("column-{}", horizon.name());
        let name = text.get(&format!("horizon-{}", horizon.name()));
        let empty = rows.is_empty().then(|| view! { <p class="soft">{text.get("actions-column-empty")}</p> });
        view! {
            <section class="column" aria-labelledby=id.clone()>
                <h2 id=id.clone()>{name} " " <span class="soft">{rows.len()}</span></h2>
                {empty}
                <ul class="desk-rows">{items}</ul>
            </section>
        }
    };
    let columns = Horizon::ALL.iter().map(column).collect_view();
    view! { <div class="board">{columns}</div> }
}

/// An item in a list.
pub fn action_line(text: &Text, line: &ActionLine) -> impl IntoView + use<> {
    let due = line.due.as_ref().map(|day| {
        if line.is_overdue {
            view! { <strong class="overdue">{text.with("action-overdue", &[("when", day.clone().into())])}</strong> }.into_any()
        } else {
            text.with("block-due", &[("when", day.clone().into())]).into_any()
        }
    });
    let until = line.until.as_ref().map(|day| text.with("block-until", &[("when", day.clone().into())]));
    let incident = line.incident.as_ref().map(|(number, title)| {
        view! { <a href=incident_href(*number)>{incident_number(*number)} " " {title.clone()}</a> }
    });
    let owner = line.owner.clone().unwrap_or_else(|| text.get("action-nobody"));
    let is_pressing = matches!(line.priority, Priority::P0 | Priority::P1);
    let kind = text.get(&format!("action-kind-{}", line.kind.name()));
    view! {
        <li class=format!("stage-{}", line.stage.name())>
            <p>
                <span class="story-stage">{stage_word(text, line.stage)}</span> " "
                <span class="priority" class:pressing=is_pressing>{line.priority.name().to_uppercase()}</span> " "
                <a href=item_href(line.number)>{format!("AI-{} ", line.number)} {line.text.clone()}</a>
            </p>
            <p class="soft">{kind} " · " {owner} " " {due} " " {until}</p>
            <p class="soft">{incident}</p>
        </li>
    }
}
