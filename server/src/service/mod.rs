//! The use cases: the only place where rules and store meet.

pub(crate) mod enrolment;
pub(crate) mod monitoring;
pub(crate) mod uplink;
