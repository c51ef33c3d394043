//! The use cases: the only place where rules and store meet.

pub(crate) mod enrolment;
pub(crate) mod monitoring;
pub(crate) mod past;
pub(crate) mod public_id;
pub(crate) mod uplink;
