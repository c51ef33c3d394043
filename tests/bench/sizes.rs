//! Bytes that a visitor's browser loads, compressed as they are sent.

use tests::weight::{Sizes, built};

use crate::Row;

fn kilobytes(bytes: u64) -> f64 {
    bytes as f64 / 1000.0
}

/// All forms of a built file, in kilobytes.
fn forms(Sizes { plain, gzip, brotli }: Sizes) -> String {
    format!("{:.1} kB, {:.1} kB, {:.1} kB", kilobytes(plain), kilobytes(gzip), kilobytes(brotli))
}

pub(crate) fn rows() -> Vec<Row> {
    let [module, glue, style] = ["wasm", "js", "css"].map(built);
    vec![
        Row::new(
            "WASM and its glue, brotli",
            format!("{:.1} kB", kilobytes(module.brotli + glue.brotli)),
            "aim 85 kB, limit 95 kB",
        ),
        Row::new("WASM: plain, gzip, brotli", forms(module), "loaded when the browser is idle"),
        Row::new("its glue: plain, gzip, brotli", forms(glue), "the same"),
        Row::new("CSS, brotli", format!("{:.1} kB", kilobytes(style.brotli)), "within the first visit's 14.6 kB"),
    ]
}
