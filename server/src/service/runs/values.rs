//! What the commands of a run are filled in with: what is known of its incident and component, labels of an alert, and what somebody types.
//! A value is taken only if it looks as the runbook says; what stands in a label comes from anywhere.
//!
//! Nothing secret is among it: of a probe it is what everybody at the desk may see of its address.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use domain::probe::spec::{ActionSpec, CheckSpec, ProbeSpec};
use domain::runbook::front_matter::FrontMatter;
use domain::runbook::params::{ComponentField, Facts, Param, Values, check, collect};
use domain::text::Slug;
use store::incidents::{Affected, Incident};
use url::Url;

use super::Followed;
use crate::config::{ComponentSpec, Config};
use crate::service::caller::Caller;
use crate::service::desk::Desk;
use crate::service::problem::{Invalid, Problem};

/// Stands in an address for what is not shown.
const HIDDEN: char = '…';
/// How much is said of a name that is none, in characters.
const NAME_CHARS_MAX: usize = 64;

/// The component with this slug; it is known by the one it had before it was renamed, too.
pub(super) fn configured<'c>(config: &'c Config, slug: &Slug) -> Option<&'c ComponentSpec> {
    let all = &config.components;
    all.iter().find(|spec| spec.slug == *slug).or_else(|| all.iter().find(|spec| spec.renamed_from.as_ref() == Some(slug)))
}

/// What an incident affects, the worst first: what goes on before what is over.
fn worst_first(mut affected: Vec<Affected>) -> Vec<Slug> {
    affected.sort_by_key(|period| (period.until.is_some(), Reverse(period.status.concern()), period.from));
    affected.into_iter().map(|period| period.component).collect()
}

/// Host, port and address of what a probe asks. What a placeholder filled in may be secret, so a part that holds some of it is left out.
fn target(probe: &ProbeSpec) -> Option<[Option<String>; 3]> {
    let CheckSpec::Active(active) = &probe.check else { return None };
    let [host, port, url] = match &active.action {
        ActionSpec::Http(http) => {
            let url = http.shown_url.split(['?', '#']).next().unwrap_or_default();
            let (scheme, rest) = url.split_once("://")?;
            let authority = rest.split('/').next().unwrap_or_default();
            let origin = Url::parse(&format!("{scheme}://{authority}/")).ok().filter(|_| !authority.contains(HIDDEN));
            let host = origin.as_ref().and_then(|origin| Some(bare(origin.host_str()?).to_owned()));
            let port = origin.as_ref().and_then(|origin| Some(origin.port_or_known_default()?.to_string()));
            [host, port, Some(url.to_owned())]
        }
        ActionSpec::Tcp(tcp) => [Some(bare(&tcp.shown_host).to_owned()), Some(tcp.port.to_string()), None],
    };
    Some([host, port, url].map(|part| part.filter(|part| !part.contains(HIDDEN))))
}

/// An IPv6 address without its brackets, as commands take it.
fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

/// What is known of a component.
fn component_facts(config: &Config, spec: &ComponentSpec) -> BTreeMap<ComponentField, String> {
    let probes: Vec<&ProbeSpec> = config.probes.iter().filter(|probe| probe.component == spec.slug).collect();
    let [host, port, url] = probes.iter().find_map(|probe| target(probe)).unwrap_or_default();
    let language = config.site.languages.first().copied();
    let facts = [
        (ComponentField::Slug, Some(spec.slug.to_string())),
        (ComponentField::Name, language.map(|language| spec.name.get(language).to_owned())),
        (ComponentField::Group, spec.group.as_ref().map(Slug::to_string)),
        (ComponentField::Host, host),
        (ComponentField::Port, port),
        (ComponentField::Url, url),
        (ComponentField::Probe, probes.first().map(|probe| probe.slug.to_string())),
    ];
    facts.into_iter().filter_map(|(field, value)| Some((field, value?))).collect()
}

/// Everything that values are taken from by themselves.
fn facts(config: &Config, incident: Option<i64>, component: Option<&Slug>, labels: BTreeMap<String, String>) -> Facts {
    let spec = component.and_then(|slug| configured(config, slug));
    Facts {
        labels,
        component: spec.map(|spec| component_facts(config, spec)).unwrap_or_default(),
        incident,
        // Without the slash at its end, so that a path can stand behind it.
        site_url: config.site.url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned()),
    }
}

