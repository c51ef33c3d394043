//! The rules of Yagura: what is up, since when, and how much of the time.
//!
//! Code map: [`time`] and [`text`] are the vocabulary; [`probe`] says what a check is, what it saw and when a run of bad results is
//! believed; [`component`] makes a component's state of its probes' states; [`outage`] cuts that state into outages; [`uptime`] does
//! the arithmetic of days, [`month`] turns over the calendar; [`incident`] has the words for the public; [`maintenance`] plans work; [`runbook`] reads
//! checklists and follows them; [`postmortem`] tells the story; [`action_item`] is what is left to do afterwards, [`insight`] what it adds up to; [`latency`] keeps mergeable percentiles; [`tower`] is the sum: one
//! pure machine that takes results and gives changes.
//!
//! This crate never does IO, never reads a clock, an environment variable or a random number, and knows nothing of ours: time,
//! ids and time zones are passed in. It compiles for the browser too.

pub mod account;
pub mod action_item;
pub mod alert;
pub mod component;
pub mod incident;
pub mod insight;
pub mod latency;
pub mod maintenance;
pub mod month;
pub mod outage;
pub mod postmortem;
pub mod probe;
pub mod runbook;
pub mod text;
pub mod time;
pub mod tower;
pub mod uptime;
mod words;
pub mod yaml;
