//! Whether what a pattern lets through may begin with `-`. A command would take such a value for an option.

use std::str::Chars;

/// How a part of a pattern may begin.
#[derive(Clone, Copy)]
struct Start {
    /// With `-`.
    with_dash: bool,
    /// It may be nothing, so that what follows begins.
    is_skippable: bool,
}

/// Matches no character.
const NOTHING: Start = Start { with_dash: false, is_skippable: true };

const fn one(with_dash: bool) -> Start {
    Start { with_dash, is_skippable: false }
}

/// True when a value that matches this pattern as a whole may begin with `-`. In doubt, it may.
pub(super) fn may_begin_with_dash(pattern: &str) -> bool {
    alternatives(&mut pattern.chars()).with_dash
}

/// `a|b` up to the closing parenthesis or the end. Patterns are short, so groups in groups are few.
fn alternatives(rest: &mut Chars<'_>) -> Start {
    let mut whole = Start { with_dash: false, is_skippable: false };
    let mut branch = NOTHING;
    loop {
        let next = rest.next();
        match next {
            None | Some(')' | '|') => {
                whole.with_dash |= branch.with_dash;
                whole.is_skippable |= branch.is_skippable;
                branch = NOTHING;
            }
            Some(c) => {
                let atom = atom(c, rest);
                let atom = repeated(atom, rest);
                branch.with_dash |= branch.is_skippable && atom.with_dash;
                branch.is_skippable &= atom.is_skippable;
            }
        }
        if matches!(next, None | Some(')')) {
            return whole;
        }
    }
}

/// What stands behind a part: `*`, `+`, `?` or `{2,3}`.
fn repeated(mut atom: Start, rest: &mut Chars<'_>) -> Start {
    while rest.as_str().starts_with(['*', '+', '?', '{']) {
        let counted = rest.as_str().starts_with('{');
        atom.is_skippable |= rest.as_str().starts_with(['*', '?']) || rest.as_str().starts_with("{0");
        rest.next();
        while counted && rest.next().is_some_and(|c| c != '}') {}
    }
    atom
}

fn atom(c: char, rest: &mut Chars<'_>) -> Start {
    match c {
        '^' | '$' => NOTHING,
        '.' => one(true),
        '[' => one(class(rest)),
        '(' => group(rest),
        '\\' => escaped(rest),
        _ => one(c == '-'),
    }
}

/// Behind `(`: `?:`, `?P<name>` or `?i:` first, or flags alone.
fn group(rest: &mut Chars<'_>) -> Start {
    if rest.as_str().starts_with('?') {
        loop {
            match rest.next() {
                None | Some(')') => return NOTHING,
                Some(':' | '>') => break,
                Some(_) => {}
            }
        }
    }
    alternatives(rest)
}

fn escaped(rest: &mut Chars<'_>) -> Start {
    match rest.next() {
        None | Some('b' | 'B' | 'A' | 'z' | '<' | '>') => NOTHING,
        // All but a digit, a letter or a space; a character by its number.
        Some('D' | 'W' | 'S' | 'x' | 'u' | 'U') => one(true),
        Some(c) => one(c == '-'),
    }
}

/// Behind `[`: whether `-` is in the class.
fn class(rest: &mut Chars<'_>) -> bool {
    let is_negated = rest.as_str().starts_with('^');
    if is_negated {
        rest.next();
    }
    let mut has_dash = false;
    let mut is_first = true;
    while let Some(c) = rest.next() {
        if c == ']' && !is_first {
            break;
        }
        is_first = false;
        if c == '[' && rest.as_str().starts_with(':') {
            has_dash |= kind(rest);
            continue;
        }
        let low = if c == '\\' { rest.next().unwrap_or(c) } else { c };
        let is_kind = c == '\\' && "dDwWsSxuU".contains(low);
        has_dash |= is_kind && "DWSxuU".contains(low);
        if is_kind {
            continue;
        }
        let is_range = rest.as_str().starts_with('-') && !rest.as_str().starts_with("-]");
        let high = if is_range { range_end(rest) } else { low };
        has_dash |= (low..=high).contains(&'-');
    }
    has_dash != is_negated
}

/// Behind `[` in a class: `:alpha:]` and the like.
fn kind(rest: &mut Chars<'_>) -> bool {
    let text = rest.as_str();
    let name = text.find(":]").map_or(text, |end| &text[..=end]);
    while rest.next().is_some_and(|c| c != ']') {}
    ![":alnum:", ":alpha:", ":blank:", ":digit:", ":lower:", ":space:", ":upper:", ":word:", ":xdigit:"].contains(&name)
}

/// Behind the lower end of a range, at its hyphen.
fn range_end(rest: &mut Chars<'_>) -> char {
    rest.next();
    match rest.next() {
        Some('\\') => rest.next().unwrap_or(char::MAX),
        Some(c) => c,
        None => char::MAX,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::runbook::params::{DEFAULT_PATTERN, Pattern};

    #[test]
    fn patterns_that_let_an_option_through_are_known() {
        let open = ["-?[0-9]+", "^[a-z-]+$", "[a-z-]*", ".+", "(?:a|-b)", "[^a-z]+", "[+--]x", "[[:^alpha:]]"];
        for open in open.into_iter().chain([r"\S+", r"[\w-]{2,3}", "a?-"]) {
            assert!(may_begin_with_dash(open), "{open}");
        }
        let shut = [
            DEFAULT_PATTERN,
            "^[a-z0-9][a-z0-9-]{0,62}$",
            "/[a-z-]+",
            "(a|b)-?",
            r"\d+-",
            "[^-]+",
            r"\+-",
            "(?i)x-",
            "a{1,3}-",
            "[]a]-",
        ];
        for shut in shut.into_iter().chain(["[[:alpha:]]", r"[a-f\d]-"]) {
            assert!(!may_begin_with_dash(shut), "{shut}");
        }
    }

    proptest! {
        #[test]
        fn no_value_with_a_dash_gets_by(
            pattern in r"(\^|a|-|\.|[?*|]|\[a-]|\[\^a]|\(a\)|\(-\|b\)|\\d|\\-){0,6}",
            value in "-[ab1-]{0,4}",
        ) {
            if let Ok(known) = Pattern::new(&pattern) && known.is_match(&value) {
                prop_assert!(may_begin_with_dash(&pattern), "{} lets {} through", pattern, value);
            }
        }
    }
}
