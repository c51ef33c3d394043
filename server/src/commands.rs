//! What commands at a shell do to the data: by the running server if there is one, else by themselves, for as long as they hold the lock.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::text::Language;
use probe::clock::SystemClock;
use store::Writer;

use crate::boot;
use crate::service::caller::Caller;
use crate::service::command::{Command, Mistake, NoteAsked, Reply, in_words};
use crate::service::desk::Ledger;
use crate::socket;
use crate::web::FluentMessages;

/// What waits for the disk gets this long at the end.
const LAST_WRITE: Duration = Duration::from_secs(5);
/// Most that is read of a text from stdin, in bytes: no row is as long (10,000 characters of at most four bytes).
const PIPED_BYTES_MAX: u64 = 48 * 1024;

/// What is said when the reply is to something else.
pub(crate) const OTHER_ANSWER: &str = "the server answered something else; is it of another version?";

/// Whoever runs this command.
pub(crate) fn caller() -> Caller {
    let uid = rustix::process::getuid().as_raw();
    Caller::shell(uid, socket::user_name(uid))
}

/// Makes a backup: by the running server, which knows what is not on disk yet, else of the file as it is. Gives its size in bytes.
pub(crate) async fn back_up(data: &Path, config: &Path, to: &Path) -> Result<u64, String> {
    let asked = Command::BackUp { to: to.to_owned() };
    match socket::ask(data, &asked).await.map_err(|error| unreachable(data, &error))? {
        Some(Reply::BackedUp { bytes }) => return Ok(bytes),
        Some(Reply::Failed { message }) => return Err(message),
        Some(Reply::Link { .. } | Reply::Noted { .. } | Reply::Mistaken { .. }) => return Err(OTHER_ANSWER.to_owned()),
        None => {}
    }
    if !data.join(store::FILE_NAME).exists() {
        return Err(format!("there is no database in {}; is it the right folder?", data.display()));
    }
    let made = alone(data, async |ledger: &Ledger| ledger.back_up(&caller(), to, config).await).await?;
    made.map_err(|problem| in_words(&problem))
}

fn unreachable(data: &Path, error: &io::Error) -> String {
    let is_foreign = error.kind() == io::ErrorKind::PermissionDenied;
    let advice = if is_foreign { "; run this as the user that the server runs as, or as root" } else { "" };
    format!("cannot talk to the server of {}: {error}{advice}", data.display())
}

fn lock(data: &Path) -> Result<File, String> {
    boot::lock_folder(data).map_err(|error| match error {
        boot::StartError::Occupied(_) => format!("a server runs on {} and cannot be talked to; stop it first", data.display()),
        other => other.to_string(),
    })
}

/// Does something by ourselves, for as long as we hold the lock.
async fn alone<T>(data: &Path, work: impl AsyncFnOnce(&Ledger) -> T) -> Result<T, String> {
    let _lock = lock(data)?;
    let (store, connection) = boot::open_patiently(data).await.map_err(|error| error.to_string())?;
    let (writer, handle) = Writer::new(connection);
    let writer = tokio::spawn(writer.run(LAST_WRITE));
    let ledger = Ledger::new(Arc::new(SystemClock::default()), store, handle.clone());
    let outcome = work(&ledger).await;
    handle.close();
    // Whatever was answered is on disk; this is only tidying up.
    let _ = writer.await;
    Ok(outcome)
}

/// Does what a command asks for.
pub(crate) async fn run(data: &Path, command: &Command) -> Result<Reply, String> {
    if let Some(reply) = socket::ask(data, command).await.map_err(|error| unreachable(data, &error))? {
        return Ok(reply);
    }
    let reply = alone(data, async |ledger: &Ledger| ledger.command(&caller(), command).await).await?;
    reply.ok_or_else(|| "this needs the running server".to_owned())
}

