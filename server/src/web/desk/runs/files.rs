//! Files of a step: a picture, or pasted output.

use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, State};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::super::super::Web;
use super::super::form;
use super::super::incidents::evidence::{SentFile, as_file, read};
use super::super::show::{Answer, done, on_to};
use super::super::visit::Visit;
use super::show::Forms;
use super::{again, at, empty};
use crate::service::problem::Problem;
use crate::service::runs::FileWanted;

pub(in super::super) async fn add(
    State(web): State<Web>,
    visit: Visit,
    Path((number, step)): Path<(i64, String)>,
    parts: Result<Multipart, MultipartRejection>,
) -> Answer {
    // Who asks is looked at before what was sent.
    let caller = visit.caller()?;
    let found = web.desk.run(&caller, number).await?;
    if !web.desk.place_in(&caller, &found.story.run).await?.0 {
        return Err(Problem::Forbidden.into());
    }
    let parts = match parts {
        Ok(parts) => read(parts).await,
        Err(_) => Err(Problem::invalid("file", "invalid-file-empty")),
    };
    let (outcome, typed) = match parts {
        Ok(sent) => {
            let typed = std::str::from_utf8(&sent.wanted.content).ok().filter(|_| sent.is_text).map(str::to_owned);
            let op = op_of(&sent, &step);
            let wanted = FileWanted {
                op,
                step: step.clone(),
                name: sent.wanted.name,
                content: sent.wanted.content,
                text: String::new(),
                keep_secrets: sent.wanted.keep_secrets,
                occurred_at: None,
            };
            let added = web.desk.add_run_file(&caller, number, wanted).await;
            let added = added.map_err(|problem| if sent.is_text { form::renamed(problem, "file", "output") } else { problem });
            (added, empty().with("output", typed.unwrap_or_default()))
        }
        Err(problem) => (Err(problem), empty()),
    };
    match outcome {
        Ok(_) => Ok(on_to(&format!("{}?step={step}", at(number)))),
        Err(problem) => {
            let forms = Forms { step: Some((step, typed)), ..Forms::default() };
            again(&web, &visit, number, problem, forms).await
        }
    }
}

pub(in super::super) async fn show(State(web): State<Web>, visit: Visit, Path((number, id)): Path<(i64, Uuid)>) -> Answer {
    let file = web.desk.run_file(&visit.caller()?, number, id).await?;
    Ok(as_file(&file.head.name, &file.head.media_type, file.content))
}

pub(in super::super) async fn delete(State(web): State<Web>, visit: Visit, Path((number, id)): Path<(i64, Uuid)>) -> Answer {
    match web.desk.delete_run_file(&visit.caller()?, number, id).await {
        Ok(()) => Ok(done(&at(number), "evidence-deleted")),
        Err(problem) => form::after::<()>(Err(problem), &at(number), ""),
    }
}

/// What a form with a file is called, with what is in it: sent twice, it is kept once; another photo is another one.
fn op_of(sent: &SentFile, step: &str) -> String {
    if sent.request.is_empty() {
        return Uuid::now_v7().to_string();
    }
    let mut hash = Sha256::new();
    for piece in [sent.request.as_bytes(), step.as_bytes(), sent.wanted.name.as_bytes(), &sent.wanted.content] {
        hash.update((piece.len() as u64).to_be_bytes());
        hash.update(piece);
    }
    let digest = hash.finalize();
    digest.iter().take(16).fold("file-".to_owned(), |name, byte| format!("{name}{byte:02x}"))
}
