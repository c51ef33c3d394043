//! A request with everything about it prepared, and what becomes of it when it is redirected.
//!
//! What the user entrusted for one origin (credentials, cookies, own headers) must never be sent to another.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use domain::probe::observation::{Cause, CauseKind};
use domain::probe::spec::{HttpAuth, HttpSpec};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Method, Request, StatusCode, Uri, Version};
use http_body_util::Full;
use url::Url;

use crate::ProberError;
use crate::connect::Host;

const USER_AGENT: HeaderValue = HeaderValue::from_static(concat!("Yagura/", env!("CARGO_PKG_VERSION")));
const ACCEPT_ANYTHING: HeaderValue = HeaderValue::from_static("*/*");
/// What goes to another origin; the content type only as long as there is content.
const HARMLESS_HEADERS: [HeaderName; 3] = [header::USER_AGENT, header::ACCEPT, header::CONTENT_TYPE];

/// A request, ready to be sent any number of times. Its `Debug` would show secrets, hence it has none.
pub(crate) struct Outgoing {
    pub(crate) host: Host,
    pub(crate) port: u16,
    pub(crate) is_tls: bool,
    url: Url,
    method: Method,
    /// With `Host`.
    headers: HeaderMap,
    body: Bytes,
    target: PathAndQuery,
    authority: Authority,
}

impl Outgoing {
    /// The first request of a check.
    pub(crate) fn new(spec: &HttpSpec) -> Result<Self, ProberError> {
        let url = Url::parse(spec.url.expose()).map_err(|_| ProberError::Url("it does not parse"))?;
        let method = Method::from_bytes(spec.method.as_bytes())
            .ok()
            .filter(|method| *method != Method::CONNECT)
            .ok_or_else(|| ProberError::Method(spec.method.clone()))?;
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, USER_AGENT);
        headers.insert(header::ACCEPT, ACCEPT_ANYTHING);
        if let Some(value) = authorization(spec.auth.as_ref(), &url)? {
            headers.insert(header::AUTHORIZATION, value);
        }
        let mut given = HeaderMap::new();
        for (name, value) in &spec.headers {
            let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| ProberError::HeaderName(name.clone()))?;
            given.append(parsed, sensitive(value.expose()).ok_or_else(|| ProberError::HeaderValue(name.clone()))?);
        }
        // A header given twice is sent twice, but what is given replaces what we would have sent.
        for name in given.keys() {
            headers.remove(name);
        }
        for (name, value) in &given {
            headers.append(name, value.clone());
        }
        let body = spec.body.as_ref().map_or_else(Bytes::new, |body| Bytes::copy_from_slice(body.expose().as_bytes()));
        Self::assemble(url, method, headers, body).map_err(ProberError::Url)
    }

    fn assemble(mut url: Url, method: Method, mut headers: HeaderMap, body: Bytes) -> Result<Self, &'static str> {
        let is_tls = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err("its scheme is neither http nor https"),
        };
        // Neither ever goes over the wire; for http and https removing them cannot fail.
        url.set_fragment(None);
        let _ = url.set_username("");
        let _ = url.set_password(None);
        let host = Host::of(&url).ok_or("it has no host")?;
        let port = url.port_or_known_default().ok_or("it has no port")?;
        if !headers.contains_key(header::HOST) {
            let value = match (url.host_str(), url.port()) {
                (Some(host), Some(port)) => format!("{host}:{port}"),
                (Some(host), None) => host.to_owned(),
                (None, _) => return Err("it has no host"),
            };
            headers.insert(header::HOST, HeaderValue::try_from(value).map_err(|_| "its host cannot be sent")?);
        }
        let authority = headers.get(header::HOST).and_then(|value| Authority::try_from(value.as_bytes()).ok());
        let authority = authority.ok_or("its host cannot be sent")?;
        let target = match url.query() {
            Some(query) => PathAndQuery::try_from(format!("{}?{query}", url.path())),
            None => PathAndQuery::try_from(url.path()),
        };
        let target = target.map_err(|_| "its path cannot be sent")?;
        Ok(Self { host, port, is_tls, url, method, headers, body, target, authority })
    }

    /// The request as HTTP/1.1 has it: the path alone, and `Host`.
    pub(crate) fn for_http1(&self) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = Uri::from(self.target.clone());
        request.headers_mut().clone_from(&self.headers);
        request
    }

    /// The request as HTTP/2 has it: the whole URI, and no `Host`.
    pub(crate) fn for_http2(&self) -> Request<Full<Bytes>> {
        let mut request = self.for_http1();
        request.headers_mut().remove(header::HOST);
        *request.version_mut() = Version::HTTP_2;
        let mut parts = request.uri().clone().into_parts();
        parts.scheme = Some(Scheme::HTTPS);
        parts.authority = Some(self.authority.clone());
        // All three parts are there, and with all three any URI is sound; the path alone is the harmless way out.
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
        request
    }

    /// The request that an answer with `status` and `Location` sends us on to, changed as browsers do. Headers that were left
    /// behind do not come back, even if a later redirect leads home again.
    pub(crate) fn redirected(&self, status: StatusCode, location: Option<&HeaderValue>) -> Result<Self, Cause> {
        let nowhere = |why: &str| Cause::new(CauseKind::Redirect, format!("the {status} redirect leads nowhere: {why}"));
        let location = location.ok_or_else(|| nowhere("it has no Location"))?;
        let location = std::str::from_utf8(location.as_bytes()).map_err(|_| nowhere("its Location is not text"))?;
        let url = self.url.join(location).map_err(|_| nowhere("its Location is not a URL"))?;

        let becomes_get = match status {
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => self.method == Method::POST,
            StatusCode::SEE_OTHER => self.method != Method::HEAD,
            _ => false,
        };
        let (method, body) = if becomes_get { (Method::GET, Bytes::new()) } else { (self.method.clone(), self.body.clone()) };
        let is_same_origin = (url.scheme(), url.host(), url.port_or_known_default())
            == (self.url.scheme(), self.url.host(), self.url.port_or_known_default());
        if self.is_tls && url.scheme() == "http" && !body.is_empty() {
            return Err(Cause::new(CauseKind::Redirect, "the redirect would send the body unencrypted"));
        }
        let mut headers = if is_same_origin {
            self.headers.clone()
        } else {
            let kept = HARMLESS_HEADERS.into_iter();
            kept.filter_map(|name| self.headers.get(&name).map(|value| (name, value.clone()))).collect()
        };
        if becomes_get {
            let about_content =
                [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_ENCODING, header::TRANSFER_ENCODING];
            for name in about_content {
                headers.remove(name);
            }
        } else if !is_same_origin && body.is_empty() {
            headers.remove(header::CONTENT_TYPE);
        }
        Self::assemble(url, method, headers, body).map_err(nowhere)
    }
}

