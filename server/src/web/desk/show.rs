//! Makes the pages of the desk, and says in a page why something is not to be had.

use std::sync::Arc;

use app::data::desk::{DeskContext, DeskPage, Failure, FormState, Viewer};
use app::desk_shell::DeskDocument;
use app::i18n::Text;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http_body_util::BodyExt;
use leptos::prelude::provide_context;
use tower_http::csrf::ProtectionError;

use super::super::{FluentMessages, Web, failure, security};
use super::page_of_post;
use super::visit::Visit;
use crate::service::problem::Problem;

/// When to try again after the database did not answer.
pub(super) const RETRY_AFTER_S: u64 = 5;
/// Largest page that is taken from the renderer.
const PAGE_BYTES_MAX: usize = 16 * 1024 * 1024;
const DOCUMENT_END: &str = "</html>";

/// A handler that cannot go on; [`explain`] makes a page of it.
#[derive(Clone, Debug)]
pub(in crate::web) struct Stopped(pub(super) Arc<Problem>);

impl From<Problem> for Stopped {
    fn from(problem: Problem) -> Self {
        Self(Arc::new(problem))
    }
}

impl From<store::StoreError> for Stopped {
    fn from(error: store::StoreError) -> Self {
        Problem::Store(error).into()
    }
}

impl IntoResponse for Stopped {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// What handlers give.
pub(super) type Answer = Result<Response, Stopped>;

impl Visit {
    /// The words in the visitor's language.
    pub(super) fn text(&self) -> Text {
        Text::new(Arc::new(FluentMessages), self.language)
    }
}

/// A page.
pub(super) async fn page(web: &Web, visit: &Visit, page: DeskPage) -> Answer {
    with_status(web, visit, page, StatusCode::OK).await
}

/// A page with a form: as it is opened, or refused with what is wrong.
pub(super) async fn form_page(web: &Web, visit: &Visit, form: &FormState, shown: DeskPage) -> Answer {
    let status = if form.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    with_status(web, visit, shown, status).await
}

/// A page with a status.
pub(super) async fn with_status(web: &Web, visit: &Visit, page: DeskPage, status: StatusCode) -> Answer {
    let (site_name, zone, languages) = {
        let state = web.monitoring.state();
        let site = &state.config.site;
        (site.name.get(visit.language).to_owned(), site.time_zone.clone(), site.languages.clone())
    };
    let assets = Arc::clone(web.pages.assets());
    let context = DeskContext {
        language: visit.language,
        messages: Arc::new(FluentMessages),
        assets: Arc::clone(&assets),
        path: visit.path.clone(),
        site_name,
        zone,
        languages,
        viewer: visit.person().map(|person| Viewer { id: person.id.to_string(), name: person.name, role: person.role }),
        notice: notice(visit),
        now: visit.now,
        page: Arc::new(page),
    };
    let request = Request::builder().uri("/desk/").body(Body::empty()).map_err(|_| Problem::Busy)?;
    let handler = leptos_axum::render_app_async_with_context(move || provide_context(context.clone()), DeskDocument);
    let body = http_body_util::Limited::new(handler(request).await.into_body(), PAGE_BYTES_MAX).collect().await;
    let html = body.map_err(|_| Problem::Busy)?.to_bytes();
    let mut html = String::from_utf8(Vec::from(html)).map_err(|_| Problem::Busy)?;
    html.truncate(html.rfind(DOCUMENT_END).map_or(html.len(), |end| end + DOCUMENT_END.len()));
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, security::policy(&app::desk_shell::inline_scripts(&assets)));
    Ok(response)
}

/// Goes on to a page, 303, which says what was done: `done` is the end of a message's key, `done-…`.
pub(super) fn done(path: &str, done: &str) -> Response {
    let parted = if path.contains('?') { '&' } else { '?' };
    Redirect::to(&format!("{path}{parted}done={done}")).into_response()
}

