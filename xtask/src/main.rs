//! Builds what the browser gets, and watches for changes while developing: `cargo xtask assets`, `cargo xtask dev`.
//!
//! In the place of cargo-leptos: wasm-bindgen is a library here, so its version comes from Cargo.lock and nothing is installed by
//! hand; wasm-opt and the bundler come from npm by a lock file. See ARCHITECTURE.md, "The build".

mod assets;
mod browser;
mod dev;
mod fuzz;
mod python;
mod senders;
mod tools;

use std::process::ExitCode;

const USAGE: &str =
    "usage: cargo xtask assets | browser [FILE…] | node SCRIPT [ARGUMENTS…] | schemathesis | senders | fuzz [SECONDS] | lighthouse URL… | dev [-- ARGUMENTS OF yagura]
  assets      build the WASM, its JS glue and the CSS into target/site, from which the server embeds them
  browser     run the browser tests (all, or the named files) against target/debug/yagura
  node        run a script of tests/browser, such as `shots.mjs URL FOLDER`, with the packages and the browser it needs
  schemathesis  hold the API of target/debug/yagura to its own document
  senders     get the programs that report alerts, for the test that lets them
  fuzz        feed the reader of runbooks with whatever may break it, 30 seconds if nothing is said
  lighthouse  judge pages as on a phone; fails when one is below 99
  dev         build and run, and do both again when a file changes; open pages reload by themselves";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.first().map(String::as_str) {
        Some("assets") => assets::build(),
        Some("browser") => browser::test(arguments.get(1..).unwrap_or_default()),
        Some("node") => browser::script(arguments.get(1..).unwrap_or_default()),
        Some("schemathesis") => browser::schemathesis(),
        Some("senders") => senders::fetch(),
        Some("fuzz") => fuzz::run(arguments.get(1..).unwrap_or_default()),
        Some("lighthouse") => browser::lighthouse(arguments.get(1..).unwrap_or_default()),
        Some("dev") => dev::run(arguments.get(2..).unwrap_or_default()),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("xtask: {problem}");
            ExitCode::FAILURE
        }
    }
}
