//! Holds a condition against what was seen.

use std::cmp::Ordering;

use serde_json::Value as Json;

use super::duration::{show_duration, show_ms};
use super::model::{Choice, Operand, Operator, Step, Test, What};
use super::value::{Kind, Value};
use super::{Body, Seen, UnmetReason};

impl Test {
    pub(super) fn check(&self, seen: &Seen<'_>) -> Result<(), UnmetReason> {
        match self {
            Self::Compare { left, operator, right } => compare(left, *operator, right, seen),
            Self::OneOf { operand, choices, is_negated } => {
                let value = operand.value(seen)?;
                let is_one = choices.iter().any(|choice| choice.is_met_by(&value));
                if is_one == *is_negated { Err(UnmetReason::Found(value.shown())) } else { Ok(()) }
            }
        }
    }
}

fn compare(left: &Operand, operator: Operator, right: &Operand, seen: &Seen<'_>) -> Result<(), UnmetReason> {
    let (left_value, right_value) = (left.value(seen)?, right.value(seen)?);
    let is_met = operator.is_met(&left_value, &right_value);
    if is_met == Some(true) {
        return Ok(());
    }
    let (mut found, mut other) = (left_value.shown(), right_value.shown());
    if left.what.is_literal() {
        (found, other) = (other, found);
    }
    Err(if is_met.is_none() {
        UnmetReason::NotComparable { found, other }
    } else if left.what.is_literal() || right.what.is_literal() {
        UnmetReason::Found(found)
    } else {
        UnmetReason::FoundBoth(found, other)
    })
}

impl Operator {
    /// `None` when two such values have no order.
    fn is_met(self, left: &Value<'_>, right: &Value<'_>) -> Option<bool> {
        match self {
            Self::Equal => Some(left.equals(right)),
            Self::NotEqual => Some(!left.equals(right)),
            Self::Less => left.compare(right).map(Ordering::is_lt),
            Self::AtMost => left.compare(right).map(Ordering::is_le),
            Self::Greater => left.compare(right).map(Ordering::is_gt),
            Self::AtLeast => left.compare(right).map(Ordering::is_ge),
        }
    }
}

impl Choice {
    fn is_met_by(&self, value: &Value<'_>) -> bool {
        match self {
            Self::Literal(literal) => value.equals(literal),
            Self::Pattern(glob) => glob.matches(&value.text),
        }
    }
}

impl Operand {
    fn value<'a>(&'a self, seen: &Seen<'a>) -> Result<Value<'a>, UnmetReason> {
        let missing = || UnmetReason::Missing(self.asked_for().to_owned());
        let body = || seen.body.ok_or(UnmetReason::NoBody);
        Ok(match &self.what {
            What::Status => Value::count(seen.status.ok_or_else(missing)?.into()),
            What::ResponseTime => Value::new(show_ms(seen.response_time_us), Kind::Elapsed(seen.response_time_us.into())),
            What::Ip => Value::new(seen.ip.ok_or_else(missing)?.to_string(), Kind::Quoted),
            What::Connected => Value::bool(seen.connected),
            What::CertificateExpiration => {
                let us = i128::from(seen.certificate_expires_in_ms.ok_or_else(missing)?) * 1000;
                Value::new(show_duration(us), Kind::Duration(us))
            }
            What::Body(path) if path.is_empty() => Value::new(body()?.text(), Kind::Text),
            What::Body(path) => Value::json(find(body()?, path)?.ok_or_else(missing)?),
            What::Len(path) if path.is_empty() => Value::count(body()?.text().chars().count()),
            What::Len(path) => Value::count(length(find(body()?, path)?.ok_or_else(missing)?)?),
            What::Has(path) => Value::bool(find(body()?, path)?.is_some()),
            What::Literal(literal) => literal.borrowed(),
        })
    }

    /// What it takes from the answer as it is written, without a function around it.
    fn asked_for(&self) -> &str {
        match self.source.split_once('(') {
            Some((_, argument)) => argument.strip_suffix(')').unwrap_or(argument).trim(),
            None => &self.source,
        }
    }
}

/// What stands at the end of `path`.
fn find<'a>(body: &'a Body, path: &[Step]) -> Result<Option<&'a Json>, UnmetReason> {
    let json = body.json().ok_or(UnmetReason::NotJson)?;
    Ok(path.iter().try_fold(json, |json, step| match step {
        Step::Name(name) => json.as_object()?.get(name),
        Step::Index(index) => json.as_array()?.get(*index),
    }))
}

fn length(json: &Json) -> Result<usize, UnmetReason> {
    match json {
        Json::Array(items) => Ok(items.len()),
        Json::Object(members) => Ok(members.len()),
        Json::String(text) => Ok(text.chars().count()),
        Json::Null | Json::Bool(_) | Json::Number(_) => Err(UnmetReason::NoLength(Value::json(json).shown())),
    }
}
