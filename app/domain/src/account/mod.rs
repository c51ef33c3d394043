//! Who may do what at the desk: roles of people, scopes of API keys, and what both may do. What a name and a password must be like
//! stands in [`name`] and [`password`].
//!
//! Nothing here knows a session, a hash or a cookie: it only says yes or no.

pub mod name;
pub mod password;

use serde::{Deserialize, Serialize};

/// What a person is here. Each may do what the ones before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads everything at the desk.
    Viewer,
    /// Works on what is wrong: runs and pauses probes, works incidents and tells the public.
    Responder,
    /// Decides what is watched and when work is planned.
    Maintainer,
    /// Decides about people, keys and backups.
    Owner,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Responder, Self::Maintainer, Self::Owner];

    /// The name in JSON, the database and message keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Responder => "responder",
            Self::Maintainer => "maintainer",
            Self::Owner => "owner",
        }
    }

    /// The role with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// True when somebody with this role may do it.
    pub fn may(self, permission: Permission) -> bool {
        self >= permission.least_role()
    }
}

/// Something that not everybody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See the state of everything: components, probes with their results, planned work.
    Read,
    /// Run a probe now, pause it, let it go on.
    OperateProbes,
    /// Report alerts.
    SendAlerts,
    /// Decide what is watched: groups, components and probes.
    Configure,
    /// Write rows into the timelines of incidents.
    WriteTimeline,
    /// Do everything else with incidents: open, change and merge them, show them to the public and tell it.
    Respond,
    /// Publish postmortems, and take them back.
    Publish,
    /// Plan, change and cancel maintenance.
    PlanMaintenance,
    /// Read who did what.
    ReadAudit,
    /// Invite people, change their roles, disable them, end their sessions.
    ManagePeople,
    /// Make and revoke API keys.
    ManageKeys,
    /// Make a backup now.
    BackUp,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 12] = [
        Self::Read,
        Self::OperateProbes,
        Self::SendAlerts,
        Self::Configure,
        Self::WriteTimeline,
        Self::Respond,
        Self::Publish,
        Self::PlanMaintenance,
        Self::ReadAudit,
        Self::ManagePeople,
        Self::ManageKeys,
        Self::BackUp,
    ];

    /// The least role that has it.
    pub const fn least_role(self) -> Role {
        match self {
            Self::Read => Role::Viewer,
            Self::OperateProbes | Self::SendAlerts | Self::WriteTimeline | Self::Respond => Role::Responder,
            Self::Configure | Self::Publish | Self::PlanMaintenance | Self::ReadAudit => Role::Maintainer,
            Self::ManagePeople | Self::ManageKeys | Self::BackUp => Role::Owner,
        }
    }

    /// The scope that an API key needs for it.
    pub const fn scope(self) -> Scope {
        match self {
            Self::Read => Scope::Read,
            Self::OperateProbes => Scope::OperateProbes,
            Self::SendAlerts => Scope::WriteAlerts,
            Self::Configure => Scope::WriteConfiguration,
            Self::WriteTimeline => Scope::WriteTimeline,
            Self::Respond | Self::Publish => Scope::WriteIncidents,
            Self::PlanMaintenance => Scope::WriteMaintenance,
            Self::ReadAudit | Self::ManagePeople | Self::ManageKeys | Self::BackUp => Scope::Admin,
        }
    }

    /// True for what a person must have shown within the last minutes to be who they are: a phone left on a table must not be enough.
    pub const fn needs_confirmation(self) -> bool {
        matches!(self, Self::ManagePeople | Self::ManageKeys)
    }
}

