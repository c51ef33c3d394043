//! The sections about what stands around the file: `trusted_proxies`, `desk` (what things made there may do) and `backup`.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use domain::text::Slug;
use ipnet::IpNet;

use super::mistake::Mistake;
use super::reader::{Item, Reader, found, found_text};
use super::sections::optional;
use super::substitute::{self, Source};
use super::tree::Kind;
use super::values;

/// Most networks in one list. Each is compared with every address that a request or a probe of the desk has to do with.
const NETWORKS_MAX: usize = 100;
/// Most references. Each file among them is watched.
const REFERENCES_MAX: usize = 100;
/// Shortest time between two backups: one reads the whole database.
const EVERY_MIN: Duration = Duration::from_hours(1);
/// Longest time between two backups.
const EVERY_MAX: Duration = Duration::from_hours(30 * 24);
/// Time between two backups when none is given.
const EVERY_DEFAULT: Duration = Duration::from_hours(24);
/// Most backups that are kept.
const KEEP_MAX: u32 = 1000;
/// Backups that are kept when nothing is said.
const KEEP_DEFAULT: u32 = 7;
/// What one of `references` is.
const REFERENCE: &str = "`NAME` or `file:/path`, without `${…}`";

/// What things made at the desk may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeskSettings {
    /// Networks that probes made there may reach although they are this machine, its wire or its cloud.
    pub networks: Vec<IpNet>,
    /// What such probes may refer to, each once.
    pub references: Vec<Reference>,
}

/// Something outside of the configuration whose value can be filled in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reference {
    /// An environment variable.
    Variable(String),
    /// A file, as it was written: relative to the folder of the configuration.
    File(String),
}

impl fmt::Display for Reference {
    /// As it stands in the file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => f.write_str(name),
            Self::File(path) => write!(f, "file:{path}"),
        }
    }
}

/// Where backups are put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupSettings {
    /// The folder they are put in.
    pub folder: PathBuf,
    /// Time between two of them.
    pub every: Duration,
    /// How many are kept; at least one.
    pub keep: u32,
    /// The heartbeat that is called after each good one; it is among the probes of the file.
    pub heartbeat: Option<Slug>,
}

/// `desk`.
pub(super) fn desk(reader: &mut Reader<'_>, item: Item<'_>) -> Option<DeskSettings> {
    let fields = reader.fields(item, &["networks", "references"])?;
    let networks = optional(&fields, "networks", |item| networks(reader, &item));
    let references = optional(&fields, "references", |item| references(reader, &item));
    Some(DeskSettings { networks: networks?.unwrap_or_default(), references: references?.unwrap_or_default() })
}

/// `backup`.
pub(super) fn backup(reader: &mut Reader<'_>, item: Item<'_>) -> Option<BackupSettings> {
    let fields = reader.fields(item, &["folder", "every", "keep", "heartbeat"])?;
    let folder = fields.require(reader, "folder").and_then(|item| values::non_empty(reader, item));
    let folder = folder.map(|text| reader.resolve(&text.value));
    let every = optional(&fields, "every", |item| values::duration(reader, item, EVERY_MIN, EVERY_MAX));
    let keep = optional(&fields, "keep", |item| reader.integer(item, 1, KEEP_MAX));
    let heartbeat = optional(&fields, "heartbeat", |item| heartbeat(reader, item));
    Some(BackupSettings {
        folder: folder?,
        every: every?.unwrap_or(EVERY_DEFAULT),
        keep: keep?.unwrap_or(KEEP_DEFAULT),
        heartbeat: heartbeat?,
    })
}

/// The slug of a heartbeat. No message quotes it: somebody may have put its token there.
fn heartbeat(reader: &mut Reader<'_>, item: Item<'_>) -> Option<Slug> {
    let text = reader.text(item)?;
    let Ok(slug) = text.value.parse::<Slug>() else {
        reader.wrong(&text.item, "this is not a slug", "the slug of a probe with `heartbeat`");
        return None;
    };
    reader.names.call_after_backup(&slug, &text.item);
    Some(slug)
}

/// Networks, each once: `trusted_proxies`, and `networks` of `desk`.
pub(super) fn networks(reader: &mut Reader<'_>, item: &Item<'_>) -> Option<Vec<IpNet>> {
    let elements = at_most(reader, item, NETWORKS_MAX, "networks")?;
    let count = elements.len();
    let mut networks = Vec::new();
    for element in elements {
        let Some(network) = network(reader, element.clone()) else { continue };
        if networks.contains(&network) {
            reader.report(Mistake::new(element.at(), element.path, "this network was already given"));
        } else {
            networks.push(network);
        }
    }
    (networks.len() == count).then_some(networks)
}

/// A network; an address alone is a network of one.
fn network(reader: &mut Reader<'_>, item: Item<'_>) -> Option<IpNet> {
    let text = reader.text(item)?;
    let parsed = text.value.parse::<IpNet>().ok();
    let Some(network) = parsed.or_else(|| text.value.parse::<IpAddr>().ok().map(IpNet::from)) else {
        reader.wrong_text(&text, "a network such as `10.0.0.0/8`, or an address");
        return None;
    };
    if network.trunc() == network {
        return Some(network);
    }
    // Whoever writes this may have meant the one address or the whole network.
    let meant = (!text.is_substituted).then(|| network.trunc().to_string());
    let problem = format!("{}, which has bits set beyond its prefix", found_text(&text));
    reader.report(Mistake::new(text.item.at(), text.item.path, problem).expected("a network or one address").suggest(meant));
    None
}

/// `references`, each once.
fn references(reader: &mut Reader<'_>, item: &Item<'_>) -> Option<Vec<Reference>> {
    let elements = at_most(reader, item, REFERENCES_MAX, "references")?;
    let count = elements.len();
    let mut references = Vec::new();
    for element in elements {
        let Some(reference) = reference(reader, &element) else { continue };
        if references.contains(&reference) {
            reader.report(Mistake::new(element.at(), element.path, "this reference was already given"));
        } else {
            references.push(reference);
        }
    }
    (references.len() == count).then_some(references)
}

/// One of `references`: a name, in which nothing is filled in. No message quotes it: somebody may have put the value there.
fn reference(reader: &mut Reader<'_>, item: &Item<'_>) -> Option<Reference> {
    let source = match &item.node.kind {
        Kind::Scalar { text, .. } if !item.node.is_null() => substitute::source(text),
        _ => {
            reader.wrong(item, found(item.node), REFERENCE);
            return None;
        }
    };
    match source {
        Some(Source::Variable(name)) => Some(Reference::Variable(name.to_owned())),
        Some(Source::File(path)) => {
            // Looked at already here, so that a change of it is noticed as of any other file. Whoever uses it says if it is bad.
            let _ = reader.file(path, &item.path);
            Some(Reference::File(path.to_owned()))
        }
        None => {
            reader.wrong(item, "this is neither the name of a variable nor of a file", REFERENCE);
            None
        }
    }
}

/// The elements of a list of at most `max` things.
fn at_most<'n>(reader: &mut Reader<'_>, item: &Item<'n>, max: usize, things: &str) -> Option<Vec<Item<'n>>> {
    let elements = reader.list(item);
    if elements.len() <= max {
        return Some(elements);
    }
    reader.wrong(item, format!("{} {things} are given", elements.len()), format!("at most {max}"));
    None
}
