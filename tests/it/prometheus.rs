//! The real Prometheus and the real Alertmanager, configured by their own files: a rule fires, the alert is at the desk, one tap follows its
//! runbook, it is over, and neither repeats nor restarts of anybody change anything. `cargo xtask senders` gets the programs; without them what
//! was recorded of them has to do (`alerts.rs`).

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use domain::account::Scope;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tests::eventually;
use tests::process::{Process, program};

const CONFIG: &str = "site: {name: Test}\ncomponents:\n  - {slug: db, name: DB}\nprobes:\n  - slug: chain\n    component: db\n    \
                      heartbeat: {token: 5f6b2c1e-8a54-4d3e-9b1a-0c2d4e6f8a10, period: 1h, watchdog: alertname=Watchdog}\n";

/// Where the programs are, if they are.
fn sender(name: &str) -> Option<PathBuf> {
    let own = program().parent()?.parent()?.join("senders/usr/bin").join(name);
    [own, Path::new("/usr/bin").join(name)].into_iter().find(|path| path.exists())
}

/// A program that ends with the test; where the test fails, what it said last is told.
struct Running {
    child: Child,
    log: PathBuf,
}

impl Running {
    /// Starts it and keeps what it says in `log`. An unpacked Alertmanager finds its templates in the folder it is started in.
    fn start(program: &Path, arguments: &[String], log: PathBuf) -> Self {
        let said = File::create(&log).unwrap();
        let mut command = Command::new(program);
        command.args(arguments).stdout(Stdio::null()).stderr(said);
        if let Some(templates) =
            program.ancestors().nth(2).map(|usr| usr.join("share/prometheus/alertmanager")).filter(|path| path.exists())
        {
            command.current_dir(templates);
        }
        Self { child: command.spawn().expect("the program starts"), log }
    }

