//! What goes wrong, as problem+json (RFC 9457). The kinds and their addresses are part of the API: programs decide by them, so none is ever
//! renamed.

use std::time::Duration;

use app::i18n::Argument;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::text::Language;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::FluentMessages;
use super::runs::StepNow;
use crate::service::problem::{Invalid, Problem};

/// The media type of every answer that is an error.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";
/// When to try again after the database did not answer.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Every kind of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::web) enum Kind {
    BadRequest,
    SignedOut,
    Forbidden,
    NeedsConfirmation,
    OnlyForPeople,
    CrossSite,
    NotFound,
    MethodNotAllowed,
    Conflict,
    Refused,
    KeyReused,
    VersionDiffers,
    TooLarge,
    UnsupportedMediaType,
    Invalid,
    VersionMissing,
    TooMany,
    Internal,
    Unavailable,
}

impl Kind {
    /// Every kind, by status.
    pub(super) const ALL: [Self; 19] = [
        Self::BadRequest,
        Self::SignedOut,
        Self::Forbidden,
        Self::NeedsConfirmation,
        Self::OnlyForPeople,
        Self::CrossSite,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Conflict,
        Self::Refused,
        Self::KeyReused,
        Self::VersionDiffers,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::Invalid,
        Self::VersionMissing,
        Self::TooMany,
        Self::Internal,
        Self::Unavailable,
    ];

    /// The end of its address.
    pub(super) const fn slug(self) -> &'static str {
        match self {
            Self::BadRequest => "bad-request",
            Self::SignedOut => "signed-out",
            Self::Forbidden => "forbidden",
            Self::NeedsConfirmation => "needs-confirmation",
            Self::OnlyForPeople => "only-for-people",
            Self::CrossSite => "cross-site",
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::Conflict => "conflict",
            Self::Refused => "refused",
            Self::KeyReused => "key-reused",
            Self::VersionDiffers => "version-differs",
            Self::TooLarge => "too-large",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::Invalid => "invalid",
            Self::VersionMissing => "version-missing",
            Self::TooMany => "too-many",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
        }
    }

    /// Its status.
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::NeedsConfirmation | Self::OnlyForPeople | Self::CrossSite => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict | Self::Refused | Self::KeyReused => StatusCode::CONFLICT,
            Self::VersionDiffers => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Self::VersionMissing => StatusCode::PRECONDITION_REQUIRED,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// What it is, in a few words that stay the same.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::BadRequest => "The request cannot be read",
            Self::SignedOut => "Not signed in",
            Self::Forbidden => "Not allowed",
            Self::NeedsConfirmation => "Show once more who you are",
            Self::OnlyForPeople => "Only for people",
            Self::CrossSite => "It came from another site",
            Self::NotFound => "Not found",
            Self::MethodNotAllowed => "Method not allowed",
            Self::Conflict => "Changed by somebody else",
            Self::Refused => "Not as things stand",
            Self::KeyReused => "Idempotency-Key used before",
            Self::VersionDiffers => "Another version",
            Self::TooLarge => "Too large",
            Self::UnsupportedMediaType => "Not JSON",
            Self::Invalid => "Some values cannot be used",
            Self::VersionMissing => "If-Match is missing",
            Self::TooMany => "Too many attempts",
            Self::Internal => "Our own failure",
            Self::Unavailable => "Not available right now",
        }
    }

    /// What it means and what to do.
    pub(super) const fn about(self) -> &'static str {
        match self {
            Self::BadRequest => "address, query, headers or body are not as the API needs them; the detail says where",
            Self::SignedOut => {
                "show an API key that is good, or a session; a key that was shown and is not good is never passed over"
            }
            Self::Forbidden => "the role of the person, or the scopes of the key, do not allow this",
            Self::NeedsConfirmation => "a person must have shown within 15 minutes who they are; keys are never asked",
            Self::OnlyForPeople => "only a person who signed in can do this, for themselves; no key can",
            Self::CrossSite => {
                "a browser says that another site made it send this; programs send neither Origin nor Sec-Fetch-Site"
            }
            Self::NotFound => "there is no such thing, or nothing at this address",
            Self::MethodNotAllowed => "the address is right, the method is not; Allow lists the others",
            Self::Conflict => "somebody changed it meanwhile; read it again and repeat the change",
            Self::Refused => "it cannot be done as things stand; the detail says why and what to do first",
            Self::KeyReused => "this Idempotency-Key was sent with another request; take a new one for each new request",
            Self::VersionDiffers => "the version in If-Match is not the present one; read it again and repeat the change",
            Self::TooLarge => "the body has more than 128 KiB",
            Self::UnsupportedMediaType => "a body must be JSON, with Content-Type: application/json",
            Self::Invalid => "some values cannot be used; errors names each of them",
            Self::VersionMissing => "send If-Match with the ETag of what you read, so that nobody's change is lost",
            Self::TooMany => "wait as many seconds as Retry-After says",
            Self::Internal => "this is a mistake of Yagura; its log says more",
            Self::Unavailable => "the database does not answer in time, or too much is going on; try again after Retry-After",
        }
    }

    /// The kind for what the framework refused.
    pub(super) fn of_status(status: StatusCode) -> Self {
        let same = Self::ALL.into_iter().find(|kind| kind.status() == status);
        same.unwrap_or(if status.is_client_error() { Self::BadRequest } else { Self::Internal })
    }
}

