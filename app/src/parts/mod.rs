//! Pieces that pages share. Rendered on the server only, no state.

pub mod check_day;
pub mod day_bar;
pub mod desk_lists;
pub mod desk_probe;
pub mod form;
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
