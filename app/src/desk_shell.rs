//! The HTML around every page of the desk: head, header with the way around, what was just done, footer. Nothing of it is for search
//! engines or caches, and everything works without a script but the keys, the theme, the note that the network is gone, and what keeps
//! typed words over it.

use std::sync::Arc;

use domain::account::Permission;
use leptos::prelude::*;

use crate::data::Assets;
use crate::data::desk::{DeskContext, DeskPage, Viewer};
use crate::desk_title::title;
use crate::i18n::Text;
use crate::islands::desk_keys::{DeskKeys, DeskKeysIsland};
use crate::islands::theme_switch::ThemeSwitch;
use crate::islands::time_switch::TimeSwitch;
use crate::pages::desk::account::AccountView;
use crate::pages::desk::action_item::ActionItemView;
use crate::pages::desk::action_items::ActionItemsView;
use crate::pages::desk::alert_raise::AlertRaiseView;
use crate::pages::desk::alert_show::AlertShowView;
use crate::pages::desk::alert_stub::AlertStubView;
use crate::pages::desk::alerts::AlertsView;
use crate::pages::desk::audit::AuditView;
use crate::pages::desk::component_edit::ComponentEditView;
use crate::pages::desk::confirm::ConfirmView;
use crate::pages::desk::coverage::CoverageView;
use crate::pages::desk::entries_choose::EntriesChooseView;
use crate::pages::desk::entry_edit::EntryEditView;
use crate::pages::desk::failure::FailureView;
use crate::pages::desk::incident_edit::IncidentEditView;
use crate::pages::desk::incident_show::IncidentShowView;
use crate::pages::desk::incidents::IncidentsView;
use crate::pages::desk::insight::InsightView;
use crate::pages::desk::keys::{KeyMadeView, KeysView};
use crate::pages::desk::maintenance_edit::MaintenanceEditView;
use crate::pages::desk::maintenances::MaintenancesView;
use crate::pages::desk::notifications::NotificationsView;
use crate::pages::desk::now::NowView;
use crate::pages::desk::paste::PasteView;
use crate::pages::desk::people::PeopleView;
use crate::pages::desk::person::PersonView;
use crate::pages::desk::postmortem_compare::PostmortemCompareView;
use crate::pages::desk::postmortem_edit::PostmortemEditView;
use crate::pages::desk::postmortem_import::PostmortemImportView;
use crate::pages::desk::postmortem_merge::PostmortemMergeView;
use crate::pages::desk::postmortem_new::PostmortemNewView;
use crate::pages::desk::postmortem_publish::PostmortemPublishView;
use crate::pages::desk::postmortem_show::PostmortemShowView;
use crate::pages::desk::postmortems::PostmortemsView;
use crate::pages::desk::probe_edit::ProbeEditView;
use crate::pages::desk::probe_show::ProbeView;
use crate::pages::desk::recovery_codes::RecoveryCodesView;
use crate::pages::desk::run_rebase::RunRebaseView;
use crate::pages::desk::run_show::RunView;
use crate::pages::desk::run_start::RunStartView;
use crate::pages::desk::runbook_show::RunbookView;
use crate::pages::desk::runbook_write::RunbookWriteView;
use crate::pages::desk::runbooks::RunbooksView;
use crate::pages::desk::second_factor::SecondFactorView;
use crate::pages::desk::set_up::SetUpView;
use crate::pages::desk::sign_in::SignInView;
use crate::pages::desk::totp::TotpView;
use crate::pages::desk::update_edit::UpdateEditView;
use crate::pages::desk::version_diff::VersionDiffView;
use crate::pages::desk::watching::WatchingView;
use crate::parts::form::PostButton;
use crate::routes::to;
use crate::shell::{THEME, wake};

/// The scripts that stand in pages of the desk themselves, and no others: what the content security policy allows.
pub fn inline_scripts(assets: &Assets) -> Vec<String> {
    std::iter::once(THEME.to_owned()).chain(assets.desk_islands.as_ref().map(wake)).collect()
}

/// A place that the navigation leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Now,
    Alerts,
    Incidents,
    Postmortems,
    Actions,
    Runbooks,
    Components,
    Maintenance,
    People,
    Keys,
    Audit,
    Account,
}

impl Place {
    /// Those that everybody shares; one's own account stands apart.
    const SHARED: [Self; 11] = [
        Self::Now,
        Self::Alerts,
        Self::Incidents,
        Self::Postmortems,
        Self::Actions,
        Self::Runbooks,
        Self::Components,
        Self::Maintenance,
        Self::People,
        Self::Keys,
        Self::Audit,
    ];

