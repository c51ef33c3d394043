//! What stands beside the timeline of an incident: its state and how it changes, who sees it, what the public was told, what is affected,
//! who does what, and which other incidents belong to it.
//!
//! What is only read is live. Forms are not, so that nothing typed into them is lost; of the state's form the choices are, since they
//! follow from the state.

use domain::incident::work::{IncidentKind, Role, State, Visibility};
use leptos::prelude::*;

use crate::data::desk::{AffectedRow, DeskContext, IncidentPage, UpdateRow};
use crate::format;
use crate::i18n::Text;
use crate::parts::form::{FormErrors, Hidden, PostButton, Radios, Submit, TextField};
use crate::parts::incident::incident_status;
use crate::parts::incident_words::{incident_href, incident_number, role_word, state_word};
use crate::parts::status_mark::StatusMark;
use crate::parts::time_text::TimeText;
use crate::parts::update_due::update_href;
use crate::routes::to;

/// Where something is done with an incident.
fn href(page: &IncidentPage, end: &str) -> String {
    format!("{}/{end}", incident_href(page.row.number))
}

/// True when whoever looks may tell the public of this incident: who may do everything, and whoever has that role in it. A drill is not
/// told of.
pub fn may_tell(context: &DeskContext, page: &IncidentPage) -> bool {
    let is_comms = context.viewer.as_ref().is_some_and(|viewer| page.roles.contains(&(Role::Comms, viewer.name.clone())));
    page.row.kind != IncidentKind::Drill && (page.may_respond || is_comms)
}

/// All of it, in the order in which it is needed.
pub fn side(context: &DeskContext, page: &IncidentPage) -> impl IntoView + use<> {
    let text = context.text();
    let rights = (!page.may_respond).then(|| view! { <p class="read-only">{text.get("incident-show-may-not")}</p> });
    view! {
        {rights}
        {state(&text, page)}
        <div id="incident-side" class="incident-sections" data-live>
            {audience(context, &text, page)}
            {updates(context, &text, page)}
            {affected(&text, page)}
            {roles(&text, page)}
        </div>
        {others(&text, page)}
    }
}

/// How the state changes.
fn state(text: &Text, page: &IncidentPage) -> Option<impl IntoView + use<>> {
    let form = &page.state_form;
    let option = |(state, needs_reason): &(State, bool)| {
        let word = state_word(text, *state);
        let words = if *needs_reason { text.with("incident-show-with-reason", &[("name", word.into())]) } else { word };
        (state.name().to_owned(), words)
    };
    let options: Vec<_> = page.next_states.iter().map(option).collect();
    page.may_respond.then(|| {
        view! {
            <section id="incident-state" aria-labelledby="state-heading">
                <h2 id="state-heading">{text.get("incident-show-state")}</h2>
                <form method="post" action=href(page, "state") data-draft=format!("state-{}", page.row.number)>
                    <FormErrors form=form.clone() text=text.clone()/>
                    <div id="incident-next" class="incident-next" data-live>
                        <Radios form=form.clone() name="to" legend=text.get("incident-show-becomes") options=options/>
                        <Hidden name="version" value=page.record_version.to_string()/>
                    </div>
                    <TextField
                        form=form.clone()
                        name="reason"
                        label=text.get("incident-show-reason")
                        hint=text.get("incident-show-reason-hint")
                    />
                    <TextField
                        form=form.clone()
                        name="moved_at"
                        label=text.get("incident-show-when")
                        hint=text.get("incident-show-when-hint")
                    />
                    <Submit label=text.get("incident-show-change-state")/>
                </form>
            </section>
        }
    })
}

/// Who sees it, and the one deliberate act that changes that.
fn audience(context: &DeskContext, text: &Text, page: &IncidentPage) -> impl IntoView + use<> {
    let is_drill = page.row.kind == IncidentKind::Drill;
    let who = match page.public_number {
        Some(number) => {
            let (before, after) = text.around("incident-show-public-at", "name");
            let address = to::incident(context.language, number);
            let shown = address.clone();
            let figures = if page.shows_metrics { "incident-show-figures-shown" } else { "incident-show-figures-hidden" };
            let figures = text.get(figures);
            view! { <p>{before} <a href=address>{shown}</a> {after}</p> <p class="soft">{figures}</p> }.into_any()
        }
        None if is_drill => view! { <p>{text.get("incident-show-drill-internal")}</p> }.into_any(),
        None => view! { <p>{text.get("incident-show-internal-text")}</p> }.into_any(),
    };
    let change = if page.row.is_public { withdraw } else { publish };
    let button = (page.may_respond && !is_drill).then(|| change(text, page));
    view! {
        <section aria-labelledby="audience-heading">
            <h2 id="audience-heading">{text.get("incident-show-audience")}</h2>
            {who}
            {button}
        </section>
    }
}