/// What an API key is good for. [`Scope::Admin`] includes all others, and every scope but [`Scope::WriteAlerts`] includes [`Scope::Read`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// `read`
    #[serde(rename = "read")]
    Read,
    /// `probes:operate`
    #[serde(rename = "probes:operate")]
    OperateProbes,
    /// `alerts:write`; the one scope that does not include `read`: whoever sends alerts has no need to
    #[serde(rename = "alerts:write")]
    WriteAlerts,
    /// `configuration:write`
    #[serde(rename = "configuration:write")]
    WriteConfiguration,
    /// `timeline:write`
    #[serde(rename = "timeline:write")]
    WriteTimeline,
    /// `incidents:write`; includes `timeline:write`
    #[serde(rename = "incidents:write")]
    WriteIncidents,
    /// `maintenance:write`
    #[serde(rename = "maintenance:write")]
    WriteMaintenance,
    /// `admin`
    #[serde(rename = "admin")]
    Admin,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 8] = [
        Self::Read,
        Self::OperateProbes,
        Self::WriteAlerts,
        Self::WriteConfiguration,
        Self::WriteTimeline,
        Self::WriteIncidents,
        Self::WriteMaintenance,
        Self::Admin,
    ];

    /// The name in JSON and the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::OperateProbes => "probes:operate",
            Self::WriteAlerts => "alerts:write",
            Self::WriteConfiguration => "configuration:write",
            Self::WriteTimeline => "timeline:write",
            Self::WriteIncidents => "incidents:write",
            Self::WriteMaintenance => "maintenance:write",
            Self::Admin => "admin",
        }
    }

    /// The name in message keys, where a colon cannot stand.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::OperateProbes => "probes-operate",
            Self::WriteAlerts => "alerts-write",
            Self::WriteConfiguration => "configuration-write",
            Self::WriteTimeline => "timeline-write",
            Self::WriteIncidents => "incidents-write",
            Self::WriteMaintenance => "maintenance-write",
            Self::Admin => "admin",
        }
    }

    /// The scope with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }

    /// True when a key with this scope may do it.
    pub fn may(self, permission: Permission) -> bool {
        self == Self::Admin
            || (permission == Permission::Read && self != Self::WriteAlerts)
            || permission.scope() == self
            || (self == Self::WriteIncidents && permission == Permission::WriteTimeline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_role_may_all_that_a_lower_one_may() {
        for permission in Permission::ALL {
            for pair in Role::ALL.windows(2) {
                assert!(!pair[0].may(permission) || pair[1].may(permission), "{permission:?}");
            }
            assert!(Role::Owner.may(permission));
        }
    }

    #[test]
    fn responders_work_on_what_is_wrong_and_change_nothing_lasting() {
        let may = |role: Role| Permission::ALL.into_iter().filter(|permission| role.may(*permission)).collect::<Vec<_>>();
        assert_eq!(may(Role::Viewer), [Permission::Read]);
        assert_eq!(
            may(Role::Responder),
            [Permission::Read, Permission::OperateProbes, Permission::SendAlerts, Permission::WriteTimeline, Permission::Respond]
        );
        assert_eq!(may(Role::Maintainer).len(), 9);
    }

    #[test]
    fn a_key_may_read_and_what_its_scope_names() {
        for permission in Permission::ALL {
            assert!(Scope::Admin.may(permission));
            assert!(permission.scope().may(permission));
            assert_eq!(Scope::Read.may(permission), permission == Permission::Read);
        }
        assert!(!Scope::WriteAlerts.may(Permission::Read), "whoever sends alerts need not read");
        assert!(!Scope::WriteMaintenance.may(Permission::Configure));
        assert!(Scope::WriteIncidents.may(Permission::WriteTimeline) && !Scope::WriteTimeline.may(Permission::Respond));
    }

    #[test]
    fn names_come_back() {
        for role in Role::ALL {
            assert_eq!(Role::from_name(role.name()), Some(role));
        }
        for scope in Scope::ALL {
            assert_eq!(Scope::from_name(scope.name()), Some(scope));
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.name());
            assert!(!scope.key().contains(':'));
        }
        assert_eq!(Role::from_name("root"), None);
    }
}