    /// Its path, and the key of its name.
    const fn link(self) -> (&'static str, &'static str) {
        match self {
            Self::Now => ("/desk/", "desk-now"),
            Self::Alerts => ("/desk/alerts", "alerts-title"),
            Self::Incidents => ("/desk/incidents", "incidents-title"),
            Self::Postmortems => ("/desk/postmortems", "postmortems-title"),
            Self::Actions => ("/desk/action-items", "actions-title"),
            Self::Runbooks => ("/desk/runbooks", "runbooks-title"),
            Self::Components => ("/desk/components", "components"),
            Self::Maintenance => ("/desk/maintenance", "planned-title"),
            Self::People => ("/desk/people", "people-title"),
            Self::Keys => ("/desk/keys", "keys-title"),
            Self::Audit => ("/desk/audit", "audit-title"),
            Self::Account => ("/desk/account", "account-title"),
        }
    }

    /// The key that leads there after `g`.
    const fn go(self) -> Option<&'static str> {
        match self {
            Self::Now => Some("n"),
            Self::Alerts => Some("l"),
            Self::Incidents => Some("i"),
            Self::Postmortems => Some("p"),
            Self::Actions => Some("t"),
            Self::Runbooks => Some("r"),
            Self::Components => Some("c"),
            Self::Maintenance => Some("m"),
            Self::Account => Some("a"),
            Self::People | Self::Keys | Self::Audit => None,
        }
    }

    const fn permission(self) -> Permission {
        match self {
            Self::Now
            | Self::Alerts
            | Self::Incidents
            | Self::Postmortems
            | Self::Actions
            | Self::Runbooks
            | Self::Components
            | Self::Maintenance
            | Self::Account => Permission::Read,
            Self::People => Permission::ManagePeople,
            Self::Keys => Permission::ManageKeys,
            Self::Audit => Permission::ReadAudit,
        }
    }

    /// Where a page is, and what `aria-current` says there: `page` for the place itself, `true` for what lies behind it.
    const fn of(page: &DeskPage) -> Option<(Self, &'static str)> {
        Some(match page {
            DeskPage::Now(_) => (Self::Now, "page"),
            DeskPage::Alerts(_) => (Self::Alerts, "page"),
            DeskPage::Alert(_) | DeskPage::AlertRaise(_) | DeskPage::Notifications(_) => (Self::Alerts, "true"),
            DeskPage::Incidents(_) => (Self::Incidents, "page"),
            DeskPage::IncidentEdit(_)
            | DeskPage::Incident(_)
            | DeskPage::EntryEdit(_)
            | DeskPage::EntriesChoose(_)
            | DeskPage::Paste(_)
            | DeskPage::UpdateEdit(_) => (Self::Incidents, "true"),
            DeskPage::Postmortems(_) => (Self::Postmortems, "page"),
            DeskPage::PostmortemNew(_)
            | DeskPage::Postmortem(_)
            | DeskPage::PostmortemEdit(_)
            | DeskPage::PostmortemMerge(_)
            | DeskPage::PostmortemCompare(_)
            | DeskPage::PostmortemPublish(_)
            | DeskPage::PostmortemImport(_) => (Self::Postmortems, "true"),
            DeskPage::ActionItems(_) => (Self::Actions, "page"),
            DeskPage::ActionItem(_) | DeskPage::Insight(_) => (Self::Actions, "true"),
            DeskPage::Runbooks(_) => (Self::Runbooks, "page"),
            DeskPage::Runbook(_)
            | DeskPage::VersionDiff(_)
            | DeskPage::RunbookWrite(_)
            | DeskPage::AlertStub(_)
            | DeskPage::Coverage(_)
            | DeskPage::RunStart(_)
            | DeskPage::Run(_)
            | DeskPage::RunRebase(_) => (Self::Runbooks, "true"),
            DeskPage::Watching(_) => (Self::Components, "page"),
            DeskPage::ComponentEdit(_) | DeskPage::Probe(_) | DeskPage::ProbeEdit(_) => (Self::Components, "true"),
            DeskPage::Maintenances(_) => (Self::Maintenance, "page"),
            DeskPage::MaintenanceEdit(_) => (Self::Maintenance, "true"),
            DeskPage::People(_) => (Self::People, "page"),
            DeskPage::Person(_) => (Self::People, "true"),
            DeskPage::Keys(_) => (Self::Keys, "page"),
            DeskPage::KeyMade(_) => (Self::Keys, "true"),
            DeskPage::Audit(_) => (Self::Audit, "page"),
            DeskPage::Account(_) => (Self::Account, "page"),
            DeskPage::Totp(_) | DeskPage::RecoveryCodes(_) => (Self::Account, "true"),
            DeskPage::SetUp(_)
            | DeskPage::SignIn(_)
            | DeskPage::SecondFactor(_)
            | DeskPage::Confirm(_)
            | DeskPage::Failure(_) => return None,
        })
    }
}