fn publish(text: &Text, page: &IncidentPage) -> AnyView {
    let rows = || page.days.iter().flat_map(|day| &day.rows).filter(|row| !row.is_deleted);
    let shown = rows().filter(|row| row.visibility == Visibility::Public).count();
    let ask = text.with("incident-show-publish-ask", &[("n", shown.into()), ("total", rows().count().into())]);
    view! { <PostButton action=href(page, "public") label=text.get("incident-show-publish") ask=ask/> }.into_any()
}

fn withdraw(text: &Text, page: &IncidentPage) -> AnyView {
    view! {
        <PostButton
            action=href(page, "internal")
            label=text.get("incident-show-withdraw")
            ask=text.get("incident-show-withdraw-ask")
            is_danger=true
        />
    }
    .into_any()
}

/// What the public was told, the newest first, in each language that it was told in.
fn updates(context: &DeskContext, text: &Text, page: &IncidentPage) -> impl IntoView + use<> {
    let may_tell = may_tell(context, page);
    let list = if page.updates.is_empty() {
        view! { <p class="empty">{text.get("incident-show-no-updates")}</p> }.into_any()
    } else {
        let items = page.updates.iter().map(|row| update(text, page, row, may_tell)).collect_view();
        view! { <ol class="told-list">{items}</ol> }.into_any()
    };
    let tell = may_tell.then(|| {
        view! { <p class="actions"><a class="button" href=update_href(page.row.number)>{text.get("incident-show-tell")}</a></p> }
    });
    view! {
        <section aria-labelledby="updates-heading">
            <h2 id="updates-heading">{text.get("incident-show-updates")}</h2>
            {tell}
            {list}
        </section>
    }
}

fn update(text: &Text, page: &IncidentPage, row: &UpdateRow, may_tell: bool) -> impl IntoView + use<> {
    let moment = |at| view! { <TimeText at=at zone=page.zone.clone() text=text.clone()/> };
    let bodies =
        row.bodies.iter().map(|(tag, html)| view! { <div class="told told-body" lang=*tag inner_html=html.clone()></div> });
    let changes = row.changes.iter().map(|(name, before, after)| {
        let [before, after] = [before, after].map(|status| format::status(text, *status));
        view! { <li>{format!("{name}: {before} → {after}")}</li> }
    });
    let changes = (!row.changes.is_empty()).then(|| view! { <ul class="told-changes">{changes.collect_view()}</ul> });
    let linked = |key: &str, number: i64| {
        let words = text.with(key, &[("name", number.to_string().into())]);
        view! { <li><a href=format!("#update-{number}")>{words}</a></li> }
    };
    let corrects = row.corrects.map(|number| linked("incident-show-corrects", number));
    let corrected_by = row.corrected_by.map(|number| linked("incident-show-corrected-by", number));
    let published = (row.published_at != row.display_at).then(|| {
        let (before, after) = text.around("incident-show-published", "when");
        view! { <li>{before} {moment(row.published_at)} {after}</li> }
    });
    let correct = (may_tell && row.corrected_by.is_none()).then(|| {
        let href = format!("{}?corrects={}", update_href(page.row.number), row.number);
        let spoken = text.with("incident-show-correct-of", &[("name", row.number.to_string().into())]);
        view! { <li><a href=href aria-label=spoken>{text.get("incident-show-correct")}</a></li> }
    });
    let class = if row.corrected_by.is_some() { "told-update is-corrected" } else { "told-update" };
    view! {
        <li class=class id=format!("update-{}", row.number)>
            <p class="told-head">
                <span class="soft">{format!("#{}", row.number)}</span> " "
                <strong>{incident_status(text, row.status)}</strong> " "
                {moment(row.display_at)}
            </p>
            {bodies.collect_view()}
            {changes}
            <ul class="facts"><li>{row.author.clone()}</li> {published} {corrects} {corrected_by} {correct}</ul>
        </li>
    }
}

