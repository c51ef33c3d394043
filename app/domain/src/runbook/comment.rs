//! What stands behind a step: `<!-- s:copy-data risk=high critical -->`. It names the step and says what else is to be known of it; no
//! renderer shows it, and it is copied along with the text.

pub(super) mod duration;
#[cfg(test)]
mod tests;

use std::time::Duration;

use super::lint::{Code, Finding};
use super::{Decision, Flags, Need, Risk, Span, StepId};

/// Longest timer: a week. What comes later belongs into a calendar.
const TIMER_MAX: Duration = Duration::from_hours(7 * 24);
/// Most often that a decision may lead back.
const LOOPS_MAX: u32 = 100;
/// Most words of one comment: many times what any step needs.
const WORDS_MAX: usize = 64;
/// Longest answer, in characters: it stands on a button.
const ANSWER_CHARS_MAX: usize = 32;
/// How much of a text that cannot be read is repeated, in characters.
const QUOTED_CHARS_MAX: usize = 80;

const CRITICAL: &str = "critical";
const DECISION: &str = "decision";
/// Names that stand before a `=`. An answer has none of them.
const ATTRIBUTES: [&str; 8] = ["risk", "confirm", "timer", "undo", "when", "needs", "verify", "max"];

/// What a comment says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comment {
    /// The id; none: there is none, or what stands there is none.
    pub id: Option<StepId>,
    /// What else it says.
    pub flags: Flags,
    /// What could not be read.
    pub problems: Vec<CommentProblem>,
}

/// Something in a comment that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentProblem {
    /// What.
    pub kind: ProblemKind,
    /// Where in the comment.
    pub span: Span,
}

/// The kinds of problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// It is no comment of a step at all.
    Unreadable(String),
    /// No id has this shape.
    Id(String),
    /// A word that means nothing.
    Unknown(String),
    /// A value that is none for its name, or a name that was there already.
    Value {
        /// The name.
        name: String,
        /// What stands behind it.
        value: String,
    },
}

impl CommentProblem {
    /// The same as a finding, for a comment whose text begins at `offset`.
    pub fn finding(&self, offset: usize) -> Finding {
        let span = offset + self.span.start..offset + self.span.end;
        match &self.kind {
            ProblemKind::Unreadable(text) => Finding::new(Code::CommentUnreadable, span, vec![("text", text.clone())]),
            ProblemKind::Id(id) => Finding::new(Code::IdShape, span, vec![("id", id.clone())]),
            ProblemKind::Unknown(name) => Finding::new(Code::AttributeUnknown, span, vec![("name", name.clone())]),
            ProblemKind::Value { name, value } => {
                Finding::new(Code::AttributeValue, span, vec![("name", name.clone()), ("value", value.clone())])
            }
        }
    }
}

/// True when a comment is one of a step: its text, what stands between `<!--` and `-->`, begins with `s:`.
pub fn is_step_comment(text: &str) -> bool {
    id_span(text).is_some()
}

/// Where the id stands in a comment's text; an empty place where it is missing. None: this is no comment of a step.
pub(super) fn id_span(text: &str) -> Option<Span> {
    let rest = text.trim_start().strip_prefix("s:")?;
    let start = text.len() - rest.len();
    let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
    Some(start..start + length)
}

/// The text of a comment in a source, and where it begins. None: this is no comment.
pub(super) fn inner<'s>(source: &'s str, comment: &Span) -> Option<(usize, &'s str)> {
    let text = source.get(comment.clone())?.strip_prefix("<!--")?.strip_suffix("-->")?;
    Some((comment.start + "<!--".len(), text))
}

/// What a comment's text says. All that can be read is read, whatever stands beside it.
pub fn read(text: &str) -> Comment {
    let mut reader = Reader::default();
    let Some(id) = id_span(text) else {
        reader.problem(ProblemKind::Unreadable(quoted(text.trim())), 0..text.len());
        return reader.comment;
    };
    reader.id(&text[id.clone()], id.clone());
    let rest = &text[id.end..];
    if words(rest).any(|(_, word)| word == DECISION) {
        reader.comment.flags.decision = Some(Decision::default());
    }
    for (count, (at, word)) in words(rest).enumerate() {
        let span = id.end + at..id.end + at + word.len();
        if count >= WORDS_MAX {
            reader.problem(ProblemKind::Unknown(quoted(word)), span);
            break;
        }
        reader.word(word, span);
    }
    reader.comment
}

/// A comment that says this.
pub fn write(id: &StepId, flags: &Flags) -> String {
    let mut words = vec![format!("s:{id}")];
    if let Some(decision) = &flags.decision {
        words.push(DECISION.to_owned());
        words.extend(decision.answers.iter().map(|(answer, target)| format!("{answer}={target}")));
        words.extend(decision.max.map(|max| format!("max={max}")));
    }
    words.extend(flags.risk.map(|risk| format!("risk={}", risk.name())));
    words.extend(flags.is_critical.then(|| CRITICAL.to_owned()));
    words.extend(flags.is_two_person.then(|| "confirm=two-person".to_owned()));
    if !flags.needs.is_empty() {
        let needs: Vec<&str> = flags.needs.iter().map(|need| need.name()).collect();
        words.push(format!("needs={}", needs.join(",")));
    }
    words.extend(flags.timer.map(|timer| format!("timer={}", duration::show(timer))));
    words.extend(flags.undo.as_ref().map(|undo| format!("undo={undo}")));
    words.extend(flags.verify.as_ref().map(|verify| format!("verify={verify}")));
    words.extend(flags.when.as_ref().map(|(step, answer)| format!("when={step}:{answer}")));
    format!("<!-- {} -->", words.join(" "))
}

