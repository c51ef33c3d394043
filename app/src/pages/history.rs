//! Outages and incidents by month, three months a page, as far back as anything was watched or told.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::data::{HistoryPage, PageContext, PageError, PublicMonth, PublicSite};
use crate::format;
use crate::i18n::Text;
use crate::pages::error::{NotFound, Unavailable};
use crate::parts::head::Head;
use crate::parts::incident::IncidentItem;
use crate::parts::outage::{OutageFrame, OutageItem};
use crate::parts::status_mark::StatusSymbols;
use crate::routes::to;

/// The history.
#[component]
pub fn HistoryIndex() -> impl IntoView {
    let context = expect_context::<PageContext>();
    let asked = use_params_map().read_untracked().get("month");
    Suspend::new(async move {
        let until = asked.as_deref().map(str::parse).transpose();
        let Ok(until) = until else { return NotFound().into_any() };
        let text = context.text();
        let site = context.data.site(context.language);
        match context.data.history(context.language, until).await {
            Ok(page) => show(&text, &site, &page).into_any(),
            Err(PageError::NotFound) => NotFound().into_any(),
            Err(PageError::Unavailable) => Unavailable().into_any(),
        }
    })
}

fn show(text: &Text, site: &PublicSite, page: &HistoryPage) -> impl IntoView + use<> {
    let frame = OutageFrame { text: text.clone(), zone: site.time_zone.clone(), now: page.taken_at };
    let months = page.months.iter().map(|month| month_part(&frame, month)).collect_view();
    let link = |month, key| view! { <a href=to::history(text.language(), Some(month))>{text.get(key)}</a> };
    let newer = page.newer.map(|month| link(month, "history-newer"));
    let older = page.older.map(|month| link(month, "history-older"));
    view! {
        <Head title=text.get("history") status=None site=site.clone()/>
        <StatusSymbols/>
        <main id="content" class="page" data-version=page.version>
            <p class="back"><a href=to::status(text.language())>{text.get("back-to-status")}</a></p>
            <h1>{text.get("history")}</h1>
            <p class="description">{text.get("history-text")}</p>
            <div id="parts">{months}</div>
            <nav class="pager" aria-label=text.get("history-pages")>{newer} {older}</nav>
        </main>
    }
}

fn month_part(frame: &OutageFrame, month: &PublicMonth) -> impl IntoView + use<> {
    let text = &frame.text;
    let (id, list_id) = (format!("month-{}", month.month), format!("outages-{}", month.month));
    let labelled_by = id.clone();
    let items = month.outages.iter().map(|of| {
        let whose = Some((of.name.clone(), to::component(text.language(), &of.slug)));
        view! { <OutageItem outage=of.outage.clone() frame=frame.clone() id=of.anchor() of=whose/> }
    });
    let incidents = month.incidents.iter().map(|incident| {
        view! { <IncidentItem incident=incident.clone() zone=frame.zone.clone() text=text.clone()/> }
    });
    let incidents = incidents.collect_view();
    let list = match (month.outages.is_empty(), month.incidents.is_empty()) {
        (false, _) => view! { <ol class="outages">{items.collect_view()}</ol> }.into_any(),
        (true, true) => view! { <p class="empty">{text.get("history-none")}</p> }.into_any(),
        (true, false) => ().into_any(),
    };
    let left_out = (month.left_out > 0)
        .then(|| view! { <p class="empty">{text.with("history-left-out", &[("n", month.left_out.into())])}</p> });
    view! {
        <section class="month" aria-labelledby=labelled_by>
            <h2 id=id>{format::month(text, month.month)}</h2>
            <div id=list_id data-live>{incidents} {list} {left_out}</div>
        </section>
    }
}
