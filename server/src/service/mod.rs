//! The use cases: the only place where rules and store meet. `monitoring` and what belongs to it take what probes see; `desk` and what
//! belongs to it do what people and programs ask for, and ask first whether they may.

pub(crate) mod accounts;
pub(crate) mod action_items;
pub(crate) mod alerts;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod caller;
pub(crate) mod command;
pub(crate) mod configuration;
pub(crate) mod desk;
pub(crate) mod enrolment;
pub(crate) mod incidents;
pub(crate) mod insight;
pub(crate) mod keys;
pub(crate) mod maintenance;
pub(crate) mod monitoring;
pub(crate) mod notifications;
pub(crate) mod passkeys;
pub(crate) mod past;
pub(crate) mod people;
pub(crate) mod postmortems;
pub(crate) mod problem;
pub(crate) mod public_id;
pub(crate) mod recurrence;
pub(crate) mod runbooks;
pub(crate) mod runs;
mod second_factor;
mod secret;
pub(crate) mod sign_in;
mod throttle;
pub(crate) mod uplink;
pub(crate) mod user_agent;
pub(crate) mod watching;
