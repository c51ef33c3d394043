//! Reads the text of a condition.

use super::glob::Glob;
use super::model::{Choice, Operand, Operator, PLACEHOLDERS, Step, Test, What};
use super::piece::{Piece, close_quote, outline};
use super::sense::{can_be, can_be_ordered, can_equal};
use super::show::{nearest, shown};
use super::value::{Kind, Value};
use super::{CONDITION_CHARS_MAX, ConditionError, ConditionProblem, PATH_STEPS_MAX};

const FUNCTIONS: [&str; 4] = ["len", "has", "pat", "any"];

/// A side as it is written; pattern and list have no value of their own.
enum Side<'t> {
    Operand(Operand),
    Choices { function: &'static str, choices: Vec<(Choice, Piece<'t>)> },
}

pub(super) fn parse(text: &str) -> Result<Test, ConditionError> {
    let whole = Piece::of_whole(text);
    let count = text.chars().count();
    if count > CONDITION_CHARS_MAX {
        return Err(whole.fails(ConditionProblem::TooLong(count)));
    }
    let whole = whole.trim();
    if whole.text.is_empty() {
        return Err(whole.fails(ConditionProblem::Empty));
    }
    let (left, operator, right) = split_at_operator(whole)?;
    match (parse_side(left)?, parse_side(right)?) {
        (Side::Operand(left_operand), Side::Operand(right_operand)) => {
            comparison((left_operand, left), operator, (right_operand, right))
        }
        (Side::Operand(operand), Side::Choices { function, choices })
        | (Side::Choices { function, choices }, Side::Operand(operand)) => {
            if !operator.is_equality() {
                return Err(whole.fails(ConditionProblem::PatternOperator { function, operator: operator.name() }));
            }
            if operand.what.is_literal() {
                return Err(left.fails(ConditionProblem::NothingObserved));
            }
            for (choice, piece) in &choices {
                can_be(&operand, choice, *piece)?;
            }
            let choices = choices.into_iter().map(|(choice, _)| choice).collect();
            Ok(Test::OneOf { operand, choices, is_negated: operator == Operator::NotEqual })
        }
        (Side::Choices { .. }, Side::Choices { .. }) => Err(left.fails(ConditionProblem::NothingObserved)),
    }
}

type Placed<'t> = (Operand, Piece<'t>);

fn comparison((left, left_at): Placed<'_>, operator: Operator, (right, right_at): Placed<'_>) -> Result<Test, ConditionError> {
    if left.what.is_literal() && right.what.is_literal() {
        return Err(left_at.fails(ConditionProblem::NothingObserved));
    }
    for (one, other, other_at) in [(&left, &right, right_at), (&right, &left, left_at)] {
        if let What::Literal(literal) = &other.what {
            can_equal(one, literal, other_at)?;
        }
    }
    if !operator.is_equality() {
        for (operand, at) in [(&left, left_at), (&right, right_at)] {
            if !can_be_ordered(&operand.what) {
                return Err(at.fails(ConditionProblem::NotOrdered { operator: operator.name(), found: at.shown() }));
            }
        }
    }
    Ok(Test::Compare { left, operator, right })
}

/// The two sides of the only operator outside quotes and parentheses.
fn split_at_operator(whole: Piece<'_>) -> Result<(Piece<'_>, Operator, Piece<'_>), ConditionError> {
    let mut marks = outline(whole)?;
    marks.retain(|mark| mark.depth == 0);
    let mut found = None;
    let mut done_until = 0;
    for mark in &marks {
        if mark.at < done_until {
            continue;
        }
        let Some(operator) = Operator::ALL.into_iter().find(|operator| whole.text[mark.at..].starts_with(operator.name())) else {
            continue;
        };
        if found.is_some() {
            return Err(whole.from(mark.at).fails(ConditionProblem::SecondOperator(operator.name())));
        }
        done_until = mark.at + operator.name().len();
        found = Some((whole.cut(0, mark.at).trim(), operator, whole.from(done_until).trim()));
    }
    let (left, operator, right) = found.ok_or_else(|| match marks.iter().find(|mark| mark.character == '=') {
        Some(mark) => whole.from(mark.at).fails(ConditionProblem::SingleEquals),
        None => whole.fails(ConditionProblem::NoOperator),
    })?;
    for side in [left, right] {
        if side.text.is_empty() {
            return Err(side.fails(ConditionProblem::MissingSide(operator.name())));
        }
    }
    if left.text.ends_with('=') {
        return Err(left.from(left.text.len() - 1).fails(ConditionProblem::SingleEquals));
    }
    if right.text.starts_with('=') {
        return Err(right.fails(ConditionProblem::SingleEquals));
    }
    Ok((left, operator, right))
}

