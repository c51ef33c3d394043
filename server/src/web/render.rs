//! Makes the bytes of a public page or document: pages by Leptos, on a request made up for the purpose, everything else by the module
//! that knows its format.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use app::data::{
    Assets, ComponentPage, HistoryPage, IncidentPage, PageContext, PageData, PageError, PostmortemList, PostmortemPage,
    PostmortemView, PublicSite, RunbookList, RunbookText, StatusPage,
};
use app::i18n::Text;
use app::shell::Document as DocumentShell;
use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode};
use domain::month::Month;
use domain::text::Language;
use domain::time::Timestamp;
use http_body_util::BodyExt;
use leptos::prelude::provide_context;

use super::answer::Document;
use super::feeds::{self, Format, Granularity};
use super::page::Page;
use super::page_data::Reader;
use super::{FluentMessages, Web, alert_page, calendar, embed, postmortem_export, security, site_files, statuspage};

/// Largest page that is taken from the renderer: 3,000 components are about 6 MB.
const PAGE_BYTES_MAX: usize = 32 * 1024 * 1024;
const DOCUMENT_END: &str = "</html>";
const JSON: &str = "application/json; charset=utf-8";

/// The page, or what is to be said in its place.
pub(super) async fn render(web: &Web, page: &Page) -> Result<Document, String> {
    let reader = Reader::new(web);
    let language = page.language();
    let document = match page {
        Page::Front(_)
        | Page::Component(..)
        | Page::History(..)
        | Page::Incident(..)
        | Page::Runbooks(_)
        | Page::Runbook(..)
        | Page::AlertStub(..)
        | Page::Postmortems(_)
        | Page::Postmortem(..)
        | Page::Missing(_) => {
            return html(web, page, reader).await;
        }
        Page::Embed(_, theme) => {
            let (site, status) = (reader.site(language), reader.status(language).await);
            let text = embed::page(language, *theme, &site, &words(language), &status);
            let policy = HeaderValue::from_str(&embed::policy(&text)).map_err(|error| error.to_string())?;
            Document { policy: Some(policy), ..Document::data("text/html; charset=utf-8", text) }
        }
        Page::Statuspage(_, document) => {
            Document::data(JSON, document.json(&reader.site(language), &*reader.status(language).await))
        }
        Page::Metric(_, id, period) => match reader.metric(language, id, *period).await {
            Some((component, series)) => Document::data(JSON, statuspage::metrics_display(&component, *period, &series)),
            None => Document::problem(StatusCode::SERVICE_UNAVAILABLE, "response times cannot be read right now"),
        },
        Page::Feed(_, slug, format, granularity) => match feed(&reader, language, slug.as_deref(), *format, *granularity).await {
            Some(document) => document,
            None => Document::problem(StatusCode::SERVICE_UNAVAILABLE, "response times cannot be read right now"),
        },
        Page::Results(_, slug) => match reader.results_csv(slug).await {
            Ok(text) => Document::data("text/csv; charset=utf-8; header=present", text),
            Err(PageError::NotFound) => Document::problem(StatusCode::NOT_FOUND, "there is no such component any more"),
            Err(PageError::Unavailable) => {
                Document::problem(StatusCode::SERVICE_UNAVAILABLE, "single results cannot be read right now")
            }
        },
        Page::PostmortemExport(_, slug, export) => {
            let site = reader.site(language);
            match postmortem_export::document(web, &site, language, slug, *export).await {
                Some(document) => document,
                None => Document::problem(StatusCode::NOT_FOUND, "there is no such postmortem any more"),
            }
        }
        Page::Calendar(_) => {
            let site = reader.site(language);
            let text = calendar::calendar(&site, &reader.calendar(language, &site));
            Document::data("text/calendar; charset=utf-8", text)
        }
        Page::Manifest(_) => Document::data("application/manifest+json", site_files::manifest(language, &reader.site(language))),
        Page::Sitemap(_) => {
            let site = reader.site(language);
            let text = site_files::sitemap(&site.base, &site.languages, &paths(&reader, language).await);
            Document::data("application/xml; charset=utf-8", text)
        }
    };
    Ok(document)
}

