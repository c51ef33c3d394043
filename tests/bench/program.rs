//! The released program as a process, and what the system says about it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A serving process.
pub(crate) struct Serving {
    child: Child,
    pub(crate) url: String,
    /// From the start of the process to the first page that was served whole.
    pub(crate) first_page_after: Duration,
}

/// The program beside this one.
pub(crate) fn path() -> PathBuf {
    let program = std::env::current_exe().unwrap().with_file_name("yagura");
    assert!(program.exists(), "{} is missing; `make bench` builds it", program.display());
    program
}

impl Serving {
    /// Starts it and waits for the first page.
    pub(crate) async fn start(config: &Path, data: &Path) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let url = format!("http://127.0.0.1:{port}");
        let started = Instant::now();
        let child = Command::new(path())
            .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--config"])
            .arg(config)
            .arg("--data")
            .arg(data)
            .env("RUST_LOG", "error")
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let http = tests::http::client().build().unwrap();
        loop {
            if let Ok(answer) = http.get(format!("{url}/en/")).send().await
                && answer.bytes().await.is_ok()
            {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Self { child, url, first_page_after: started.elapsed() }
    }

    /// Resident memory in MiB.
    pub(crate) fn resident_mib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let kib: f64 =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok()).unwrap();
        kib / 1024.0
    }

    /// CPU time spent so far, by all threads, in the kernel too. Clock ticks are 10 ms on Linux.
    pub(crate) fn cpu(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
        let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
        Duration::from_millis(ticks * 10)
    }

    /// A metric by its name.
    pub(crate) async fn metric(&self, name: &str) -> f64 {
        let text = reqwest::get(format!("{}/metrics", self.url)).await.unwrap().text().await.unwrap();
        text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok()).unwrap_or(f64::NAN)
    }

    /// Stops it in good order.
    pub(crate) fn stop(mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

/// A configuration with `count` HTTP probes of `url`, one component each.
pub(crate) fn config(count: u32, every_s: u32, url: &str) -> String {
    use std::fmt::Write as _;
    let mut config = String::from("site: {name: Bench}\ncomponents:\n");
    for n in 0..count {
        let _ = writeln!(config, "  - {{slug: c{n}, name: Component {n}}}");
    }
    config.push_str("probes:\n");
    for n in 0..count {
        let _ = writeln!(config, "  - {{slug: p{n}, component: c{n}, every: {every_s}s, timeout: 5s, http: {{url: \"{url}\"}}}}");
    }
    config
}
