//! `cargo xtask fuzz [SECONDS]`: builds `fuzz/` so that libFuzzer sees which code is reached, on stable Rust, and lets it look for that long.

use std::fs;
use std::process::Command;

use crate::tools::{root, target};

/// How long it looks when nobody says, in seconds.
const SECONDS: u32 = 30;
/// Longest text that is tried, in bytes: long enough for every rule, short enough for many a second.
const TEXT_BYTES_MAX: u32 = 4_096;
/// Slowest text that is no finding, in seconds.
const TEXT_SECONDS_MAX: u32 = 10;
/// Counters of edges, and of what is compared with what: what `-C passes` and LLVM's own flags give without a nightly compiler.
const FLAGS: [&str; 7] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
    "--cfg=fuzzing",
];

/// Looks for texts that break the reader of runbooks.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let seconds = match arguments {
        [] => SECONDS,
        [seconds] => seconds.parse().map_err(|_| format!("`{seconds}` is no number of seconds"))?,
        _ => return Err("one number of seconds at most".to_owned()),
    };
    let folder = target().join("fuzz");
    let host = host()?;
    // A target of its own, even if it is this machine: the flags are then not those of build scripts.
    let built = Command::new("cargo")
        .args(["build", "--package", "fuzz", "--profile", "fuzz", "--target", &host, "--target-dir"])
        .arg(&folder)
        .env("RUSTFLAGS", FLAGS.join(" "))
        .current_dir(root())
        .status()
        .map_err(|error| format!("cargo does not start: {error}"))?;
    if !built.success() {
        return Err("the fuzzer could not be built".to_owned());
    }
    let (corpus, findings) = (folder.join("corpus"), folder.join("findings"));
    for made in [&corpus, &findings] {
        fs::create_dir_all(made).map_err(|error| format!("{}: {error}", made.display()))?;
    }
    let program = folder.join(&host).join("fuzz/fuzz-runbook");
    println!("==> looking for {seconds} s; what is found stands in {}", findings.display());
    let looked = Command::new(&program)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-max_len={TEXT_BYTES_MAX}"))
        .arg(format!("-timeout={TEXT_SECONDS_MAX}"))
        .arg(format!("-artifact_prefix={}/", findings.display()))
        .arg(format!("-dict={}", root().join("fuzz/runbook.dict").display()))
        .args(["-print_final_stats=1", "-verbosity=0"])
        .args([&corpus, &root().join("runbooks")])
        .status()
        .map_err(|error| format!("{} does not start: {error}", program.display()))?;
    if looked.success() { Ok(()) } else { Err(format!("a text broke it; it stands in {}", findings.display())) }
}

/// What this machine is for the compiler.
fn host() -> Result<String, String> {
    let output = Command::new("rustc").arg("-vV").output().map_err(|error| format!("rustc does not start: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc does not say what this machine is".to_owned())
}
