//! The TCP check: connect, perhaps say something, perhaps wait for a text.
//!
//! It must never keep more of what comes back than `BODY_BYTES_MAX`.

use std::fmt::Write as _;

use bytes::Bytes;
use domain::probe::observation::{Cause, CauseKind};
use domain::probe::spec::{BODY_BYTES_MAX, TcpSpec};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::connect::{Dialer, Host};
use crate::trace::{Phase, Trace};
use crate::{Finding, ProberError, classify};

/// How much of what came instead is quoted, in characters.
const EXCERPT_CHARS_MAX: usize = 80;
/// How much is read at once, in bytes.
const CHUNK_BYTES: usize = 8 * 1024;

/// A TCP check with everything parsed.
pub(crate) struct TcpCheck {
    host: Host,
    port: u16,
    send: Option<Bytes>,
    expect: Option<Bytes>,
}

impl TcpCheck {
    pub(crate) fn new(spec: &TcpSpec) -> Result<Self, ProberError> {
        Ok(Self {
            host: Host::parse(&spec.host).ok_or_else(|| ProberError::Host(spec.host.clone()))?,
            port: spec.port.get(),
            send: spec.send.as_ref().map(|text| Bytes::copy_from_slice(text.expose().as_bytes())),
            expect: spec.expect.as_ref().filter(|text| !text.is_empty()).map(|text| Bytes::copy_from_slice(text.as_bytes())),
        })
    }

    /// Executes the check once.
    pub(crate) async fn run(&self, dialer: Dialer<'_>, trace: &mut Trace) -> Result<Finding, Cause> {
        let mut stream = dialer.connect(trace, &self.host, self.port).await?;
        if self.send.is_none() && self.expect.is_none() {
            return Ok(Finding::Good);
        }
        trace.begin(Phase::FirstByte);
        if let Some(send) = &self.send {
            stream.write_all(send).await.map_err(|error| classify::broken(&error, "while sending"))?;
        }
        if let Some(expect) = &self.expect {
            self.wait_for(expect, &mut stream, trace).await?;
        }
        Ok(Finding::Good)
    }

    /// Reads until `expect` has come. A target that says nothing is ended by the timeout over the whole check.
    async fn wait_for(&self, expect: &[u8], stream: &mut TcpStream, trace: &mut Trace) -> Result<(), Cause> {
        let mut came: Vec<u8> = Vec::new();
        let mut chunk = vec![0; CHUNK_BYTES];
        while came.len() < BODY_BYTES_MAX {
            let room = CHUNK_BYTES.min(BODY_BYTES_MAX - came.len());
            let count = stream.read(&mut chunk[..room]).await.map_err(|error| classify::broken(&error, "while reading"))?;
            if count == 0 {
                return Err(self.missing("the connection was closed before the expected text came", &came));
            }
            if came.is_empty() {
                trace.begin(Phase::Transfer);
            }
            // Only what is new and what could be the start of a match is searched: dribbled bytes must not cost quadratic time.
            let searched_from = came.len().saturating_sub(expect.len() - 1);
            came.extend_from_slice(&chunk[..count]);
            trace.body_bytes = Some(came.len() as u64);
            if came[searched_from..].windows(expect.len()).any(|window| window == expect) {
                return Ok(());
            }
        }
        Err(self.missing("the expected text is not in the first MiB", &came))
    }

    /// Quotes what came instead, but not what was sent: it is a secret, and some targets send back what they do not understand.
    fn missing(&self, what: &str, came: &[u8]) -> Cause {
        let secret = self.send.as_deref().unwrap_or_default().trim_ascii();
        let came = excerpt(came, &String::from_utf8_lossy(secret));
        let detail = if came.is_empty() { format!("{what}; nothing came") } else { format!("{what}; \"{came}\" came") };
        Cause::new(CauseKind::Expect, detail)
    }
}

/// The start of `bytes`, escaped, so that nothing from the target can pose as something else where it is shown.
fn excerpt(bytes: &[u8], secret: &str) -> String {
    // A character takes at most four bytes, so nothing beyond this can be shown; a secret that begins there is found whole.
    let start = &bytes[..bytes.len().min(EXCERPT_CHARS_MAX * 4 + secret.len())];
    let mut text = String::from_utf8_lossy(start).into_owned();
    if !secret.is_empty() {
        text = text.replace(secret, "[secret]");
    }
    let mut shown = String::new();
    let mut taken = 0;
    for character in text.chars() {
        let escaped = character.escape_debug();
        taken += escaped.clone().count();
        if taken > EXCERPT_CHARS_MAX {
            shown.push('…');
            break;
        }
        // Writing to a string cannot fail.
        let _ = write!(shown, "{escaped}");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_are_short_and_escaped() {
        assert_eq!(excerpt(b"a\r\n\x1b[31m\xff", ""), "a\\r\\n\\u{1b}[31m\u{fffd}");
        let long = excerpt(&[b'x'; 1000], "");
        assert_eq!(long.chars().count(), EXCERPT_CHARS_MAX + 1);
        assert_eq!(excerpt(b"-ERR AUTH hunter2?", "AUTH hunter2"), "-ERR [secret]?");
    }
}
