//! `/api/`: the document as a page for people, and what problems mean. Made of the same document as `/api/openapi.json`, once.

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::Value;

use super::super::answer::{Document, Kept};
use super::super::markup::escape;
use super::super::{assets, failure, security};
use super::page_schema::{self, Row};
use super::problem::Kind;

const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";

static DOCUMENT: LazyLock<Option<Kept>> =
    LazyLock::new(|| Kept::new(Document::data(JSON, super::document().to_json().ok()?)).ok());
static PAGE: LazyLock<Option<Kept>> = LazyLock::new(|| {
    let document = serde_json::to_value(super::document()).ok()?;
    kept(&framed("API", &format!("{INTRODUCTION}{}", operations(&document))))
});
static PROBLEMS: LazyLock<Option<Kept>> = LazyLock::new(|| kept(&framed("Problems of the API", &problems())));

/// What one must know before the operations.
const INTRODUCTION: &str = "\
<section><h2>How to ask</h2>\
<p>Everything that can be done at the desk can be done here. The same as a document for programs: \
<a href=\"/api/openapi.json\">openapi.json</a> (OpenAPI 3.1).</p>\
<p>Show an API key with every request. An owner makes one at the <a href=\"/desk/keys\">desk</a>; its scopes say what it may do.</p>\
<pre><code>curl -H 'Authorization: Bearer ygr_…' https://status.example.org/api/v1/now</code></pre>\
<p>Scopes: <code>read</code> is in every key; <code>probes:operate</code> runs and pauses probes; <code>configuration:write</code> decides \
what is watched; <code>timeline:write</code> writes into timelines; <code>incidents:write</code> works incidents; <code>maintenance:write</code> plans work; <code>admin</code> is all of them, and people, keys and the audit log. Browsers \
show the cookie of a session in the place of a key; then the role of the person counts.</p></section>\
<section><h2>What comes back</h2>\
<p>JSON. Times are RFC 3339 in UTC. An error is <code>application/problem+json</code> (RFC 9457): decide by <code>type</code>, \
<a href=\"/api/problems\">all of which are listed</a>, and show people <code>detail</code>.</p>\
<p>Lists come a page at a time: <code>?limit=</code> from 1 to 100, and <code>?cursor=</code> with <code>next_cursor</code> of the page before, \
until that is <code>null</code>.</p>\
<pre><code>curl -H 'Authorization: Bearer ygr_…' 'https://status.example.org/api/v1/probes?limit=100'</code></pre></section>\
<section><h2>Changing things</h2>\
<p>With an <code>Idempotency-Key</code> of your own, a request that is sent twice is done once: after a broken connection, send it again.</p>\
<pre><code>curl -X POST https://status.example.org/api/v1/components \\\n  \
-H 'Authorization: Bearer ygr_…' -H 'Content-Type: application/json' \\\n  \
-H 'Idempotency-Key: 2f1c6a4e-7d0b-4a43-9d55-0a8f6f4d2b10' \\\n  \
-d '{\"slug\": \"web\", \"name\": {\"ja\": \"ウェブ\", \"en\": \"Web\"}}'</code></pre>\
<p>Whatever has a version is changed and removed with <code>If-Match</code>: the <code>ETag</code> of what was read. Who was slower gets 412, \
and nobody's change is lost. What stands in the configuration file can be read here and is changed there.</p>\
<pre><code>curl -X PUT https://status.example.org/api/v1/components/web \\\n  \
-H 'Authorization: Bearer ygr_…' -H 'Content-Type: application/json' -H 'If-Match: \"1\"' \\\n  \
-d '{\"name\": \"Web\", \"public\": false}'</code></pre></section>";

/// `/api/`
pub(super) async fn show(headers: HeaderMap) -> Response {
    answer(PAGE.as_ref(), &headers)
}

/// `/api/problems`
pub(super) async fn show_problems(headers: HeaderMap) -> Response {
    answer(PROBLEMS.as_ref(), &headers)
}

/// `/api/openapi.json`
pub(super) async fn show_document(headers: HeaderMap) -> Response {
    answer(DOCUMENT.as_ref(), &headers)
}

