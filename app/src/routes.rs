//! The only place that names pages by path, both ways: links to them, and which page a path shows.

use domain::month::Month;
use domain::text::Language;
use leptos::prelude::*;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::pages::alert_stub::AlertStubShow;
use crate::pages::component_show::ComponentShow;
use crate::pages::error::NotFound;
use crate::pages::history::HistoryIndex;
use crate::pages::incident_show::IncidentShow;
use crate::pages::postmortem_list::PostmortemIndex;
use crate::pages::postmortem_show::{PostmortemChanges, PostmortemShow, PostmortemVersion};
use crate::pages::runbook_list::RunbookIndex;
use crate::pages::runbook_show::RunbookShow;
use crate::pages::status::StatusIndex;

/// Links.
pub mod to {
    use super::{Language, Month};

    /// The front page.
    pub fn status(language: Language) -> String {
        format!("/{}/", language.tag())
    }

    /// The page of a component.
    pub fn component(language: Language, slug: &str) -> String {
        format!("/{}/components/{slug}", language.tag())
    }

    /// Outages and incidents by month: the three months that end with this one, or with the present.
    pub fn history(language: Language, until: Option<Month>) -> String {
        let until = until.map(|month| format!("/{month}")).unwrap_or_default();
        format!("/{}/history{until}", language.tag())
    }

    /// The page of an incident, by its public number.
    pub fn incident(language: Language, number: i64) -> String {
        format!("/{}/incidents/{number}", language.tag())
    }

    /// All public runbooks.
    pub fn runbooks(language: Language) -> String {
        format!("/{}/runbooks", language.tag())
    }

    /// The page of a public runbook.
    pub fn runbook(language: Language, slug: &str) -> String {
        format!("/{}/runbooks/{slug}", language.tag())
    }

    /// The text of a public runbook as it was written.
    pub fn runbook_source(language: Language, slug: &str) -> String {
        format!("/{}/runbooks/{slug}.md", language.tag())
    }

    /// All postmortems.
    pub fn postmortems(language: Language) -> String {
        format!("/{}/postmortems", language.tag())
    }

    /// The page of a postmortem.
    pub fn postmortem(language: Language, slug: &str) -> String {
        format!("/{}/postmortems/{slug}", language.tag())
    }

    /// A postmortem as a publication has it.
    pub fn postmortem_version(language: Language, slug: &str, number: i64) -> String {
        format!("/{}/postmortems/{slug}/{number}", language.tag())
    }

    /// What a publication of a postmortem changed.
    pub fn postmortem_changes(language: Language, slug: &str, number: i64) -> String {
        format!("/{}/postmortems/{slug}/{number}/changes", language.tag())
    }

    /// Every single result of a component's last 24 hours.
    pub fn results(slug: &str) -> String {
        format!("/components/{slug}/results.csv")
    }

    /// A feed: the component's own if the page at `path` (without a language) is one's, else the whole site's.
    pub fn feed(language: Language, path: &str, file: &str) -> String {
        let of = if path.starts_with("/components/") { path } else { "" };
        format!("/{}{of}/{file}", language.tag())
    }

    /// Maintenance as a calendar.
    pub fn calendar(language: Language) -> String {
        format!("/{}/maintenance.ics", language.tag())
    }

    /// The same page in another language; `path` is without a language and begins with a slash.
    pub fn translated(language: Language, path: &str) -> String {
        format!("/{}{path}", language.tag())
    }
}

/// Shows the page that the request's path names.
#[component]
pub fn Pages() -> impl IntoView {
    view! {
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/:language") view=StatusIndex ssr=SsrMode::Async/>
                <Route path=path!("/:language/history") view=HistoryIndex ssr=SsrMode::Async/>
                <Route path=path!("/:language/history/:month") view=HistoryIndex ssr=SsrMode::Async/>
                <Route path=path!("/:language/components/:slug") view=ComponentShow ssr=SsrMode::Async/>
                <Route path=path!("/:language/postmortems") view=PostmortemIndex ssr=SsrMode::Async/>
                <Route path=path!("/:language/postmortems/:slug") view=PostmortemShow ssr=SsrMode::Async/>
                <Route path=path!("/:language/postmortems/:slug/:number") view=PostmortemVersion ssr=SsrMode::Async/>
                <Route path=path!("/:language/postmortems/:slug/:number/changes") view=PostmortemChanges ssr=SsrMode::Async/>
                <Route path=path!("/:language/incidents/:number") view=IncidentShow ssr=SsrMode::Async/>
                <Route path=path!("/:language/runbooks") view=RunbookIndex ssr=SsrMode::Async/>
                <Route path=path!("/:language/runbooks/:slug") view=RunbookShow ssr=SsrMode::Async/>
                // Rendered by the server for itself; no address of its own leads here.
                <Route path=path!("/:language/alert-stub/:upstream") view=AlertStubShow ssr=SsrMode::Async/>
            </Routes>
        </Router>
    }
}
