//! The pages of the desk, one file each. Each shows a struct of [`crate::data::desk`] and asks for nothing itself; what is around them
//! stands in [`crate::desk_shell`].

pub mod account;
pub mod alert_stub;
pub mod audit;
pub mod component_edit;
pub mod confirm;
pub mod coverage;
pub mod entry_edit;
pub mod failure;
pub mod incident_edit;
pub mod incident_show;
pub mod incidents;
pub mod keys;
pub mod maintenance_edit;
pub mod maintenances;
pub mod now;
pub mod paste;
pub mod people;
pub mod person;
pub mod probe_edit;
pub mod probe_show;
pub mod recovery_codes;
pub mod run_rebase;
pub mod run_show;
pub mod run_start;
pub mod runbook_show;
pub mod runbook_write;
pub mod runbooks;
pub mod second_factor;
pub mod set_up;
pub mod sign_in;
pub mod totp;
pub mod update_edit;
pub mod version_diff;
pub mod watching;
