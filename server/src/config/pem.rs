//! PEM files for TLS: read, and tried with the very library that will use them, so that they cannot fail during a check.

use std::path::PathBuf;

use domain::probe::spec::ClientCertificate;
use domain::text::Secret;
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::reader::{Item, Reader};
use super::values::code;

/// How a PEM block begins.
pub(super) const PEM_BEGIN: &str = "-----BEGIN";

/// The certificates to trust, as PEM text.
pub(super) fn authorities(reader: &mut Reader<'_>, item: Item<'_>) -> Option<String> {
    let (path, pem) = read(reader, &item)?;
    judge(reader, &item, (path, PathBuf::new()), || check_authorities(&pem))?;
    Some(pem)
}

/// The client's certificate chain and key.
pub(super) fn client(reader: &mut Reader<'_>, certificate: Item<'_>, key: Item<'_>) -> Option<ClientCertificate> {
    let chain = read(reader, &certificate);
    let key_read = read(reader, &key);
    let ((chain_path, chain_pem), (key_path, key_pem)) = (chain?, key_read?);
    judge(reader, &certificate, (chain_path, key_path), || check_client(&chain_pem, &key_pem))?;
    Some(ClientCertificate { chain_pem, key_pem: Secret::new(key_pem) })
}

/// The file named at `item`: its resolved path and its text.
fn read(reader: &mut Reader<'_>, item: &Item<'_>) -> Option<(PathBuf, String)> {
    let text = reader.text(item.clone())?;
    if text.value.contains(PEM_BEGIN) {
        reader.wrong(item, "the PEM text itself stands here", "the path of a file that holds it");
        return None;
    }
    let (path, content) = reader.file(&text.value, &item.path);
    match content {
        Ok(content) => Some((path, content)),
        Err(problem) => {
            let problem = if text.is_substituted { "the file its `${…}` names cannot be read".to_owned() } else { problem };
            reader.wrong(item, problem, "the path of a PEM file");
            None
        }
    }
}

/// Reports what `check` finds wrong. It runs once per file: one authority often serves thousands of probes.
fn judge(
    reader: &mut Reader<'_>,
    item: &Item<'_>,
    paths: (PathBuf, PathBuf),
    check: impl FnOnce() -> Result<(), String>,
) -> Option<()> {
    let verdict = reader.pem_verdicts.entry(paths).or_insert_with(check).clone();
    verdict.map_err(|problem| reader.wrong(item, problem, "PEM as `-----BEGIN …-----` blocks")).ok()
}

fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let found = found.map_err(|_| "the file is not well-formed PEM".to_owned())?;
    if found.is_empty() { Err("the file holds no certificate".to_owned()) } else { Ok(found) }
}

fn check_authorities(pem: &str) -> Result<(), String> {
    let mut store = RootCertStore::empty();
    for (index, certificate) in certificates(pem)?.into_iter().enumerate() {
        store.add(certificate).map_err(|_| format!("certificate number {} of the file cannot be used", index + 1))?;
    }
    Ok(())
}

fn check_client(chain_pem: &str, key_pem: &str) -> Result<(), String> {
    let chain = certificates(chain_pem)?;
    let key = PrivateKeyDer::from_pem_slice(key_pem.as_bytes())
        .map_err(|_| format!("the file at {} holds no private key without a passphrase", code("key")))?;
    let provider = rustls::crypto::ring::default_provider();
    let problem = "certificate and key do not belong together, or are of a kind that is not supported";
    CertifiedKey::from_der(chain, key, &provider).map(|_| ()).map_err(|_| problem.to_owned())
}