    /// Lets it read its files again.
    fn reload(&self) {
        let sent = Command::new("kill").args(["-HUP", &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let said = std::fs::read_to_string(&self.log).unwrap_or_default();
            let last = said.lines().count().saturating_sub(15);
            eprintln!("{}:\n{}", self.log.display(), said.lines().skip(last).collect::<Vec<_>>().join("\n"));
        }
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Yagura, Alertmanager and Prometheus, the one behind the other.
struct Chain {
    yagura: Process,
    http: reqwest::Client,
    key: String,
    alertmanager: PathBuf,
    alertmanager_port: u16,
}

impl Chain {
    async fn start(alertmanager: PathBuf) -> Self {
        let yagura = Process::start(CONFIG);
        let chain = Self {
            http: tests::http::client().build().unwrap(),
            key: key(&yagura, Scope::Admin).await,
            alertmanager,
            alertmanager_port: free_port(),
            yagura,
        };
        let sender = key(&chain.yagura, Scope::WriteAlerts).await;
        let url = format!("{}/hooks/alertmanager", chain.yagura.url);
        chain.write(
            "alertmanager.yml",
            &format!(
                "route: {{receiver: yagura, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 2s}}\n\
                 receivers:\n- name: yagura\n  webhook_configs:\n  - url: {url}\n    http_config:\n      authorization: {{credentials: {sender}}}\n"
            ),
        );
        let to = format!(
            "alerting: {{alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{}']}}]}}]}}",
            chain.alertmanager_port
        );
        chain.write("prometheus.yml", &format!("global: {{evaluation_interval: 1s}}\nrule_files: [rules.yml]\n{to}\n"));
        chain.rule(1);
        chain
    }

    fn path(&self, name: &str) -> String {
        self.yagura.folder.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Writes the rule so that its expression has this value; it fires above 0.
    fn rule(&self, value: i32) {
        let rules = format!(
            "groups:\n- name: test\n  interval: 1s\n  rules:\n  - {{alert: Watchdog, expr: vector(1)}}\n  - alert: KubeAPIDown\n    \
             expr: vector({value}) > 0\n    labels: {{severity: critical, namespace: shop, pod: cart-7d9f, component: db}}\n    \
             annotations: {{summary: The API is gone}}\n"
        );
        self.write("rules.yml", &rules);
    }

    fn alertmanager(&self) -> Running {
        let listen = format!("--web.listen-address=127.0.0.1:{}", self.alertmanager_port);
        let config = format!("--config.file={}", self.path("alertmanager.yml"));
        let storage = format!("--storage.path={}", self.path("alertmanager"));
        let arguments = [config, storage, listen, "--cluster.listen-address=".to_owned()];
        Running::start(&self.alertmanager, &arguments, self.path("alertmanager.log").into())
    }

    fn prometheus(&self, program: &Path) -> Running {
        let listen = format!("--web.listen-address=127.0.0.1:{}", free_port());
        let config = format!("--config.file={}", self.path("prometheus.yml"));
        let storage = format!("--storage.tsdb.path={}", self.path("prometheus"));
        let arguments = [config, storage, listen, "--rules.alert.resend-delay=1s".to_owned()];
        Running::start(program, &arguments, self.path("prometheus.log").into())
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.http.get(format!("{}{path}", self.yagura.url)).bearer_auth(&self.key).send().await.unwrap();
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    async fn alerts(&self) -> Vec<Value> {
        self.get("/api/v1/alerts").await["items"].as_array().unwrap().clone()
    }

    /// What happened to the only alert.
    async fn events(&self) -> Vec<String> {
        let whole = self.get("/api/v1/alerts/1").await;
        whole["events"].as_array().unwrap().iter().map(|event| event["event"].as_str().unwrap().to_owned()).collect()
    }
}

/// An API key, put straight into the database.
async fn key(yagura: &Process, scope: Scope) -> String {
    let key = format!("ygr_{}{}", uuid::Uuid::new_v4().simple(), "0".repeat(11));
    let path = yagura.folder.path().join("data").join(store::FILE_NAME);
    let options = SqliteConnectOptions::new().filename(path).busy_timeout(std::time::Duration::from_secs(5));
    let mut connection = options.connect().await.unwrap();
    sqlx::query("INSERT INTO api_key (id, name, prefix, hash, scopes, created_by, created_at) VALUES (?, ?, ?, ?, ?, 'test', 0)")
        .bind(uuid::Uuid::now_v7().to_string())
        .bind(scope.name())
        .bind(&key[..8])
        .bind(Sha256::digest(&key).to_vec())
        .bind(scope.name())
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    key
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_of_prometheus_fires_and_ends_at_the_desk_through_repeats_and_restarts() {
    let (Some(prometheus), Some(alertmanager)) = (sender("prometheus"), sender("prometheus-alertmanager")) else {
        eprintln!("Prometheus and Alertmanager are not here: `cargo xtask senders` gets them");
        return;
    };
    let mut chain = Chain::start(alertmanager).await;
    let running = chain.alertmanager();
    let source = chain.prometheus(&prometheus);
    let first = eventually("the rule fires and is at the desk", || async { chain.alerts().await.first().cloned() }).await;
    assert_eq!((first["name"].as_str(), first["severity"].as_str()), (Some("KubeAPIDown"), Some("sev1")));
    assert_eq!((first["component"].as_str(), first["runbook"].as_str()), (Some("db"), Some("cluster-crashloop")));
    assert!(first["annotations"]["summary"] == "The API is gone");

    // One tap: the runbook with the labels filled in.
    let run = json!({ "runbook": first["runbook"], "alert": 1 });
    let begun =
        chain.http.post(format!("{}/api/v1/runs", chain.yagura.url)).bearer_auth(&chain.key).json(&run).send().await.unwrap();
    assert_eq!(begun.status(), 201);
    let params = chain.get("/api/v1/runs/1").await["params"].clone();
    assert_eq!((params["namespace"].as_str(), params["pod"].as_str()), (Some("shop"), Some("cart-7d9f")));

    eventually("it is repeated", || async { (chain.alerts().await[0]["received"].as_u64()? >= 3).then_some(()) }).await;
    drop(running);
    let running = chain.alertmanager();
    chain.yagura.kill_and_restart();
    // Yagura listens on another port now; Alertmanager reads where.
    let text = std::fs::read_to_string(chain.path("alertmanager.yml")).unwrap();
    let line = text.lines().find(|line| line.contains("url: ")).unwrap();
    chain.write("alertmanager.yml", &text.replace(line, &format!("  - url: {}/hooks/alertmanager", chain.yagura.url)));
    running.reload();
    let before = chain.alerts().await[0]["received"].as_u64().unwrap();
    eventually("it comes on after the restarts", || async {
        (chain.alerts().await[0]["received"].as_u64()? > before).then_some(())
    })
    .await;
    assert_eq!(chain.events().await, ["began"], "repeats and restarts are nothing that happened");

    chain.rule(-1);
    source.reload();
    eventually("it is over", || async { (!chain.alerts().await[0]["ended_at"].is_null()).then_some(()) }).await;
    assert_eq!(chain.events().await, ["began", "ended"]);
    assert_eq!(chain.alerts().await.len(), 1, "and the watchdog is none");
    let now = chain.get("/api/v1/now").await;
    assert_eq!(now["operational"], 1, "the watchdog called its heartbeat: {now}");
}
