//! The configuration file `yagura.yaml`: read, checked and turned into what the rest of the program works with.
//!
//! Whoever gets a [`Config`] can rely on it: names are unique, references lead somewhere, addresses and headers can be sent,
//! certificates parse. Whoever does not gets [`ConfigErrors`]: all mistakes at once, each with its place, and no secret in them.
//!
//! Code map: `tree` makes a tree with positions of the text; `reader` reads values out of it and fills in `${…}`
//! (`substitute`); `values` are the small values; `sections`, `desk`, `incidents`, `alerts`, `notifications` (`channels`),
//! `runbooks`, `probes`, `http` and `pem` are the parts of the file; `names` checks what only the whole shows; `mistake` and `excerpt` tell what is wrong. The shape stands in
//! `example/yagura.yaml`. `overlay` adds what was made at the desk, which `made_rules` holds to stricter rules.
//!
//! This module never looks at a clock or the network, and of the disk only at the files that the configuration names.

mod alerts;
mod channels;
mod desk;
mod excerpt;
mod http;
mod incidents;
mod made_rules;
mod mistake;
mod names;
mod notifications;
mod overlay;
mod pem;
mod probes;
mod reader;
mod runbooks;
mod sections;
mod substitute;
#[cfg(test)]
mod tests;
mod tree;
mod values;

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::component::Combine;
use domain::incident::work::AutoIncident;
use domain::probe::spec::ProbeSpec;
use domain::text::{Language, LocalizedText, Slug};
use domain::uptime::Weights;
use ipnet::IpNet;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use url::Url;

pub use self::alerts::{AlertSettings, AlertTypeSpec, WaiverSpec};
pub use self::desk::{BackupSettings, DeskSettings, Reference};
pub use self::excerpt::Excerpt;
pub use self::incidents::{IncidentSettings, UpdateTemplate};
pub use self::mistake::{ConfigErrors, Mistake, Position};
pub use self::notifications::{ChannelSpec, NotificationSettings, WeeklyDigest};
pub use self::overlay::{MADE_BYTES_MAX, Made, MadeKind, MadeMistake, conflicts, overlay};
use self::reader::{Item, Reader, found};
pub use self::runbooks::{Bundled, PostmortemSettings, RunbookSettings};
use self::tree::{Kind, Node};
pub use self::values::show_duration;

/// Largest file that is read, in bytes: the configuration and each file that it names.
pub const FILE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most probes.
pub const PROBES_MAX: usize = 20_000;
/// Most targets of the self check.
pub const SELF_CHECK_MAX: usize = 3;

/// The whole configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The public page.
    pub site: Site,
    /// How much of an outage counts.
    pub uptime: Weights,
    /// How long results are kept.
    pub retention: Retention,
    /// What is asked to learn whether our own uplink works. Empty: it is not asked.
    pub self_check: Vec<SelfCheckTarget>,
    /// Groups, in the order in which they are shown.
    pub groups: Vec<Group>,
    /// Components, in the order in which they are shown.
    pub components: Vec<ComponentSpec>,
    /// Probes.
    pub probes: Vec<ProbeSpec>,
    /// Proxies whose word about who is behind them is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// What things made at the desk may do.
    pub desk: DeskSettings,
    /// How incidents are worked.
    pub incidents: IncidentSettings,
    /// How alerts become one thing to look at, and which kinds of them are known.
    pub alerts: AlertSettings,
    /// Who is told of them, and how.
    pub notifications: NotificationSettings,
    /// Where runbooks come from.
    pub runbooks: RunbookSettings,
    /// How postmortems begin.
    pub postmortems: PostmortemSettings,
    /// Where backups are put. None: they are made only when somebody asks for one.
    pub backup: Option<BackupSettings>,
    /// Which of the groups, components and probes were made at the desk ([`overlay()`]). Empty for the file alone.
    pub made: HashSet<(MadeKind, Slug)>,
}

