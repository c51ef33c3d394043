//! `/runbooks/{component}/{alertname}`: an address for every alert there is, so that whoever lets Prometheus point here changes one pattern
//! and has no link that leads nowhere. Prometheus' own rules are at `https://runbooks.prometheus-operator.dev/runbooks/…`, and lead there by
//! the name in lower case.

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use domain::runbook::front_matter::alert_key;
use domain::text::Language;

use super::Web;

/// The parts of kube-prometheus that have runbooks.
const UPSTREAM: [&str; 8] =
    ["alertmanager", "general", "grafana", "kubernetes", "kube-state-metrics", "node", "prometheus", "prometheus-operator"];
/// Longest name, in characters.
const NAME_CHARS_MAX: usize = 128;
/// What stands in the page, once for each language, in the place of names.
const TOKENS: [&str; 3] = ["YAGURA-STUB-COMPONENT", "YAGURA-STUB-ALERT", "YAGURA-STUB-LOWER"];

/// The path of the page with tokens in the place of names.
pub(in crate::web) const PATH: &str = "/runbooks/YAGURA-STUB-COMPONENT/YAGURA-STUB-ALERT";

/// True for what can be the name of an alert, or of what it belongs to. Nothing in it means anything in HTML or in an address.
pub(in crate::web) fn is_name(name: &str) -> bool {
    let is_good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    (1..=NAME_CHARS_MAX).contains(&name.len()) && name.chars().all(is_good) && !name.starts_with('.')
}

/// Where others wrote about it, if they may have.
pub(in crate::web) fn upstream(component: &str, alert: &str) -> Option<String> {
    let alert = alert.to_ascii_lowercase();
    let is_theirs = UPSTREAM.contains(&component) && alert.chars().all(|c| c.is_ascii_alphanumeric());
    is_theirs.then(|| format!("https://runbooks.prometheus-operator.dev/runbooks/{component}/{alert}"))
}

/// The slug of the public runbook that an alert is bound to.
pub(in crate::web) fn bound(web: &Web, alert: &str) -> Option<String> {
    let library = web.desk.library();
    library.public_by_alert.get(&alert_key(alert)).map(ToString::to_string)
}

/// True when the page for alerts without a runbook leads on to somebody else's.
pub(in crate::web) fn has_upstream(component: &str, alert: &str) -> bool {
    upstream(component, alert).is_some()
}

/// The page for an alert, made of the one that is the same for all: names are put in, which are known to be harmless.
pub(in crate::web) fn filled(page: &Bytes, policy: Option<HeaderValue>, component: &str, alert: &str) -> Response {
    let lower = alert.to_ascii_lowercase();
    let html = String::from_utf8_lossy(page);
    let filled =
        TOKENS.iter().zip([component, alert, &lower]).fold(html.into_owned(), |html, (token, name)| html.replace(token, name));
    let mut response = Response::new(Body::from(filled));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    headers.extend(policy.map(|policy| (header::CONTENT_SECURITY_POLICY, policy)));
    response
}

/// The text of a public runbook as it was written, in a language or the other one.
pub(in crate::web) fn source(web: &Web, language: Language, slug: &str) -> Option<Response> {
    let library = web.desk.library();
    let runbook = library.runbooks.get(&slug.parse().ok()?).filter(|runbook| runbook.is_public)?;
    let (_, text) = runbook.current.as_ref()?.in_language(language);
    let mut response = Response::new(Body::from(text.source.clone()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/markdown; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_harmless() {
        assert!(is_name("KubePodCrashLooping") && is_name("kube-state-metrics") && is_name("a_b.c"));
        for name in ["", "a b", "<b>", "a\"b", "a/b", "a&b", "..", "日本", &"a".repeat(129)] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn only_what_others_may_have_written_about_leads_there() {
        let found = upstream("kubernetes", "KubePodCrashLooping");
        assert_eq!(found.as_deref(), Some("https://runbooks.prometheus-operator.dev/runbooks/kubernetes/kubepodcrashlooping"));
        assert_eq!(upstream("mine", "KubePodCrashLooping"), None);
        assert_eq!(upstream("node", "my_alert"), None);
    }
}
