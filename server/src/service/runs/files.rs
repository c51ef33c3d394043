//! Output and pictures that are kept with a step. What a file is, is found out from its bytes, and cameras' additions are taken out, as
//! for files of incidents. A file and the event that tells of it are kept together or not at all.

use domain::account::Permission;
use domain::incident::machine::MachineEvent;
use domain::runbook::run::fold::fold;
use domain::runbook::run::rules::{Wish, may};
use domain::time::Timestamp;
use store::Transaction;
use store::runbooks::files::NewRunFile;
use store::runbooks::{NewRunEvent, RUN_FILES_MAX};
use uuid::Uuid;

use super::record::{Opened, actor};
use super::wanted::{EventRead, FileKept, FileWanted, RunFile};
use super::{Followed, asked_again, refused};
use crate::service::caller::Caller;
use crate::service::desk::{Desk, Done, Outcome};
use crate::service::incidents::{EvidenceWanted, File, file};
use crate::service::problem::{Invalid, Problem};
use crate::service::sign_in::Nothing;

impl Desk {
    /// A file with its bytes.
    pub(crate) async fn run_file(&self, caller: &Caller, number: i64, id: Uuid) -> Result<RunFile, Problem> {
        caller.must(Permission::Read, self.now())?;
        let found = self.store.run_file(number, id).await?;
        let (head, content) = found.ok_or(Problem::NotFound("evidence"))?;
        Ok(RunFile { head, content })
    }

    /// Keeps a file with a step; gives its id.
    pub(crate) async fn add_run_file(&self, caller: &Caller, number: i64, wanted: FileWanted) -> Result<Uuid, Problem> {
        let (run, followed) = self.run_for(caller, number).await?;
        let (read, evidence, is_pasted) = wanted.read()?;
        // Taking megabytes apart takes a while.
        let kept = tokio::task::spawn_blocking(move || kept_of(evidence, is_pasted)).await.map_err(|_| Problem::Busy)?;
        let (file, by) = (kept?, caller.clone());
        let added = self.change(caller, asked_again(&run), move |transaction, now| {
            Box::pin(async move { add(transaction, &by, number, (read, file), &followed, now).await })
        });
        let added = self.run_changed(added.await, run.incident.map(|(_, number)| number)).await?;
        match added {
            (_, Some(id)) => Ok(id),
            (seq, None) => self.file_of(number, seq).await,
        }
    }

    /// The file that an event brought. An event of this name that brought none is something else.
    async fn file_of(&self, number: i64, seq: i64) -> Result<Uuid, Problem> {
        let files = self.store.run_story(number).await?.map(|story| story.files).unwrap_or_default();
        let found = files.into_iter().find(|head| head.seq == seq);
        found.map(|head| head.id).ok_or_else(|| Problem::invalid("op", "invalid-op"))
    }

    /// Deletes a file: its bytes are gone for good, that it was there is not. That may be needed long after the run.
    pub(crate) async fn delete_run_file(&self, caller: &Caller, number: i64, id: Uuid) -> Result<(), Problem> {
        let (run, _) = self.run_for(caller, number).await?;
        let by = caller.clone();
        let deleted = self.change(caller, asked_again(&run), move |transaction, now| {
            Box::pin(async move { delete(transaction, &by, number, id, now).await })
        });
        self.run_changed(deleted.await, run.incident.map(|(_, number)| number)).await?;
        Ok(())
    }
}

/// What is kept of what was sent. Of what was pasted, the text is what may be wrong.
fn kept_of(evidence: EvidenceWanted, is_pasted: bool) -> Result<File, Problem> {
    file(evidence).map_err(|problem| match problem {
        Problem::Invalid(all) if is_pasted => {
            let renamed = |invalid: Invalid| match invalid.field.as_str() {
                "file" => Invalid::new("text", invalid.key),
                _ => invalid,
            };
            Problem::Invalid(all.into_iter().map(renamed).collect())
        }
        other => other,
    })
}

fn about(action: &'static str, id: Uuid, opened: &Opened) -> Done {
    Done::new(action, "evidence", id, format!("RUN-{}", opened.run.number))
}

async fn add(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    number: i64,
    (read, file): (EventRead, File),
    followed: &Followed,
    now: Timestamp,
) -> Outcome<FileKept> {
    let opened = Opened::read(transaction, by, number, now).await?;
    let is_same = |known: &NewRunEvent| (&known.step, known.deed, &known.text) == (&read.step, read.deed, &read.text);
    if let Some(known) = opened.known(&read.op, is_same)? {
        return Ok(((known.seq, None), Vec::new()));
    }
    opened.must_follow(&followed.edition)?;
    let (plan, events, actor) = (&followed.edition.plan, opened.for_rules(), actor(by));
    let EventRead { op, step, deed, text, occurred_at, .. } = read;
    let said = text.as_deref().unwrap_or_default();
    let wish = Wish { step: step.as_ref(), deed, actor: &actor, answer: None, text: said };
    may(plan, &fold(plan, &events), &events, &wish).map_err(refused)?;
    if transaction.count_run_files(opened.run.key).await? >= i64::from(RUN_FILES_MAX) {
        return Err(Problem::Refused("refused-run-too-many-files"));
    }
    let (id, File { name, media_type, content }) = (Uuid::now_v7(), file);
    let told = MachineEvent::RunStep {
        run: opened.run.number,
        step: step.as_ref().map(ToString::to_string).unwrap_or_default(),
        title: followed.title_of(step.as_ref()),
        deed,
        answer: None,
        text: Some(text.clone().unwrap_or_else(|| name.clone())),
    };
    let blank = opened.event(by, op, (deed, step), (occurred_at, now));
    let kept = opened.append(transaction, by, NewRunEvent { text, ..blank }, Some(told)).await?;
    let new = NewRunFile {
        id,
        run_key: opened.run.key,
        seq: kept.seq,
        name: name.clone(),
        media_type: media_type.to_owned(),
        content,
        created_at: now,
        actor_name: by.name().to_owned(),
    };
    transaction.insert_run_file(&new).await?;
    Ok(((kept.seq, Some(id)), vec![about("run.file_added", id, &opened).changed("name", None, Some(name))]))
}

async fn delete(transaction: &mut Transaction<'_>, by: &Caller, number: i64, id: Uuid, now: Timestamp) -> Outcome<Nothing> {
    let opened = Opened::read(transaction, by, number, now).await?;
    let head = transaction.delete_run_file(opened.run.key, id, now).await?.ok_or(Problem::NotFound("evidence"))?;
    Ok((Nothing {}, vec![about("run.file_deleted", id, &opened).changed("name", Some(head.name), None)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused_of(content: &[u8], is_pasted: bool) -> Vec<(String, &'static str)> {
        let evidence = EvidenceWanted { name: "output.txt".to_owned(), content: content.to_vec(), keep_secrets: false };
        match kept_of(evidence, is_pasted) {
            Err(Problem::Invalid(all)) => all.into_iter().map(|one| (one.field, one.key)).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_wrong_with_pasted_text_is_said_of_the_text() {
        let token = format!("token ghp_{}\n", "a1B2c3".repeat(6));
        assert_eq!(refused_of(token.as_bytes(), true), [("text".to_owned(), "invalid-secret")]);
        assert_eq!(refused_of(token.as_bytes(), false), [("file".to_owned(), "invalid-secret")]);
        assert_eq!(refused_of(b"a\0b", true), [("text".to_owned(), "invalid-file-type")]);
    }
}
