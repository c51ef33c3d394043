//! A first visit, by a real browser: bytes on the wire by type, and when something can be seen.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tests::sample::Story;

use crate::Row;
use crate::site::Site;

/// What `tests/browser/visit.mjs` says about the page; `None` when there is no browser.
fn measure(url: &str) -> Option<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let output = Command::new(cargo)
        .args(["xtask", "node", "visit.mjs", url])
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    // Installing packages or a browser may have said something before.
    let said = String::from_utf8_lossy(&output.stdout);
    said.lines().rev().find(|line| line.starts_with('{')).and_then(|line| serde_json::from_str(line).ok())
}

/// The sum of the bytes by type, and the types one by one, in kilobytes.
fn bytes(types: &Value) -> (f64, String) {
    let mut sum = 0.0;
    let mut parts = Vec::new();
    for (name, bytes) in types.as_object().unwrap() {
        let kilobytes = bytes.as_f64().unwrap() / 1000.0;
        sum += kilobytes;
        parts.push(format!("{} {kilobytes:.1}", name.to_lowercase()));
    }
    (sum, parts.join(", "))
}

pub(crate) async fn rows() -> Vec<Row> {
    let site = Site::start(20, Story::Mixed).await;
    let measured = measure(&site.url("/en/"));
    site.stop();
    let Some(measured) = measured else {
        return vec![Row::new("a first visit by a browser", "not measured", "Chromium or Node.js is missing")];
    };
    let (needed, needed_parts) = bytes(&measured["needed"]);
    let (later, later_parts) = bytes(&measured["later"]);
    let number = |name: &str| measured[name].as_f64().unwrap_or(f64::NAN);
    vec![
        Row::new(
            "first visit of 20 components by Chromium, on the wire, headers included",
            format!("{needed:.1} kB ({needed_parts})"),
            format!(
                "aim 14.6 kB, limit 25 kB; Kuma 801, Kener 1,231, Gatus 224, Vigil 111; when idle {later:.1} kB more ({later_parts})"
            ),
        ),
        Row::new(
            format!("first, largest contentful paint, local (median of {} loads)", number("loads")),
            format!("{:.0} ms, {:.0} ms", number("fcp_ms"), number("lcp_ms")),
            format!("aim 150 ms; Vigil 148, Gatus 320, Kuma 600, Kener 1,276; an empty page {:.0} ms", number("empty_fcp_ms")),
        ),
        Row::new("layout shift while it loads", format!("{:.3}", number("cls")), "aim 0"),
    ]
}
