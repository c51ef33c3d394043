//! The way for commands to the running server: a Unix socket in the data folder that only its owner can open. One JSON document each
//! way, ended by the end of the stream. The system says who asks, so nobody needs a password here; whoever is neither the server's own
//! user nor root is not answered, however they came by the socket.

use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

use crate::service::caller::Caller;
use crate::service::command::{Command, Reply};
use crate::service::desk::Desk;

/// Name of the socket within the data folder.
const NAME: &str = "yagura.sock";
/// Largest document.
const BYTES_MAX: u64 = 64 * 1024;
/// Longest that somebody may take over what they ask.
const ASKING_MAX: Duration = Duration::from_secs(5);
/// Longest that an answer may take: a backup of a large database.
const ANSWER_MAX: Duration = Duration::from_secs(3600);
/// Commands at a time.
const AT_ONCE: usize = 4;

fn path(data: &Path) -> PathBuf {
    data.join(NAME)
}

/// Listens in the data folder, whose lock we have: a socket that is there is of a server that ended without tidying up.
pub(crate) fn listen(data: &Path) -> io::Result<UnixListener> {
    let path = path(data);
    match std::fs::symlink_metadata(&path) {
        Ok(found) if found.file_type().is_socket() => std::fs::remove_file(&path)?,
        Ok(_) => return Err(io::Error::new(io::ErrorKind::AlreadyExists, "there is a file of that name that is no socket")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Does what commands ask for until `stopping`.
pub(crate) async fn serve(listener: UnixListener, data: PathBuf, desk: Arc<Desk>, stopping: CancellationToken) {
    let turns = Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
    loop {
        let turn = Arc::clone(&turns).acquire_owned().await;
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopping.cancelled() => break,
        };
        match accepted {
            Ok((stream, _)) => {
                let desk = Arc::clone(&desk);
                tokio::spawn(async move {
                    if let Err(error) = answer(stream, &desk).await {
                        tracing::debug!(%error, "a command was not answered");
                    }
                    drop(turn);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a command could not be heard");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    let _ = std::fs::remove_file(path(&data));
}

/// True when this user may command a server that runs as `own`.
const fn may_command(uid: u32, own: u32) -> bool {
    uid == 0 || uid == own
}

async fn answer(mut stream: UnixStream, desk: &Desk) -> io::Result<()> {
    let uid = stream.peer_cred()?.uid();
    // Between the socket's making and its mode being set, and in a folder that others may enter, anybody may have come in.
    if !may_command(uid, rustix::process::geteuid().as_raw()) {
        tracing::warn!(uid, "another user's command was refused");
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let mut asked = Vec::new();
    let mut limited = (&mut stream).take(BYTES_MAX);
    tokio::time::timeout(ASKING_MAX, limited.read_to_end(&mut asked)).await??;
    let reply = match serde_json::from_slice::<Command>(&asked) {
        Ok(command) => desk.command(&Caller::shell(uid, user_name(uid)), command).await,
        Err(_) => Reply::Failed { message: "the server is of another version than this command; use the same".to_owned() },
    };
    stream.write_all(&serde_json::to_vec(&reply)?).await?;
    stream.shutdown().await
}

/// Asks the server that runs on the data folder; `None` when none does.
pub(crate) async fn ask(data: &Path, command: &Command) -> io::Result<Option<Reply>> {
    let mut stream = match UnixStream::connect(path(data)).await {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => return Ok(None),
        Err(error) => return Err(error),
    };
    let asked = serde_json::to_vec(command)?;
    if asked.len() as u64 > BYTES_MAX {
        let message = format!("this is longer than the {} KiB that can be sent at once", BYTES_MAX / 1024);
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    stream.write_all(&asked).await?;
    stream.shutdown().await?;
    let mut answer = Vec::new();
    tokio::time::timeout(ANSWER_MAX, stream.take(BYTES_MAX).read_to_end(&mut answer)).await??;
    Ok(Some(serde_json::from_slice(&answer)?))
}

/// What the system calls the user with this number.
pub(crate) fn user_name(uid: u32) -> String {
    let table = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    name_in(&table, uid).unwrap_or_else(|| format!("uid {uid}"))
}

fn name_in(table: &str, uid: u32) -> Option<String> {
    table.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?);
        (number.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_a_name() {
        let table = "root:x:0:0:root:/root:/bin/sh\nmika:x:1000:1000::/home/mika:/bin/sh\nbroken\n";
        assert_eq!(name_in(table, 1000).as_deref(), Some("mika"));
        assert_eq!(name_in(table, 7), None);
    }

    #[test]
    fn nobody_but_root_and_the_servers_own_user_may_command_it() {
        assert!(may_command(0, 1000) && may_command(1000, 1000));
        assert!(!may_command(1001, 1000) && !may_command(1000, 0));
    }

    #[tokio::test]
    async fn only_the_owner_can_open_the_socket_and_an_old_one_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        assert!(ask(folder.path(), &Command::MakeLink { name: "x".to_owned() }).await.unwrap().is_none(), "no server");
        drop(listen(folder.path()).unwrap());
        let _listener = listen(folder.path()).unwrap();
        let mode = std::fs::metadata(path(folder.path())).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let long = Command::MakeLink { name: "x".repeat(BYTES_MAX as usize) };
        let refused = ask(folder.path(), &long).await.unwrap_err();
        assert!(refused.to_string().contains("64 KiB"), "the server would read it only in part: {refused}");
    }
}