/// Has the running server write a row into a timeline; gives the incident's number, and the time of the row as it is understood.
pub(crate) async fn note(data: &Path, asked: NoteAsked) -> Result<(i64, Option<String>), String> {
    match socket::ask(data, &Command::AddNote(asked)).await.map_err(|error| unreachable(data, &error))? {
        Some(Reply::Noted { number, at }) => Ok((number, at)),
        Some(Reply::Mistaken { mistakes }) => Err(in_sentences(&mistakes)),
        Some(Reply::Failed { message }) => Err(message),
        Some(Reply::Link { .. } | Reply::BackedUp { .. }) => Err(OTHER_ANSWER.to_owned()),
        None => Err(format!(
            "no server runs on the data folder {}, so nothing was written; start it with `yagura serve`, name its folder with --data \
             or YAGURA_DATA, or, from another machine, send the row to POST /api/v1/notes of its API",
            data.display()
        )),
    }
}

/// What is wrong with a row, each with what it is about, as one types it at a shell.
fn in_sentences(mistakes: &[Mistake]) -> String {
    let one = |mistake: &Mistake| {
        let words = match mistake.key.as_str() {
            // At the desk there is a box to tick.
            "invalid-secret" => {
                "This looks like it holds a secret, such as a password or a token. Take it out, or write the row at \
                 the desk, where it can be kept all the same."
                    .to_owned()
            }
            key => FluentMessages::find(Language::En, key, &[]).unwrap_or_else(|| key.to_owned()),
        };
        match (mistake.field.as_str(), mistake.key.as_str()) {
            ("body", _) => format!("the text: {words}"),
            ("at" | "kind", _) => format!("--{}: {words}", mistake.field),
            ("incident" | "number", _) | ("", "refused-no-open-incident" | "refused-several-open" | "refused-merged") => {
                format!("--incident: {words}")
            }
            ("", _) => words,
            (other, _) => format!("{other}: {words}"),
        }
    };
    mistakes.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// A text that is piped in.
pub(crate) fn piped(from: impl Read) -> Result<String, String> {
    let mut bytes = Vec::new();
    let read = from.take(PIPED_BYTES_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|error| format!("the text cannot be read from stdin: {error}"))?;
    if bytes.len() as u64 > PIPED_BYTES_MAX {
        return Err(in_sentences(&[Mistake::new("body", "invalid-body-long")]));
    }
    String::from_utf8(bytes).map_err(|_| "the text from stdin is not UTF-8; convert it first, for example with iconv".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_told_in_words_with_what_it_is_about() {
        let told = |field: &str, key: &str| in_sentences(&[Mistake::new(field, key)]);
        assert!(told("at", "invalid-when").starts_with("--at: This could not be read as a time."));
        assert!(told("body", "invalid-body").starts_with("the text: Please write"));
        assert!(told("incident", "invalid-number").starts_with("--incident: There is no incident"));
        assert!(told("", "refused-several-open").starts_with("--incident: Several incidents are open."));
        assert!(!told("body", "invalid-secret").contains("tick"), "a shell has nothing to tick");
        assert_eq!(told("", "refused-of-tomorrow"), "refused-of-tomorrow");
        let both = in_sentences(&[Mistake::new("at", "invalid-when-future"), Mistake::new("body", "invalid-body")]);
        assert_eq!(both.lines().count(), 2, "{both}");
    }

    #[test]
    fn a_piped_text_is_taken_whole_or_not_at_all() {
        assert_eq!(piped("一行目\n二行目\n".as_bytes()).unwrap(), "一行目\n二行目\n");
        assert!(piped(b"\xff\xfe".as_slice()).unwrap_err().contains("UTF-8"));
        assert!(piped(io::repeat(b' ')).unwrap_err().contains("too long"), "what comes behind the blanks would be lost");
    }

    #[tokio::test]
    async fn without_a_server_a_row_is_not_written_and_one_hears_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let asked = NoteAsked {
            text: "restarted".to_owned(),
            incident: None,
            kind: domain::incident::work::EntryKind::Action,
            at: String::new(),
        };
        let refused = note(folder.path(), asked).await.unwrap_err();
        assert!(refused.contains("yagura serve") && refused.contains("--data"), "{refused}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no database was made");
    }
}