/// What it affects, with periods.
fn affected(text: &Text, page: &IncidentPage) -> impl IntoView + use<> {
    let list = if page.affected.is_empty() {
        view! { <p class="empty">{text.get("incident-show-no-components")}</p> }.into_any()
    } else {
        let items = page.affected.iter().map(|row| affected_item(text, page, row)).collect_view();
        view! { <ul class="affected">{items}</ul> }.into_any()
    };
    view! {
        <section aria-labelledby="affected-heading">
            <h2 id="affected-heading">{text.get("incident-show-components")}</h2>
            {list}
        </section>
    }
}

fn affected_item(text: &Text, page: &IncidentPage, row: &AffectedRow) -> impl IntoView + use<> {
    let moment = |at| view! { <TimeText at=at zone=page.zone.clone() text=text.clone()/> };
    let until = match row.until {
        Some(at) => moment(at).into_any(),
        None => text.get("incident-show-goes-on").into_any(),
    };
    view! {
        <li class=row.status.name()>
            <p>
                <StatusMark status=row.status/> " " {row.name.clone()} " "
                <span class="status-word">{format::status(text, row.status)}</span>
            </p>
            <p class="soft">{moment(row.from)} " – " {until}</p>
        </li>
    }
}

/// Who does what in it.
fn roles(text: &Text, page: &IncidentPage) -> impl IntoView + use<> {
    let items = Role::ALL.iter().map(|role| {
        let person = page.roles.iter().find(|(of, _)| of == role).map(|(_, name)| name.clone());
        let person = person.unwrap_or_else(|| text.get("incident-show-nobody"));
        view! { <dt>{role_word(text, *role)}</dt><dd>{person}</dd> }
    });
    let edit = page.may_respond.then(|| {
        let words = text.get("incident-show-edit-roles");
        view! { <p><a class="act" href=href(page, "edit")>{words}</a></p> }
    });
    view! {
        <section aria-labelledby="roles-heading">
            <h2 id="roles-heading">{text.get("incident-show-roles")}</h2>
            <dl class="list-facts">{items.collect_view()}</dl>
            {edit}
        </section>
    }
}

/// Incidents that belong to it: related ones, those that it took in, and the form for another one.
fn others(text: &Text, page: &IncidentPage) -> impl IntoView + use<> {
    let related = if page.related.is_empty() {
        view! { <p class="empty">{text.get("incident-show-no-related")}</p> }.into_any()
    } else {
        let items = page.related.iter().map(|(number, title)| related_item(text, page, *number, title)).collect_view();
        view! { <ul class="related">{items}</ul> }.into_any()
    };
    let absorbed = (!page.absorbed.is_empty()).then(|| {
        let names = page.absorbed.iter().map(|number| incident_number(*number)).collect::<Vec<_>>();
        let names = names.join(&text.separator("list-separator"));
        view! { <p>{text.with("incident-show-absorbed", &[("names", names.into())])}</p> }
    });
    let form = page.may_respond.then(|| other_form(text, page));
    view! {
        <section aria-labelledby="related-heading">
            <h2 id="related-heading">{text.get("incident-show-related")}</h2>
            <div id="incident-related" class="incident-sections" data-live>{related} {absorbed}</div>
            {form}
        </section>
    }
}

fn related_item(text: &Text, page: &IncidentPage, number: i64, title: &str) -> impl IntoView + use<> {
    let name = incident_number(number);
    let remove = page.may_respond.then(|| {
        view! {
            <PostButton
                action=href(page, "unrelate")
                label=text.with("incident-show-unrelate", &[("name", name.clone().into())])
                fields=vec![("other", number.to_string())]
            />
        }
    });
    view! { <li><a class="act" href=incident_href(number)>{name} " " {title.to_owned()}</a> {remove}</li> }
}

/// Another incident, by its number: relate it, or after a question become a part of it. Enter relates, which can be taken back.
fn other_form(text: &Text, page: &IncidentPage) -> impl IntoView + use<> {
    let form = &page.other_form;
    view! {
        <form method="post" action=href(page, "relate")>
            <FormErrors form=form.clone() text=text.clone()/>
            <TextField
                form=form.clone()
                name="other"
                label=text.get("incident-show-other")
                hint=text.get("incident-show-other-hint")
                kind="digits"
                is_required=true
            />
            <button type="submit" class="plain">{text.get("incident-show-relate")}</button>
            <details class="ask">
                <summary class="plain danger">{text.get("incident-show-merge")}</summary>
                <div class="post">
                    <p>{text.get("incident-show-merge-ask")}</p>
                    <button type="submit" class="plain danger" formaction=href(page, "merge")>
                        {text.get("incident-show-merge")}
                    </button>
                </div>
            </details>
        </form>
    }
}
