//! Rebuild and restart on change. Looks at the files' times twice a second: no watcher to install, and it works on every file system.

use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, SystemTime};

use crate::tools::{self, root, say, target};

const WATCHED: [&str; 8] = ["app", "server", "style", "public", "migrations", "runbooks", "Cargo.toml", "Cargo.lock"];
const LOOK_EVERY: Duration = Duration::from_millis(500);

fn build() -> Result<(), String> {
    crate::assets::build()?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    tools::run(Command::new(cargo).current_dir(root()).args(["build", "--package=server"]))
}

/// Builds, runs `yagura` with `arguments`, and does both again whenever something changed.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let defaults = ["serve", "--config", "example/yagura.yaml", "--data", "data"].map(str::to_owned);
    let arguments = if arguments.is_empty() { &defaults[..] } else { arguments };
    let mut server: Option<Child> = None;
    loop {
        let seen = newest_change(&root());
        match restart(&mut server, arguments) {
            Ok(()) => say("running; watching for changes"),
            Err(problem) => say(&format!("{problem}; waiting for a change")),
        }
        while newest_change(&root()) == seen {
            std::thread::sleep(LOOK_EVERY);
        }
    }
}

/// Builds, and only then puts the new program in the place of the running one: a change that does not compile stops nothing.
fn restart(server: &mut Option<Child>, arguments: &[String]) -> Result<(), String> {
    build()?;
    if let Some(mut old) = server.take() {
        // It loses nothing that it answered for: that is what the store promises even for this.
        let _ = old.kill();
        let _ = old.wait();
    }
    let started = Command::new(target().join("debug/yagura")).current_dir(root()).args(arguments).spawn();
    *server = Some(started.map_err(|error| format!("cannot start yagura: {error}"))?);
    Ok(())
}

fn newest_change(root: &Path) -> Option<SystemTime> {
    WATCHED.iter().filter_map(|name| newest_within(&root.join(name))).max()
}

fn newest_within(path: &Path) -> Option<SystemTime> {
    let metadata = std::fs::metadata(path).ok()?;
    if !metadata.is_dir() {
        return metadata.modified().ok();
    }
    let entries = std::fs::read_dir(path).ok()?;
    entries.filter_map(Result::ok).filter_map(|entry| newest_within(&entry.path())).max()
}