/// A problem (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct ProblemDetails {
    /// Which kind of problem; decide by this. `/api/problems` lists all.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference")]
    kind: String,
    /// The kind in a few words.
    title: &'static str,
    /// The status of the answer.
    status: u16,
    /// What is wrong in this case and what to do, in English, for people.
    detail: String,
    /// What is wrong with which value. Only with status 422.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
    /// How it stands now. Only where an event of a run came too late.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<Box<StepNow>>,
}

/// What is wrong with one value.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct FieldProblem {
    /// Which one, as a path of names like `http.url`; empty: all of it.
    field: String,
    /// What is wrong, for programs, such as `invalid-name`.
    code: &'static str,
    /// What is wrong and what is expected, in English.
    detail: String,
}

impl From<Invalid> for FieldProblem {
    fn from(invalid: Invalid) -> Self {
        let Invalid { field, key, detail } = invalid;
        Self { field, code: key, detail: words(key, detail) }
    }
}

/// A message of the interface in English.
fn words(key: &str, detail: Option<String>) -> String {
    let arguments: Vec<(&'static str, Argument)> = detail.into_iter().map(|detail| ("detail", detail.into())).collect();
    FluentMessages::find(Language::En, key, &arguments).unwrap_or_else(|| key.to_owned())
}

/// Why an operation did not succeed.
#[derive(Debug)]
pub(in crate::web) struct Failed {
    kind: Kind,
    detail: String,
    errors: Vec<FieldProblem>,
    wait: Option<Duration>,
    state: Option<Box<StepNow>>,
}

impl Failed {
    /// A kind with what is wrong in this case.
    pub(in crate::web) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new(), wait: None, state: None }
    }

    /// A kind of which there is nothing more to say.
    pub(super) fn of(kind: Kind) -> Self {
        Self::new(kind, kind.about())
    }

    /// An event of a run that came too late, with how its step stands now.
    pub(super) fn stale(self, state: StepNow) -> Self {
        Self { state: Some(Box::new(state)), ..self }
    }

    /// True when it is one that has to do with how things stand.
    pub(super) fn is_of_the_present(&self) -> bool {
        matches!(self.kind, Kind::Conflict | Kind::Refused)
    }

    /// An incident that was merged into the one with this number.
    pub(super) fn merged(into: i64) -> Self {
        Self::new(Kind::Refused, format!("this incident was merged into number {into}; ask for /api/v1/incidents/{into}"))
    }

    /// One value that a message describes.
    pub(super) fn invalid(field: &str, key: &'static str) -> Self {
        Problem::invalid(field, key).into()
    }
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        let said = problem.to_string();
        match problem {
            Problem::SignedOut => Self::new(Kind::SignedOut, said),
            Problem::Forbidden => Self::new(Kind::Forbidden, said),
            Problem::NeedsConfirmation => Self::new(Kind::NeedsConfirmation, said),
            Problem::OnlyForPeople => Self::new(Kind::OnlyForPeople, said),
            Problem::NotFound(_) => Self::new(Kind::NotFound, said),
            Problem::Conflict => Self::new(Kind::Conflict, said),
            Problem::Refused(key) => Self::new(Kind::Refused, words(key, None)),
            Problem::Invalid(all) => {
                Self { errors: all.into_iter().map(FieldProblem::from).collect(), ..Self::new(Kind::Invalid, said) }
            }
            Problem::KeyReused => Self::new(Kind::KeyReused, said),
            Problem::TooMany(wait) => Self { wait: Some(wait), ..Self::new(Kind::TooMany, said) },
            Problem::Busy => Self { wait: Some(RETRY_AFTER), ..Self::new(Kind::Unavailable, said) },
            Problem::Store(error) => {
                tracing::error!(%error, "the API could not read or write");
                Self { wait: Some(RETRY_AFTER), ..Self::of(Kind::Unavailable) }
            }
        }
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let Self { kind, detail, errors, wait, state } = self;
        let status = kind.status();
        let address = format!("/api/problems#{}", kind.slug());
        let body = ProblemDetails { kind: address, title: kind.title(), status: status.as_u16(), detail, errors, state };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some(wait) = wait {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs()));
        }
        if kind == Kind::SignedOut {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use axum::body::to_bytes;
    use serde_json::{Value, json};

    use super::*;

    async fn answer(failed: impl Into<Failed>) -> (Response, Value) {
        let failed: Failed = failed.into();
        let (parts, body) = failed.into_response().into_parts();
        let body = serde_json::from_slice(&to_bytes(body, 9_000).await.unwrap()).unwrap();
        (Response::from_parts(parts, axum::body::Body::empty()), body)
    }

    #[tokio::test]
    async fn every_problem_of_the_service_has_its_status_and_address() {
        for (problem, status, slug) in [
            (Problem::SignedOut, 401, "signed-out"),
            (Problem::Forbidden, 403, "forbidden"),
            (Problem::NeedsConfirmation, 403, "needs-confirmation"),
            (Problem::OnlyForPeople, 403, "only-for-people"),
            (Problem::NotFound("probe"), 404, "not-found"),
            (Problem::Conflict, 409, "conflict"),
            (Problem::Refused("refused-needed"), 409, "refused"),
            (Problem::KeyReused, 409, "key-reused"),
            (Problem::invalid("name", "invalid-name"), 422, "invalid"),
            (Problem::TooMany(Duration::from_secs(7)), 429, "too-many"),
            (Problem::Busy, 503, "unavailable"),
        ] {
            let (response, body) = answer(problem).await;
            assert_eq!(response.status(), status);
            assert_eq!(response.headers()[header::CONTENT_TYPE], MEDIA_TYPE);
            assert_eq!(body["type"], format!("/api/problems#{slug}"));
            assert_eq!(body["status"], status);
            assert!(body["detail"].as_str().is_some_and(|detail| detail.contains(' ')), "{body}");
        }
    }

    #[tokio::test]
    async fn it_says_how_to_show_who_one_is_and_when_to_try_again() {
        assert_eq!(answer(Problem::SignedOut).await.0.headers()[header::WWW_AUTHENTICATE], "Bearer");
        assert_eq!(answer(Problem::TooMany(Duration::from_secs(7))).await.0.headers()[header::RETRY_AFTER], "7");
        assert_eq!(answer(Problem::Busy).await.0.headers()[header::RETRY_AFTER], "5");
        assert!(!answer(Problem::Conflict).await.0.headers().contains_key(header::RETRY_AFTER));
    }

    #[tokio::test]
    async fn every_value_that_is_wrong_is_named() {
        let mistake = Invalid { field: "http.url".to_owned(), key: "invalid-value", detail: Some("not an address".to_owned()) };
        let (_, body) = answer(Problem::Invalid(vec![Invalid::new("slug", "invalid-slug"), mistake])).await;
        assert_eq!(body["errors"].as_array().unwrap().len(), 2);
        assert_eq!(body["errors"][0]["field"], "slug");
        assert_eq!(body["errors"][1]["field"], "http.url");
        assert!(body["errors"][1]["detail"].as_str().unwrap().contains("not an address"), "{body}");
        assert_eq!(answer(Problem::Conflict).await.1.get("errors"), None);
        assert_eq!(json!("/api/problems#invalid"), body["type"]);
    }

    #[test]
    fn kinds_have_addresses_of_their_own_and_are_found_by_their_status() {
        let slugs: BTreeSet<&str> = Kind::ALL.into_iter().map(Kind::slug).collect();
        assert_eq!(slugs.len(), Kind::ALL.len());
        assert_eq!(Kind::of_status(StatusCode::METHOD_NOT_ALLOWED), Kind::MethodNotAllowed);
        assert_eq!(Kind::of_status(StatusCode::IM_A_TEAPOT), Kind::BadRequest);
        assert_eq!(Kind::of_status(StatusCode::BAD_GATEWAY), Kind::Internal);
    }
}
