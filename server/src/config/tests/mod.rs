//! Tests of the configuration reader: what a good file becomes (`good`), what is said about a bad one (`bad`), how
//! it is shown (`shown`), that nothing whatever makes it panic or run away (`hostile`), the sections about what stands around the
//! file (`desk`), about incidents (`incidents`), alerts (`alerts`), who is told of them (`notifications`) and runbooks (`runbooks`), and what is made at the desk (`made`, `made_rules`).
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod alerts;
mod bad;
mod desk;
mod good;
mod hostile;
mod incidents;
mod made;
mod made_rules;
mod notifications;
mod runbooks;
mod shown;

use std::collections::HashMap;
use std::io;
use std::path::Path;

use super::{ConfigErrors, Loaded, Sources, parse};

/// The least that is a configuration: two lines, to which tests add.
const SITE: &str = "site:\n  name: S\n";

/// Variables and files for tests.
#[derive(Default)]
struct Fake {
    variables: HashMap<&'static str, &'static str>,
    files: HashMap<&'static str, &'static str>,
}

impl Fake {
    fn with(variables: &[(&'static str, &'static str)], files: &[(&'static str, &'static str)]) -> Self {
        Self { variables: variables.iter().copied().collect(), files: files.iter().copied().collect() }
    }
}

impl Sources for Fake {
    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).map(|&value| value.to_owned())
    }

    fn file(&self, path: &Path) -> io::Result<String> {
        let found = path.to_str().and_then(|path| self.files.get(path));
        found.map(|&text| text.to_owned()).ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "not found"))
    }
}

/// A certificate that signed itself, and its key.
const CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----
MIIBkTCCATagAwIBAgIUbh/L2Arnabh16bNHoTUcKKRh104wCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLeWFndXJhLXRlc3QwIBcNMjYxMTIyMTIyMzU2WhgPMjEyNjEw
MjkxMjIzNTZaMBYxFDASBgNVBAMMC3lhZ3VyYS10ZXN0MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEOQdURbqGQxmLQHfo2TV8OTW535y5oNYjtdmzrqMPulAONMuT
fnvHSJu8nAuoCDYT2RhffcMNKS72U5id28uc9qNgMF4wHQYDVR0OBBYEFO0U+uFw
uHq5qEGCraYmAg2jjvX/MB8GA1UdIwQYMBaAFO0U+uFwuHq5qEGCraYmAg2jjvX/
MA8GA1UdEwEB/wQFMAMBAf8wCwYDVR0PBAQDAgIEMAoGCCqGSM49BAMCA0kAMEYC
IQDSqy9tbM71PVB3JN6QQ5rTB8TGUb+2honIm2hmZI0rvQIhALDv3pl8fq5eJGNz
6877+te6PxGx6+BbCgH7EqppD0UC
-----END CERTIFICATE-----
";
const KEY: &str = "\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgK7kMVffP9ZKbhjJA
xAEX5OkfrZadF0mVbg7GRLlbLZShRANCAAQ5B1RFuoZDGYtAd+jZNXw5NbnfnLmg
1iO12bOuow+6UA40y5N+e8dIm7ycC6gINhPZGF99ww0pLvZTmJ3by5z2
-----END PRIVATE KEY-----
";
/// A key that belongs to no certificate.
const OTHER_KEY: &str = "\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgFBh0Lt3zkJxrOec8
E8A6F+ZLXvZ8UeJ2xqZOSRJjPXmhRANCAAT+vwvOmWGsC14EQhYM/lp6iAsJam3w
ppNmLjJ/Mcejyx7LPjssMFQWUAknaPtrjarEUKBE+llCIsecZOvblpmD
-----END PRIVATE KEY-----
";

fn fake() -> Fake {
    Fake::with(
        &[
            ("TOKEN", "hunter2hunter2hunter2"),
            ("EMPTY", ""),
            ("PORT", "8080"),
            ("SLUG", "Hunter2"),
            ("BASE", "https://hunter2.example.org/?a=b"),
        ],
        &[
            ("/run/secrets/p", "hunter2\n"),
            ("/etc/yagura/ca.pem", CERTIFICATE),
            ("/etc/yagura/key.pem", KEY),
            ("/etc/yagura/other.pem", OTHER_KEY),
            ("/etc/yagura/junk.pem", "hunter2"),
        ],
    )
}

fn read(text: &str) -> Result<Loaded, ConfigErrors> {
    parse(text, "/etc/yagura/yagura.yaml", &fake())
}

/// The configuration in `text`, which is right.
fn good(text: &str) -> Loaded {
    read(text).unwrap_or_else(|errors| panic!("{errors}"))
}

/// `line:column: message` of each mistake in `text`.
fn mistakes(text: &str) -> Vec<String> {
    let Err(errors) = read(text) else { panic!("no mistake was found in:\n{text}") };
    errors.mistakes.iter().map(|mistake| format!("{}:{}: {mistake}", mistake.at.line, mistake.at.column)).collect()
}

/// `SITE` with a component `blog` and `probes`, whose text begins on line 6.
fn probes(text: &str) -> String {
    format!("{SITE}components:\n  - {{slug: blog, name: B}}\nprobes:\n{text}\n")
}

/// One HTTP probe whose `http` holds `text` from line 6, column 37 on.
fn http(text: &str) -> String {
    probes(&format!("- {{slug: p, component: blog, http: {{{text}}}}}"))
}