fn words(language: Language) -> Text {
    Text::new(Arc::new(FluentMessages), language)
}

/// What a page asks for, read before it is rendered: a page that has to wait while it is rendered loses what it wrote for its head,
/// which Leptos takes only from what is ready at once.
struct Fetched {
    reader: Reader,
    component: Option<Result<ComponentPage, PageError>>,
    history: Option<Result<HistoryPage, PageError>>,
    incident: Option<Result<IncidentPage, PageError>>,
    runbook: Option<Result<RunbookText, PageError>>,
    postmortem: Option<Result<PostmortemPage, PageError>>,
}

impl Fetched {
    async fn fetch(reader: Reader, page: &Page) -> Self {
        let (mut component, mut history, mut incident, mut runbook, mut postmortem) = (None, None, None, None, None);
        match page {
            Page::Component(language, slug) => component = Some(reader.component(*language, slug).await),
            Page::History(language, until) => history = Some(reader.history(*language, *until).await),
            Page::Incident(language, number) => incident = Some(reader.incident(*language, *number).await),
            Page::Runbook(language, slug) => runbook = Some(reader.runbook(*language, slug).await),
            Page::Postmortem(language, slug, view) => postmortem = Some(reader.postmortem(*language, slug, *view).await),
            _ => {}
        }
        Self { reader, component, history, incident, runbook, postmortem }
    }

    /// False when something could not be read.
    fn is_whole(&self) -> bool {
        let has_days = |page: &ComponentPage| page.checks.iter().all(|check| check.day.is_some());
        let has_component = self.component.as_ref().and_then(|page| page.as_ref().ok()).is_none_or(has_days);
        let is_unread = matches!(self.history, Some(Err(PageError::Unavailable)))
            || matches!(self.incident, Some(Err(PageError::Unavailable)))
            || matches!(self.postmortem, Some(Err(PageError::Unavailable)));
        has_component && !is_unread
    }
}

#[async_trait::async_trait]
impl PageData for Fetched {
    async fn status(&self, language: Language) -> Arc<StatusPage> {
        self.reader.status(language).await
    }

    async fn component(&self, _: Language, _: &str) -> Result<ComponentPage, PageError> {
        self.component.clone().unwrap_or(Err(PageError::NotFound))
    }

    async fn history(&self, _: Language, _: Option<Month>) -> Result<HistoryPage, PageError> {
        self.history.clone().unwrap_or(Err(PageError::NotFound))
    }

    async fn incident(&self, _: Language, _: i64) -> Result<IncidentPage, PageError> {
        self.incident.clone().unwrap_or(Err(PageError::NotFound))
    }

    async fn runbooks(&self, language: Language) -> RunbookList {
        self.reader.runbooks(language).await
    }

    async fn runbook(&self, _: Language, _: &str) -> Result<RunbookText, PageError> {
        self.runbook.clone().unwrap_or(Err(PageError::NotFound))
    }

    async fn postmortems(&self, language: Language) -> PostmortemList {
        self.reader.postmortems(language).await
    }

    async fn postmortem(&self, _: Language, _: &str, _: PostmortemView) -> Result<PostmortemPage, PageError> {
        self.postmortem.clone().unwrap_or(Err(PageError::NotFound))
    }

    fn site(&self, language: Language) -> PublicSite {
        self.reader.site(language)
    }
}

async fn html(web: &Web, page: &Page, reader: Reader) -> Result<Document, String> {
    let fetched = Fetched::fetch(reader, page).await;
    let is_whole = fetched.is_whole();
    let (status, text) = document(page, Arc::new(fetched), Arc::clone(web.pages.assets())).await?;
    let policy = Some(security::policy(&app::shell::inline_scripts(web.pages.assets())));
    Ok(Document { status, content_type: "text/html; charset=utf-8", text, policy, is_for_everybody: false, is_whole })
}

