//! What lives in the browser: one island per file, small, with finished strings as props. Beside each
//! stands the component that renders its HTML, on the server only, right without a script; the island itself has no view and only calls
//! what it does in the browser, in [`browser`]: views that hydrate would cost 25 kB. No date, regex or Markdown library may come in here: every
//! kilobyte is loaded on a phone with a bad signal.
//!
//! Islands that only the desk has ([`desk_keys`], [`passkey`]) are in the bundle with the feature `desk`; the public one has none of them.

#[cfg(feature = "hydrate")]
mod browser;
pub mod chart_reader;
pub mod component_filter;
pub mod day_reader;
pub mod desk_keys;
pub mod live_status;
pub mod passkey;
pub mod theme_switch;
pub mod time_switch;