/// The public page.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// Its name.
    pub name: LocalizedText,
    /// A sentence about it.
    pub description: Option<LocalizedText>,
    /// Its own public address: scheme and host, path `/`.
    pub url: Option<Url>,
    /// In which days begin and times are shown.
    pub time_zone: TimeZone,
    /// IANA name of `time_zone`.
    pub time_zone_name: String,
    /// What it is offered in, each once, the default first. Never empty.
    pub languages: Vec<Language>,
}

impl Site {
    /// Where it is found, without a slash at the end: its own address as configured; else the one we listen on, which is right at least on this
    /// machine.
    pub fn base(&self, address: Option<SocketAddr>) -> String {
        match (&self.url, address) {
            (Some(url), _) => url.as_str().trim_end_matches('/').to_owned(),
            (None, Some(address)) if !address.ip().is_unspecified() => format!("http://{address}"),
            (None, Some(address)) => format!("http://localhost:{}", address.port()),
            (None, None) => "http://localhost".to_owned(),
        }
    }
}

/// How long results are kept, by grain. `raw` ≤ `minute` ≤ `hour`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Single results; at least an hour.
    pub raw: Duration,
    /// Sums per minute; at least a day.
    pub minute: Duration,
    /// Sums per hour; at least the 90 days that the public page shows.
    pub hour: Duration,
}

impl Default for Retention {
    fn default() -> Self {
        let hours = |count: u64| Duration::from_secs(count * 3600);
        Self { raw: hours(48), minute: hours(7 * 24), hour: hours(400 * 24) }
    }
}

/// A place on the net that is up whenever our uplink is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelfCheckTarget {
    /// Host name or address, IPv6 without brackets.
    pub host: String,
    /// TCP port.
    pub port: NonZeroU16,
}

/// A heading on the public page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name, unique among groups.
    pub slug: Slug,
    /// What it is called on the page.
    pub name: LocalizedText,
}

/// What the public page shows. One without a probe is allowed: its state is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentSpec {
    /// Its name, unique among components.
    pub slug: Slug,
    /// What it is called on the page.
    pub name: LocalizedText,
    /// The group it stands in; exists.
    pub group: Option<Slug>,
    /// A sentence about it.
    pub description: Option<LocalizedText>,
    /// The components it needs; they exist, each is there once, and there is no circle.
    pub depends_on: Vec<Slug>,
    /// Shown to everybody.
    pub is_public: bool,
    /// How its probes' states make one.
    pub combine: Combine,
    /// The slug it had before, whose history it takes over; no other component has it.
    pub renamed_from: Option<Slug>,
    /// What an outage of it does; none: as [`IncidentSettings::auto`] says.
    pub incidents: Option<AutoIncident>,
}

impl Config {
    /// What an outage of this component does.
    pub fn auto_incident(&self, component: &ComponentSpec) -> AutoIncident {
        component.incidents.unwrap_or(self.incidents.auto)
    }
}

/// A configuration that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// The configuration file first, then every other file that was read, sorted.
    pub files_read: Vec<PathBuf>,
    /// Differs when any of these files differs. Of all texts read, secrets included: not to be shown.
    pub fingerprint: u64,
}

/// Gives the value of an environment variable; shared with the task that reads the file again.
pub type Environment = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Where placeholders and PEM texts come from.
pub trait Sources {
    /// The environment variable `name`.
    fn variable(&self, name: &str) -> Option<String>;
    /// The text of the file at `path`, which is already resolved against the folder of the configuration.
    fn file(&self, path: &Path) -> io::Result<String>;
    /// Why the variable `name` may not be filled in at the path of keys `place`, as the rest of a sentence. None: it may.
    fn refuse_variable(&self, _name: &str, _place: &str) -> Option<&'static str> {
        None
    }
    /// Why the file at the resolved `path` may not be named at the path of keys `place`, as the rest of a sentence. None: it may.
    fn refuse_file(&self, _path: &Path, _place: &str) -> Option<&'static str> {
        None
    }
}

/// The real disk and the environment that `load` was given.
struct Outside<'e> {
    env: &'e dyn Fn(&str) -> Option<String>,
}

