//! Pages from memory, beside nginx with the same bytes as a static file: same run, same load, in turns. Not compressed, since nginx would
//! need another module for brotli; bytes that cost no work to send are what is compared.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tests::sample::Story;

use crate::Row;
use crate::site::{Site, median};

/// What is asked for, and the file that holds the same for nginx.
const PAGES: [(&str, &str); 2] = [("/en/", "page.html"), ("/api/v2/summary.json", "summary.json")];
const ROUNDS: usize = 3;
/// One thread, 64 connections that stay, for five seconds.
const LOAD: [&str; 4] = ["--latency", "-t1", "-c64", "-d5s"];
/// While this is there and says so, Debian starts no service that it installs.
const POLICY: &str = "/usr/sbin/policy-rc.d";

fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Where Debian puts nginx is not on everybody's path.
    std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]).any(|folder| folder.join(program).exists())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

/// Installs what is missing, if this is Debian and we are root; no nginx is left running.
fn install() {
    if (is_there("wrk") && is_there("nginx")) || !is_there("apt-get") || !is_root() {
        return;
    }
    eprintln!("bench: installing wrk and nginx-light by apt");
    let policy = Path::new(POLICY);
    let is_ours = !policy.exists() && std::fs::write(policy, "#!/bin/sh\nexit 101\n").is_ok();
    if is_ours {
        let _ = std::fs::set_permissions(policy, std::fs::Permissions::from_mode(0o755));
    }
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1").stdout(Stdio::null());
        let _ = command.status();
    };
    apt(&["update", "-qq"]);
    apt(&["install", "-y", "-qq", "--no-install-recommends", "wrk", "nginx-light"]);
    if is_ours {
        let _ = std::fs::remove_file(policy);
    }
}

/// A running nginx, which ends with this.
struct Nginx {
    child: Child,
    url: String,
    folder: TempDir,
}

impl Nginx {
    /// Starts one whose files are in the folder `files`; `None` when it does not start.
    async fn start() -> Option<Self> {
        let folder = TempDir::new().unwrap();
        std::fs::create_dir(folder.path().join("files")).unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        std::fs::write(folder.path().join("nginx.conf"), config(port)).unwrap();
        std::fs::write(folder.path().join("files/ready"), "ready").unwrap();
        let program = if Path::new("/usr/sbin/nginx").exists() { "/usr/sbin/nginx" } else { "nginx" };
        let child = Command::new(program)
            .arg("-p")
            .arg(folder.path())
            .arg("-c")
            .arg(folder.path().join("nginx.conf"))
            .arg("-e")
            .arg(folder.path().join("error.log"))
            .spawn()
            .ok()?;
        let mut nginx = Self { child, url: format!("http://127.0.0.1:{port}"), folder };
        let http = tests::http::client().build().unwrap();
        for _ in 0..500 {
            let answer = http.get(format!("{}/ready", nginx.url)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Some(nginx);
            }
            if nginx.child.try_wait().unwrap().is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let log = std::fs::read_to_string(nginx.folder.path().join("error.log")).unwrap_or_default();
        eprintln!("bench: nginx did not start: {log}");
        None
    }

    fn put(&self, file: &str, bytes: &[u8]) {
        std::fs::write(self.folder.path().join("files").join(file), bytes).unwrap();
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Its workers end with it, which they would not if it were killed.
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

fn config(port: u16) -> String {
    // The temporary folder is ours alone, so the workers stay who we are; who is not root cannot use the folders that nginx has for its
    // own temporary files.
    let (own, folders) = if is_root() {
        ("user root;\n", String::new())
    } else {
        let folder = |name: &str| format!("  {name}_temp_path temporary-{name};\n");
        ("", ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(folder).concat())
    };
    format!(
        "{own}daemon off;\nworker_processes auto;\npid nginx.pid;\nevents {{ worker_connections 1024; }}\nhttp {{\n{folders}  \
         types {{ text/html html; application/json json; }}\n  access_log off;\n  sendfile on;\n  keepalive_requests 1000000;\n  \
         server {{ listen 127.0.0.1:{port}; root files; }}\n}}\n"
    )
}

/// What a server did under load.
#[derive(Clone, Copy)]
struct Done {
    per_second: f64,
    p99_ms: f64,
}

fn load(url: &str) -> Done {
    let output = Command::new("wrk").args(LOAD).arg(url).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && !said.contains("Non-2xx"), "{url}: {said}{}", String::from_utf8_lossy(&output.stderr));
    let word_after = |start: &str| {
        let line = said.lines().find_map(|line| line.trim_start().strip_prefix(start));
        line.and_then(|rest| rest.split_whitespace().next()).unwrap().to_owned()
    };
    Done { per_second: word_after("Requests/sec:").parse().unwrap(), p99_ms: milliseconds(&word_after("99%")) }
}

/// A time as wrk writes it, like `635.91us`.
fn milliseconds(text: &str) -> f64 {
    let digits = text.trim_end_matches(char::is_alphabetic);
    let value: f64 = digits.parse().unwrap();
    match &text[digits.len()..] {
        "us" => value / 1_000.0,
        "ms" => value,
        "s" => value * 1_000.0,
        _ => value * 60_000.0,
    }
}

/// The middle of several runs.
fn middle(runs: &[Done]) -> Done {
    Done {
        per_second: median(runs.iter().map(|done| done.per_second).collect()),
        p99_ms: median(runs.iter().map(|done| done.p99_ms).collect()),
    }
}

async fn row(site: &Site, nginx: &Nginx, path: &str, file: &str) -> Row {
    let what = format!("`{path}` from memory, 64 connections, not compressed");
    let answer = site.http.get(site.url(path)).send().await.unwrap();
    if !answer.status().is_success() {
        return Row::new(what, "not measured", format!("it answers {}", answer.status()));
    }
    let bytes = answer.bytes().await.unwrap();
    nginx.put(file, &bytes);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(load(&site.url(path)));
        theirs.push(load(&format!("{}/{file}", nginx.url)));
    }
    let (ours, theirs) = (middle(&ours), middle(&theirs));
    Row::new(
        what,
        format!("{:.0} requests/s, p99 {:.1} ms", ours.per_second, ours.p99_ms),
        format!(
            "{:.2} × nginx with the same {:.1} kB as a file ({:.0} requests/s, p99 {:.1} ms); aim 0.8 ×",
            ours.per_second / theirs.per_second,
            bytes.len() as f64 / 1000.0,
            theirs.per_second,
            theirs.p99_ms
        ),
    )
}

pub(crate) async fn rows() -> Vec<Row> {
    install();
    let nginx = if is_there("wrk") && is_there("nginx") { Nginx::start().await } else { None };
    let Some(nginx) = nginx else {
        return vec![Row::new("pages from memory beside nginx", "not measured", "nginx or wrk is missing")];
    };
    let site = Site::start(20, Story::Mixed).await;
    let mut rows = Vec::new();
    for (path, file) in PAGES {
        rows.push(row(&site, &nginx, path, file).await);
    }
    site.stop();
    rows
}
