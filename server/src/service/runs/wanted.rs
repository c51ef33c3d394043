//! What people and programs want of runs as they typed it, what can be kept of it, and what they are told. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::incident::secret;
use domain::runbook::StepId;
use domain::runbook::run::{Deed, Outcome, Progress, Stand, TEXT_CHARS_MAX};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::runbooks::{RunFileHead, RunStory};
use uuid::Uuid;

use crate::service::incidents::{EvidenceWanted, is_op, text};
use crate::service::problem::{Invalid, Problem};
use crate::service::runbooks::Edition;

/// Longest answer to a decision, in characters: answers are words on buttons.
const ANSWER_CHARS_MAX: usize = 64;
/// Longest output that is pasted as text, in bytes. More is a file.
const PASTED_BYTES_MAX: usize = 64 * 1024;
/// What pasted output is called when nobody says it.
const PASTED_NAME: &str = "output.txt";

/// A run to be begun.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunWanted {
    /// Slug.
    pub(crate) runbook: String,
    /// The number of its incident.
    pub(crate) incident: Option<i64>,
    /// The number of the alert for which it is followed: its labels, its component and its incident are taken where nothing else is said.
    pub(crate) alert: Option<i64>,
    /// Empty: a drill in an incident that is one, else live.
    pub(crate) mode: String,
    /// Slug; empty: the one that the incident affects worst.
    pub(crate) component: String,
    /// Labels of an alert. What stands in them comes from anywhere.
    pub(crate) labels: BTreeMap<String, String>,
    /// Values that somebody typed. Empty ones were left out.
    pub(crate) params: BTreeMap<String, String>,
    /// True: where the runbook is being followed in the incident already, that run is the one that is wanted.
    pub(crate) joins: bool,
}

/// Something that was done in a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventWanted {
    /// What the sender calls it, so that it is kept once; 1 to 64 visible ASCII characters.
    pub(crate) op: String,
    /// Empty: the run as a whole.
    pub(crate) step: String,
    pub(crate) deed: String,
    /// The place of the newest event that the sender had seen.
    pub(crate) expected_seq: i64,
    pub(crate) answer: String,
    /// The reason, the note, the command that was copied.
    pub(crate) text: String,
    /// True when the text shall be kept although it looks like it holds a secret.
    pub(crate) keep_secrets: bool,
    /// None: now.
    pub(crate) occurred_at: Option<Timestamp>,
}

/// How a run ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct FinishWanted {
    pub(crate) op: String,
    pub(crate) expected_seq: i64,
    pub(crate) outcome: String,
    pub(crate) text: String,
    /// Slug of the runbook that would have been right; read only when this was the wrong one, and may be empty then too.
    pub(crate) right: String,
    pub(crate) keep_secrets: bool,
}

/// A file for a step, or output that was pasted.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileWanted {
    pub(crate) op: String,
    pub(crate) step: String,
    /// May be empty for pasted output.
    pub(crate) name: String,
    /// Empty: `text` is the output.
    pub(crate) content: Vec<u8>,
    /// With a file, what is said of it.
    pub(crate) text: String,
    pub(crate) keep_secrets: bool,
    pub(crate) occurred_at: Option<Timestamp>,
}

/// A run with what it follows and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct RunFound {
    pub(crate) story: RunStory,
    pub(crate) edition: Arc<Edition>,
    pub(crate) progress: Progress,
    /// A newer version that it could follow, while it goes on.
    pub(crate) newer: Option<Arc<Edition>>,
}

/// An event that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) seq: i64,
    /// Where its step stands now. None: it is of the run as a whole, or the version that is followed now does not have the step.
    pub(crate) stand: Option<Stand>,
    /// False when it was there before, sent under the same name.
    pub(crate) is_new: bool,
}

/// Somebody who looks at a run right now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Present {
    pub(crate) name: String,
    /// The step that they have before them.
    pub(crate) step: Option<StepId>,
    pub(crate) seen_at: Timestamp,
}

/// A file with its bytes.
#[derive(Clone, Debug)]
pub(crate) struct RunFile {
    pub(crate) head: RunFileHead,
    pub(crate) content: Vec<u8>,
}

/// An event, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EventRead {
    pub(super) op: String,
    pub(super) step: Option<StepId>,
    pub(super) deed: Deed,
    pub(super) expected_seq: i64,
    pub(super) answer: Option<String>,
    pub(super) text: Option<String>,
    pub(super) occurred_at: Option<Timestamp>,
}

/// An end, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FinishRead {
    pub(super) op: String,
    pub(super) expected_seq: i64,
    pub(super) outcome: Outcome,
    pub(super) text: Option<String>,
}

/// `value`, if nothing is wrong.
fn end<T>(value: Option<T>, wrong: Vec<Invalid>) -> Result<T, Problem> {
    match value {
        Some(value) if wrong.is_empty() => Ok(value),
        _ => Err(Problem::Invalid(wrong)),
    }
}

