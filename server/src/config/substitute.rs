//! `${NAME}` and `${file:/path}` inside of texts; `$${` is a literal `${`. What is filled in is not looked through again.

use super::mistake::{Mistake, Position};

/// Where a value comes from.
pub(super) enum Source<'t> {
    /// The environment variable with this name.
    Variable(&'t str),
    /// The content of the file at this path.
    File(&'t str),
}

/// A text after filling in.
pub(super) struct Filled {
    pub(super) value: String,
    /// At least one placeholder was filled.
    pub(super) is_substituted: bool,
}

/// Fills in the placeholders of `text` by `look_up`. Each problem is added to `problems` with the offset of its placeholder in
/// characters; position and path of the mistake are the caller's to set.
pub(super) fn fill(
    text: &str,
    look_up: &mut dyn FnMut(Source<'_>) -> Result<String, String>,
    problems: &mut Vec<(usize, Mistake)>,
) -> Filled {
    let mut filled = Filled { value: String::with_capacity(text.len()), is_substituted: false };
    let mut rest = text;
    // What stands before `rest`, in characters.
    let mut offset = 0;
    while let Some(dollar) = rest.find('$') {
        let (before, from_dollar) = rest.split_at(dollar);
        filled.value.push_str(before);
        offset += before.chars().count();
        if let Some(after) = from_dollar.strip_prefix("$${") {
            filled.value.push_str("${");
            rest = after;
            offset += 3;
            continue;
        }
        let Some(inside) = from_dollar.strip_prefix("${") else {
            filled.value.push('$');
            rest = &from_dollar[1..];
            offset += 1;
            continue;
        };
        let Some((name, after)) = inside.split_once('}') else {
            problems.push((offset, mistake("`${` without `}`")));
            return filled;
        };
        rest = after;
        filled.is_substituted = true;
        match source(name) {
            // The text between the braces is not quoted: it may be a secret that merely has braces.
            None => problems.push((offset, mistake("`${…}` holds neither the name of a variable nor a file"))),
            Some(source) => match look_up(source) {
                Ok(value) => filled.value.push_str(&value),
                Err(problem) => problems.push((offset, Mistake::new(Position::default(), "", problem))),
            },
        }
        offset += "${}".len() + name.chars().count();
    }
    filled.value.push_str(rest);
    filled
}

fn mistake(problem: &str) -> Mistake {
    let expected = "`${NAME}`, `${file:/path}`, or `$${` for a literal `${`";
    Mistake::new(Position::default(), "", problem).expected(expected)
}

/// `text` with `mask` in the place of everything that is filled in.
pub(super) fn masked(text: &str, mask: &str) -> String {
    fill(text, &mut |_| Ok(mask.to_owned()), &mut Vec::new()).value
}

/// Whether anything in `text` is to be filled in.
pub(super) fn has_placeholder(text: &str) -> bool {
    fill(text, &mut |_| Ok(String::new()), &mut Vec::new()).is_substituted
}

/// `NAME` as in a shell, or `file:` and a path.
pub(super) fn source(inside: &str) -> Option<Source<'_>> {
    if let Some(path) = inside.strip_prefix("file:") {
        return (!path.is_empty()).then_some(Source::File(path));
    }
    let mut chars = inside.chars();
    let is_name =
        chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_') && chars.all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some(Source::Variable(inside))
}