/// A whole document.
#[component]
pub fn DeskDocument() -> impl IntoView {
    let context = expect_context::<DeskContext>();
    let text = context.text();
    let title = format!("{} · {}", title(&context.page, &text), context.site_name);
    let styles = [&context.assets.css, &context.assets.desk_css];
    let styles = styles.into_iter().flatten().map(|href| view! { <link rel="stylesheet" href=href.clone()/> }).collect_view();
    let script = context.assets.desk_islands.as_ref().map(wake);
    let script = script.map(|wake| view! { <script type="module" inner_html=wake></script> });
    let desk_script = context.assets.desk_script.clone().map(|src| view! { <script type="module" src=src></script> });
    // Whose the page is, under which the script keeps what is typed, and its words.
    let is_somebody = context.viewer.is_some();
    let user = context.viewer.as_ref().map(|viewer| viewer.id.clone());
    let restored = is_somebody.then(|| text.get("desk-draft-restored"));
    let discard = is_somebody.then(|| text.get("desk-draft-discard"));
    let zone = context.zone.iana_name().unwrap_or("UTC").to_owned();
    let notice = context.notice.clone().map(|notice| view! { <p class="notice done" role="status">{notice}</p> });
    view! {
        <!DOCTYPE html>
        <html
            lang=context.language.tag()
            data-build=context.assets.build.clone()
            data-zone=zone
            data-user=user
            data-draft-restored=restored
            data-draft-discard=discard
        >
            <head>
                <meta charset="utf-8"/>
                <script inner_html=THEME></script>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="robots" content="noindex"/>
                // Leptos escapes what stands in it.
                <title>{title}</title>
                <link id="icon" rel="icon" href="/icon.svg" type="image/svg+xml"/>
                {styles}
            </head>
            <body>
                <a class="skip" href="#content">{text.get("skip-to-content")}</a>
                <DeskHeader context=context.clone()/>
                {notice}
                <p id="offline" class="notice" role="alert" hidden>{text.get("desk-offline")}</p>
                {body(&context)}
                <DeskFooter context=context.clone()/>
                {script}
                {desk_script}
            </body>
        </html>
    }
}

