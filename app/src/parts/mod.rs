//! Pieces that pages share. Rendered on the server only, no state.

pub mod check_day;
pub mod day_bar;
pub mod formula;
pub mod head;
pub mod incident;
pub mod latency;
pub mod outage;
pub mod phases;
pub mod status_mark;
pub mod summary;
pub mod time_text;
pub mod uptimes;