fn answer(kept: Option<&Kept>, headers: &HeaderMap) -> Response {
    kept.map_or_else(failure::internal, |kept| kept.answer(headers))
}

fn kept(page: &str) -> Option<Kept> {
    Kept::new(Document { policy: Some(security::policy(&[])), ..Document::data(HTML, page.to_owned()) }).ok()
}

/// A whole page.
fn framed(title: &str, content: &str) -> String {
    let style = assets::names().css.map(|path| format!("<link rel=\"stylesheet\" href=\"{}\">", escape(&path)));
    let (title, style) = (escape(title), style.unwrap_or_default());
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title} · Yagura</title><link rel=\"icon\" href=\"/icon.svg\" type=\"image/svg+xml\">{style}</head><body>\
         <header class=\"site-header\"><a class=\"site-name\" href=\"/\">Yagura</a><nav class=\"site-nav\" aria-label=\"API\">\
         <a href=\"/api/\">API</a><a href=\"/api/problems\">Problems</a><a href=\"/api/openapi.json\">openapi.json</a></nav></header>\
         <main class=\"page\" id=\"content\"><h1>{title}</h1>{content}</main></body></html>"
    )
}

/// Text with code between backticks.
fn prose(text: &str) -> String {
    let mut html = String::new();
    for (number, part) in escape(text).split('`').enumerate() {
        if number % 2 == 1 {
            // A String takes any write.
            let _ = write!(html, "<code>{part}</code>");
        } else {
            html.push_str(part);
        }
    }
    html
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// Every operation, by subject.
fn operations(document: &Value) -> String {
    let mut page = String::new();
    for tag in document["tags"].as_array().into_iter().flatten() {
        let name = text(tag, "name");
        let _ = write!(page, "<section><h2>{}</h2><p>{}</p>", escape(name), prose(text(tag, "description")));
        for (path, methods) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in methods.as_object().into_iter().flatten() {
                if operation["tags"][0] == name {
                    page.push_str(&one(document, method, path, operation));
                }
            }
        }
        page.push_str("</section>");
    }
    page
}

fn one(document: &Value, method: &str, path: &str, operation: &Value) -> String {
    let mut html = format!(
        "<article id=\"{}\"><h3>{}</h3><pre><code>{} {}</code></pre>",
        escape(text(operation, "operationId")),
        prose(text(operation, "summary")),
        escape(&method.to_uppercase()),
        escape(path)
    );
    for paragraph in text(operation, "description").split("\n\n") {
        let _ = write!(html, "<p>{}</p>", prose(paragraph));
    }
    let _ = write!(html, "<p>{}</p>", shown_by(document, operation));
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let rows: Vec<Row> = parameters.map(|parameter| parameter_row(document, parameter)).collect();
    html.push_str(&table("Parameters", &rows));
    let sent = &operation["requestBody"]["content"]["application/json"]["schema"];
    html.push_str(&table("Body", &page_schema::rows(document, sent, true)));
    let mut problems = Vec::new();
    for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
        if !status.starts_with('2') {
            problems.push(format!("<li><code>{}</code> {}</li>", escape(status), prose(text(answer, "description"))));
            continue;
        }
        let _ = write!(html, "<p><code>{}</code> {}</p>", escape(status), prose(text(answer, "description")));
        let headers = answer["headers"].as_object().into_iter().flatten();
        let headers: Vec<Row> = headers.map(|(name, header)| header_row(name, header)).collect();
        html.push_str(&table("Headers of the answer", &headers));
        let got = &answer["content"]["application/json"]["schema"];
        html.push_str(&table("Answer", &page_schema::rows(document, got, false)));
    }
    let _ = write!(html, "<details><summary>Problems</summary><ul>{}</ul></details></article>", problems.concat());
    html
}

/// By what one shows who one is.
fn shown_by(document: &Value, operation: &Value) -> String {
    let own = operation["security"].as_array().or(document["security"].as_array());
    let schemes: Vec<&str> = own
        .into_iter()
        .flatten()
        .filter_map(|choice| choice.as_object()?.keys().next())
        .map(|scheme| match scheme.as_str() {
            "key" => "an API key",
            "session" => "the cookie of a session",
            other => other,
        })
        .collect();
    if schemes.is_empty() { "Asked without a key.".to_owned() } else { format!("Asked with {}.", escape(&schemes.join(" or "))) }
}