/// The page itself.
fn body(context: &DeskContext) -> AnyView {
    let shown = Arc::clone(&context.page);
    let context = context.clone();
    match &*shown {
        DeskPage::SetUp(page) => view! { <SetUpView context=context page=page.clone()/> }.into_any(),
        DeskPage::SignIn(page) => view! { <SignInView context=context page=page.clone()/> }.into_any(),
        DeskPage::SecondFactor(page) => view! { <SecondFactorView context=context page=page.clone()/> }.into_any(),
        DeskPage::Confirm(page) => view! { <ConfirmView context=context page=page.clone()/> }.into_any(),
        DeskPage::Now(page) => view! { <NowView context=context page=page.clone()/> }.into_any(),
        DeskPage::Watching(page) => view! { <WatchingView context=context page=page.clone()/> }.into_any(),
        DeskPage::ComponentEdit(page) => view! { <ComponentEditView context=context page=page.clone()/> }.into_any(),
        DeskPage::Probe(page) => view! { <ProbeView context=context page=page.clone()/> }.into_any(),
        DeskPage::ProbeEdit(page) => view! { <ProbeEditView context=context page=page.clone()/> }.into_any(),
        DeskPage::Alerts(page) => view! { <AlertsView context=context page=page.clone()/> }.into_any(),
        DeskPage::Alert(page) => view! { <AlertShowView context=context page=(**page).clone()/> }.into_any(),
        DeskPage::AlertRaise(page) => view! { <AlertRaiseView context=context page=page.clone()/> }.into_any(),
        DeskPage::Notifications(page) => view! { <NotificationsView context=context page=page.clone()/> }.into_any(),
        DeskPage::Incidents(page) => view! { <IncidentsView context=context page=page.clone()/> }.into_any(),
        DeskPage::IncidentEdit(page) => view! { <IncidentEditView context=context page=page.clone()/> }.into_any(),
        DeskPage::Incident(page) => view! { <IncidentShowView context=context page=(**page).clone()/> }.into_any(),
        DeskPage::EntryEdit(page) => view! { <EntryEditView context=context page=(**page).clone()/> }.into_any(),
        DeskPage::EntriesChoose(page) => view! { <EntriesChooseView context=context page=page.clone()/> }.into_any(),
        DeskPage::Paste(page) => view! { <PasteView context=context page=page.clone()/> }.into_any(),
        DeskPage::UpdateEdit(page) => view! { <UpdateEditView context=context page=page.clone()/> }.into_any(),
        DeskPage::Postmortems(page) => view! { <PostmortemsView context=context page=page.clone()/> }.into_any(),
        DeskPage::PostmortemNew(page) => view! { <PostmortemNewView context=context page=page.clone()/> }.into_any(),
        DeskPage::Postmortem(page) => view! { <PostmortemShowView context=context page=(**page).clone()/> }.into_any(),
        DeskPage::PostmortemEdit(page) => view! { <PostmortemEditView context=context page=(**page).clone()/> }.into_any(),
        DeskPage::PostmortemMerge(page) => view! { <PostmortemMergeView context=context page=(**page).clone()/> }.into_any(),
        DeskPage::PostmortemCompare(page) => view! { <PostmortemCompareView context=context page=(**page).clone()/> }.into_any(),
        DeskPage::PostmortemPublish(page) => view! { <PostmortemPublishView context=context page=(**page).clone()/> }.into_any(),
        DeskPage::PostmortemImport(page) => view! { <PostmortemImportView context=context page=(**page).clone()/> }.into_any(),
        DeskPage::ActionItems(page) => view! { <ActionItemsView context=context page=page.clone()/> }.into_any(),
        DeskPage::ActionItem(page) => view! { <ActionItemView context=context page=(**page).clone()/> }.into_any(),
        DeskPage::Insight(page) => view! { <InsightView context=context page=(**page).clone()/> }.into_any(),
        DeskPage::Runbooks(page) => view! { <RunbooksView context=context page=page.clone()/> }.into_any(),
        DeskPage::Runbook(page) => view! { <RunbookView context=context page=(**page).clone()/> }.into_any(),
        DeskPage::VersionDiff(page) => view! { <VersionDiffView context=context page=page.clone()/> }.into_any(),
        DeskPage::RunbookWrite(page) => view! { <RunbookWriteView context=context page=(**page).clone()/> }.into_any(),
        DeskPage::AlertStub(page) => view! { <AlertStubView context=context page=page.clone()/> }.into_any(),
        DeskPage::Coverage(page) => view! { <CoverageView context=context page=page.clone()/> }.into_any(),
        DeskPage::RunStart(page) => view! { <RunStartView context=context page=page.clone()/> }.into_any(),
        DeskPage::Run(page) => view! { <RunView context=context page=(**page).clone()/> }.into_any(),
        DeskPage::RunRebase(page) => view! { <RunRebaseView context=context page=page.clone()/> }.into_any(),
        DeskPage::Maintenances(page) => view! { <MaintenancesView context=context page=page.clone()/> }.into_any(),
        DeskPage::MaintenanceEdit(page) => view! { <MaintenanceEditView context=context page=page.clone()/> }.into_any(),
        DeskPage::People(page) => view! { <PeopleView context=context page=page.clone()/> }.into_any(),
        DeskPage::Person(page) => view! { <PersonView context=context page=page.clone()/> }.into_any(),
        DeskPage::Keys(page) => view! { <KeysView context=context page=page.clone()/> }.into_any(),
        DeskPage::KeyMade(page) => view! { <KeyMadeView context=context page=page.clone()/> }.into_any(),
        DeskPage::Account(page) => view! { <AccountView context=context page=page.clone()/> }.into_any(),
        DeskPage::Totp(page) => view! { <TotpView context=context page=page.clone()/> }.into_any(),
        DeskPage::RecoveryCodes(page) => view! { <RecoveryCodesView context=context page=page.clone()/> }.into_any(),
        DeskPage::Audit(page) => view! { <AuditView context=context page=page.clone()/> }.into_any(),
        DeskPage::Failure(page) => view! { <FailureView context=context page=*page/> }.into_any(),
    }
}