/// What a sender calls something.
pub(super) fn op_of(typed: &str) -> Result<String, Invalid> {
    if is_op(typed) { Ok(typed.to_owned()) } else { Err(Invalid::new("op", "invalid-op")) }
}

/// The id of a step.
fn step_of(typed: &str) -> Result<StepId, Invalid> {
    typed.trim().parse().map_err(|_| Invalid::new("step", "invalid-step"))
}

/// A reason or a note; none: nothing was typed.
fn text_of(typed: &str, keep_secrets: bool) -> Result<Option<String>, Invalid> {
    let text = text(typed);
    if text.chars().count() > TEXT_CHARS_MAX {
        return Err(Invalid::new("text", "invalid-text-long"));
    }
    if !keep_secrets && !secret::find(&text).is_empty() {
        return Err(Invalid::new("text", "invalid-secret"));
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// A command that was copied. One that is too long to be kept, or holds a secret, is left out: that it was copied is still worth knowing.
fn copied(typed: &str) -> Option<String> {
    let command = text(typed);
    let is_kept = !command.is_empty() && command.chars().count() <= TEXT_CHARS_MAX && secret::find(&command).is_empty();
    is_kept.then_some(command)
}

/// True for what people do one step at a time. Files, values, versions and the end have ways of their own, and what Yagura saw is for
/// Yagura to say.
const fn is_for_people(deed: Deed) -> bool {
    !deed.is_of_run() && !matches!(deed, Deed::Verify | Deed::Output)
}

impl EventWanted {
    /// What can be kept of it, or all that is wrong with it.
    pub(super) fn read(&self) -> Result<EventRead, Problem> {
        let mut wrong = Vec::new();
        let op = op_of(&self.op).map_err(|invalid| wrong.push(invalid)).ok();
        let deed = Deed::from_name(self.deed.trim()).filter(|deed| is_for_people(*deed));
        if deed.is_none() {
            wrong.push(Invalid::new("deed", "invalid-deed"));
        }
        let is_note = matches!(deed, Some(Deed::Note | Deed::Wrong));
        let step = match self.step.trim() {
            "" if is_note => Some(None),
            id => step_of(id).map(Some).map_err(|invalid| wrong.push(invalid)).ok(),
        };
        let answer = (deed == Some(Deed::Answer)).then(|| self.answer.trim().to_owned());
        if answer.as_ref().is_some_and(|answer| !(1..=ANSWER_CHARS_MAX).contains(&answer.chars().count())) {
            wrong.push(Invalid::new("answer", "invalid-answer"));
        }
        let text = match deed {
            Some(Deed::Copied) => Some(copied(&self.text)),
            _ => text_of(&self.text, self.keep_secrets).map_err(|invalid| wrong.push(invalid)).ok(),
        };
        if is_note && text == Some(None) {
            wrong.push(Invalid::new("text", "invalid-body"));
        }
        let needed = op.zip(deed).zip(step.zip(text));
        let read = needed.map(|((op, deed), (step, text))| EventRead {
            op,
            step,
            deed,
            expected_seq: self.expected_seq,
            answer,
            text,
            occurred_at: self.occurred_at,
        });
        end(read, wrong)
    }
}

impl FinishWanted {
    /// What can be kept of it, or all that is wrong with it; whether there is a runbook of that name is for others to say.
    pub(super) fn read(&self) -> Result<FinishRead, Problem> {
        let mut wrong = Vec::new();
        let op = op_of(&self.op).map_err(|invalid| wrong.push(invalid)).ok();
        let outcome = Outcome::from_name(self.outcome.trim());
        if outcome.is_none() {
            wrong.push(Invalid::new("outcome", "invalid-outcome"));
        }
        let text = text_of(&self.text, self.keep_secrets).map_err(|invalid| wrong.push(invalid)).ok();
        let needed = op.zip(outcome).zip(text);
        let expected_seq = self.expected_seq;
        end(needed.map(|((op, outcome), text)| FinishRead { op, expected_seq, outcome, text }), wrong)
    }
}

impl FileWanted {
    /// The event that it makes, the file with it, and whether that was pasted as text.
    pub(super) fn read(self) -> Result<(EventRead, EvidenceWanted, bool), Problem> {
        let mut wrong = Vec::new();
        let op = op_of(&self.op).map_err(|invalid| wrong.push(invalid)).ok();
        let step = step_of(&self.step).map_err(|invalid| wrong.push(invalid)).ok();
        let is_pasted = self.content.is_empty() && !self.text.trim().is_empty();
        let (said, name, content) = if is_pasted {
            if self.text.len() > PASTED_BYTES_MAX {
                wrong.push(Invalid::new("text", "invalid-text-long"));
            }
            let name = if self.name.trim().is_empty() { PASTED_NAME.to_owned() } else { self.name };
            (Some(None), name, self.text.into_bytes())
        } else {
            let said = text_of(&self.text, self.keep_secrets).map_err(|invalid| wrong.push(invalid)).ok();
            (said, self.name, self.content)
        };
        let evidence = EvidenceWanted { name, content, keep_secrets: self.keep_secrets };
        let event = op.zip(step).zip(said).map(|((op, step), text)| EventRead {
            op,
            step: Some(step),
            deed: Deed::Output,
            // Nobody's tick makes output old.
            expected_seq: i64::MAX,
            answer: None,
            text,
            occurred_at: self.occurred_at,
        });
        Ok((end(event, wrong)?, evidence, is_pasted))
    }
}

/// What is known of a file that was kept, for a request that is sent twice.
pub(super) type FileKept = (i64, Option<Uuid>);

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(deed: &str, step: &str, text: &str) -> EventWanted {
        let [op, step, deed, text] = ["phone-1", step, deed, text].map(str::to_owned);
        EventWanted { op, step, deed, text, ..EventWanted::default() }
    }

    fn refused(wanted: EventWanted) -> Vec<(String, &'static str)> {
        match wanted.read() {
            Err(Problem::Invalid(all)) => all.into_iter().map(|one| (one.field, one.key)).collect(),
            other => panic!("{other:?}"),
        }
    }

    const SECRET: &str = "curl -H 'Authorization: Bearer ghp_a1B2c3a1B2c3a1B2c3a1B2c3a1B2c3a1B2c3' https://example.org";

    #[test]
    fn what_only_yagura_does_cannot_be_sent() {
        for deed in ["verify", "output", "params", "rebase", "finish", "", "Tick"] {
            assert_eq!(refused(wanted(deed, "copy-data", "because")), [("deed".to_owned(), "invalid-deed")], "{deed}");
        }
        for deed in ["tick", "untick", "skip", "fail", "confirm", "note", "wrong", "copied"] {
            assert!(wanted(deed, "copy-data", "because").read().is_ok(), "{deed}");
        }
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let bad = EventWanted { op: "a b".to_owned(), answer: String::new(), ..wanted("answer", "Copy data", "") };
        let fields: Vec<String> = refused(bad).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["op", "step", "answer"]);
        let long = "あ".repeat(TEXT_CHARS_MAX + 1);
        assert_eq!(refused(wanted("skip", "copy-data", &long)), [("text".to_owned(), "invalid-text-long")]);
    }

    #[test]
    fn only_notes_can_be_of_the_run_as_a_whole_and_they_say_something() {
        assert_eq!(wanted("note", "", "seen before").read().unwrap().step, None);
        assert_eq!(refused(wanted("tick", "", "")), [("step".to_owned(), "invalid-step")]);
        assert_eq!(refused(wanted("wrong", "copy-data", " \n")), [("text".to_owned(), "invalid-body")]);
    }

    #[test]
    fn what_looks_like_a_secret_is_kept_only_by_choice_and_never_of_a_copied_command() {
        assert_eq!(refused(wanted("note", "copy-data", SECRET)), [("text".to_owned(), "invalid-secret")]);
        let chosen = EventWanted { keep_secrets: true, ..wanted("note", "copy-data", SECRET) };
        assert_eq!(chosen.read().unwrap().text.as_deref(), Some(SECRET));
        let copied = EventWanted { keep_secrets: true, ..wanted("copied", "copy-data", SECRET) };
        assert_eq!(copied.read().unwrap().text, None);
        assert_eq!(wanted("copied", "copy-data", "df -h").read().unwrap().text.as_deref(), Some("df -h"));
    }

    #[test]
    fn pasted_output_becomes_a_file_and_a_file_may_have_words_beside_it() {
        let [op, step, text] = ["phone-1", "copy-data", "Filesystem  Size\n"].map(str::to_owned);
        let pasted = FileWanted { op, step, text, ..FileWanted::default() };
        let (event, file, is_pasted) = pasted.clone().read().unwrap();
        assert_eq!((event.deed, event.text, is_pasted), (Deed::Output, None, true));
        assert_eq!((file.name.as_str(), file.content.as_slice()), ("output.txt", b"Filesystem  Size\n".as_slice()));
        let photo = FileWanted { name: "rack.jpg".to_owned(), content: vec![0xff, 0xd8], ..pasted.clone() };
        let (event, file, is_pasted) = photo.read().unwrap();
        assert_eq!((event.text.as_deref(), file.name.as_str(), is_pasted), (Some("Filesystem  Size"), "rack.jpg", false));
        let long = FileWanted { text: "a".repeat(PASTED_BYTES_MAX + 1), ..pasted };
        assert!(matches!(long.read(), Err(Problem::Invalid(all)) if all == [Invalid::new("text", "invalid-text-long")]));
    }
}
