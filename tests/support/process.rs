//! The real program as a process of its own, for what only that can show: being killed, its exit codes, its output.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// The program, which `make test` has built.
///
/// # Panics
/// When it has not.
pub fn program() -> PathBuf {
    let own = std::env::current_exe().expect("a test has a path");
    let folder = own.ancestors().nth(2).expect("tests lie in target/<profile>/deps");
    let program = folder.join("yagura");
    assert!(program.exists(), "{} is missing: run `cargo build --package server` first", program.display());
    program
}

/// Runs the program to its end.
///
/// # Panics
/// When it cannot be started.
pub fn run(arguments: &[&str]) -> Output {
    Command::new(program()).args(arguments).output().expect("the program starts")
}

/// A serving process.
#[derive(Debug)]
pub struct Process {
    /// Holds `yagura.yaml` and the data folder.
    pub folder: TempDir,
    /// Its address, like `http://127.0.0.1:40001`.
    pub url: String,
    child: Child,
}

impl Process {
    /// Starts the program with this configuration on a free port.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(config: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder can be made");
        std::fs::write(folder.path().join("yagura.yaml"), config).expect("the configuration can be written");
        let (child, url) = spawn(&folder);
        Self { folder, url, child }
    }

    /// Starts the program with its data on a disk of 16 MiB, which the file `fill` in its folder makes full, and which is copied to `copied` once the
    /// program has ended. Nothing where this machine does not let its users mount.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_on_small_disk(config: &str) -> Option<Self> {
        let may_mount = Command::new("unshare").args(["-Urm", "mount", "-t", "tmpfs", "yagura", "/mnt"]).status();
        if !may_mount.is_ok_and(|status| status.success()) {
            return None;
        }
        let folder = TempDir::new().expect("a temporary folder can be made");
        std::fs::write(folder.path().join("yagura.yaml"), config).expect("the configuration can be written");
        let mut command = Command::new("unshare");
        command.args(["-Urm", "sh", "-c", SMALL_DISK]).arg(folder.path()).arg(program());
        let (child, url) = watched(&mut command, &folder);
        Some(Self { folder, url, child })
    }

    /// Kills it without warning (SIGKILL) and starts it again on the same data.
    ///
    /// # Panics
    /// When it does not start again.
    pub fn kill_and_restart(&mut self) {
        self.kill();
        (self.child, self.url) = spawn(&self.folder);
    }

    /// Asks it to stop (SIGTERM) and gives its exit code.
    ///
    /// # Panics
    /// When it cannot be asked.
    pub fn terminate(&mut self) -> Option<i32> {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(asked.is_ok_and(|status| status.success()), "the process can be signalled");
        self.child.wait().ok().and_then(|status| status.code())
    }

    /// Kills it without warning (SIGKILL).
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// `$0` is the folder, `$1` the program, and the rest is for that. What waits gives up after a minute.
const SMALL_DISK: &str = r#"
mkdir "$0/data" && mount -t tmpfs -o size=16m,mode=0700 yagura "$0/data" || exit 1
until_is() { n=0; until "$@"; do n=$((n + 1)); [ $n -lt 600 ] || exit 1; sleep 0.1; done; }
(
    until_is [ -e "$0/fill" ]
    cat /dev/zero > "$0/data/filler"
    until_is [ ! -e "$0/fill" ]
    rm "$0/data/filler"
    until_is [ -e "$0/ended" ]
    cp -r "$0/data" "$0/copying" && mv "$0/copying" "$0/copied"
) 2> "$0/full" &
program=$1
shift
exec "$program" "$@"
"#;

fn spawn(folder: &TempDir) -> (Child, String) {
    watched(&mut Command::new(program()), folder)
}

/// Starts it, and waits until it says where it listens.
fn watched(command: &mut Command, folder: &TempDir) -> (Child, String) {
    let path = |name: &str| folder.path().join(name);
    let mut child = command
        .args(["--log-format", "json", "serve", "--listen", "127.0.0.1:0"])
        .arg("--config")
        .arg(path("yagura.yaml"))
        .arg("--data")
        .arg(path("data"))
        .env("RUST_LOG", "info")
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut log = BufReader::new(child.stderr.take().expect("stderr is piped")).lines();
    let mut said = Vec::new();
    let url = log.by_ref().map_while(Result::ok).find_map(|line| {
        let url = line.split_once("http://").and_then(|(_, rest)| Some(format!("http://{}", rest.split('/').next()?)));
        said.push(line);
        url
    });
    let url = url.unwrap_or_else(|| panic!("the program says where it listens: {said:#?}"));
    // Read on, or the pipe fills up and the program waits.
    std::thread::spawn(move || log.for_each(drop));
    (child, url)
}
