//! Runs what needs a browser: installs its npm packages, finds or installs the browser, and hands both to Node.js.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::python;
use crate::tools::{is_root, npm_packages, root, run, say, target};

/// Where distributions put Chromium.
const USUAL: [&str; 3] = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
/// Without it Japanese text in screenshots is empty boxes.
const CJK_FONT: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";

/// The browser that `YAGURA_BROWSER` names, else one that is installed, else Debian's, if apt and root are there.
fn browser() -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os("YAGURA_BROWSER").filter(|value| !value.is_empty()) {
        return Ok(PathBuf::from(named));
    }
    let installed = || USUAL.iter().map(PathBuf::from).find(|path| path.exists());
    let is_complete = installed().is_some() && Path::new(CJK_FONT).exists();
    if !is_complete && Path::new("/usr/bin/apt-get").exists() && is_root() {
        say("installing chromium and fonts-noto-cjk by apt");
        run(Command::new("apt-get").args(["update", "-qq"]))?;
        let mut command = Command::new("apt-get");
        command.args(["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-noto-cjk"]);
        run(command.env("DEBIAN_FRONTEND", "noninteractive"))?;
    }
    installed().ok_or_else(|| {
        "no Chromium found; install chromium and fonts-noto-cjk, or name a browser with YAGURA_BROWSER=/path/to/chromium"
            .to_owned()
    })
}

/// Node.js with the npm packages of `folder`, the browser and the program in its environment.
fn node(folder: &Path) -> Result<Command, String> {
    let modules = npm_packages(folder)?;
    let target = target();
    let mut command = Command::new("node");
    command.env("YAGURA_NODE_MODULES", modules).env("YAGURA_BROWSER", browser()?);
    command.env("YAGURA_PROGRAM", target.join("debug/yagura")).env("YAGURA_SAMPLE", target.join("debug/sample"));
    Ok(command)
}

/// Runs the named test files, or all.
pub(crate) fn test(files: &[String]) -> Result<(), String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    run(Command::new(cargo).current_dir(root()).args(["build", "--quiet", "--package=tests", "--bin=sample"]))?;
    let folder = root().join("tests/browser");
    let mut command = node(&folder)?;
    command.args(["--test", "--test-concurrency=2", "--test-reporter=spec"]).current_dir(&folder);
    if files.is_empty() {
        let entries = std::fs::read_dir(&folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
        let mut all: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
        all.retain(|path| path.to_string_lossy().ends_with(".test.mjs"));
        all.sort();
        command.args(all);
    } else {
        command.args(files);
    }
    run(&mut command)
}

/// Runs one of the scripts in `tests/browser` that are no tests, where the caller is.
pub(crate) fn script(arguments: &[String]) -> Result<(), String> {
    let [name, arguments @ ..] = arguments else {
        return Err("which script of tests/browser? `cargo xtask node SCRIPT ARGUMENTS…`".to_owned());
    };
    let folder = root().join("tests/browser");
    run(node(&folder)?.arg(folder.join(name)).args(arguments))
}

/// Holds the API to its own document.
pub(crate) fn schemathesis() -> Result<(), String> {
    let folder = root().join("tests/browser");
    let programs = python::programs(&root().join("tests/contract/requirements.txt"))?;
    let mut command = node(&folder)?;
    run(command.env("YAGURA_SCHEMATHESIS", programs.join("schemathesis")).arg(folder.join("schemathesis.mjs")))
}

/// Judges pages by Lighthouse.
pub(crate) fn lighthouse(urls: &[String]) -> Result<(), String> {
    let folder = root().join("tests/lighthouse");
    run(node(&folder)?.arg(folder.join("run.mjs")).args(urls))
}