/// Whose site it is, and the way around for those who signed in.
#[component]
fn DeskHeader(context: DeskContext) -> impl IntoView {
    let text = context.text();
    let menu = context.viewer.as_ref().map(|viewer| menu(&context, &text, viewer));
    view! {
        <header class="desk-header">
            <a class="site-name" href="/desk/">{context.site_name.clone()}</a>
            <a class="desk-public" href=to::status(context.language)>{text.get("desk-public")}</a>
            {menu}
        </header>
    }
}

/// In a row on a desk; on a phone a button under the thumb opens it. The browser itself does that (`popover`); one that cannot shows it.
fn menu(context: &DeskContext, text: &Text, viewer: &Viewer) -> impl IntoView + use<> {
    let here = Place::of(&context.page);
    let link = |place: Place, words: String| {
        let current = here.filter(|(here, _)| *here == place).map(|(_, current)| current);
        let (href, _) = place.link();
        view! { <a href=href data-go=place.go() aria-current=current>{words}</a> }
    };
    let shared = Place::SHARED.into_iter().filter(|place| context.may(place.permission()));
    let shared = shared.map(|place| {
        let (_, key) = place.link();
        view! { <li>{link(place, text.get(key))}</li> }
    });
    let shared = shared.collect_view();
    let own = link(Place::Account, viewer.name.clone());
    view! {
        <button type="button" class="desk-menu" popovertarget="desk-nav">{text.get("desk-menu")}</button>
        <nav id="desk-nav" class="desk-nav" popover="auto" aria-label=text.get("desk-nav")>
            <ul>
                {shared}
                <li class="own"><span class="spoken">{text.get("account-title")}</span> {own}</li>
                <li><PostButton action="/desk/sign-out".to_owned() label=text.get("desk-sign-out")/></li>
            </ul>
        </nav>
    }
}

/// Language, zone, theme and keys.
#[component]
fn DeskFooter(context: DeskContext) -> impl IntoView {
    let text = context.text();
    let others = context.languages.iter().filter(|language| **language != context.language);
    let others = others.map(|language| {
        let tag = language.tag();
        let label = text.get(&format!("language-{tag}"));
        let fields = vec![("language", tag.to_owned()), ("next", context.path.clone())];
        view! { <div lang=tag><PostButton action="/desk/language".to_owned() label=label fields=fields/></div> }
    });
    let others = others.collect_view();
    let keys = if context.viewer.is_some() {
        let is_run = matches!(*context.page, DeskPage::Run(_));
        view! { <DeskKeys text=text.clone() is_run=is_run/> }.into_any()
    } else {
        view! { <DeskKeysIsland/> }.into_any()
    };
    view! {
        <footer class="site-footer desk-footer">
            <div class="switches">
                {others}
                <p>
                    {text.get("desk-zone")} " " {context.zone.iana_name().unwrap_or("UTC").to_owned()} " "
                    <TimeSwitch mine=text.get("zone-mine") site=text.get("zone-site")/>
                </p>
                <ThemeSwitch
                    label=text.get("theme")
                    auto=text.get("theme-auto")
                    light=text.get("theme-light")
                    dark=text.get("theme-dark")
                />
            </div>
            {keys}
        </footer>
    }
}

#[cfg(test)]
mod tests {
    use domain::account::Role;

    use super::*;
    use crate::data::desk::{Failure, RecoveryCodesPage};

    #[test]
    fn everybody_finds_now_incidents_components_and_maintenance_and_only_owners_people_and_keys() {
        let places = |role: Role| Place::SHARED.into_iter().filter(|place| role.may(place.permission())).collect::<Vec<_>>();
        let everybodys = [
            Place::Now,
            Place::Alerts,
            Place::Incidents,
            Place::Postmortems,
            Place::Actions,
            Place::Runbooks,
            Place::Components,
            Place::Maintenance,
        ];
        assert_eq!(places(Role::Viewer), everybodys);
        assert_eq!(places(Role::Maintainer), [&everybodys[..], &[Place::Audit]].concat());
        assert_eq!(places(Role::Owner), Place::SHARED);
    }

    #[test]
    fn what_lies_behind_a_place_is_not_the_place_itself() {
        let behind = DeskPage::RecoveryCodes(RecoveryCodesPage { codes: Vec::new() });
        assert_eq!(Place::of(&behind), Some((Place::Account, "true")));
        assert_eq!(Place::of(&DeskPage::Failure(Failure::NotFound)), None);
    }
}
