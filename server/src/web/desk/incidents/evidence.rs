//! Files of a row: sent as a form with a file, or as pasted text; shown to whoever may read, as what they were found to be and nothing else.

use app::data::desk::FormState;
use axum::body::Body;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use store::incidents::EVIDENCE_BYTES_MAX;
use uuid::Uuid;

use super::super::super::Web;
use super::super::form;
use super::super::show::{Answer, done};
use super::super::visit::Visit;
use super::entries::{Shown, at_entry, edit_page};
use super::story;
use crate::service::incidents::EvidenceWanted;
use crate::service::problem::Problem;

/// Pasted text without a name is called this.
const TEXT_NAME: &str = "text.txt";

/// What was sent.
pub(in super::super) struct SentFile {
    /// A file, or a text with a name.
    pub(in super::super) wanted: EvidenceWanted,
    /// True for a text.
    pub(in super::super) is_text: bool,
    /// The number of the form.
    pub(in super::super) request: String,
}

/// Reads a form with a file or a text.
pub(in super::super) async fn read(mut parts: Multipart) -> Result<SentFile, Problem> {
    let broken = |_| Problem::invalid("file", "invalid-file-broken");
    let (mut file, mut text, mut name, mut keep_secrets, mut request) = (None, None, String::new(), false, String::new());
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        let field = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().unwrap_or_default().to_owned();
        let mut content = Vec::new();
        let mut part = part;
        while let Some(chunk) = part.chunk().await.map_err(broken)? {
            if content.len() + chunk.len() > EVIDENCE_BYTES_MAX {
                return Err(Problem::invalid("file", "invalid-file-large"));
            }
            content.extend_from_slice(&chunk);
        }
        match field.as_str() {
            // A browser sends a file field that was left empty, too.
            "file" if !content.is_empty() || !file_name.is_empty() => file = Some((file_name, content)),
            "text" if !content.is_empty() => text = Some(content),
            "name" => name = String::from_utf8_lossy(&content).trim().to_owned(),
            "keep_secrets" => keep_secrets = content == b"yes",
            "request" => request = String::from_utf8_lossy(&content).trim().chars().take(64).collect(),
            _ => {}
        }
    }
    match (file, text) {
        (Some((name, content)), _) => {
            Ok(SentFile { wanted: EvidenceWanted { name, content, keep_secrets }, is_text: false, request })
        }
        (None, Some(content)) => {
            let name = if name.is_empty() { TEXT_NAME.to_owned() } else { name };
            Ok(SentFile { wanted: EvidenceWanted { name, content, keep_secrets }, is_text: true, request })
        }
        (None, None) => Err(Problem::invalid("file", "invalid-file-empty")),
    }
}

pub(in super::super) async fn add(
    State(web): State<Web>,
    visit: Visit,
    Path((number, id)): Path<(i64, Uuid)>,
    parts: Result<Multipart, MultipartRejection>,
) -> Answer {
    // Who asks is looked at before what was sent.
    let caller = visit.caller()?;
    let incident = story(&web, &visit, number).await?.incident;
    if !web.desk.may_write(&caller, &incident) {
        return Err(Problem::Forbidden.into());
    }
    let parts = match parts {
        Ok(parts) => read(parts).await,
        Err(_) => Err(Problem::invalid("file", "invalid-file-empty")),
    };
    let (outcome, typed) = match parts {
        Ok(SentFile { wanted, is_text, .. }) => {
            let typed = std::str::from_utf8(&wanted.content).ok().filter(|_| is_text).map(str::to_owned);
            let form = FormState::default().with("name", wanted.name.as_str()).with("text", typed.unwrap_or_default());
            let added = web.desk.add_evidence(&caller, number, id, wanted).await;
            (added.map_err(|problem| if is_text { form::renamed(problem, "file", "text") } else { problem }), form)
        }
        Err(problem) => (Err(problem), FormState::default()),
    };
    let Err(problem) = outcome else { return Ok(done(&at_entry(number, id), "evidence-added")) };
    let mut evidence = typed;
    let refusal = form::refuse(&mut evidence, problem, &visit)?;
    let shown = Shown { evidence, status: StatusCode::UNPROCESSABLE_ENTITY, ..Shown::default() };
    refusal.with(edit_page(&web, &visit, number, id, shown).await)
}

pub(in super::super) async fn show(State(web): State<Web>, visit: Visit, Path((number, id)): Path<(i64, Uuid)>) -> Answer {
    let file = web.desk.evidence(&visit.caller()?, number, id).await?;
    Ok(as_file(&file.head.name, &file.head.media_type, file.content))
}

/// The answer with a file, as what it was found to be and nothing else.
pub(in super::super) fn as_file(name: &str, media_type: &str, content: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(content));
    let headers = response.headers_mut();
    let media_type = if media_type == "text/plain" { "text/plain; charset=utf-8" } else { media_type };
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_str(media_type).unwrap_or(HeaderValue::from_static("application/octet-stream")),
    );
    // Whatever stands in it, it can do nothing.
    headers
        .insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'"));
    let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let disposition = format!("inline; filename*=UTF-8''{}", name.replace('+', "%20"));
    headers.extend(HeaderValue::from_str(&disposition).ok().map(|value| (header::CONTENT_DISPOSITION, value)));
    response
}

pub(in super::super) async fn delete(State(web): State<Web>, visit: Visit, Path((number, id)): Path<(i64, Uuid)>) -> Answer {
    form::after(web.desk.delete_evidence(&visit.caller()?, number, id).await, &super::at(number), "evidence-deleted")
}
