//! The numbers that stand for the domain's words in the tables. Never renumber; only append.

use domain::component::Status;
use domain::outage::OutageEnd;
use domain::probe::confirm::ProbeState;
use domain::probe::heartbeat::Signal;
use domain::probe::observation::Verdict;

use crate::StoreError;

fn unknown(what: &'static str, value: i64) -> StoreError {
    StoreError::UnknownValue { what, value: value.to_string() }
}

pub(crate) const fn verdict(verdict: Verdict) -> i64 {
    match verdict {
        Verdict::Up => 0,
        Verdict::Degraded => 1,
        Verdict::Down => 2,
        Verdict::Unknown => 3,
    }
}

pub(crate) fn to_verdict(code: i64) -> Result<Verdict, StoreError> {
    Verdict::ALL.into_iter().find(|v| verdict(*v) == code).ok_or_else(|| unknown("a verdict", code))
}

pub(crate) const fn state(state: ProbeState) -> i64 {
    match state {
        ProbeState::Up => 0,
        ProbeState::Degraded => 1,
        ProbeState::Down => 2,
        ProbeState::Unknown => 3,
    }
}

pub(crate) fn to_state(code: i64) -> Result<ProbeState, StoreError> {
    let all = [ProbeState::Up, ProbeState::Degraded, ProbeState::Down, ProbeState::Unknown];
    all.into_iter().find(|s| state(*s) == code).ok_or_else(|| unknown("a probe's state", code))
}

pub(crate) const fn status(status: Status) -> i64 {
    match status {
        Status::Operational => 0,
        Status::DegradedPerformance => 1,
        Status::PartialOutage => 2,
        Status::MajorOutage => 3,
        Status::UnderMaintenance => 4,
        Status::Unknown => 5,
        Status::Unwatched => 6,
    }
}

pub(crate) fn to_status(code: i64) -> Result<Status, StoreError> {
    Status::ALL.into_iter().find(|s| status(*s) == code).ok_or_else(|| unknown("a component's status", code))
}

pub(crate) const fn outage_end(end: OutageEnd) -> i64 {
    match end {
        OutageEnd::Recovered => 0,
        OutageEnd::Unwatched => 1,
    }
}

pub(crate) fn to_outage_end(code: i64) -> Result<OutageEnd, StoreError> {
    let all = [OutageEnd::Recovered, OutageEnd::Unwatched];
    all.into_iter().find(|e| outage_end(*e) == code).ok_or_else(|| unknown("an outage's end", code))
}

/// The signal's number, and the exit code beside it.
pub(crate) const fn signal(signal: Signal) -> (i64, Option<i64>) {
    match signal {
        Signal::Start => (0, None),
        Signal::Success => (1, None),
        Signal::Fail => (2, None),
        Signal::Log => (3, None),
        Signal::Exit(code) => (4, Some(code as i64)),
    }
}

pub(crate) fn to_signal(code: i64, exit_code: Option<i64>) -> Result<Signal, StoreError> {
    match code {
        0 => Ok(Signal::Start),
        1 => Ok(Signal::Success),
        2 => Ok(Signal::Fail),
        3 => Ok(Signal::Log),
        4 => exit_code.and_then(|c| u8::try_from(c).ok()).map(Signal::Exit).ok_or_else(|| unknown("an exit code", code)),
        _ => Err(unknown("a heartbeat's signal", code)),
    }
}
