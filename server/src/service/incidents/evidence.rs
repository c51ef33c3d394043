//! Files of rows: pictures without what cameras and phones add to them, and text. What a file is, is found out from its bytes; what it
//! was said to be counts for nothing.

use domain::incident::secret;
use domain::time::Timestamp;
use store::Transaction;
use store::incidents::evidence::NewEvidence;
use store::incidents::{EVIDENCE_BYTES_MAX, EVIDENCE_MAX, Incident};
use uuid::Uuid;

use super::Deed;
use super::pictures::Picture;
use super::record::{editable, must_read, writable};
use super::wanted::{EvidenceFile, EvidenceWanted};
use crate::service::caller::Caller;
use crate::service::desk::{Desk, Done, Outcome};
use crate::service::problem::{Invalid, Problem};
use crate::service::sign_in::Nothing;

/// Longest name of a file, in characters.
const NAME_CHARS_MAX: usize = 200;
/// What text is in HTTP.
const TEXT: &str = "text/plain";

/// A file as it is kept.
#[derive(Debug)]
pub(in crate::service) struct File {
    pub(in crate::service) name: String,
    pub(in crate::service) media_type: &'static str,
    pub(in crate::service) content: Vec<u8>,
}

impl Desk {
    /// A file with its bytes.
    pub(crate) async fn evidence(&self, caller: &Caller, number: i64, id: Uuid) -> Result<EvidenceFile, Problem> {
        must_read(caller, self.now())?;
        let found = self.store.evidence(number, id).await?.filter(|(head, _)| head.deleted_at.is_none());
        let (head, content) = found.ok_or(Problem::NotFound("evidence"))?;
        Ok(EvidenceFile { head, content })
    }

    /// Adds a file to a row; gives its id.
    pub(crate) async fn add_evidence(
        &self,
        caller: &Caller,
        number: i64,
        entry: Uuid,
        wanted: EvidenceWanted,
    ) -> Result<Uuid, Problem> {
        // Taking megabytes apart is not done for whoever may not add them.
        self.incident_for(caller, number, Deed::Write).await?;
        let file = tokio::task::spawn_blocking(move || file(wanted)).await.map_err(|_| Problem::Busy)??;
        let by = caller.clone();
        let added = self.change(caller, None, move |transaction, now| {
            Box::pin(async move { add(transaction, &by, (number, entry), file, now).await })
        });
        self.taken_up(added.await, &[number]).await
    }

    /// Deletes a file: its bytes are gone for good, that it was there is not.
    pub(crate) async fn delete_evidence(&self, caller: &Caller, number: i64, id: Uuid) -> Result<(), Problem> {
        must_read(caller, self.now())?;
        let by = caller.clone();
        let deleted = self.change(caller, None, move |transaction, now| {
            Box::pin(async move { delete(transaction, &by, number, id, now).await })
        });
        self.taken_up(deleted.await, &[number]).await?;
        Ok(())
    }
}

/// What is kept of what was sent, or all that is wrong with it.
pub(in crate::service) fn file(wanted: EvidenceWanted) -> Result<File, Problem> {
    let EvidenceWanted { name, content, keep_secrets } = wanted;
    let name = name_of(&name);
    let kept = content_of(content, keep_secrets);
    match (name, kept) {
        (Some(name), Ok((media_type, content))) => Ok(File { name, media_type, content }),
        (name, kept) => {
            let name = name.is_none().then(|| Invalid::new("name", "invalid-file-name"));
            Err(Problem::Invalid(name.into_iter().chain(kept.err()).collect()))
        }
    }
}

