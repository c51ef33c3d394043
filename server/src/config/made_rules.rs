//! What holds for things made at the desk and not for those of the file. Whoever may write the file is at home on this machine;
//! whoever may make a probe at the desk is not, and must not learn from it what is none of their business.
//!
//! - A probe goes only where [`Reach`] lets it. Addresses that are written out are told at once, names when they are resolved.
//! - Placeholders and files are only those that `desk.references` lists, and only in places that nothing shows: not in a slug, a name, a
//!   schedule or a condition, and not in the host that a probe calls, which the reasons of its results name.
//! - Secrets are such placeholders: what is made at the desk is stored, exported and shown to others.

use std::collections::HashSet;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use domain::probe::reach::Reach;
use domain::text::Slug;
use url::{Host, Url, form_urlencoded};

use super::desk::Reference;
use super::reader::{Item, Reader, quote, resolve};
use super::substitute::{self, has_placeholder};
use super::tree::{Kind, Node};
use super::values::{self, code};
use super::{Outside, Sources};

/// Parts of the names of headers and query parameters that carry secrets.
const SECRET_WORDS: [&str; 7] = ["token", "key", "secret", "auth", "password", "session", "cookie"];
/// Names that hold such a part and are known for something else.
const HARMLESS_NAMES: [&str; 4] = ["author", "authors", "keyword", "keywords"];
/// Where a placeholder may stand; in an address only behind the host. What a slug, a name, a schedule, a condition or a host says is shown
/// to others, by a probe's page or by the reasons that its results give.
const PLACES: [&str; 6] = ["http.url", "http.headers.", "http.body", "http.auth.", "http.tls.", "tcp.send"];
/// Stands for a placeholder. No address can hold it.
const MARK: char = '\0';

const UNLISTED: &str = "may not be used here; `desk.references` in the configuration lists what may";
const OUT_OF_PLACE: &str = "may not be used here; \
    a placeholder may stand in path, query, headers, body, `auth` and `tls` of a request, and in what is sent by TCP";
const IN_HOST: &str = "what a `${…}` gives stands before the path of this address";

/// The environment and the disk, as far as `desk.references` lists them.
pub(super) struct Listed<'a> {
    outside: Outside<'a>,
    variables: HashSet<&'a str>,
    /// Resolved.
    files: HashSet<PathBuf>,
}

impl<'a> Listed<'a> {
    /// What `references` lists; files are sought from `folder` on.
    pub(super) fn new(references: &'a [Reference], folder: &Path, env: &'a dyn Fn(&str) -> Option<String>) -> Self {
        let mut listed = Self { outside: Outside { env }, variables: HashSet::new(), files: HashSet::new() };
        for reference in references {
            match reference {
                Reference::Variable(name) => listed.variables.insert(name),
                Reference::File(path) => listed.files.insert(resolve(folder, path)),
            };
        }
        listed
    }
}

/// Why nothing may be filled in at `place`, whatever it is. The path begins with the number of what is read.
fn refuse_place(place: &str) -> Option<&'static str> {
    let within = place.split_once('.').map_or("", |(_, within)| within);
    let is_good = PLACES.iter().any(|good| within.starts_with(good));
    (!is_good).then_some(OUT_OF_PLACE)
}

impl Sources for Listed<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        self.outside.variable(name)
    }

    fn file(&self, path: &Path) -> io::Result<String> {
        self.outside.file(path)
    }

    fn refuse_variable(&self, name: &str, place: &str) -> Option<&'static str> {
        refuse_place(place).or((!self.variables.contains(name)).then_some(UNLISTED))
    }

    fn refuse_file(&self, path: &Path, place: &str) -> Option<&'static str> {
        refuse_place(place).or((!self.files.contains(path)).then_some(UNLISTED))
    }
}

/// Notes what is wrong with `item`, which is known as `slug`, besides what its reader will find. Keys that are there twice are
/// all looked at.
pub(super) fn check(reader: &mut Reader<'_>, item: &Item<'_>, slug: &Slug, reach: &Reach) {
    for own in below(item, &["slug"]) {
        check_slug(reader, &own, slug);
    }
    let passwords = below(item, &["http", "auth", "basic", "password"]);
    for secret in passwords.into_iter().chain(below(item, &["http", "auth", "bearer"])) {
        if is_literal(secret.node) {
            bare_secret(reader, &secret);
        }
    }
    for headers in below(item, &["http", "headers"]) {
        for (name, value) in entries(&headers) {
            if looks_secret(name) && is_literal(value.node) {
                bare_secret(reader, &value);
            }
        }
    }
    for url in below(item, &["http", "url"]) {
        if has_bare_parameter(url.raw()) {
            bare_secret(reader, &url);
        }
        if has_placeholder_before_path(url.raw()) {
            reader.wrong(&url, IN_HOST, "scheme, host and port written out; placeholders in path and query");
        } else {
            check_address(reader, &url, reach, address_of_url);
        }
    }
    for host in below(item, &["tcp", "host"]) {
        check_address(reader, &host, reach, address_of_host);
    }
}