/// As much of a text as is repeated to people.
fn quoted(text: &str) -> String {
    text.chars().take(QUOTED_CHARS_MAX).collect()
}

/// The words of a text, and where each begins.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut next = 0;
    let pieces = text.split_inclusive(char::is_whitespace).map(move |piece| {
        let at = next;
        next += piece.len();
        (at, piece.trim_end())
    });
    pieces.filter(|(_, word)| !word.is_empty())
}

/// What may be an answer: it must fit into `when=step:answer` and into this comment.
fn is_answer(text: &str) -> bool {
    let is_allowed = |c: char| !c.is_control() && !"<>=:,\"'".contains(c);
    (1..=ANSWER_CHARS_MAX).contains(&text.chars().count()) && text.chars().all(is_allowed)
}

#[derive(Default)]
struct Reader<'a> {
    comment: Comment,
    /// Names that were there already.
    seen: Vec<&'a str>,
}

impl<'a> Reader<'a> {
    fn problem(&mut self, kind: ProblemKind, span: Span) {
        self.comment.problems.push(CommentProblem { kind, span });
    }

    fn id(&mut self, id: &str, span: Span) {
        self.comment.id = id.parse().ok();
        if self.comment.id.is_none() && !id.is_empty() {
            self.problem(ProblemKind::Id(quoted(id)), span);
        }
    }

    fn word(&mut self, word: &'a str, span: Span) {
        let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        let is_known = [CRITICAL, DECISION].contains(&name) || ATTRIBUTES.contains(&name);
        let answers = self.comment.flags.decision.is_some() && value.is_some() && is_answer(name);
        let is_good = if is_known {
            // What is said twice may be said differently: neither can be believed, so the first stays and it is a mistake.
            let is_first = !self.seen.contains(&name);
            self.seen.push(name);
            is_first && self.attribute(name, value)
        } else if answers {
            self.answer(name, value.unwrap_or_default())
        } else {
            self.problem(ProblemKind::Unknown(quoted(name)), span);
            return;
        };
        if !is_good {
            let value = quoted(value.unwrap_or_default());
            self.problem(ProblemKind::Value { name: quoted(name), value }, span);
        }
    }

    /// An answer and the step that it leads to. False: that is no id.
    fn answer(&mut self, answer: &str, target: &str) -> bool {
        let (Some(decision), Ok(target)) = (&mut self.comment.flags.decision, target.parse::<StepId>()) else { return false };
        decision.answers.push((answer.to_owned(), target));
        true
    }

    /// Takes a known word. False: its value is none.
    fn attribute(&mut self, name: &str, value: Option<&str>) -> bool {
        let flags = &mut self.comment.flags;
        let Some(value) = value else {
            flags.is_critical |= name == CRITICAL;
            return name == CRITICAL || name == DECISION;
        };
        match name {
            "risk" => {
                flags.risk = Risk::ALL.into_iter().find(|risk| risk.name() == value);
                flags.risk.is_some()
            }
            "confirm" => {
                flags.is_two_person = value == "two-person";
                flags.is_two_person
            }
            "timer" => {
                flags.timer = duration::parse(value).filter(|timer| *timer <= TIMER_MAX);
                flags.timer.is_some()
            }
            "undo" => {
                flags.undo = value.parse().ok();
                flags.undo.is_some()
            }
            "when" => {
                flags.when = when(value);
                flags.when.is_some()
            }
            "needs" => needs(value, &mut flags.needs),
            // Whether it is a probe is for the linter to say.
            "verify" => {
                flags.verify = Some(value.to_owned()).filter(|verify| !verify.is_empty());
                flags.verify.is_some()
            }
            "max" => {
                let max = value.parse::<u32>().ok().filter(|max| (1..=LOOPS_MAX).contains(max));
                flags.decision.as_mut().is_some_and(|decision| {
                    decision.max = max;
                    max.is_some()
                })
            }
            _ => false,
        }
    }
}

/// `step:answer`
fn when(value: &str) -> Option<(StepId, String)> {
    let (step, answer) = value.split_once(':')?;
    Some((step.parse().ok()?, Some(answer).filter(|answer| is_answer(answer))?.to_owned()))
}

/// `ssh,console`. False: something in it is none of them, or stands there twice.
fn needs(value: &str, needs: &mut Vec<Need>) -> bool {
    let mut is_good = true;
    for name in value.split(',') {
        match Need::ALL.into_iter().find(|need| need.name() == name) {
            Some(need) if !needs.contains(&need) => needs.push(need),
            _ => is_good = false,
        }
    }
    is_good
}
