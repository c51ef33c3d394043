//! The pages, one file each. A public page asks [`crate::data::PageData`] once, a page of the [`desk`] is handed what it shows; both are
//! made of [`crate::parts`].

pub mod alert_stub;
pub mod component_show;
pub mod desk;
pub mod error;
pub mod history;
pub mod incident_show;
pub mod postmortem_list;
pub mod postmortem_show;
pub mod runbook_list;
pub mod runbook_show;
pub mod status;
