//! The configuration's YAML as a tree with places ([`domain::yaml`]), and what its mistakes are called here.

use std::rc::Rc;

use domain::yaml::{self, YamlError};
pub(super) use domain::yaml::{Key, Kind, Node};

use super::mistake::Mistake;

/// The document in `text`, or nothing when there is none. The error is the only mistake to report: after it, nothing is known.
pub(super) fn parse(text: &str) -> Result<Option<Rc<Node>>, Mistake> {
    yaml::parse(text).map_err(|error| mistake(text, error))
}

/// A YAML error, with a hint for the two slips that this file invites.
fn mistake(text: &str, error: YamlError) -> Mistake {
    let YamlError { at, problem, expected } = error;
    let is_syntax = problem.starts_with("not valid YAML");
    let mistake = Mistake::new(at, "", problem);
    if !is_syntax {
        return match expected {
            Some(expected) => mistake.expected(expected),
            None => mistake,
        };
    }
    let line = text.lines().nth(at.line - 1).unwrap_or_default();
    let before_line = text.lines().nth(at.line.saturating_sub(2)).unwrap_or_default();
    let has_bare_condition = |line: &str| {
        let value = line.trim_start().trim_start_matches("- ").trim_start();
        value.starts_with('[') && value.contains("] ") && value.contains(['=', '<', '>', '!'])
    };
    let has_bare_placeholder = |line: &str| line.match_indices("${").any(|(i, _)| !line[..i].ends_with(['"', '\'']));
    if has_bare_condition(line) || has_bare_condition(before_line) || line.contains("[[") {
        return mistake.expected("a condition in quotes, like `- \"[STATUS] == 200\"`");
    }
    if has_bare_placeholder(line) {
        return mistake.expected("`${…}` in quotes inside of `{…}` and `[…]`");
    }
    if line.chars().take_while(|c| c.is_whitespace()).any(|c| c == '\t') {
        return mistake.expected("spaces for indentation, not tabs");
    }
    mistake
}
