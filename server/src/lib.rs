//! The program `yagura`: puts rules, store, probes and pages together.
//!
//! Code map: [`cli`] is the command line; [`boot`] starts and stops everything, in order; [`config`] reads `yagura.yaml`; `service`
//! holds the use cases, the only place that joins rules and store; `jobs` are the loops; [`web`] is HTTP. Imports run one way:
//! `web` and `jobs` use `service`, `service` uses the rest.

#![recursion_limit = "256"]

#[macro_use]
mod terminal;

mod backup;
pub mod boot;
pub mod cli;
mod commands;
pub mod config;
mod demo;
mod doctor;
mod jobs;
mod messages;
mod runbook_command;
mod runbooks;
mod service;
mod socket;
mod telemetry;
pub mod web;
