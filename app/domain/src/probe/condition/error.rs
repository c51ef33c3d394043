//! Why a text is not a condition ([`ConditionError`]) and why an answer does not meet one ([`Unmet`]).

use thiserror::Error;

use super::model::PLACEHOLDERS;
use super::show::did_you_mean;
use super::{CONDITION_CHARS_MAX, PATH_STEPS_MAX};

/// Why a text is not a condition.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{problem}")]
pub struct ConditionError {
    /// Where in the condition's text, in characters; the first is 1.
    pub column: usize,
    /// What is wrong and how it is put right.
    pub problem: ConditionProblem,
}

/// What is wrong with the text of a condition. Texts quoted from it are fit to be shown.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConditionProblem {
    /// Nothing there.
    #[error("a condition must not be empty; write one like `[STATUS] == 200`")]
    Empty,
    /// More than [`CONDITION_CHARS_MAX`] characters.
    #[error("a condition has at most {CONDITION_CHARS_MAX} characters, this one has {0}")]
    TooLong(usize),
    /// No operator outside quotes and parentheses.
    #[error("no comparison found; one of `==`, `!=`, `<`, `<=`, `>`, `>=` must stand between two sides, as in `[STATUS] == 200`")]
    NoOperator,
    /// A second operator.
    #[error("only one comparison is possible and `{0}` is the second; put a text that contains it in quotes")]
    SecondOperator(&'static str),
    /// `=`, `=>` or `===`.
    #[error("a single `=` does not compare; write `==`, or put a text that contains `=` in quotes")]
    SingleEquals,
    /// Nothing on one side of the operator.
    #[error("a side of `{0}` is missing; write `\"\"` for the empty text")]
    MissingSide(&'static str),
    /// Both sides are literals.
    #[error("neither side depends on the answer; placeholders stand in brackets, as in `[STATUS] == 200`")]
    NothingObserved,
    /// A quote without its partner.
    #[error("this quote is not closed; inside quotes a quote is written `\\\"`")]
    UnclosedQuote,
    /// Text after a closing quote.
    #[error("`{0}` follows the closing quote; quotes must enclose the whole text")]
    AfterQuote(String),
    /// `(` without `)`.
    #[error("this parenthesis is not closed; put a text that contains one in quotes")]
    UnclosedParenthesis,
    /// `)` without `(`.
    #[error("this parenthesis was never opened; put a text that contains one in quotes")]
    UnopenedParenthesis,
    /// `[` without `]`.
    #[error("this bracket is not closed, `]` expected; put a text that begins with `[` in quotes")]
    UnclosedBracket,
    /// Not one of ours, with one that is spelt nearly like it.
    #[error("unknown placeholder `{found}`{}; known are {}", did_you_mean(*.near), PLACEHOLDERS.join(", "))]
    UnknownPlaceholder {
        /// What stands there.
        found: String,
        /// What may have been meant.
        near: Option<&'static str>,
    },
    /// One that other kinds of Gatus endpoints have.
    #[error("`{0}` is not supported by this kind of probe; known are {known}", known = PLACEHOLDERS.join(", "))]
    UnsupportedPlaceholder(&'static str),
    /// Text after a placeholder that takes no path.
    #[error("`{found}` cannot follow {after}; an operator is expected there")]
    AfterPlaceholder {
        /// What stands there.
        found: String,
        /// The placeholder.
        after: &'static str,
    },
    /// `[BODY]` followed by something that is no path.
    #[error("`{0}` does not continue a path; one looks like `[BODY].items[0].name`")]
    Path(String),
    /// `.` without a name.
    #[error("a name is missing after `.`; a path looks like `[BODY].items[0].name`")]
    PathName,
    /// `[` without a number.
    #[error("`{0}` is not an index; write a whole number from 0, as in `[BODY].items[0]`")]
    PathIndex(String),
    /// More than [`PATH_STEPS_MAX`] steps.
    #[error("a path has at most {PATH_STEPS_MAX} steps")]
    PathTooDeep,
    /// Not one of ours, with one that is spelt nearly like it.
    #[error("unknown function `{found}`{}; known are len, has, pat, any; a text with parentheses needs quotes", did_you_mean(*.near))]
    UnknownFunction {
        /// What stands there.
        found: String,
        /// What may have been meant.
        near: Option<&'static str>,
    },
    /// Text after a function.
    #[error("`{0}` cannot follow a function; an operator is expected there")]
    AfterFunction(String),
    /// `len()` of something else than the body, or `has()` without a path.
    #[error("{0} takes a path into the body, as in `{0}([BODY].items)`")]
    BodyArgument(&'static str),
    /// `pat()`, `any()` or an empty place in the list.
    #[error("{0} lacks something here; write `\"\"` for the empty text")]
    EmptyArgument(&'static str),
    /// A placeholder or another function in a list.
    #[error("a list holds literals and pat(), not `{0}`; put a text that looks like this in quotes")]
    ListItem(String),
    /// `pat` or `any` with `<` or its like.
    #[error("{function} cannot be used with `{operator}`, only with `==` and `!=`")]
    PatternOperator {
        /// `pat` or `any`.
        function: &'static str,
        /// The operator.
        operator: &'static str,
    },
    /// `<` or its like with something that is not a number.
    #[error("`{operator}` compares numbers and durations, `{found}` is neither")]
    NotOrdered {
        /// The operator.
        operator: &'static str,
        /// The side that has no order.
        found: String,
    },
    /// A bare number against a duration.
    #[error("`{found}` needs a unit to be compared with {with}, such as `{found}h` or `{found}d`; units are ms, s, m, h, d")]
    UnitMissing {
        /// The number.
        found: String,
        /// What it is compared with.
        with: String,
    },
    /// A literal that the other side can never equal.
    #[error("{with} is compared with {expected}, not with `{found}`")]
    Mismatch {
        /// The literal.
        found: String,
        /// What it is compared with.
        with: String,
        /// What would make sense.
        expected: &'static str,
    },
}

/// Why an answer does not meet a condition.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{condition} was not met: {reason}")]
pub struct Unmet {
    /// The condition's text.
    pub condition: String,
    /// What was found instead.
    pub reason: UnmetReason,
}

/// What an answer has instead. Found values have at most [`SHOWN_CHARS_MAX`](super::SHOWN_CHARS_MAX) characters and are fit to be shown.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UnmetReason {
    /// Another value.
    #[error("found {0}")]
    Found(String),
    /// Other values, where both sides depend on the answer.
    #[error("found {0} and {1}")]
    FoundBoth(String, String),
    /// A value that is neither a number nor a duration, or not what the other side is.
    #[error("found {found}, which cannot be compared with {other}")]
    NotComparable {
        /// What depends on the answer.
        found: String,
        /// The other side.
        other: String,
    },
    /// A value without a length.
    #[error("found {0}, which has no length")]
    NoLength(String),
    /// What this placeholder stands for is not there.
    #[error("{0} is missing")]
    Missing(String),
    /// No body was read.
    #[error("there is no body")]
    NoBody,
    /// A path into a body that is not JSON.
    #[error("the body is not JSON")]
    NotJson,
}
