//! A whole server within this process: a temporary data folder, a free port, a clock that the test moves.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::time::Timestamp;
use probe::clock::Clock;
use server::boot::{self, Options, Running};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tempfile::TempDir;

use crate::clock::ManualClock;
use crate::target::Target;
use crate::{PATIENCE, eventually};

/// A running server and its surroundings.
pub struct TestServer {
    /// Its clock.
    pub clock: ManualClock,
    folder: TempDir,
    running: Option<Running>,
    http: reqwest::Client,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: reqwest::header::HeaderMap,
    /// Its body.
    pub body: String,
    /// How many bytes that was as it came over the wire.
    pub body_bytes: usize,
}

impl Answer {
    /// A header's value, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// A configuration with one component `web`, watched every ten seconds at `target`, confirmed after two bad and two good results.
pub fn one_component(target: &Target) -> String {
    format!(
        "site: {{name: {{ja: 試験, en: Test}}, time_zone: Asia/Tokyo}}\n\
         components:\n  - {{slug: web, name: {{ja: ウェブ, en: Web}}}}\n\
         probes:\n  - slug: web-http\n    component: web\n    every: 10s\n    timeout: 5s\n    confirm: {{down: 2, up: 2}}\n    \
         http: {{url: \"{}\"}}\n",
        target.url()
    )
}

impl TestServer {
    /// Starts a server with this configuration.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start(config: &str) -> Self {
        Self::start_with(config, ManualClock::default()).await
    }

    /// Starts a server with this configuration and clock.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_with(config: &str, clock: ManualClock) -> Self {
        Self::restored(config, clock, |_| ()).await
    }

    /// Starts a server whose data folder `prepare` fills.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn restored(config: &str, clock: ManualClock, prepare: impl FnOnce(&std::path::Path)) -> Self {
        let folder = TempDir::new().expect("a temporary folder can be made");
        prepare(&folder.path().join("data"));
        // Whoever is not answered within that time has found a fault: better a red test than one that hangs.
        let http = crate::http::client().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE).build();
        let mut server = Self { clock, folder, running: None, http: http.expect("a client without TLS always builds") };
        server.write_config(config);
        server.begin().await;
        server
    }

    async fn begin(&mut self) {
        let options = Options {
            config: self.config_path(),
            data: self.data(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            environment: Arc::new(|_| None),
            clock: Arc::new(self.clock.clone()),
        };
        self.running = Some(boot::start(options).await.expect("the server starts"));
    }

    /// Stops it in good order, moves its clock by `away`, and starts it again on the same data.
    ///
    /// # Panics
    /// When it does not start again.
    pub async fn restart_after(&mut self, away: Duration) {
        self.stop().await;
        self.clock.advance(away);
        self.begin().await;
    }

    /// Stops it in good order.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    /// Where the configuration is.
    pub fn config_path(&self) -> PathBuf {
        self.folder.path().join("yagura.yaml")
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Writes the configuration file, as an operator with an editor would.
    ///
    /// # Panics
    /// When the temporary folder is gone.
    pub fn write_config(&self, text: &str) {
        std::fs::write(self.config_path(), text).expect("the configuration can be written");
    }

    /// The name of the session's cookie: by the address of the site, which stands on the line of `site:` in all our configurations.
    ///
    /// # Panics
    /// When the configuration cannot be read.
    pub fn cookie_name(&self) -> &'static str {
        let config = std::fs::read_to_string(self.config_path()).expect("the configuration can be read");
        let is_https = config.lines().any(|line| line.starts_with("site:") && line.contains("https:"));
        if is_https { "__Host-yagura" } else { "yagura" }
    }

    /// The address of a path.
    ///
    /// # Panics
    /// While it is stopped.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.as_ref().expect("the server runs").address)
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    /// GET with headers.
    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", path, headers, Vec::new()).await
    }

    /// POST.
    pub async fn post(&self, path: &str, body: impl Into<Vec<u8>>) -> Answer {
        self.send("POST", path, &[], body.into()).await
    }

    /// Any request.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let method = method.parse().expect("a method is a token");
        let mut request = self.http.request(method, self.url(path)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.expect("the server answers");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.bytes().await.expect("the answer ends");
        Answer { status, headers, body_bytes: body.len(), body: String::from_utf8_lossy(&body).into_owned() }
    }

    /// The present of its clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Waits for the first check after a start, which comes within the two seconds by which the clock is moved.
    pub async fn first_check(&self, target: &Target) {
        self.clock.advance(Duration::from_secs(2));
        eventually("the target is asked for the first time", || async { (target.requests() > 0).then_some(()) }).await;
    }

    /// Moves the clock by `every` until the target was asked once more.
    pub async fn next_check(&self, target: &Target, every: Duration) {
        let before = target.requests();
        self.clock.advance(every);
        eventually("the target is asked", || async { (target.requests() > before).then_some(()) }).await;
    }

    /// Waits until a page (rendered anew at most twice a second of its clock, which is moved) satisfies `test`.
    pub async fn page_where(&self, path: &str, test: impl Fn(&str) -> bool) -> String {
        let what = format!("{path} shows it");
        eventually(&what, || async {
            let page = self.get(path).await.body;
            if test(&page) {
                return Some(page);
            }
            self.clock.advance(Duration::from_millis(20));
            None
        })
        .await
    }

    /// Awaits something that takes time of the server's clock, which goes on meanwhile: a quarter of a second at a time, so that it
    /// does not matter when exactly the server begins to wait.
    pub async fn while_time_passes<T>(&self, what: impl Future<Output = T>) -> T {
        let passing = async {
            loop {
                tokio::time::sleep(Duration::from_millis(5)).await;
                self.clock.advance(Duration::from_millis(250));
            }
        };
        tokio::select! {
            outcome = what => outcome,
            () = passing => unreachable!("time does not end"),
        }
    }

    /// The value of a metric, with its labels as they are printed.
    pub async fn metric(&self, name: &str) -> Option<f64> {
        let metrics = self.get("/metrics").await.body;
        metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
    }

    /// A connection of its own to the database, as another program would have.
    ///
    /// # Panics
    /// When the file is not there.
    pub async fn database(&self) -> SqliteConnection {
        let options =
            SqliteConnectOptions::new().filename(self.data().join(store::FILE_NAME)).busy_timeout(Duration::from_secs(5));
        options.connect().await.expect("the database can be opened")
    }

    /// Address of the one-time link for the first account, without the host.
    ///
    /// # Panics
    /// When somebody has an account already, or while it is stopped.
    pub fn set_up_link(&self) -> String {
        let link = self.running.as_ref().and_then(|running| running.set_up_link.clone()).expect("nobody has an account yet");
        let path = link.find("/desk/").expect("the link leads to the desk");
        link[path..].to_owned()
    }

    /// One number from the database.
    ///
    /// # Panics
    /// When the query fails.
    pub async fn count(&self, query: &'static str) -> i64 {
        let mut connection = self.database().await;
        let count = sqlx::query_scalar(query).fetch_one(&mut connection).await.expect("the query is right");
        connection.close().await.expect("a connection closes");
        count
    }
}