/// The address of a page that says why something was not done: `key` is that of a message, `refused-…`.
pub(super) fn refused(path: &str, key: &str) -> String {
    let parted = if path.contains('?') { '&' } else { '?' };
    format!("{path}{parted}refused={}", key.trim_start_matches("refused-"))
}

/// Goes on to a page, 303.
pub(super) fn on_to(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// What the address says was just done, or why it was not; only what is one of our messages.
fn notice(visit: &Visit) -> Option<String> {
    let query = visit.path.split_once('?')?.1;
    url::form_urlencoded::parse(query.as_bytes()).find_map(|(name, value)| {
        if !matches!(&*name, "done" | "refused")
            || value.len() > 64
            || !value.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
        {
            return None;
        }
        FluentMessages::find(visit.language, &format!("{name}-{value}"), &[])
    })
}

/// True for a path that can stand in a header and that every browser reads as we do.
pub(super) fn is_plain(path: &str) -> bool {
    path.len() <= 1_000 && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

/// Where to go after signing in: only a page of the desk, whatever the address says.
pub(super) fn safe_next(next: &str) -> String {
    let is_ours = next == "/desk" || next.starts_with("/desk/");
    let leads_back = next.starts_with("/desk/sign-in") || next.starts_with("/desk/confirm");
    if is_ours && is_plain(next) && !leads_back { next.to_owned() } else { "/desk/".to_owned() }
}

/// An address with where to go on from there.
pub(super) fn with_next(path: &str, next: &str) -> String {
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("{path}?next={next}")
}

/// The value of a query's field.
pub(super) fn query(visit: &Visit, name: &str) -> Option<String> {
    let query = visit.path.split_once('?')?.1;
    url::form_urlencoded::parse(query.as_bytes()).find(|(field, _)| field == name).map(|(_, value)| value.into_owned())
}

/// Reads who visits, once; afterwards puts a page in the place of what a handler could not do. Nothing of the desk is kept by anybody.
pub(super) async fn explain(State(web): State<Web>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let (visit, unreadable) = match Visit::of(&web, &parts).await {
        Ok(visit) => (visit, None),
        Err(problem) => (Visit::with(&web, &parts, None, None), Some(Stopped::from(problem))),
    };
    let is_get = parts.method == Method::GET || parts.method == Method::HEAD;
    let response = if let Some(stopped) = unreadable {
        stopped.into_response()
    } else {
        parts.extensions.insert(visit.clone());
        next.run(Request::from_parts(parts, body)).await
    };
    let mut response = if let Some(Stopped(problem)) = response.extensions().get::<Stopped>().cloned() {
        stopped_page(&web, &visit, &problem, is_get).await
    } else if response.extensions().get::<ProtectionError>().is_some() {
        failure_page(&web, &visit, Failure::CrossSite, StatusCode::FORBIDDEN).await
    } else {
        in_our_words(&web, &visit, response, is_get).await
    };
    private(&mut response);
    response
}

/// Puts a page in the place of what the framework refuses in its own words; every other answer is left as it is.
async fn in_our_words(web: &Web, visit: &Visit, response: Response, is_get: bool) -> Response {
    let status = response.status();
    match status {
        // A part of the address that cannot be one, such as an id that is none.
        StatusCode::BAD_REQUEST if is_get => failure_page(web, visit, Failure::NotFound, StatusCode::NOT_FOUND).await,
        StatusCode::BAD_REQUEST | StatusCode::UNSUPPORTED_MEDIA_TYPE => failure_page(web, visit, Failure::NotAForm, status).await,
        StatusCode::PAYLOAD_TOO_LARGE => failure_page(web, visit, Failure::TooLarge, status).await,
        StatusCode::METHOD_NOT_ALLOWED => {
            let mut page = failure_page(web, visit, Failure::NotFound, status).await;
            page.headers_mut().extend(response.headers().get(header::ALLOW).map(|allowed| (header::ALLOW, allowed.clone())));
            page
        }
        _ => response,
    }
}

/// Says that nobody may keep it or show it in a frame.
pub(in crate::web) fn private(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
}

async fn failure_page(web: &Web, visit: &Visit, shown: Failure, status: StatusCode) -> Response {
    with_status(web, visit, DeskPage::Failure(shown), status).await.unwrap_or_else(|_| failure::internal())
}

async fn stopped_page(web: &Web, visit: &Visit, problem: &Problem, is_get: bool) -> Response {
    if let Problem::Store(error) = problem {
        tracing::error!(%error, path = visit.logged_path(), "the desk could not read or write");
    }
    // Where to come back to, also by "try again": nobody gets what is only posted to.
    let back = if is_get { visit.path.clone() } else { page_of_post(&visit.path) };
    let visit = &Visit { path: back, ..visit.clone() };
    match problem {
        Problem::SignedOut | Problem::OnlyForPeople => on_to(&with_next("/desk/sign-in", &safe_next(&visit.path))),
        Problem::NeedsConfirmation => {
            let confirm = with_next("/desk/confirm", &safe_next(&visit.path));
            // What was posted was not done and has to be posted again: the forms that ask for this are short.
            on_to(&if is_get { confirm } else { refused(&confirm, "refused-confirm") })
        }
        Problem::Forbidden => failure_page(web, visit, Failure::Forbidden, StatusCode::FORBIDDEN).await,
        Problem::NotFound("link") => failure_page(web, visit, Failure::LinkGone, StatusCode::GONE).await,
        Problem::NotFound(_) => failure_page(web, visit, Failure::NotFound, StatusCode::NOT_FOUND).await,
        Problem::Conflict => failure_page(web, visit, Failure::Conflict, StatusCode::CONFLICT).await,
        Problem::Refused(_) | Problem::KeyReused => failure_page(web, visit, Failure::Refused, StatusCode::CONFLICT).await,
        Problem::Invalid(_) => failure_page(web, visit, Failure::Refused, StatusCode::UNPROCESSABLE_ENTITY).await,
        Problem::TooMany(wait) => {
            let failure = Failure::TooManyAttempts(wait.as_secs());
            let mut response = failure_page(web, visit, failure, StatusCode::TOO_MANY_REQUESTS).await;
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs()));
            response
        }
        Problem::Busy | Problem::Store(_) => {
            let mut response = failure_page(web, visit, Failure::Unavailable, StatusCode::SERVICE_UNAVAILABLE).await;
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
            response
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{is_plain, refused, safe_next};

    #[test]
    fn only_what_can_stand_in_a_header_is_plain() {
        assert!(is_plain("/desk/sign-in?next=%2Fdesk%2F"));
        for bad in ["/desk/sign-in\r\nset-cookie: a=b", "/desk/sign-in\n", "/desk/é", "/desk/\\x", "/desk/ x"] {
            assert!(!is_plain(bad), "{bad:?}");
        }
    }

    #[test]
    fn an_address_says_why_something_was_not_done() {
        assert_eq!(refused("/desk/keys", "refused-needed"), "/desk/keys?refused=needed");
        assert_eq!(refused("/desk/confirm?next=x", "refused-confirm"), "/desk/confirm?next=x&refused=confirm");
    }

    #[test]
    fn nobody_is_led_elsewhere_after_signing_in() {
        for good in ["/desk/", "/desk/probes/web-http?before=12", "/desk"] {
            assert_eq!(safe_next(good), good);
        }
        for bad in [
            "",
            "https://example.org/desk/",
            "//example.org/desk/",
            "/desk\\example.org",
            "/deskx",
            "/desk/\r\nx",
            "/desk/sign-in",
            "/desk/confirm?next=/desk/",
        ] {
            assert_eq!(safe_next(bad), "/desk/", "{bad:?}");
        }
    }
}