/// The HTML of a page, made of what `data` says.
async fn document(page: &Page, data: Arc<dyn PageData>, assets: Arc<Assets>) -> Result<(StatusCode, String), String> {
    let path = page.path().unwrap_or_default();
    let status = Arc::new(AtomicU16::new(200));
    let context = PageContext {
        language: page.language(),
        data,
        messages: Arc::new(FluentMessages),
        assets,
        path: match page {
            Page::Missing(_) => "/".to_owned(),
            Page::AlertStub(..) => alert_page::PATH.to_owned(),
            _ => path.clone(),
        },
        status: Arc::clone(&status),
    };
    let uri = format!("/{}{path}", page.language().tag());
    let request = Request::builder().uri(uri).body(Body::empty()).map_err(|error| error.to_string())?;
    let handler = leptos_axum::render_app_async_with_context(move || provide_context(context.clone()), DocumentShell);
    let response = handler(request).await;
    let body = http_body_util::Limited::new(response.into_body(), PAGE_BYTES_MAX).collect().await;
    let html = body.map_err(|error| error.to_string())?.to_bytes();
    // Without a copy, as long as nobody else has these bytes, and nobody has.
    let mut html = String::from_utf8(Vec::from(html)).map_err(|error| error.to_string())?;
    // What Leptos puts behind the document serves resources that hydrate; islands have none, and a nonce would change the bytes.
    html.truncate(html.rfind(DOCUMENT_END).map_or(html.len(), |end| end + DOCUMENT_END.len()));
    Ok((StatusCode::from_u16(status.load(Ordering::Relaxed)).unwrap_or(StatusCode::OK), html))
}

async fn feed(
    reader: &Reader,
    language: Language,
    slug: Option<&str>,
    format: Format,
    granularity: Granularity,
) -> Option<Document> {
    let (site, text) = (reader.site(language), words(language));
    let page = reader.status(language).await;
    let all = page.groups.iter().flat_map(|group| &group.components);
    let component = match slug {
        None => None,
        // Gone since the request was looked at; the site's feed in its place would be another feed.
        Some(slug) => Some(all.into_iter().find(|component| component.slug == slug)?),
    };
    let source = feeds::Source {
        site: &site,
        text: &text,
        zone: &site.time_zone,
        path: component.map_or_else(|| "/".to_owned(), |component| format!("/components/{}", component.slug)),
        component: component.map(|component| (component.name.clone(), component.id.clone(), component.watched_since)),
        outages: reader.newest_outages(language, slug, feeds::ENTRIES_MAX),
        incidents: &page.incidents,
        maintenances: &page.maintenances,
        postmortems: reader.postmortem_entries(language, component.map(|component| component.id.as_str())),
    };
    Some(Document::data(format.content_type(), feeds::feed(format, granularity, &source)))
}

/// Every page that is worth finding, without language, and when it last changed.
async fn paths(reader: &Reader, language: Language) -> Vec<(String, Option<Timestamp>)> {
    let page = reader.status(language).await;
    let components = page.groups.iter().flat_map(|group| &group.components);
    let components: Vec<_> = components.map(|component| (format!("/components/{}", component.slug), component.since)).collect();
    let (incidents, postmortems) = (reader.incident_paths(), reader.postmortem_paths());
    let newest = components.iter().chain(&incidents).filter_map(|(_, changed)| *changed).max();
    let mut paths = vec![("/".to_owned(), newest), ("/history".to_owned(), newest)];
    paths.extend(components);
    paths.extend(incidents);
    if !postmortems.is_empty() {
        paths.push(("/postmortems".to_owned(), postmortems.iter().filter_map(|(_, changed)| *changed).max()));
    }
    paths.extend(postmortems);
    paths
}

#[cfg(test)]
mod tests;
