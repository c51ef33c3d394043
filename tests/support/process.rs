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

fn spawn(folder: &TempDir) -> (Child, String) {
    let path = |name: &str| folder.path().join(name);
    let mut child = Command::new(program())
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
    let url = log
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| {
            let (_, rest) = line.split_once("http://")?;
            Some(format!("http://{}", rest.split('/').next()?))
        })
        .expect("the program says where it listens");
    // Read on, or the pipe fills up and the program waits.
    std::thread::spawn(move || log.for_each(drop));
    (child, url)
}
