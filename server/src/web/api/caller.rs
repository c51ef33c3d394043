//! Who asks: a program by its key, or a person by the session of their browser.

use std::convert::Infallible;
use std::future::ready;
use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use domain::time::Timestamp;
use uuid::Uuid;

use super::super::Web;
use super::super::desk::{client_address, session_token};
use super::problem::Failed;
use crate::service::caller::{Caller, Who};
use crate::service::problem::Problem;

/// Who asks, and when.
#[derive(Clone, Debug)]
pub(super) struct Asker {
    pub(super) caller: Caller,
    /// The session that asks, if it is a person.
    pub(super) own_session: Option<Uuid>,
    pub(super) now: Timestamp,
}

/// The key that a request shows. What is no bearer token is for somebody else, such as a proxy before us.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let shown = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = shown.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
}

async fn who(web: &Web, headers: &HeaderMap, address: Option<IpAddr>) -> Result<(Who, Option<Uuid>), Problem> {
    if let Some(key) = bearer(headers) {
        if let Some(who) = web.desk.key(key).await? {
            return Ok((who, None));
        }
        // A key that is not good is never passed over for a cookie: whoever sent it would not know in whose name it was done.
        web.desk.attempt_from(address)?;
        return Err(Problem::SignedOut);
    }
    let token = session_token(&web.base(), headers).ok_or(Problem::SignedOut)?;
    let known = web.desk.session(token).await?.ok_or(Problem::SignedOut)?;
    let person = known.signed_in().ok_or(Problem::SignedOut)?;
    Ok((Who::User(person), Some(known.session.id)))
}

impl FromRequestParts<Web> for Asker {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Failed> {
        let address = client_address(web, parts);
        let (who, own_session) = who(web, &parts.headers, address).await?;
        let caller = Caller { who, address, request: Uuid::now_v7(), idempotency: None };
        Ok(Self { caller, own_session, now: web.desk.now() })
    }
}

/// Somebody who has not signed in yet.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    /// Nobody, from somewhere.
    pub(super) caller: Caller,
    pub(super) user_agent: String,
    /// The session that the browser shows, which ends with the new one.
    pub(super) token: Option<String>,
}

impl FromRequestParts<Web> for Visitor {
    type Rejection = Infallible;

    fn from_request_parts(parts: &mut Parts, web: &Web) -> impl Future<Output = Result<Self, Infallible>> + Send {
        let user_agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        ready(Ok(Self {
            caller: Caller::nobody(client_address(web, parts)),
            user_agent: user_agent.to_owned(),
            token: session_token(&web.base(), &parts.headers).map(str::to_owned),
        }))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_bearer_tokens_are_keys() {
        let shown = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value));
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(shown("Bearer ygr_abc").as_deref(), Some("ygr_abc"));
        assert_eq!(shown("bearer  ygr_abc ").as_deref(), Some("ygr_abc"));
        assert_eq!(shown("Bearer nonsense").as_deref(), Some("nonsense"), "shown, and not good");
        assert_eq!(shown("Basic bWlrYTpwdw=="), None);
        assert_eq!(bearer(&HeaderMap::new()), None);
    }
}
