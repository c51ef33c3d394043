//! What one execution saw, which conditions are held against.

use std::fmt;
use std::net::IpAddr;
use std::sync::OnceLock;

use serde_json::Value as Json;

/// What one execution saw, as far as conditions can ask.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen<'a> {
    /// HTTP status of the last answer.
    pub status: Option<u16>,
    /// How long the whole took, in microseconds.
    pub response_time_us: u64,
    /// The address that was connected to.
    pub ip: Option<IpAddr>,
    /// True when the connection was made.
    pub connected: bool,
    /// Milliseconds until the first certificate of the chain expires; negative when it has.
    pub certificate_expires_in_ms: Option<i64>,
    /// The answer's body, if it was read.
    pub body: Option<&'a Body>,
}

/// The body of an answer. It is read as JSON at most once, when the first path asks.
#[derive(Clone)]
pub struct Body {
    text: String,
    json: OnceLock<Option<Json>>,
}

impl Body {
    /// Takes the bytes as UTF-8; what is not becomes U+FFFD.
    pub fn new(bytes: Vec<u8>) -> Self {
        let text = String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        Self { text, json: OnceLock::new() }
    }

    /// The text, without a byte order mark and without white space around it.
    pub fn text(&self) -> &str {
        self.text.strip_prefix('\u{feff}').unwrap_or(&self.text).trim()
    }

    /// `None` when the text is not JSON, or nests deeper than the 128 levels serde_json allows.
    pub(super) fn json(&self) -> Option<&Json> {
        self.json.get_or_init(|| serde_json::from_str(self.text()).ok()).as_ref()
    }
}

impl fmt::Debug for Body {
    /// Only the size: a body is long and may hold what should not be logged.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.text.len())
    }
}