/// Values that somebody typed, or all that is wrong with them. An empty one was left out; a secret one is set in one's own shell, never
/// here.
pub(super) fn given(params: &[Param], typed: &BTreeMap<String, String>) -> Result<Values, Vec<Invalid>> {
    let (mut values, mut wrong) = (Values::new(), Vec::new());
    for (name, value) in typed {
        let (param, value) = (params.iter().find(|param| param.name == *name && !param.is_secret), value.trim());
        match param {
            Some(_) if value.is_empty() => {}
            Some(param) if check(param, value).is_ok() => {
                values.insert(name.clone(), value.to_owned());
            }
            _ => {
                let name: String = name.chars().take(NAME_CHARS_MAX).collect();
                wrong.push(Invalid::new(format!("param_{name}"), "invalid-param"));
            }
        }
    }
    if wrong.is_empty() { Ok(values) } else { Err(wrong) }
}

impl Desk {
    /// Values that are known by themselves: of a component, an incident, labels, or what the runbook says is usual.
    pub(super) fn known_values(
        &self,
        front: &FrontMatter,
        incident: Option<i64>,
        component: Option<&Slug>,
        labels: BTreeMap<String, String>,
    ) -> Values {
        let config = self.configuration.whole().config;
        collect(&front.params, &facts(&config, incident, component, labels))
    }

    /// The component that is named, or the one that the incident affects worst.
    pub(super) async fn component_for(&self, incident: Option<&Incident>, typed: &str) -> Result<Option<Slug>, Problem> {
        let config = self.configuration.whole().config;
        let known = |slug: Slug| configured(&config, &slug).map(|spec| spec.slug.clone());
        if !typed.trim().is_empty() {
            let named = typed.trim().parse::<Slug>().ok().and_then(known);
            return named.map(Some).ok_or_else(|| Problem::invalid("component", "invalid-component"));
        }
        let Some(incident) = incident else { return Ok(None) };
        let affected = self.store.incidents_affected(&[incident.key]).await?.remove(&incident.key).unwrap_or_default();
        Ok(worst_first(affected).into_iter().find_map(known))
    }

    /// What a runbook takes, each with the value that it would begin with; empty: none is known. A form whose incident or component is none
    /// is shown all the same: what is wrong with it is said when it is sent.
    pub(crate) async fn preview_params(
        &self,
        caller: &Caller,
        runbook: &str,
        incident: Option<i64>,
        component: &str,
    ) -> Result<Vec<(Param, String)>, Problem> {
        let incident = if_any(self.incident_to_run_in(caller, incident).await)?;
        let Followed { edition, .. } = self.runbook_to_follow(runbook)?;
        let component = if_any(self.component_for(incident.as_ref(), component).await)?;
        let number = incident.map(|incident| incident.number);
        let mut values = self.known_values(edition.front(), number, component.as_ref(), BTreeMap::new());
        let with_value = |param: &Param| (param.clone(), values.remove(&param.name).unwrap_or_default());
        Ok(edition.front().params.iter().map(with_value).collect())
    }
}

/// What was named, or nothing if there is no such thing.
fn if_any<T>(found: Result<Option<T>, Problem>) -> Result<Option<T>, Problem> {
    match found {
        Err(Problem::Invalid(_)) => Ok(None),
        found => found,
    }
}

#[cfg(test)]
mod tests {
    use domain::component::Status;
    use domain::time::Timestamp;

    use super::*;
    use crate::config::{Sources, parse};

    /// No disk, and one variable.
    struct Outside;

    impl Sources for Outside {
        fn variable(&self, name: &str) -> Option<String> {
            (name == "TOKEN").then(|| "s3cr3t".to_owned())
        }

        fn file(&self, _path: &std::path::Path) -> std::io::Result<String> {
            Err(std::io::Error::other("there is none"))
        }
    }

