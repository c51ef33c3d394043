//! Tests of conditions, by what they are about.

mod duration;
mod evaluate;
mod glob;
mod parse;

use super::{Condition, ConditionError};

fn parsed(text: &str) -> Condition {
    text.parse().unwrap_or_else(|error: ConditionError| panic!("{text}: column {}: {error}", error.column))
}
