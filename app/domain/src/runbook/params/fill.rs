//! Values in commands: what is shown, and what the copy button takes.

use super::place::{Place, Shell};
use super::{Param, Values, check, in_quotes, is_plain, quoted};
use crate::runbook::Span;

/// A piece of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As it stands in the runbook.
    Text(String),
    /// A value.
    Value {
        /// Of which parameter.
        name: String,
        /// The value as it goes into the command, quotes included.
        text: String,
    },
    /// The name of a parameter whose value is missing, or cannot stand in this place.
    Missing(String),
    /// A secret, which everybody sets in their own shell.
    Secret {
        /// Of which parameter.
        name: String,
        /// The name of the environment variable, without the `$`.
        variable: String,
    },
}

fn is_shell(language: Option<&str>) -> bool {
    let shells = ["sh", "bash", "shell", "zsh", "console"];
    language.is_some_and(|language| shells.iter().any(|shell| language.eq_ignore_ascii_case(shell)))
}

/// True for blocks that show a session: lines that begin with a prompt, and what came of them.
fn has_prompts(language: Option<&str>) -> bool {
    language.is_some_and(|language| language.eq_ignore_ascii_case("console"))
}

/// A command in pieces, with values where placeholders stand. In a shell's language a value is one word whatever it holds; in any other it
/// goes in as it is, and only if it is as plain as the default pattern asks. Values are checked once more: those of a run may have been
/// given to an older version.
pub fn fill(language: Option<&str>, code: &str, params: &[Param], values: &Values) -> Vec<Piece> {
    let mut shell = is_shell(language).then(|| Shell::new(has_prompts(language)));
    let mut pieces = Vec::new();
    let mut end = 0;
    for (param, span) in placeholders(code, params) {
        let before = &code[end..span.start];
        let place = shell.as_mut().map(|shell| shell.pass(before));
        push_text(&mut pieces, before);
        end = span.end;
        if param.is_secret {
            push_secret(&mut pieces, param, place);
            continue;
        }
        let value = values.get(&param.name).filter(|value| check(param, value).is_ok());
        let text = value.and_then(|value| as_text(value, place, &code[end..]));
        pieces.push(match text {
            Some(text) => Piece::Value { name: param.name.clone(), text },
            None => Piece::Missing(param.name.clone()),
        });
    }
    push_text(&mut pieces, &code[end..]);
    pieces
}

/// A value as it goes into a command. None: it must not stand there.
fn as_text(value: &str, place: Option<Place>, behind: &str) -> Option<String> {
    match place {
        // `2>file` is not `2 >file`.
        Some(Place::Open) if behind.starts_with(['<', '>']) => Some(in_quotes(value)),
        Some(Place::Open) => Some(quoted(value)),
        _ => Some(value.to_owned()).filter(|value| is_plain(value)),
    }
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Text(last)) => last.push_str(text),
        _ => pieces.push(Piece::Text(text.to_owned())),
    }
}

/// In the open a variable wants double quotes to be one word.
fn push_secret(pieces: &mut Vec<Piece>, param: &Param, place: Option<Place>) {
    let quotes = if place == Some(Place::Open) { "\"" } else { "" };
    push_text(pieces, quotes);
    pieces.push(Piece::Secret { name: param.name.clone(), variable: param.variable() });
    push_text(pieces, quotes);
}

/// Placeholders of these parameters, in order. Every other text in braces is what it is.
fn placeholders<'a>(code: &str, params: &'a [Param]) -> Vec<(&'a Param, Span)> {
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(open) = code[at..].find("{{").map(|open| at + open) {
        let found = name_at(&code[open..]).and_then(|(name, length)| {
            let param = params.iter().find(|param| param.name == name)?;
            Some((param, open..open + length))
        });
        // One brace on: `{{{name}}}` has a placeholder in braces.
        at = found.as_ref().map_or_else(|| open + "{".len(), |(_, span)| span.end);
        all.extend(found);
    }
    all
}

/// The name in a text that begins with `{{`, and how long all that is. Looks no further than the name goes.
fn name_at(text: &str) -> Option<(&str, usize)> {
    let inner = text.strip_prefix("{{")?.trim_start_matches(' ');
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let behind = inner.trim_start_matches(is_of_name);
    let name = &inner[..inner.len() - behind.len()];
    let rest = behind.trim_start_matches(' ').strip_prefix("}}")?;
    Some((name, text.len() - rest.len()))
}

/// Names of parameters in a code, and where.
pub fn used(code: &str, params: &[Param]) -> Vec<(String, Span)> {
    placeholders(code, params).into_iter().map(|(param, span)| (param.name.clone(), span)).collect()
}

/// What the copy button takes: no prompts, and no line break at the end, so that the shell waits for whoever pastes it. None: something is
/// missing.
pub fn copyable(language: Option<&str>, pieces: &[Piece]) -> Option<String> {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(part) | Piece::Value { text: part, .. } => text.push_str(part),
            Piece::Secret { variable, .. } => {
                text.push('$');
                text.push_str(variable);
            }
            Piece::Missing(_) => return None,
        }
    }
    let lines: Vec<&str> = text.lines().collect();
    let commands = if has_prompts(language) {
        commands_of_session(&lines)
    } else if is_shell(language) {
        without_prompts(&lines)
    } else {
        None
    };
    let commands = commands.map(|commands| commands.join("\n"));
    Some(commands.unwrap_or(text).trim_end_matches(['\n', '\r']).to_owned())
}

/// Commands of a session: what stands behind a prompt, and the lines on which it goes on. None: no line has a prompt.
fn commands_of_session<'a>(lines: &[&'a str]) -> Option<Vec<&'a str>> {
    let mut commands = Vec::new();
    let mut goes_on = false;
    for &line in lines {
        let command = line.strip_prefix("$ ").or_else(|| line.strip_prefix("# "));
        let command = command.or_else(|| goes_on.then(|| line.strip_prefix("> ").unwrap_or(line)));
        goes_on = command.is_some_and(|command| command.ends_with('\\'));
        commands.extend(command);
    }
    (!commands.is_empty()).then_some(commands)
}

/// The lines of a script that was written with prompts. A `# ` is a comment there. None: some command has no prompt.
fn without_prompts<'a>(lines: &[&'a str]) -> Option<Vec<&'a str>> {
    let mut commands = Vec::with_capacity(lines.len());
    let (mut goes_on, mut has_prompt) = (false, false);
    for &line in lines {
        let command = match line.strip_prefix("$ ") {
            Some(command) => {
                has_prompt = true;
                command
            }
            None if goes_on || line.trim().is_empty() || line.starts_with('#') => line,
            None => return None,
        };
        goes_on = command.ends_with('\\');
        commands.push(command);
    }
    has_prompt.then_some(commands)
}
