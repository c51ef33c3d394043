//! Components and their probes: what is watched, what is believed of it, and where each is defined.

use domain::account::Permission;
use leptos::prelude::*;

use crate::data::desk::{ComponentRow, DeskContext, WatchingPage};
use crate::format;
use crate::i18n::{PLACE, Text};
use crate::islands::component_filter::ComponentFilter;
use crate::parts::desk_probe::{origin_mark, probe_item};
use crate::parts::status_mark::{StatusMark, StatusSymbols};
use crate::parts::time_text::Since;
use crate::routes::to;

/// From so many components on there is a filter, as on the front page.
const FILTER_FROM: usize = 12;

/// The page. Classes `group` and `component` and the ids are what the filter's island looks for.
#[component]
pub fn WatchingView(
    /// Who looks at it, when, in which language.
    context: DeskContext,
    /// What is watched.
    page: WatchingPage,
) -> impl IntoView {
    let text = context.text();
    let may_configure = context.may(Permission::Configure);
    let total = page.groups.iter().map(|(_, components)| components.len()).sum::<usize>();
    let add = may_configure.then(|| {
        view! { <p class="actions"><a class="button" href="/desk/components/new">{text.get("watching-add-component")}</a></p> }
    });
    let body = if total == 0 {
        let key = if may_configure { "watching-empty" } else { "watching-empty-ask" };
        view! { <p class="empty">{text.get(key)}</p> }.into_any()
    } else {
        list(&context, &page, total).into_any()
    };
    view! {
        <main id="content" class="desk watching">
            <StatusSymbols/>
            <h1>{text.get("watching-title")}</h1>
            {add}
            {body}
        </main>
    }
}

fn list(context: &DeskContext, page: &WatchingPage, total: usize) -> impl IntoView + use<> {
    let text = context.text();
    let has_names = page.groups.iter().any(|(name, _)| name.is_some());
    let groups = page.groups.iter().map(|(name, components)| group(context, name.as_deref(), components, has_names));
    let filter = (total >= FILTER_FROM).then(|| {
        view! {
            <ComponentFilter
                label=text.get("filter")
                only_troubled=text.get("filter-only-troubled")
                shown=text.with("filter-shown", &[("n", PLACE.into()), ("total", total.into())])
                none=text.get("filter-none")
            />
        }
    });
    view! {
        <p class="description">{text.get("watching-origin-text")}</p>
        {filter}
        <div id="parts" class="watched-groups">{groups.collect_view()}</div>
    }
}

fn group(context: &DeskContext, name: Option<&str>, components: &[ComponentRow], has_names: bool) -> impl IntoView + use<> {
    let text = context.text();
    let heading = match name {
        Some(name) => view! { <h2>{name.to_owned()}</h2> }.into_any(),
        None if has_names => view! { <h2>{text.get("ungrouped")}</h2> }.into_any(),
        None => view! { <h2 class="spoken">{text.get("components")}</h2> }.into_any(),
    };
    let body = if components.is_empty() {
        view! { <p class="empty">{text.get("watching-group-empty")}</p> }.into_any()
    } else {
        let rows = components.iter().map(|component| row(context, component)).collect_view();
        view! { <ul class="watched-components">{rows}</ul> }.into_any()
    };
    view! { <section class="group">{heading} {body}</section> }
}

fn row(context: &DeskContext, component: &ComponentRow) -> impl IntoView + use<> {
    let text = context.text();
    let status = component.status;
    let since = component.since.map(|at| view! { <Since at=at zone=context.zone.clone() text=text.clone()/> });
    let seen_by = if component.is_public {
        let label = text.with("watching-public-of", &[("name", component.name.clone().into())]);
        let href = to::component(context.language, &component.slug);
        view! { <a href=href aria-label=label>{text.get("watching-public")}</a> }.into_any()
    } else {
        view! { <span class="private">{text.get("watching-private")}</span> }.into_any()
    };
    let edit_href = format!("/desk/components/{}/edit", component.slug);
    view! {
        <li class=format!("component watched {}", status.name()) id=format!("component-{}", component.slug)>
            <div class="watched-head">
                <StatusMark status=status/>
                <h3>{component.name.clone()}</h3>
                <span class=format!("status-word {}", status.name())>{format::status(&text, status)}</span>
                {since}
            </div>
            <p class="watched-facts">
                <small>{component.slug.clone()}</small>
                {seen_by}
                {origin_mark(context, component.origin, edit_href, &component.name)}
            </p>
            {probes(context, &text, component)}
        </li>
    }
}

fn probes(context: &DeskContext, text: &Text, component: &ComponentRow) -> impl IntoView + use<> {
    let items = component.probes.iter().map(|probe| probe_item(context, probe)).collect_view();
    let list = if component.probes.is_empty() {
        view! { <p class="empty">{text.get("no-checks")}</p> }.into_any()
    } else {
        view! { <ul class="probes">{items}</ul> }.into_any()
    };
    let add = context.may(Permission::Configure).then(|| {
        let href = format!("/desk/probes/new?component={}", component.slug);
        let label = text.with("watching-add-probe-to", &[("name", component.name.clone().into())]);
        view! { <p class="watched-add"><a href=href aria-label=label>{text.get("watching-add-probe")}</a></p> }
    });
    view! { {list} {add} }
}