fn parse_side(side: Piece<'_>) -> Result<Side<'_>, ConditionError> {
    let what = if side.text.starts_with('[') {
        parse_placeholder(side)?
    } else {
        match parse_call(side)? {
            None => What::Literal(parse_literal(side)?),
            Some(("len", argument)) => What::Len(parse_body_argument("len", argument)?),
            Some(("has", argument)) => {
                let path = parse_body_argument("has", argument)?;
                // Whether there is a body at all is no question of JSON, so there would be no good answer.
                if path.is_empty() {
                    return Err(argument.fails(ConditionProblem::BodyArgument("has")));
                }
                What::Has(path)
            }
            Some((function @ "pat", argument)) => {
                return Ok(Side::Choices { function, choices: vec![(parse_pattern(argument)?, side)] });
            }
            Some((function, argument)) => return Ok(Side::Choices { function, choices: parse_list(argument)? }),
        }
    };
    Ok(Side::Operand(Operand { source: side.shown(), what }))
}

/// The function that `piece` calls and what stands in its parentheses; `None` when it calls none.
fn parse_call(piece: Piece<'_>) -> Result<Option<(&'static str, Piece<'_>)>, ConditionError> {
    let Some(open) = piece.text.find('(') else {
        return Ok(None);
    };
    let written = &piece.text[..open];
    let Some(name) = FUNCTIONS.into_iter().find(|name| *name == written.trim_end()) else {
        if written.is_empty() || !written.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Ok(None);
        }
        let near = nearest(&written.to_ascii_lowercase(), FUNCTIONS);
        return Err(piece.fails(ConditionProblem::UnknownFunction { found: shown(written), near }));
    };
    let close = outline(piece)?.into_iter().find(|mark| mark.character == ')' && mark.depth == 0);
    let close = close.ok_or_else(|| piece.from(open).fails(ConditionProblem::UnclosedParenthesis))?.at;
    let after = piece.from(close + 1).trim();
    if !after.text.is_empty() {
        return Err(after.fails(ConditionProblem::AfterFunction(after.shown())));
    }
    Ok(Some((name, piece.cut(open + 1, close).trim())))
}

fn parse_placeholder(piece: Piece<'_>) -> Result<What, ConditionError> {
    let end = piece.text.find(']').ok_or_else(|| piece.fails(ConditionProblem::UnclosedBracket))? + 1;
    let (name, rest) = (&piece.text[..end], piece.from(end));
    let (known, what) = match name {
        "[STATUS]" => ("[STATUS]", What::Status),
        "[RESPONSE_TIME]" => ("[RESPONSE_TIME]", What::ResponseTime),
        "[IP]" => ("[IP]", What::Ip),
        "[CONNECTED]" => ("[CONNECTED]", What::Connected),
        "[CERTIFICATE_EXPIRATION]" => ("[CERTIFICATE_EXPIRATION]", What::CertificateExpiration),
        "[BODY]" => return parse_path(rest).map(What::Body),
        "[DOMAIN_EXPIRATION]" => return Err(piece.fails(ConditionProblem::UnsupportedPlaceholder("[DOMAIN_EXPIRATION]"))),
        "[DNS_RCODE]" => return Err(piece.fails(ConditionProblem::UnsupportedPlaceholder("[DNS_RCODE]"))),
        _ => {
            let near = nearest(&name.to_ascii_uppercase(), PLACEHOLDERS);
            return Err(piece.fails(ConditionProblem::UnknownPlaceholder { found: shown(name), near }));
        }
    };
    let rest = rest.trim();
    if rest.text.is_empty() {
        Ok(what)
    } else {
        Err(rest.fails(ConditionProblem::AfterPlaceholder { found: rest.shown(), after: known }))
    }
}

