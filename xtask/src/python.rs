//! Programs in Python that tests need, in a folder of their own, by a list of versions.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tools::{is_root, run, say, short_hash, tools_folder};

/// Installs what `requirements` names, once per content, and gives the folder of its programs.
pub(crate) fn programs(requirements: &Path) -> Result<PathBuf, String> {
    let wanted = std::fs::read(requirements).map_err(|error| format!("cannot read {}: {error}", requirements.display()))?;
    let folder = tools_folder()?.join(format!("venv-{}", short_hash(&wanted)));
    if folder.join("complete").exists() {
        return Ok(folder.join("bin"));
    }
    say(&format!("installing the Python packages of {} into {}", requirements.display(), folder.display()));
    let make = || run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
    if make().is_err() && Path::new("/usr/bin/apt-get").exists() && is_root() {
        say("installing python3-venv by apt");
        run(Command::new("apt-get").args(["update", "-qq"]))?;
        let mut command = Command::new("apt-get");
        command.args(["install", "-y", "-qq", "--no-install-recommends", "python3-venv"]);
        run(command.env("DEBIAN_FRONTEND", "noninteractive"))?;
        make()?;
    }
    let mut command = Command::new(folder.join("bin/pip"));
    run(command.args(["install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(requirements))?;
    std::fs::write(folder.join("complete"), "").map_err(|error| format!("cannot finish {}: {error}", folder.display()))?;
    Ok(folder.join("bin"))
}
