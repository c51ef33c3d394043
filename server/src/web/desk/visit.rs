//! A request to the desk: from where, in which language, and by whom.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use domain::text::Language;
use domain::time::Timestamp;
use ipnet::IpNet;
use uuid::Uuid;

use super::super::{Web, language};
use super::show::Stopped;
use crate::service::caller::{Caller, SignedIn, Who};
use crate::service::problem::Problem;
use crate::service::sign_in::Known;

/// The other end of the connection; put into every request by the one who accepts it.
#[derive(Clone, Copy, Debug)]
pub(in crate::web) struct Peer(pub(in crate::web) SocketAddr);

/// Name of the session's cookie where the site is reached by HTTPS: browsers take it only from there, for this host only.
const COOKIE_SECURE: &str = "__Host-yagura";
/// Its name where it is not. Whoever has a neighbouring name can plant a cookie like this one.
const COOKIE_PLAIN: &str = "yagura";
/// Takes the plain cookie away, which is left over from a time when the site was not reached by HTTPS.
const PLAIN_TAKEN_AWAY: &str = "yagura=; Path=/; Max-Age=0";
/// What stands before the secret of a one-time link.
const LINK_PATH: &str = "/desk/set-up/";

/// A request to the desk.
#[derive(Clone, Debug)]
pub(in crate::web) struct Visit {
    /// The session it shows, if that is good; it may still lack the second factor.
    pub(super) known: Option<Known>,
    /// What the browser showed.
    pub(super) token: Option<String>,
    pub(super) address: Option<IpAddr>,
    pub(super) user_agent: String,
    pub(super) language: Language,
    /// Path and query.
    pub(super) path: String,
    pub(super) request: Uuid,
    pub(super) now: Timestamp,
}

impl Visit {
    /// Reads a request; fails only when the database cannot be read.
    pub(super) async fn of(web: &Web, parts: &Parts) -> Result<Self, Problem> {
        let token = session_token(&web.base(), &parts.headers).map(str::to_owned);
        let known = match &token {
            Some(token) => web.desk.session(token).await?,
            None => None,
        };
        Ok(Self::with(web, parts, token, known))
    }

    /// A request of which nobody knows whose it is, for when the database cannot be asked.
    pub(super) fn with(web: &Web, parts: &Parts, token: Option<String>, known: Option<Known>) -> Self {
        let own = known.as_ref().and_then(|known| known.user.language);
        let offered = web.monitoring.offer();
        let text = |name| parts.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
        Self {
            known,
            token,
            address: client_address(web, parts),
            user_agent: text(header::USER_AGENT).to_owned(),
            language: own
                .filter(|language| offered.languages.contains(language))
                .unwrap_or_else(|| language::negotiate(&offered.languages, &parts.headers)),
            path: parts.uri.path_and_query().map_or_else(|| "/desk/".to_owned(), ToString::to_string),
            request: Uuid::now_v7(),
            now: web.desk.now(),
        }
    }

    /// The path as it may stand in a log: whoever has a one-time link can use it.
    pub(super) fn logged_path(&self) -> &str {
        if self.path.starts_with(LINK_PATH) { LINK_PATH } else { &self.path }
    }

    /// Who signed in, with everything they need for that.
    pub(super) fn person(&self) -> Option<SignedIn> {
        self.known.as_ref().and_then(Known::signed_in)
    }

    /// Who asks; only somebody who signed in.
    pub(super) fn caller(&self) -> Result<Caller, Problem> {
        let who = Who::User(self.person().ok_or(Problem::SignedOut)?);
        Ok(Caller { who, address: self.address, request: self.request, idempotency: None })
    }

    /// Who asks before anybody has signed in: nobody, from somewhere.
    pub(super) fn nobody(&self) -> Caller {
        Caller { request: self.request, ..Caller::nobody(self.address) }
    }
}

impl FromRequestParts<Web> for Visit {
    type Rejection = Stopped;

    /// Read once per request, before the handler, by [`super::show::explain`].
    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Stopped> {
        match parts.extensions.get::<Self>() {
            Some(visit) => Ok(visit.clone()),
            None => Ok(Self::of(web, parts).await?),
        }
    }
}

fn is_secure(base: &str) -> bool {
    base.starts_with("https:")
}

/// The name of the cookie of the site at `base`, the only one that is set and believed there.
fn cookie_name(base: &str) -> &'static str {
    if is_secure(base) { COOKIE_SECURE } else { COOKIE_PLAIN }
}

/// The session's token that a request to the site at `base` shows.
pub(in crate::web) fn session_token<'h>(base: &str, headers: &'h HeaderMap) -> Option<&'h str> {
    let name = cookie_name(base);
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, value)| *found == name && !value.is_empty()).map(|(_, value)| value)
}

/// Gives a session to the browser, or takes it away again.
pub(in crate::web) fn set_session_cookie(headers: &mut HeaderMap, base: &str, token: Option<&str>) {
    headers.append(header::SET_COOKIE, session_cookie(base, token));
    if is_secure(base) {
        headers.append(header::SET_COOKIE, HeaderValue::from_static(PLAIN_TAKEN_AWAY));
    }
}

fn session_cookie(base: &str, token: Option<&str>) -> HeaderValue {
    let (name, secure) = (cookie_name(base), if is_secure(base) { "; Secure" } else { "" });
    let (value, age) = match token {
        Some(token) => (token, crate::service::sign_in::SESSION_WHOLE.as_secs()),
        None => ("", 0),
    };
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}");
    HeaderValue::from_str(&cookie).unwrap_or(HeaderValue::from_static(PLAIN_TAKEN_AWAY))
}

