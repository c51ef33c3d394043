//! Gets the programs that report alerts, for the test that lets them: Debian's Prometheus and Alertmanager, unpacked into the target folder. They
//! are not installed: nobody who runs tests wants a Prometheus to be started on their machine.

use std::path::Path;
use std::process::Command;

use crate::tools::{is_root, run, say, target};

/// Package and program.
const SENDERS: [(&str, &str); 2] = [("prometheus", "prometheus"), ("prometheus-alertmanager", "prometheus-alertmanager")];

/// Unpacks what is not there. Where there is no apt the test does without.
pub(crate) fn fetch() -> Result<(), String> {
    let folder = target().join("senders");
    let is_there =
        |program: &str| [folder.join("usr/bin"), Path::new("/usr/bin").into()].iter().any(|bin| bin.join(program).exists());
    let missing: Vec<&str> = SENDERS.iter().filter(|(_, program)| !is_there(program)).map(|(package, _)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !Path::new("/usr/bin/apt-get").exists() {
        say("no apt here: the test with the real Prometheus and Alertmanager is left out");
        return Ok(());
    }
    say("getting Prometheus and Alertmanager by apt");
    std::fs::create_dir_all(&folder).map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
    if is_root() {
        run(Command::new("apt-get").args(["update", "-qq"]))?;
    }
    run(Command::new("apt-get").args(["download", "-qq"]).args(&missing).current_dir(&folder))?;
    let entries = std::fs::read_dir(&folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    for path in
        entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "deb"))
    {
        run(Command::new("dpkg-deb").arg("-x").arg(&path).arg(&folder))?;
        std::fs::remove_file(&path).map_err(|error| format!("cannot remove {}: {error}", path.display()))?;
    }
    Ok(())
}
