//! Bytes that a visitor's browser loads, compressed as they are sent.

use std::path::Path;

use crate::Row;

pub(crate) fn rows() -> Vec<Row> {
    let site = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("target/site");
    let manifest = std::fs::read_to_string(site.join("manifest.tsv")).unwrap();
    let brotli = |role: &str| -> f64 {
        let path = manifest.lines().find_map(|line| line.strip_prefix(role)?.strip_prefix('\t')?.split('\t').next()).unwrap();
        let file = format!("{}.br", site.join(path.trim_start_matches('/')).display());
        std::fs::metadata(file).unwrap().len() as f64 / 1000.0
    };
    let (wasm, glue, css) = (brotli("wasm"), brotli("js"), brotli("css"));
    vec![
        Row::new("WASM and its glue, brotli", format!("{:.1} kB", wasm + glue), "aim 85 kB, limit 95 kB"),
        Row::new("CSS, brotli", format!("{css:.1} kB"), "within the first visit's 14.6 kB"),
    ]
}