/// The address of the client: the other end of the connection, or, if that is a proxy that is trusted, the nearest address in
/// `X-Forwarded-For` that is none. What stands before that one anybody may have written.
pub(in crate::web) fn client_address(web: &Web, parts: &Parts) -> Option<IpAddr> {
    let Peer(peer) = parts.extensions.get::<Peer>()?;
    let trusted = web.monitoring.offer().trusted_proxies.clone();
    Some(nearest_untrusted(peer.ip(), &parts.headers, &trusted))
}

fn nearest_untrusted(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(&address.to_canonical()));
    let mut nearest = peer.to_canonical();
    // Lossily: bytes that are no text stand in hops that a client made up, and must not take the proxies' own along.
    let lines = headers.get_all("x-forwarded-for").into_iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    let lines: Vec<Cow<'_, str>> = lines.collect();
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        if !is_trusted(&nearest) {
            break;
        }
        let hop = hop.trim();
        // Some proxies add the port.
        let parsed = hop.parse::<IpAddr>().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|address| address.ip()));
        let Some(address) = parsed else { break };
        nearest = address.to_canonical();
    }
    nearest
}

#[cfg(test)]
impl Visit {
    /// In English, by nobody, from nowhere.
    pub(super) fn of_nobody(path: &str) -> Self {
        Self {
            known: None,
            token: None,
            address: None,
            user_agent: String::new(),
            language: Language::En,
            path: path.to_owned(),
            request: Uuid::nil(),
            now: Timestamp::from_ms(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forwarded(peer: &str, lines: &[&'static str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", HeaderValue::from_static(line));
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        nearest_untrusted(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn only_proxies_that_are_trusted_are_believed() {
        let proxies = ["10.0.0.0/8", "::1/128"];
        assert_eq!(forwarded("192.0.2.7", &["203.0.113.9"], &proxies), "192.0.2.7", "anybody may write this header");
        assert_eq!(forwarded("10.0.0.2", &["203.0.113.9"], &proxies), "203.0.113.9");
        assert_eq!(forwarded("10.0.0.2", &["203.0.113.9"], &[]), "10.0.0.2");
        assert_eq!(
            forwarded("10.0.0.2", &["1.2.3.4, 203.0.113.9, 10.0.0.5"], &proxies),
            "203.0.113.9",
            "forged entries stand first"
        );
        assert_eq!(forwarded("10.0.0.2", &["1.2.3.4", "203.0.113.9"], &proxies), "203.0.113.9", "several headers are one list");
        assert_eq!(forwarded("::1", &["[2001:db8::9]:4711"], &proxies), "2001:db8::9");
        assert_eq!(forwarded("10.0.0.2", &["nonsense"], &proxies), "10.0.0.2");
        assert_eq!(forwarded("::ffff:10.0.0.2", &["203.0.113.9"], &proxies), "203.0.113.9");
        assert_eq!(forwarded("10.0.0.2", &["10.0.0.3, 10.0.0.4"], &proxies), "10.0.0.3", "when all are ours, the first");
    }

    #[test]
    fn what_is_no_text_in_a_hop_does_not_hide_the_others() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_bytes(b"\xff\xfe, 203.0.113.9").unwrap());
        let proxies: [IpNet; 1] = ["10.0.0.0/8".parse().unwrap()];
        assert_eq!(nearest_untrusted("10.0.0.2".parse().unwrap(), &headers, &proxies).to_string(), "203.0.113.9");
    }

    #[test]
    fn the_cookie_is_for_this_host_only_and_out_of_reach_for_scripts() {
        let secure = session_cookie("https://status.example.org", Some("abc"));
        let secure = secure.to_str().unwrap();
        assert!(secure.starts_with("__Host-yagura=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age="), "{secure}");
        assert!(secure.ends_with("; Secure"), "{secure}");
        let plain = session_cookie("http://127.0.0.1:8600", Some("abc"));
        assert!(!plain.to_str().unwrap().contains("Secure"));
        assert!(session_cookie("http://x", None).to_str().unwrap().contains("Max-Age=0"));
    }

    #[test]
    fn the_secure_cookie_takes_the_plain_one_away() {
        let set = |base: &str, token: Option<&str>| {
            let mut headers = HeaderMap::new();
            set_session_cookie(&mut headers, base, token);
            let all = headers.get_all(header::SET_COOKIE).into_iter();
            all.map(|value| value.to_str().unwrap().split(';').next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(set("https://x", Some("abc")), ["__Host-yagura=abc", "yagura="]);
        assert_eq!(set("https://x", None), ["__Host-yagura=", "yagura="]);
        assert_eq!(set("http://x", Some("abc")), ["yagura=abc"]);
    }

    #[test]
    fn a_token_is_found_among_other_cookies_and_only_under_the_name_that_the_site_sets() {
        let token = |base: &str, cookie: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, HeaderValue::from_static(cookie));
            session_token(base, &headers).map(str::to_owned)
        };
        let (plain, secure) = ("http://127.0.0.1:8600", "https://status.example.org");
        assert_eq!(token(plain, "language=ja; yagura=t1").as_deref(), Some("t1"));
        assert_eq!(token(plain, "__Host-yagura=t2"), None);
        assert_eq!(token(plain, "yagura="), None);
        assert_eq!(token(plain, "xyagura=t"), None);
        assert_eq!(token(secure, "yagura=planted; __Host-yagura=t2").as_deref(), Some("t2"));
        assert_eq!(token(secure, "yagura=planted"), None, "a neighbour can plant this one");
    }

    #[test]
    fn a_one_time_link_does_not_get_into_a_log() {
        assert_eq!(Visit::of_nobody("/desk/set-up/0123456789?x=y").logged_path(), "/desk/set-up/");
        assert_eq!(Visit::of_nobody("/desk/people?after=12").logged_path(), "/desk/people?after=12");
    }
}
