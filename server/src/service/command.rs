//! What commands at a shell ask for: the same as people at the desk, by whoever may open the data folder. With a running server they are
//! sent to it, else done by the command itself; either way by [`Ledger`].

use std::path::{Path, PathBuf};

use domain::account::{Permission, Role};
use serde::{Deserialize, Serialize};

use super::backup;
use super::caller::Caller;
use super::desk::{Desk, Done, Ledger};
use super::people::LinkMade;
use super::problem::Problem;
use super::sign_in::Nothing;

/// Something to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Command {
    /// Makes an account and a link for its owner.
    AddUser { name: String, role: Role },
    /// Makes a link for somebody who cannot sign in any more.
    MakeLink { name: String },
    /// Makes a backup.
    BackUp { to: PathBuf },
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reply {
    /// A one-time link: the path of its address, and until when it is good (RFC 3339).
    Link { name: String, path: String, expires_at: String },
    /// A backup, and its size in bytes.
    BackedUp { bytes: u64 },
    /// It was not done, and why.
    Failed { message: String },
}

impl Ledger {
    /// Makes an account or a link.
    pub(crate) async fn command(&self, caller: &Caller, command: &Command) -> Option<Reply> {
        let outcome = match command {
            Command::AddUser { name, role } => self.invite(caller, name, *role).await,
            Command::MakeLink { name } => self.make_link_for(caller, name).await,
            Command::BackUp { .. } => return None,
        };
        Some(reply(outcome))
    }

    /// Makes a backup of what is on disk; gives its size in bytes.
    pub(crate) async fn back_up(&self, caller: &Caller, to: &Path, config: &Path) -> Result<u64, Problem> {
        let now = self.clock.now();
        caller.must(Permission::BackUp, now)?;
        let name = to.display().to_string();
        let made = backup::make(&self.store, to, config, now).await;
        let done = match &made {
            Ok(made) => Done::new("backup.made", "backup", &name, &name).changed("bytes", 0, made.bytes),
            Err(error) => Done::new("backup.failed", "backup", &name, &name).changed("error", String::new(), error.to_string()),
        };
        self.write_down(caller, done).await?;
        Ok(made?.bytes)
    }

    async fn write_down(&self, caller: &Caller, done: Done) -> Result<(), Problem> {
        self.change(caller, None, move |_, _| Box::pin(async move { Ok((Nothing {}, vec![done])) })).await?;
        Ok(())
    }
}

impl Desk {
    /// Does what a command asks of the running server.
    pub(crate) async fn command(&self, caller: &Caller, command: Command) -> Reply {
        match (self.ledger.command(caller, &command).await, command) {
            (Some(reply), _) => reply,
            (None, Command::BackUp { to }) => match self.back_up(caller, &to).await {
                Ok(bytes) => Reply::BackedUp { bytes },
                Err(problem) => Reply::Failed { message: in_words(&problem) },
            },
            (None, _) => Reply::Failed { message: "the server does not know this command".to_owned() },
        }
    }
}

impl Desk {
    /// Makes a backup now, wherever whoever asks may write; gives its size in bytes.
    pub(crate) async fn back_up(&self, caller: &Caller, to: &Path) -> Result<u64, Problem> {
        caller.must(Permission::BackUp, self.now())?;
        // What was seen until now is on disk once this is.
        let nothing = self.change(caller, None, |_, _| Box::pin(async { Ok((Nothing {}, Vec::new())) }));
        nothing.await?;
        self.ledger.back_up(caller, to, self.configuration.path()).await
    }

    /// Notes a scheduled backup that was made.
    pub(crate) async fn backup_made(&self, file: &str, bytes: u64, took_ms: u64, deleted: &[String]) -> Result<(), Problem> {
        let done = Done::new("backup.made", "backup", file, file)
            .changed("bytes", 0, bytes)
            .changed("took_ms", 0, took_ms)
            .changed("deleted", String::new(), deleted.join(" "));
        self.ledger.write_down(&Caller::system(), done).await
    }

    /// Notes that scheduled backups fail from now on.
    pub(crate) async fn backup_failed(&self, error: &str) -> Result<(), Problem> {
        let done = Done::new("backup.failed", "backup", "", "").changed("error", "", error);
        self.ledger.write_down(&Caller::system(), done).await
    }
}

fn reply(outcome: Result<LinkMade, Problem>) -> Reply {
    match outcome {
        Ok(LinkMade { name, token: Some(token), expires_at, .. }) => {
            Reply::Link { name, path: format!("/desk/set-up/{token}"), expires_at: expires_at.to_string() }
        }
        Ok(_) => Reply::Failed { message: "no link was made".to_owned() },
        Err(problem) => Reply::Failed { message: in_words(&problem) },
    }
}

/// Why it was not done, in words for a shell. A key that has none is better than nothing: it can be sought.
pub(crate) fn in_words(problem: &Problem) -> String {
    match problem {
        Problem::Invalid(all) => {
            let one = |invalid: &super::problem::Invalid| match invalid.key {
                "invalid-name-taken" => "somebody already has this name".to_owned(),
                "invalid-name" => "a name is 1 to 64 visible characters".to_owned(),
                key => key.to_owned(),
            };
            all.iter().map(one).collect::<Vec<_>>().join("; ")
        }
        Problem::Refused("refused-disabled") => "this account is disabled; an owner enables it at the desk".to_owned(),
        Problem::Refused("refused-too-many-people") => "there are 1,000 accounts already, the most there may be".to_owned(),
        Problem::Refused(key) => format!("{problem} ({key})"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_hears_what_stands_in_the_way() {
        assert!(in_words(&Problem::Refused("refused-disabled")).contains("is disabled"));
        assert!(in_words(&Problem::Refused("refused-too-many-people")).contains("1,000 accounts"));
        assert!(in_words(&Problem::Refused("refused-last-owner")).contains("refused-last-owner"));
        assert_eq!(in_words(&Problem::invalid("name", "invalid-name-taken")), "somebody already has this name");
    }
}