    const CONFIG: &str = "
site: {name: Test, url: 'https://status.example.org'}
groups: [{slug: front, name: Front}]
components:
  - {slug: web, name: Web, group: front, renamed_from: www}
  - {slug: db, name: Database}
  - {slug: hidden, name: Hidden}
  - {slug: bare, name: Bare}
probes:
  - {slug: web-beat, component: web, heartbeat: {token: 0123456789abcdef0123, period: 1h}}
  - {slug: web-http, component: web, http: {url: 'https://web.example.org:8443/health?key=s3cr3t'}}
  - {slug: db-tcp, component: db, tcp: {host: '2001:db8::5', port: 5432}}
  - {slug: hidden-http, component: hidden, http: {url: 'https://hidden.example.org/${TOKEN}/health'}}
  - {slug: hidden-tcp, component: hidden, tcp: {host: other.example.org, port: 22}}
";

    fn known(component: &str) -> BTreeMap<ComponentField, String> {
        let config = parse(CONFIG, "yagura.yaml", &Outside).unwrap().config;
        facts(&config, Some(7), Some(&component.parse().unwrap()), BTreeMap::new()).component
    }

    #[test]
    fn of_a_component_is_known_what_its_probes_show_and_no_secret() {
        let web = known("web");
        let get = |field: ComponentField| web.get(&field).map(String::as_str);
        assert_eq!(get(ComponentField::Slug), Some("web"));
        assert_eq!(get(ComponentField::Name), Some("Web"));
        assert_eq!(get(ComponentField::Group), Some("front"));
        assert_eq!((get(ComponentField::Host), get(ComponentField::Port)), (Some("web.example.org"), Some("8443")));
        assert_eq!(get(ComponentField::Url), Some("https://web.example.org:8443/health"));
        assert_eq!(get(ComponentField::Probe), Some("web-beat"), "the first one, whatever it is");
        assert_eq!(known("www"), web, "by the slug it had before, too");
        assert_eq!(known("db")[&ComponentField::Host], "2001:db8::5");
        assert_eq!(known("bare").len(), 2, "without a probe: slug and name");
    }

    #[test]
    fn what_a_placeholder_filled_in_is_left_out() {
        let hidden = known("hidden");
        assert_eq!(hidden.get(&ComponentField::Url), None);
        assert_eq!(hidden[&ComponentField::Host], "hidden.example.org");
        assert!(hidden.values().all(|value| !value.contains("s3cr3t") && !value.contains(HIDDEN)), "{hidden:?}");
    }

    #[test]
    fn a_path_can_stand_behind_the_address_of_the_site() {
        let config = parse(CONFIG, "yagura.yaml", &Outside).unwrap().config;
        let facts = facts(&config, None, None, BTreeMap::new());
        assert_eq!(facts.site_url.as_deref(), Some("https://status.example.org"));
        assert!(facts.component.is_empty());
    }

    #[test]
    fn what_goes_on_and_is_worst_comes_first() {
        let period = |slug: &str, status: Status, from: i64, until: Option<i64>| Affected {
            component: slug.parse().unwrap(),
            status,
            from: Timestamp::from_ms(from),
            until: until.map(Timestamp::from_ms),
        };
        let order = worst_first(vec![
            period("over", Status::MajorOutage, 0, Some(5)),
            period("slow", Status::DegradedPerformance, 0, None),
            period("later", Status::MajorOutage, 9, None),
            period("first", Status::MajorOutage, 3, None),
        ]);
        let order: Vec<String> = order.into_iter().map(String::from).collect();
        assert_eq!(order, ["first", "later", "slow", "over"]);
    }

    fn param(name: &str, is_secret: bool) -> Param {
        let span = 0..0;
        Param { name: name.to_owned(), label: None, from: None, default: None, pattern: None, is_required: true, is_secret, span }
    }

    #[test]
    fn only_values_that_the_runbook_takes_and_that_look_right_are_taken() {
        let params = [param("node", false), param("token", true)];
        let typed = |all: &[(&str, &str)]| {
            let all: BTreeMap<String, String> = all.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
            given(&params, &all)
        };
        assert_eq!(typed(&[("node", " web-1 ")]).unwrap()["node"], "web-1");
        assert!(typed(&[("node", " ")]).unwrap().is_empty());
        for (name, value) in [("node", "a; reboot"), ("node", "a\nb"), ("token", "abc"), ("other", "abc")] {
            assert_eq!(typed(&[(name, value)]), Err(vec![Invalid::new(format!("param_{name}"), "invalid-param")]), "{value}");
        }
    }
}