/// The slug in the thing must be the one it is known by. What is no slug, the reader finds.
fn check_slug(reader: &mut Reader<'_>, item: &Item<'_>, slug: &Slug) {
    let Kind::Scalar { text, .. } = &item.node.kind else { return };
    if text.parse::<Slug>().is_ok_and(|own| own != *slug) {
        let problem = format!("the slug is {}, but this is known as {}", code(text), code(slug.as_str()));
        reader.wrong(item, problem, "the same in both places");
    }
}

fn bare_secret(reader: &mut Reader<'_>, item: &Item<'_>) {
    reader.wrong(item, "a secret stands here as it is", "`${NAME}` of a variable or file that `desk.references` lists");
}

/// An address that is written out and that no probe of the desk may reach.
fn check_address(reader: &mut Reader<'_>, item: &Item<'_>, reach: &Reach, address: fn(&str) -> Option<IpAddr>) {
    let refusal = reader.peek(item).as_deref().and_then(address).and_then(|address| reach.refusal(address));
    if let Some(refusal) = refusal {
        let problem = format!("this is {refusal}, where probes made at the desk may not go");
        reader.wrong(item, problem, "another address; `desk.networks` in the configuration allows networks");
    }
}

fn address_of_url(text: &str) -> Option<IpAddr> {
    match Url::parse(text).ok()?.host()? {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
    }
}

fn address_of_host(text: &str) -> Option<IpAddr> {
    values::parse_host(text)?.parse().ok()
}

/// Everything that stands under the path of `keys`.
fn below<'n>(item: &Item<'n>, keys: &[&str]) -> Vec<Item<'n>> {
    keys.iter().fold(vec![item.clone()], |items, key| {
        items.iter().flat_map(entries).filter(|(name, _)| name == key).map(|(_, value)| value).collect()
    })
}

/// The entries of a mapping, with the paths that its reader gives them.
fn entries<'n>(item: &Item<'n>) -> Vec<(&'n str, Item<'n>)> {
    let Kind::Map(entries) = &item.node.kind else { return Vec::new() };
    entries.iter().map(|(key, node)| (key.text.as_str(), Item { node, path: item.path_of(&quote(&key.text)) })).collect()
}

/// A text of which nothing comes from elsewhere. That it is empty, the reader finds.
fn is_literal(node: &Node) -> bool {
    let Kind::Scalar { text, .. } = &node.kind else { return false };
    !text.is_empty() && !node.is_null() && !has_placeholder(text)
}

/// The name of a header or parameter whose value is likely to be a secret.
fn looks_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !HARMLESS_NAMES.contains(&name.as_str()) && SECRET_WORDS.iter().any(|word| name.contains(word))
}

/// The address with one character for each placeholder, so that nothing within its braces divides anything.
fn marked(url: &str) -> String {
    substitute::masked(&url.replace(MARK, ""), &MARK.to_string())
}

/// True when something is filled in where scheme, host and port of an address stand. Read as the parser of addresses does, to which
/// backslashes are slashes, any number of them stands before a host, and line breaks and tabs are nothing.
fn has_placeholder_before_path(url: &str) -> bool {
    let marked: String = marked(url).chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
    let behind_scheme = marked.find(':').map_or("", |colon| &marked[colon + 1..]);
    let from_host = behind_scheme.trim_start_matches(['/', '\\']);
    let path = from_host.find(['/', '\\', '?', '#']).map_or("", |at| &from_host[at..]);
    marked[..marked.len() - path.len()].contains(MARK)
}

/// True when an address has a parameter, in its query or its fragment, that carries a secret as it is. A user and a password in an
/// address are refused for every probe.
fn has_bare_parameter(url: &str) -> bool {
    marked(url).split(['?', '&', ';', '#']).skip(1).any(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let name = form_urlencoded::parse(name.as_bytes()).next().map(|(name, _)| name.replace(MARK, ""));
        !value.is_empty() && !value.contains(MARK) && name.is_some_and(|name| looks_secret(&name))
    })
}
