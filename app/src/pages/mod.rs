//! The pages, one file each. A page asks [`crate::data::PageData`] once and is made of [`crate::parts`].

pub mod component_show;
pub mod error;
pub mod history;
pub mod status;