/// A header value that is kept out of `Debug` and of HTTP/2's shared compression table.
fn sensitive(value: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_bytes(value.as_bytes()).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// `Authorization` from the configuration, else from `user:password@` in the URL.
fn authorization(auth: Option<&HttpAuth>, url: &Url) -> Result<Option<HeaderValue>, ProberError> {
    let basic = |pair: &[u8]| format!("Basic {}", BASE64_STANDARD.encode(pair));
    let value = match auth {
        Some(HttpAuth::Basic { user, password }) => basic(format!("{user}:{}", password.expose()).as_bytes()),
        Some(HttpAuth::Bearer(token)) => format!("Bearer {}", token.expose()),
        None if url.username().is_empty() && url.password().is_none() => return Ok(None),
        None => {
            let mut pair = percent_decoded(url.username());
            pair.push(b':');
            pair.extend(percent_decoded(url.password().unwrap_or_default()));
            basic(&pair)
        }
    };
    sensitive(&value).map(Some).ok_or_else(|| ProberError::HeaderValue(header::AUTHORIZATION.to_string()))
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |byte: u8| char::from(byte).to_digit(16);
        let escaped = match (first, tail) {
            (b'%', [high, low, after @ ..]) => hex(*high).zip(hex(*low)).map(|(high, low)| ((high * 16 + low) as u8, after)),
            _ => None,
        };
        let (byte, after) = escaped.unwrap_or((*first, tail));
        decoded.push(byte);
        rest = after;
    }
    decoded
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "these are tests")]
mod tests {
    use domain::probe::spec::TlsSpec;
    use domain::text::Secret;

    use super::*;

    fn spec(method: &str, url: &str, headers: &[(&str, &str)]) -> HttpSpec {
        HttpSpec {
            url: Secret::new(url.to_owned()),
            shown_url: String::new(),
            method: method.to_owned(),
            headers: headers.iter().map(|(n, v)| ((*n).to_owned(), Secret::new((*v).to_owned()))).collect(),
            body: (method == "POST").then(|| Secret::new("payload".to_owned())),
            auth: None,
            redirects_max: 5,
            tls: TlsSpec::default(),
            conditions: Vec::new(),
            degraded: Vec::new(),
        }
    }

