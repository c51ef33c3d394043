//! Running other programs, and the npm packages among them, which live in a cache folder of the project's own.

use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// Where cargo builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Hexadecimal digits of the SHA-256 of `bytes`, as many as tell apart what the project ever ships.
pub(crate) fn short_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(5).fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// Runs a command to its end; an error names it.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|error| format!("cannot start `{name}`: {error}; is it installed?"))?;
    if status.success() { Ok(()) } else { Err(format!("`{name}` ended with {status}")) }
}

/// Says what is being done; the first build takes minutes, and silence would look like a hang.
pub(crate) fn say(what: &str) {
    eprintln!("xtask: {what}");
}

/// True when this runs as root.
pub(crate) fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

/// The folder for tools: `$YAGURA_TOOLS`, else a folder in the user's cache.
pub(crate) fn tools_folder() -> Result<PathBuf, String> {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    named("YAGURA_TOOLS")
        .or_else(|| named("XDG_CACHE_HOME").map(|cache| cache.join("yagura-tools")))
        .or_else(|| named("HOME").map(|home| home.join(".cache/yagura-tools")))
        .ok_or_else(|| "neither YAGURA_TOOLS nor HOME is set: say where tools may be kept".to_owned())
}

/// Installs the packages that `package` (a folder with a package.json and its lock) names, once per content of the lock, and gives the
/// `node_modules` folder.
pub(crate) fn npm_packages(package: &Path) -> Result<PathBuf, String> {
    let lock = package.join("package-lock.json");
    let locked = std::fs::read(&lock).map_err(|error| format!("cannot read {}: {error}", lock.display()))?;
    let folder = tools_folder()?.join(format!("npm-{}", short_hash(&locked)));
    let modules = folder.join("node_modules");
    if folder.join("complete").exists() {
        return Ok(modules);
    }
    say(&format!("installing the npm packages of {} into {}", package.display(), folder.display()));
    std::fs::create_dir_all(&folder).map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
    for name in ["package.json", "package-lock.json"] {
        std::fs::copy(package.join(name), folder.join(name)).map_err(|error| format!("cannot copy {name}: {error}"))?;
    }
    run(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(&folder))?;
    std::fs::write(folder.join("complete"), "").map_err(|error| format!("cannot finish {}: {error}", folder.display()))?;
    Ok(modules)
}
