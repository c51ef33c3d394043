//! TLS: what is trusted, the handshake, and what went wrong in it.
//!
//! Sessions must never be resumed: a resumed session shows no certificate, and it is the certificate that is being watched.

use std::io;
use std::sync::{Arc, LazyLock};

use domain::probe::observation::{Cause, CauseKind};
use domain::probe::spec::TlsSpec;
use domain::time::Timestamp;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WantsClientCert};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, ConfigBuilder, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::connect::Host;
use crate::trace::{Phase, Trace};
use crate::{ProberError, classify};

/// The application protocol of HTTP/2.
pub(crate) const ALPN_H2: &[u8] = b"h2";
const ALPN_HTTP1: &[u8] = b"http/1.1";

/// The configuration of nearly every probe, made once: the public roots and nothing special.
static USUAL: LazyLock<Result<Arc<ClientConfig>, rustls::Error>> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    Ok(Arc::new(finished(builder.with_root_certificates(roots).with_no_client_auth())))
});

/// The provider is always given by hand: which one is the process's default is not this crate's business.
fn provider() -> Arc<CryptoProvider> {
    static RING: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| Arc::new(rustls::crypto::ring::default_provider()));
    RING.clone()
}

fn finished(mut config: ClientConfig) -> ClientConfig {
    config.resumption = Resumption::disabled();
    config.alpn_protocols = vec![ALPN_H2.to_vec(), ALPN_HTTP1.to_vec()];
    config
}

/// Prepares the options of one probe.
pub(crate) fn client_config(spec: &TlsSpec) -> Result<Arc<ClientConfig>, ProberError> {
    if *spec == TlsSpec::default() {
        return Ok(USUAL.clone()?);
    }
    let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    let builder: ConfigBuilder<ClientConfig, WantsClientCert> = if spec.skip_verify {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(AcceptAnyCertificate(provider())))
    } else {
        builder.with_root_certificates(roots(spec)?)
    };
    let config = match &spec.client {
        Some(client) => {
            let chain = certificates("the client certificate", &client.chain_pem)?;
            let key = PrivateKeyDer::from_pem_slice(client.key_pem.expose().as_bytes())
                // The error might quote what it stumbled over.
                .map_err(|_| ProberError::Pem("the client's private key", "no key in it".to_owned()))?;
            builder.with_client_auth_cert(chain, key)?
        }
        None => builder.with_no_client_auth(),
    };
    Ok(Arc::new(finished(config)))
}

fn roots(spec: &TlsSpec) -> Result<RootCertStore, ProberError> {
    let mut roots = RootCertStore::empty();
    match &spec.ca_pem {
        Some(pem) => {
            for certificate in certificates("the CA certificate", pem)? {
                roots.add(certificate)?;
            }
        }
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
    }
    Ok(roots)
}

fn certificates(what: &'static str, pem: &str) -> Result<Vec<CertificateDer<'static>>, ProberError> {
    let found = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| ProberError::Pem(what, error.to_string()))?;
    if found.is_empty() { Err(ProberError::Pem(what, "no certificate in it".to_owned())) } else { Ok(found) }
}

/// Shakes hands, noting the phase and when the chain that was shown runs out.
pub(crate) async fn handshake(
    trace: &mut Trace,
    config: &Arc<ClientConfig>,
    host: &Host,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, Cause> {
    let name = match host {
        Host::Address(address) => ServerName::from(*address),
        // The dot that makes a name absolute is for resolvers; certificates and servers know the name without it.
        Host::Name(name) => ServerName::try_from(name.strip_suffix('.').unwrap_or(name).to_owned())
            .map_err(|_| Cause::new(CauseKind::Tls, format!("`{name}` cannot stand in a certificate")))?,
    };
    trace.begin(Phase::Tls);
    match TlsConnector::from(config.clone()).connect(name, stream).await {
        Ok(stream) => {
            trace.end();
            if let Some(expires_at) = stream.get_ref().1.peer_certificates().and_then(earliest_expiry) {
                trace.note_expiry(expires_at);
            }
            Ok(stream)
        }
        Err(error) => {
            if let Some(rustls::Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) =
                rustls_error(&error)
            {
                trace.note_expiry(moment(*not_after));
            }
            Err(tls_cause(&error).unwrap_or_else(|| classify::broken(&error, "in the TLS handshake")))
        }
    }
}

/// The earliest `notAfter`. Certificates that do not parse are left out: whether they are accepted was already decided.
fn earliest_expiry(chain: &[CertificateDer<'_>]) -> Option<Timestamp> {
    let expiry = |der: &CertificateDer<'_>| {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        Some(Timestamp::from_ms(certificate.validity().not_after.timestamp().saturating_mul(1000)))
    };
    chain.iter().filter_map(expiry).min()
}

fn moment(at: UnixTime) -> Timestamp {
    Timestamp::from_ms(i64::try_from(at.as_secs()).unwrap_or(i64::MAX).saturating_mul(1000))
}

fn rustls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

/// The cause, if it was TLS itself that failed and not the connection under it.
pub(crate) fn tls_cause(error: &io::Error) -> Option<Cause> {
    rustls_error(error).map(|error| Cause::new(CauseKind::Tls, told(error)))
}

fn told(error: &rustls::Error) -> String {
    use CertificateError as E;
    match error {
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            E::ExpiredContext { not_after, .. } => format!("the certificate expired at {}", moment(*not_after)),
            E::NotValidYetContext { not_before, .. } => format!("the certificate is not valid before {}", moment(*not_before)),
            E::NotValidForNameContext { expected, presented } => {
                let names = if presented.is_empty() { "no name".to_owned() } else { presented.join(", ") };
                format!("the certificate is not for {} but for {names}", expected.to_str())
            }
            E::UnknownIssuer => "the certificate's issuer is not trusted".to_owned(),
            E::Other(_) if format!("{certificate:?}").contains("CaUsedAsEndEntity") => {
                "the server shows a CA certificate as its own; it needs one that is not a CA, signed by it".to_owned()
            }
            other => format!("the certificate is not accepted: {other}"),
        },
        rustls::Error::InvalidMessage(_) => format!("what came is not TLS: {error}"),
        rustls::Error::AlertReceived(AlertDescription::CertificateRequired) => {
            "the server demands a client certificate".to_owned()
        }
        other => other.to_string(),
    }
}

/// Takes any certificate. The handshake's signature is still checked: whoever shows a certificate must hold its key.
#[derive(Debug)]
struct AcceptAnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