fn parameter_row(document: &Value, parameter: &Value) -> Row {
    let schema = &parameter["schema"];
    let wrapped = serde_json::json!({ "type": "object", "properties": { "it": schema } });
    let kind = page_schema::rows(document, &wrapped, false).into_iter().next().map(|row| row.kind).unwrap_or_default();
    let required = if parameter["required"] == true { ", required" } else { "" };
    Row {
        path: text(parameter, "name").to_owned(),
        kind: format!("{kind}, in the {}{required}", text(parameter, "in")),
        about: text(parameter, "description").to_owned(),
    }
}

fn header_row(name: &str, header: &Value) -> Row {
    Row { path: name.to_owned(), kind: "string".to_owned(), about: text(header, "description").to_owned() }
}

/// Rows as a table; nothing when there are none.
fn table(title: &str, rows: &[Row]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut html = format!(
        "<details><summary>{}</summary><div class=\"table-frame\"><table><thead><tr><th>Name</th><th>Value</th><th>Meaning</th></tr></thead><tbody>",
        escape(title)
    );
    for Row { path, kind, about } in rows {
        let _ = write!(html, "<tr><th><code>{}</code></th><td>{}</td><td>{}</td></tr>", escape(path), prose(kind), prose(about));
    }
    html.push_str("</tbody></table></div></details>");
    html
}

/// Every kind of problem at the address that names it.
fn problems() -> String {
    let mut page =
        String::from("<p>The address in <code>type</code> of an error leads here. These addresses stay as they are.</p>");
    for kind in Kind::ALL {
        let status: StatusCode = kind.status();
        let _ = write!(
            page,
            "<section id=\"{0}\"><h2>{1}</h2><p><code>{2}</code> <code>/api/problems#{0}</code></p><p>{3}.</p></section>",
            escape(kind.slug()),
            escape(kind.title()),
            status.as_u16(),
            prose(kind.about())
        );
    }
    page
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use axum::http::{HeaderValue, header};

    use super::*;

    #[test]
    fn every_operation_stands_on_the_page_and_no_text_is_markup() {
        let document = serde_json::to_value(super::super::document()).unwrap();
        let page = operations(&document);
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                assert!(page.contains(&format!("id=\"{}\"", operation["operationId"].as_str().unwrap())), "{method} {path}");
            }
        }
        assert!(page.contains("<code>items[].slug</code>"), "answers are told");
        assert_eq!(prose("a `<b>` & `c`"), "a <code>&lt;b&gt;</code> &amp; <code>c</code>");
        let hostile = serde_json::json!({"operationId": "\"><script>", "summary": "<script>", "description": "<script>"});
        assert!(!one(&document, "get", "/<script>", &hostile).contains("<script>"));
    }

    #[test]
    fn every_address_of_a_problem_leads_somewhere() {
        let page = problems();
        for kind in Kind::ALL {
            assert!(page.contains(&format!("id=\"{}\"", kind.slug())), "{kind:?}");
        }
    }

    #[tokio::test]
    async fn the_pages_may_be_kept_and_are_known_again() {
        for (response, expected) in [
            (show(HeaderMap::new()).await, HTML),
            (show_problems(HeaderMap::new()).await, HTML),
            (show_document(HeaderMap::new()).await, JSON),
        ] {
            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(response.headers()[header::CONTENT_TYPE], expected);
            assert!(response.headers()[header::CACHE_CONTROL].to_str().unwrap().starts_with("public"));
        }
        let first = show_document(HeaderMap::new()).await;
        let mut headers = HeaderMap::new();
        let tag: HeaderValue = first.headers()[header::ETAG].clone();
        headers.insert(header::IF_NONE_MATCH, tag);
        assert_eq!(show_document(headers).await.status(), StatusCode::NOT_MODIFIED);
        let body = to_bytes(first.into_body(), 4_000_000).await.unwrap();
        let document: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(document["info"]["title"], "Yagura");
    }
}