impl Sources for Outside<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        (self.env)(name)
    }

    fn file(&self, path: &Path) -> io::Result<String> {
        let invalid = |problem: &str| io::Error::new(io::ErrorKind::InvalidData, problem);
        let bytes = read_limited(path)?.ok_or_else(|| invalid("it is larger than 4 MiB"))?;
        String::from_utf8(bytes).map_err(|_| invalid("it is not UTF-8"))
    }
}

/// Reads the configuration at `path`. Environment variables are asked of `env`.
pub fn load(path: &Path, env: &dyn Fn(&str) -> Option<String>) -> Result<Loaded, ConfigErrors> {
    let file_name = path.display().to_string();
    let whole_file = |problem: String| ConfigErrors::single(&file_name, Mistake::new(Position::default(), "", problem));
    let bytes = match read_limited(path) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Err(whole_file(format!("the file is larger than {} MiB", FILE_BYTES_MAX / 1024 / 1024))),
        Err(error) => return Err(whole_file(format!("the file cannot be read: {error}"))),
    };
    match str::from_utf8(&bytes) {
        Ok(text) => parse(text, &file_name, &Outside { env }),
        Err(error) => {
            let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let line_start = valid.rfind('\n').map_or(0, |end| end + 1);
            let at = Position { line: valid.matches('\n').count() + 1, column: valid[line_start..].chars().count() + 1 };
            Err(ConfigErrors::single(&file_name, Mistake::new(at, "", "the file is not UTF-8 from here on").expected("UTF-8")))
        }
    }
}

/// The file's bytes, or nothing if there are more than [`FILE_BYTES_MAX`].
fn read_limited(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= FILE_BYTES_MAX).then_some(bytes))
}

/// Reads the configuration in `text`. `file_name` is how messages call it, and paths in it are relative to its folder.
pub fn parse(text: &str, file_name: &str, sources: &dyn Sources) -> Result<Loaded, ConfigErrors> {
    if text.len() > FILE_BYTES_MAX {
        let problem = format!("the file is larger than {} MiB", FILE_BYTES_MAX / 1024 / 1024);
        return Err(ConfigErrors::single(file_name, Mistake::new(Position::default(), "", problem)));
    }
    let single = |mistake: Mistake, root: Option<&Node>| {
        let mut errors = ConfigErrors::single(file_name, mistake);
        excerpt::attach(text, root, &mut errors.mistakes);
        errors
    };
    let root = match tree::parse(text) {
        Ok(Some(root)) if !root.is_null() => root,
        Ok(_) => {
            let mistake = Mistake::new(Position { line: 1, column: 1 }, "", "the file is empty");
            return Err(ConfigErrors::single(file_name, mistake.expected("at least `site: {name: …}`")));
        }
        Err(mistake) => return Err(single(mistake, None)),
    };
    if !matches!(root.kind, Kind::Map(_)) {
        let mistake = Mistake::new(root.start, "", found(&root)).expected("a mapping with `site`, `components`, `probes`, …");
        return Err(single(mistake, None));
    }
    let folder = Path::new(file_name).parent().unwrap_or(Path::new(""));
    let mut reader = Reader::new(text, folder, sources);
    let config = document(&mut reader, Item { node: &root, path: String::new() });
    names::check(&mut reader);
    let (mut mistakes, files) = reader.finish();
    let mut files_read: Vec<PathBuf> = files.keys().cloned().collect();
    files_read.sort_unstable();
    let fingerprint = fingerprint(text, &files_read, &files);
    files_read.insert(0, PathBuf::from(file_name));
    match config {
        Some(config) if mistakes.is_empty() => Ok(Loaded { config, files_read, fingerprint }),
        _ => {
            if mistakes.is_empty() {
                // A reader gave up without saying why: our own fault, but not to be passed over.
                mistakes.push(Mistake::new(
                    Position::default(),
                    "",
                    "the configuration cannot be used, for a reason that was not noted",
                ));
            }
            mistakes.sort_by_key(|mistake| mistake.at);
            excerpt::attach(text, Some(&root), &mut mistakes);
            Err(ConfigErrors { file: file_name.to_owned(), mistakes, files_read })
        }
    }
}

