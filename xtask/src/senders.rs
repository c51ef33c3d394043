//! Gets the programs that report alerts, for the test that lets them: Debian's Prometheus and Alertmanager, unpacked into the target folder. They
//! are not installed: nobody who runs tests wants a Prometheus to be started on their machine.

use std::path::Path;
use std::process::Command;

use crate::tools::{is_root, run, say, target};

/// Package and program.
const SENDERS: [(&str, &str); 2] = [("prometheus", "prometheus"), ("prometheus-alertmanager", "prometheus-alertmanager")];

/// Where Debian's Alertmanager looks for its templates, which it does not carry within itself. Without them it reads no configuration.
const TEMPLATES: &[u8] = b"/usr/share/prometheus/alertmanager";

/// Unpacks what is not there. Where there is no apt the test does without.
pub(crate) fn fetch() -> Result<(), String> {
    let folder = target().join("senders");
    let is_there =
        |program: &str| [folder.join("usr/bin"), Path::new("/usr/bin").into()].iter().any(|bin| bin.join(program).exists());
    let missing: Vec<&str> = SENDERS.iter().filter(|(_, program)| !is_there(program)).map(|(package, _)| *package).collect();
    if missing.is_empty() {
        return look_for_templates_here(&folder.join("usr/bin/prometheus-alertmanager"));
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
    look_for_templates_here(&folder.join("usr/bin/prometheus-alertmanager"))
}

/// Lets an unpacked Alertmanager look for its templates in the folder it is started in, where the test starts it: the path within the program
/// becomes one of the same length that means that folder. Nothing of the machine itself has to be changed for it.
fn look_for_templates_here(program: &Path) -> Result<(), String> {
    if !program.exists() {
        return Ok(());
    }
    let mut code = std::fs::read(program).map_err(|error| format!("cannot read {}: {error}", program.display()))?;
    let places: Vec<usize> =
        code.windows(TEMPLATES.len()).enumerate().filter(|(_, window)| *window == TEMPLATES).map(|(place, _)| place).collect();
    if places.is_empty() {
        return Ok(());
    }
    for place in places {
        code[place..place + TEMPLATES.len()].fill(b'/');
        code[place] = b'.';
    }
    std::fs::write(program, code).map_err(|error| format!("cannot write {}: {error}", program.display()))
}
