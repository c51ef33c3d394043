//! `make bench`: measures what DESIGN promises, on this machine, and prints a table for the README. Every figure stands beside a
//! reference from the same run, so that a slower machine gives the same ratios.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on should stop and say where")]

mod cached;
mod changes;
mod program;
mod render;
mod site;
mod sizes;
mod storage;
mod visit;
mod watching;
mod year;

use std::time::Duration;

/// One line of the table.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) measured: String,
    pub(crate) reference: String,
}

impl Row {
    pub(crate) fn new(what: impl Into<String>, measured: impl Into<String>, reference: impl Into<String>) -> Self {
        Self { what: what.into(), measured: measured.into(), reference: reference.into() }
    }
}

/// A number from the environment, for shorter or longer runs.
pub(crate) fn setting(name: &str, default: u32) -> u32 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// True for the parts that `YAGURA_BENCH_ONLY` names, with commas between; for all without it.
fn is_wanted(part: &str) -> bool {
    std::env::var("YAGURA_BENCH_ONLY").map_or(true, |only| only.split(',').any(|wanted| wanted.trim() == part))
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let probes = setting("YAGURA_BENCH_PROBES", 1_000);
    let seconds = Duration::from_secs(u64::from(setting("YAGURA_BENCH_SECONDS", 90)));
    let many = setting("YAGURA_BENCH_MANY", 10_000);
    let mut rows = Vec::new();
    for part in ["sizes", "visit", "cached", "changes", "render", "storage", "year", "watching", "many"] {
        if !is_wanted(part) || (part == "many" && many == 0) {
            continue;
        }
        eprintln!("bench: {part}");
        rows.extend(match part {
            "sizes" => sizes::rows(),
            "visit" => runtime.block_on(visit::rows()),
            "cached" => runtime.block_on(cached::rows()),
            "changes" => runtime.block_on(changes::rows()),
            "render" => runtime.block_on(render::rows()),
            "storage" => runtime.block_on(storage::rows()),
            "year" => runtime.block_on(year::rows(probes)),
            "watching" => runtime.block_on(watching::rows(probes, 30, seconds)),
            _ => runtime.block_on(watching::rows(many, 60, seconds)),
        });
    }
    println!("\n| what | measured | beside it |\n| --- | --- | --- |");
    for Row { what, measured, reference } in rows {
        println!("| {what} | {measured} | {reference} |");
    }
    println!("\n{}", machine());
}

/// What this was measured on.
fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map_or("unknown CPU", |(_, model)| model);
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib: u64 = memory.lines().next().and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("Machine: {cores} cores of {model}, {} GiB of memory, Linux.", kib / 1024 / 1024)
}
