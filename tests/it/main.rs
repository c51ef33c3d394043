//! What crosses crates, as one binary: HTTP, stories of monitoring, faults, the command line, and the rules of the repository.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod access;
mod accounts;
mod alert_rules;
mod alert_work;
mod alerts;
mod api;
mod api_access;
mod architecture;
mod backups;
mod cli;
mod config_reload;
mod documents;
mod faults;
mod heartbeats;
mod incident_rules;
mod incidents;
mod maintenance;
mod messages;
mod monitoring;
mod notifications;
mod pages;
mod postmortem_work;
mod postmortems;
mod privacy;
mod prometheus;
mod runbooks;
mod runs;
mod tidy;
mod uplink;
mod watching;
