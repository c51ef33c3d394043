//! Alerts: what rings, as one thing for each trouble. A *report* is what a source says, as often as it likes; an [alert](occurrence::Course)
//! is what comes of all reports of one trouble; a [`type`](kind::AlertType) says what kind of trouble that is, and so how grave it is, which
//! runbook is for it, and what it does to incidents.
//!
//! Code map: [`label`] has labels and the identity that comes of them, [`occurrence`] folds reports into an alert, [`kind`] finds the type of
//! an alert, [`storm`] puts alerts of one cause under one of them, [`record`] names where alerts come from and
//! what happens to them, [`bell`] says who is told when.

pub mod bell;
pub mod kind;
pub mod label;
pub mod occurrence;
pub mod record;
pub mod storm;
