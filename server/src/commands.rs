//! What commands at a shell do to the data: by the running server if there is one, else by themselves, for as long as they hold the lock.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use probe::clock::SystemClock;
use store::Writer;

use crate::boot;
use crate::service::caller::Caller;
use crate::service::command::{Command, Reply, in_words};
use crate::service::desk::Ledger;
use crate::socket;

/// What waits for the disk gets this long at the end.
const LAST_WRITE: Duration = Duration::from_secs(5);

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
        Some(Reply::Link { .. }) => return Err("the server answered something else; is it of another version?".to_owned()),
        None => {}
    }
    if !data.join(store::FILE_NAME).exists() {
        return Err(format!("there is no database in {}; is it the right folder?", data.display()));
    }
    let made = alone(data, async |ledger: &Ledger| ledger.back_up(&caller(), to, config).await).await?;
    made.map_err(|problem| in_words(&problem))
}

fn unreachable(data: &Path, error: &std::io::Error) -> String {
    format!("cannot talk to the server of {}: {error}", data.display())
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