    fn moved(from: &Outgoing, status: u16, location: &'static str) -> Result<Outgoing, Cause> {
        from.redirected(StatusCode::from_u16(status).unwrap(), Some(&HeaderValue::from_static(location)))
    }

    #[test]
    fn given_headers_replace_the_usual_ones() {
        let given = [("user-agent", "x"), ("Host", "other.test"), ("X-A", "1"), ("X-A", "2")];
        let request = Outgoing::new(&spec("GET", "https://u%40s:p@a.test:8443/x?y=1#z", &given)).unwrap();
        let http1 = request.for_http1();
        assert_eq!(http1.uri(), "/x?y=1");
        assert_eq!(http1.headers()["user-agent"], "x");
        assert_eq!(http1.headers()["host"], "other.test");
        assert_eq!(http1.headers()["accept"], "*/*");
        assert_eq!(http1.headers().get_all("x-a").iter().count(), 2);
        assert_eq!(http1.headers()["authorization"], format!("Basic {}", BASE64_STANDARD.encode("u@s:p")));
        let http2 = request.for_http2();
        assert_eq!(http2.uri(), "https://other.test/x?y=1");
        assert!(!http2.headers().contains_key("host"));
        assert_eq!((request.port, request.is_tls), (8443, true));
    }

    #[test]
    fn methods_change_as_in_browsers() {
        let table = [
            (301, "POST", "GET"),
            (302, "POST", "GET"),
            (303, "POST", "GET"),
            (307, "POST", "POST"),
            (308, "POST", "POST"),
            (301, "PUT", "PUT"),
            (303, "PUT", "GET"),
            (303, "HEAD", "HEAD"),
        ];
        for (status, before, after) in table {
            let first = Outgoing::new(&spec(before, "http://a.test/x", &[("Content-Type", "text/plain")])).unwrap();
            let next = moved(&first, status, "/y").unwrap();
            assert_eq!(next.method, after, "{status} {before}");
            assert_eq!(next.headers.contains_key("content-type"), before == after, "{status} {before}");
            assert_eq!(next.body.is_empty(), !(before == "POST" && after == "POST"), "{status} {before}");
        }
    }

    #[test]
    fn secrets_stay_with_their_origin() {
        let given = [("Authorization", "secret"), ("Cookie", "secret"), ("X-Key", "secret"), ("Host", "b.test")];
        let first = Outgoing::new(&spec("GET", "https://a.test/x", &given)).unwrap();
        assert_eq!(moved(&first, 302, "/y").unwrap().headers.len(), first.headers.len());
        for elsewhere in ["https://b.test/", "https://a.test:444/", "http://a.test/", "//c.test/", "https://x:y@b.test/"] {
            let next = moved(&first, 302, elsewhere).unwrap();
            let mut names: Vec<_> = next.headers.keys().map(HeaderName::as_str).collect();
            names.sort_unstable();
            assert_eq!(names, ["accept", "host", "user-agent"], "{elsewhere}");
            let home = next.redirected(StatusCode::FOUND, Some(&HeaderValue::from_static("https://a.test/"))).unwrap();
            assert!(!home.headers.contains_key("authorization"), "{elsewhere}");
            assert_eq!(home.headers["host"], "a.test");
        }
    }

    #[test]
    fn redirects_that_lead_nowhere_are_told() {
        let first = Outgoing::new(&spec("POST", "https://a.test/x", &[])).unwrap();
        for nowhere in ["ftp://a.test/", "mailto:a@a.test", "http://[", "https://"] {
            assert_eq!(moved(&first, 307, nowhere).err().map(|cause| cause.kind), Some(CauseKind::Redirect), "{nowhere}");
        }
        assert_eq!(moved(&first, 307, "http://a.test/").err().map(|cause| cause.kind), Some(CauseKind::Redirect));
        assert!(first.redirected(StatusCode::FOUND, None).is_err());
    }

    #[test]
    fn what_cannot_be_sent_is_refused_without_showing_secrets() {
        for bad in [
            spec("GET", "ftp://a.test/", &[]),
            spec("GET", "/path", &[]),
            spec("G T", "http://a.test/", &[]),
            spec("CONNECT", "http://a.test/", &[]),
            spec("GET", "http://a.test/", &[("a b", "x")]),
            spec("GET", "http://a.test/", &[("x", "hunter2\n")]),
        ] {
            let error = Outgoing::new(&bad).err().expect("it was accepted");
            assert!(!error.to_string().contains("hunter2"));
        }
    }
}
