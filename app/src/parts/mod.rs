//! Pieces that pages share. Rendered on the server only, no state.

pub mod check_day;
pub mod composer;
pub mod day_bar;
pub mod desk_lists;
pub mod desk_probe;
pub mod evidence;
pub mod form;
pub mod formula;
pub mod head;
pub mod incident;
pub mod incident_form;
pub mod incident_side;
pub mod incident_words;
pub mod kind_mark;
pub mod latency;
pub mod metrics_strip;
pub mod outage;
pub mod phases;
pub mod status_mark;
pub mod summary;
pub mod time_text;
pub mod timeline;
pub mod update_due;
pub mod uptimes;