/// The name without the folders that some programs put before it.
fn name_of(typed: &str) -> Option<String> {
    let name = typed.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let is_good = (1..=NAME_CHARS_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    is_good.then(|| name.to_owned())
}

/// What it is, and what is kept of it.
fn content_of(content: Vec<u8>, keep_secrets: bool) -> Result<(&'static str, Vec<u8>), Invalid> {
    let wrong = |key: &'static str| Invalid::new("file", key);
    if content.is_empty() {
        return Err(wrong("invalid-file-empty"));
    }
    if content.len() > EVIDENCE_BYTES_MAX {
        return Err(wrong("invalid-file-large"));
    }
    if let Some(picture) = Picture::of(&content) {
        let stripped = picture.stripped(content).ok_or_else(|| wrong("invalid-file-broken"))?;
        return Ok((picture.media_type(), stripped));
    }
    // A terminal's colours may stand in a log; what holds a zero is no text.
    let text = std::str::from_utf8(&content).ok().filter(|text| !text.contains('\0'));
    let text = text.ok_or_else(|| wrong("invalid-file-type"))?;
    if !keep_secrets && !secret::find(text).is_empty() {
        return Err(wrong("invalid-secret"));
    }
    Ok((TEXT, content))
}

async fn add(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    (number, entry): (i64, Uuid),
    file: File,
    now: Timestamp,
) -> Outcome<Uuid> {
    let incident = writable(transaction, by, number, Deed::Write, now).await?;
    let entry = transaction.entry(incident.key, entry).await?.ok_or(Problem::NotFound("entry"))?;
    if entry.deleted_at.is_some() {
        return Err(Problem::Refused("refused-deleted-row"));
    }
    if transaction.count_evidence(incident.key).await? >= i64::from(EVIDENCE_MAX) {
        return Err(Problem::Refused("refused-too-many-files"));
    }
    let (id, File { name, media_type, content }) = (Uuid::now_v7(), file);
    let new = NewEvidence {
        id,
        entry_key: entry.key,
        incident_key: incident.key,
        name: name.clone(),
        media_type: media_type.to_owned(),
        content,
        created_at: now,
        actor_name: by.name().to_owned(),
    };
    transaction.insert_evidence(&new).await?;
    transaction.touch_incident(incident.key, now).await?;
    Ok((id, vec![about("evidence.added", id, &incident).changed("name", None, Some(name))]))
}

async fn delete(transaction: &mut Transaction<'_>, by: &Caller, number: i64, id: Uuid, now: Timestamp) -> Outcome<Nothing> {
    let incident = editable(transaction, by, number, now).await?;
    let head = transaction.delete_evidence(incident.key, id, now).await?.ok_or(Problem::NotFound("evidence"))?;
    transaction.touch_incident(incident.key, now).await?;
    Ok((Nothing {}, vec![about("evidence.deleted", id, &incident).changed("name", Some(head.name), None)]))
}

fn about(action: &'static str, id: Uuid, incident: &Incident) -> Done {
    Done::new(action, "evidence", id, format!("INC-{}", incident.number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(name: &str, content: &[u8]) -> EvidenceWanted {
        EvidenceWanted { name: name.to_owned(), content: content.to_vec(), keep_secrets: false }
    }

    fn refused(wanted: EvidenceWanted) -> Vec<(String, &'static str)> {
        match file(wanted) {
            Err(Problem::Invalid(all)) => all.into_iter().map(|one| (one.field, one.key)).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn text_is_kept_as_it_is_whatever_it_is_called() {
        let kept = file(wanted("C:\\logs\\page.html", "<b>容量</b>\u{1b}[0m\r\n".as_bytes())).unwrap();
        assert_eq!((kept.name.as_str(), kept.media_type), ("page.html", "text/plain"));
        assert_eq!(kept.content, "<b>容量</b>\u{1b}[0m\r\n".as_bytes());
    }

    #[test]
    fn what_is_neither_text_nor_a_whole_picture_is_refused() {
        let file = |key| vec![("file".to_owned(), key)];
        assert_eq!(refused(wanted("a", b"")), file("invalid-file-empty"));
        assert_eq!(refused(wanted("a", b"%PDF-1.7\0")), file("invalid-file-type"));
        assert_eq!(refused(wanted("a", b"\xff\xfe\x00")), file("invalid-file-type"));
        assert_eq!(refused(wanted("a.png", b"\x89PNG\r\n\x1a\ncut")), file("invalid-file-broken"));
        assert_eq!(refused(wanted("a", &vec![b'a'; EVIDENCE_BYTES_MAX + 1])), file("invalid-file-large"));
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let both = [("name", "invalid-file-name"), ("file", "invalid-file-empty")].map(|(field, key)| (field.to_owned(), key));
        assert_eq!(refused(wanted("a\nb", b"")), both);
        assert_eq!(refused(wanted(&"a".repeat(201), b"x")), both[..1]);
        assert_eq!(refused(wanted("logs/", b"x")), both[..1]);
    }

    #[test]
    fn what_looks_like_a_secret_is_kept_only_by_choice() {
        let token = format!("token ghp_{}\n", "a1B2c3".repeat(6));
        let wanted = wanted("a.log", token.as_bytes());
        assert_eq!(refused(wanted.clone()), [("file".to_owned(), "invalid-secret")]);
        assert!(file(EvidenceWanted { keep_secrets: true, ..wanted }).is_ok());
    }
}