/// Of all texts, each with its length so that moving text from one file to the next makes a difference.
fn fingerprint(text: &str, names: &[PathBuf], files: &HashMap<PathBuf, Result<String, String>>) -> u64 {
    let mut hash = Sha256::new();
    let contents = names.iter().filter_map(|name| files.get(name)).filter_map(|content| content.as_deref().ok());
    for content in std::iter::once(text).chain(contents) {
        hash.update((content.len() as u64).to_le_bytes());
        hash.update(content.as_bytes());
    }
    hash.finalize().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The top level.
fn document(reader: &mut Reader<'_>, item: Item<'_>) -> Option<Config> {
    let known = [
        "site",
        "uptime",
        "retention",
        "self_check",
        "trusted_proxies",
        "desk",
        "incidents",
        "alerts",
        "alert_types",
        "notifications",
        "runbooks",
        "postmortems",
        "backup",
        "groups",
        "components",
        "probes",
    ];
    let fields = reader.fields(item, &known)?;
    let site = fields.require(reader, "site").and_then(|item| sections::site(reader, item));
    let uptime = sections::optional(&fields, "uptime", |item| sections::uptime(reader, item));
    let retention = sections::optional(&fields, "retention", |item| sections::retention(reader, item));
    let self_check = sections::optional(&fields, "self_check", |item| sections::self_check(reader, &item));
    let trusted_proxies = sections::optional(&fields, "trusted_proxies", |item| desk::networks(reader, &item));
    let desk = sections::optional(&fields, "desk", |item| desk::desk(reader, item));
    let zone = site.as_ref().map_or(TimeZone::UTC, |site| site.time_zone.clone());
    let incidents = sections::optional(&fields, "incidents", |item| incidents::incidents(reader, item));
    let alerts = sections::optional(&fields, "alerts", |item| alerts::alerts(reader, item));
    let types = sections::optional(&fields, "alert_types", |item| alerts::types(reader, &item));
    let notifications = sections::optional(&fields, "notifications", |item| notifications::notifications(reader, item, &zone));
    let runbooks = sections::optional(&fields, "runbooks", |item| runbooks::runbooks(reader, item));
    let postmortems = sections::optional(&fields, "postmortems", |item| runbooks::postmortems(reader, item));
    let backup = sections::optional(&fields, "backup", |item| desk::backup(reader, item));
    let mut list = |key| fields.get(key).map(|item| reader.list(&item)).unwrap_or_default();
    let (groups, components, mut probes) = (list("groups"), list("components"), list("probes"));
    if let Some(first_too_many) = probes.get(PROBES_MAX).cloned() {
        reader.wrong(&first_too_many, format!("{} probes are given", probes.len()), format!("at most {PROBES_MAX}"));
        probes.truncate(PROBES_MAX);
    }
    let groups: Vec<_> = groups.into_iter().map(|item| sections::group(reader, item)).collect();
    let components: Vec<_> = components.into_iter().map(|item| sections::component(reader, item)).collect();
    let probes: Vec<_> = probes.into_iter().map(|item| probes::probe(reader, item, &zone)).collect();
    Some(Config {
        site: site?,
        uptime: uptime?.unwrap_or_default(),
        retention: retention?.unwrap_or_default(),
        self_check: self_check?.unwrap_or_default(),
        groups: groups.into_iter().collect::<Option<_>>()?,
        components: components.into_iter().collect::<Option<_>>()?,
        probes: probes.into_iter().collect::<Option<_>>()?,
        trusted_proxies: trusted_proxies?.unwrap_or_default(),
        desk: desk?.unwrap_or_default(),
        incidents: incidents?.unwrap_or_default(),
        alerts: AlertSettings { types: types?.unwrap_or_default(), ..alerts?.unwrap_or_default() },
        notifications: notifications?.unwrap_or_default(),
        runbooks: runbooks?.unwrap_or_default(),
        postmortems: postmortems?.unwrap_or_default(),
        backup: backup?,
        made: HashSet::new(),
    })
}