/// `.a.b[0].c`, what follows `[BODY]`.
fn parse_path(mut rest: Piece<'_>) -> Result<Vec<Step>, ConditionError> {
    let mut steps = Vec::new();
    while !rest.text.is_empty() {
        let (step, after) = if rest.text.starts_with('.') {
            let name = rest.from(1);
            let end = name.text.find(['.', '[', ']', '"', '(', ')']).unwrap_or(name.text.len());
            if name.text[..end].trim().is_empty() {
                return Err(rest.fails(ConditionProblem::PathName));
            }
            (Step::Name(name.text[..end].to_owned()), name.from(end))
        } else if rest.text.starts_with('[') {
            let end = rest.text.find(']').ok_or_else(|| rest.fails(ConditionProblem::UnclosedBracket))?;
            let index = rest.cut(1, end);
            let number = index.text.bytes().all(|byte| byte.is_ascii_digit()).then(|| index.text.parse().ok()).flatten();
            let number = number.ok_or_else(|| index.fails(ConditionProblem::PathIndex(index.shown())))?;
            (Step::Index(number), rest.from(end + 1))
        } else {
            return Err(rest.fails(ConditionProblem::Path(rest.shown())));
        };
        if steps.len() == PATH_STEPS_MAX {
            return Err(rest.fails(ConditionProblem::PathTooDeep));
        }
        steps.push(step);
        rest = after;
    }
    Ok(steps)
}

fn parse_body_argument(function: &'static str, argument: Piece<'_>) -> Result<Vec<Step>, ConditionError> {
    let wrong = || argument.fails(ConditionProblem::BodyArgument(function));
    if !argument.text.starts_with('[') {
        return Err(wrong());
    }
    match parse_placeholder(argument)? {
        What::Body(path) => Ok(path),
        _ => Err(wrong()),
    }
}

/// The argument of `pat`.
fn parse_pattern(argument: Piece<'_>) -> Result<Choice, ConditionError> {
    if argument.text.is_empty() {
        return Err(argument.fails(ConditionProblem::EmptyArgument("pat()")));
    }
    let pattern = if argument.text.starts_with('"') { parse_literal(argument)?.text } else { argument.text.into() };
    Ok(Choice::Pattern(Glob::new(&pattern)))
}

/// The argument of `any`: each choice with the text it was written as.
fn parse_list(argument: Piece<'_>) -> Result<Vec<(Choice, Piece<'_>)>, ConditionError> {
    let mut choices = Vec::new();
    let mut from = 0;
    let commas = outline(argument)?.into_iter().filter(|mark| mark.character == ',' && mark.depth == 0).map(|mark| mark.at);
    for until in commas.chain([argument.text.len()]) {
        let item = argument.cut(from, until).trim();
        from = until + 1;
        if item.text.is_empty() {
            return Err(item.fails(ConditionProblem::EmptyArgument("any()")));
        }
        let wrong = || item.fails(ConditionProblem::ListItem(item.shown()));
        let choice = match parse_call(item)? {
            Some(("pat", pattern)) => parse_pattern(pattern)?,
            Some(_) => return Err(wrong()),
            None if item.text.starts_with('[') => return Err(wrong()),
            None => Choice::Literal(parse_literal(item)?),
        };
        choices.push((choice, item));
    }
    Ok(choices)
}

fn parse_literal(piece: Piece<'_>) -> Result<Value<'static>, ConditionError> {
    if piece.text.starts_with('"') {
        let mut characters = piece.text.char_indices();
        characters.next();
        let text = close_quote(&mut characters).ok_or_else(|| piece.fails(ConditionProblem::UnclosedQuote))?;
        let after = piece.from(characters.offset()).trim();
        if !after.text.is_empty() {
            return Err(after.fails(ConditionProblem::AfterQuote(after.shown())));
        }
        return Ok(Value::new(text, Kind::Quoted));
    }
    let kind = match piece.text {
        "true" | "false" => Kind::Bool,
        "null" => Kind::Null,
        text => Kind::of_measure(text).unwrap_or(Kind::Text),
    };
    Ok(Value::new(piece.text.to_owned(), kind))
}
