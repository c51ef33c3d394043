//! What a probe is ([`spec`]), what one execution saw ([`observation`]), what it is judged by ([`condition`]), when a run of results
//! is believed ([`confirm`]), how a probe that must call in is followed ([`heartbeat`]), where one may go ([`reach`]), and how a day
//! of results is looked at ([`review`]).

pub mod condition;
pub mod confirm;
pub mod heartbeat;
pub mod observation;
pub mod reach;
pub mod review;
pub mod spec;
