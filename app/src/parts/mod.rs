//! Pieces that pages share. Rendered on the server only, no state.

pub mod day_bar;
pub mod formula;
pub mod status_mark;
pub mod summary;
pub mod time_text;
