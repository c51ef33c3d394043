//! What lives in the browser: one island per file, small, with finished strings as props. No date, regex or Markdown library may come
//! in here: every kilobyte is loaded on a phone with a bad signal.

#[cfg(feature = "hydrate")]
mod browser;
pub mod live_status;
