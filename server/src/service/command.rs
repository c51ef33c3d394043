//! What commands at a shell ask for: the same as people at the desk, by whoever may open the data folder. With a running server they are
//! sent to it, else done by the command itself; either way by [`Ledger`].

use std::path::{Path, PathBuf};

use domain::account::{Permission, Role};
use domain::incident::when;
use domain::incident::work::{EntryKind, Source};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::backup;
use super::caller::Caller;
use super::desk::{Desk, Done, Ledger};
use super::incidents::{EntryWanted, Found};
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
    /// Writes a row into a timeline. Only the running server does: it knows what is open, and tells the pages that show it.
    AddNote(NoteAsked),
}

/// A row, as it is typed at a shell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoteAsked {
    pub(crate) text: String,
    /// The incident's number; none: the one that is open.
    pub(crate) incident: Option<i64>,
    pub(crate) kind: EntryKind,
    /// As people type a time; empty: now.
    pub(crate) at: String,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reply {
    /// A one-time link: the path of its address, and until when it is good (RFC 3339).
    Link { name: String, path: String, expires_at: String },
    /// A backup, and its size in bytes.
    BackedUp { bytes: u64 },
    /// A row: the number of its incident, and when it says it was, on the clocks of the incident.
    Noted { number: i64, at: Option<String> },
    /// It was not done, for what was typed; the shell has the words.
    Mistaken { mistakes: Vec<Mistake> },
    /// It was not done, and why.
    Failed { message: String },
}

/// Something that stands in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mistake {
    /// The field it is about; empty: all of it.
    pub(crate) field: String,
    /// Key of a message, which begins with `invalid-` or `refused-`.
    pub(crate) key: String,
}

impl Mistake {
    pub(crate) fn new(field: impl Into<String>, key: impl Into<String>) -> Self {
        Self { field: field.into(), key: key.into() }
    }
}

impl Ledger {
    /// Makes an account or a link.
    pub(crate) async fn command(&self, caller: &Caller, command: &Command) -> Option<Reply> {
        let outcome = match command {
            Command::AddUser { name, role } => self.invite(caller, name, *role).await,
            Command::MakeLink { name } => self.make_link_for(caller, name).await,
            Command::BackUp { .. } | Command::AddNote(_) => return None,
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
            (None, Command::AddNote(asked)) => self.take_note(caller, asked).await,
            (None, _) => Reply::Failed { message: "the server does not know this command".to_owned() },
        }
    }
}

impl Desk {
    async fn take_note(&self, caller: &Caller, asked: NoteAsked) -> Reply {
        let wanted = EntryWanted {
            kind: asked.kind.name().to_owned(),
            body: asked.text,
            at: asked.at,
            typed_at: None,
            precision: String::new(),
            rejected: Vec::new(),
            hypothesis: String::new(),
            visibility: String::new(),
            is_starred: false,
            op: None,
            keep_secrets: false,
            source: Source::Cli,
        };
        match self.note(caller, asked.incident, wanted).await {
            // The row is kept: that it cannot be read again is no reason to have it written twice.
            Ok((number, id)) => Reply::Noted { number, at: self.time_of_row(caller, number, id).await.ok() },
            Err(problem) => not_noted(problem),
        }
    }

    /// When a row says it was, on the clocks of its incident; with the day unless that is today.
    async fn time_of_row(&self, caller: &Caller, number: i64, id: Uuid) -> Result<String, Problem> {
        let Found::Story(story) = self.incident(caller, number).await? else {
            return Err(Problem::Refused("refused-merged"));
        };
        let entry = story.entries.iter().find(|entry| entry.id == id).ok_or(Problem::NotFound("entry"))?;
        let zone = TimeZone::get(&story.incident.facts.zone).unwrap_or(TimeZone::UTC);
        let today = zone.to_datetime(self.now().to_jiff()).date();
        let written = when::written(entry.occurred_at, entry.precision, &zone);
        Ok(written.replacen(&format!("{today} "), "", 1))
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

/// Why a row was not written.
fn not_noted(problem: Problem) -> Reply {
    let mistakes = match problem {
        Problem::Invalid(all) => all.into_iter().map(|invalid| Mistake::new(invalid.field, invalid.key)).collect(),
        Problem::Refused(key) => vec![Mistake::new("", key)],
        Problem::NotFound("incident") => vec![Mistake::new("incident", "invalid-number")],
        other => return Reply::Failed { message: in_words(&other) },
    };
    Reply::Mistaken { mistakes }
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

    #[test]
    fn what_stands_in_the_way_of_a_row_names_its_field() {
        let mistaken = |field: &str, key: &str| Reply::Mistaken { mistakes: vec![Mistake::new(field, key)] };
        assert_eq!(not_noted(Problem::invalid("at", "invalid-when")), mistaken("at", "invalid-when"));
        assert_eq!(not_noted(Problem::Refused("refused-several-open")), mistaken("", "refused-several-open"));
        assert_eq!(not_noted(Problem::NotFound("incident")), mistaken("incident", "invalid-number"));
        assert_eq!(not_noted(Problem::Busy), Reply::Failed { message: Problem::Busy.to_string() });
    }

    #[test]
    fn a_note_comes_over_the_socket_as_it_was_typed() {
        let (text, at) = ("再起動した \"proxy\"\n2 行目".to_owned(), "-5m".to_owned());
        let asked = Command::AddNote(NoteAsked { text, incident: Some(42), kind: EntryKind::NextAction, at });
        let sent = serde_json::to_string(&asked).unwrap();
        assert_eq!(serde_json::from_str::<Command>(&sent).unwrap(), asked);
        assert!(serde_json::from_str::<Command>(&sent.replace("\"at\"", "\"when\"")).is_err());
    }
}
