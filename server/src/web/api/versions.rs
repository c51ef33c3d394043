//! Versions of what can be changed: told by `ETag`, and shown again by `If-Match`, so that nobody's change is lost.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::problem::{Failed, Kind};
use crate::service::problem::Problem;

/// The version that was read.
pub(super) fn wanted(headers: &HeaderMap) -> Result<i64, Failed> {
    let value = headers.get(header::IF_MATCH).ok_or_else(|| Failed::of(Kind::VersionMissing))?;
    let quoted = value.to_str().ok().and_then(|text| text.trim().strip_prefix('"')?.strip_suffix('"'));
    let Some(tag) = quoted.filter(|tag| !tag.contains('"')) else {
        return Err(Failed::new(Kind::BadRequest, "If-Match is one ETag in its quotation marks, like \"3\""));
    };
    // What is none of our tags is no version that there is.
    tag.parse().map_err(|_| Failed::of(Kind::VersionDiffers))
}

/// A change that somebody else was before with: the version was asked for, so it is that which differs.
pub(super) fn differs(problem: Problem) -> Failed {
    match problem {
        Problem::Conflict => Failed::of(Kind::VersionDiffers),
        other => other.into(),
    }
}

/// An answer with the version of what it shows.
pub(super) fn answer(status: StatusCode, version: Option<i64>, shown: impl Serialize) -> Response {
    let mut response = (status, Json(shown)).into_response();
    let tag = version.and_then(|version| HeaderValue::from_str(&format!("\"{version}\"")).ok());
    response.headers_mut().extend(tag.map(|tag| (header::ETAG, tag)));
    response
}

/// An answer to what was made, with where it now is.
pub(super) fn made(path: &str, version: Option<i64>, shown: impl Serialize) -> Response {
    let mut response = answer(StatusCode::CREATED, version, shown);
    response.headers_mut().extend(HeaderValue::from_str(path).ok().map(|path| (header::LOCATION, path)));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Result<i64, u16> {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_MATCH, HeaderValue::from_str(value).unwrap());
        wanted(&headers).map_err(|failed| failed.into_response().status().as_u16())
    }

    #[test]
    fn a_version_is_one_tag_of_ours() {
        assert_eq!(read("\"3\""), Ok(3));
        assert_eq!(read(" \"12\" "), Ok(12));
        assert_eq!(read("\"abc\""), Err(412));
        for bad in ["3", "*", "W/\"3\"", "\"3\", \"4\"", "\"", ""] {
            assert_eq!(read(bad), Err(400), "{bad}");
        }
        let missing = wanted(&HeaderMap::new()).unwrap_err();
        assert_eq!(missing.into_response().status(), StatusCode::PRECONDITION_REQUIRED);
    }

    #[test]
    fn what_is_answered_can_be_shown_again() {
        let response = made("/api/v1/groups/a", Some(3), serde_json::json!({}));
        assert_eq!(response.headers()[header::LOCATION], "/api/v1/groups/a");
        assert_eq!(read(response.headers()[header::ETAG].to_str().unwrap()), Ok(3));
        assert!(!answer(StatusCode::OK, None, 1).headers().contains_key(header::ETAG));
    }

    #[test]
    fn a_conflict_is_one_of_versions() {
        assert_eq!(differs(Problem::Conflict).into_response().status(), StatusCode::PRECONDITION_FAILED);
        assert_eq!(differs(Problem::Busy).into_response().status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
