//! The loops beside HTTP and the checks: each one thing, on the clock that everything else uses.

pub(crate) mod alerts;
pub(crate) mod backup;
pub(crate) mod config_watch;
pub(crate) mod digest;
pub(crate) mod housekeeping;
pub(crate) mod incidents;
pub(crate) mod maintenance;
pub(crate) mod notifications;
pub(crate) mod runbooks;
pub(crate) mod uplink_watch;
