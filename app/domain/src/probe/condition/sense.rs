//! Refuses comparisons that make no sense whatever the answer: they are mistakes, and with `!=` they would pass unnoticed.

use super::model::{Choice, Operand, What};
use super::piece::Piece;
use super::show::shown;
use super::value::{Kind, Value, parse_number};
use super::{ConditionError, ConditionProblem};

/// What the time left of a certificate is compared with.
const SPAN: &str = "a duration such as `48h`";

/// Refuses a literal, written at `piece`, that `operand` can never equal.
pub(super) fn can_equal(operand: &Operand, literal: &Value<'_>, piece: Piece<'_>) -> Result<(), ConditionError> {
    let is_number = parse_number(&literal.text).is_some();
    let is_duration = matches!(literal.kind, Kind::Duration(_));
    let found = || shown(&literal.text);
    let with = || operand.source.clone();
    let (fits, expected) = match operand.what {
        What::CertificateExpiration if matches!(literal.kind, Kind::Number(_)) => {
            return Err(piece.fails(ConditionProblem::UnitMissing { found: found(), with: with() }));
        }
        What::CertificateExpiration => (is_duration, SPAN),
        What::ResponseTime => (is_number || is_duration, "a number of milliseconds or a duration such as `1s`"),
        What::Status | What::Len(_) => (is_number, "a number"),
        What::Connected | What::Has(_) => (matches!(&*literal.text, "true" | "false"), "`true` or `false`"),
        What::Ip | What::Body(_) | What::Literal(_) => return Ok(()),
    };
    if fits { Ok(()) } else { Err(piece.fails(ConditionProblem::Mismatch { found: found(), with: with(), expected })) }
}

/// Refuses a choice, written at `piece`, that `operand` can never be.
pub(super) fn can_be(operand: &Operand, choice: &Choice, piece: Piece<'_>) -> Result<(), ConditionError> {
    match choice {
        Choice::Literal(literal) => can_equal(operand, literal, piece),
        Choice::Pattern(_) if operand.what == What::CertificateExpiration => Err(piece.fails(ConditionProblem::Mismatch {
            found: "pat()".to_owned(),
            with: operand.source.clone(),
            expected: SPAN,
        })),
        Choice::Pattern(_) => Ok(()),
    }
}

pub(super) const fn can_be_ordered(what: &What) -> bool {
    match what {
        What::Status | What::ResponseTime | What::CertificateExpiration | What::Body(_) | What::Len(_) => true,
        What::Ip | What::Connected | What::Has(_) => false,
        What::Literal(literal) => matches!(literal.kind, Kind::Number(_) | Kind::Duration(_)),
    }
}
