//! Somebody with a browser: keeps the session's cookie, sends forms, follows nothing by itself.

use domain::account::{Role, Scope};
use sha2::{Digest, Sha256};
use sqlx::Connection;

use crate::server::{Answer, TestServer};

/// Somebody with a browser.
#[derive(Clone)]
pub struct Visitor<'s> {
    server: &'s TestServer,
    /// The session's cookie, `name=value`.
    pub cookie: Option<String>,
}

impl<'s> Visitor<'s> {
    /// Somebody who is not signed in.
    pub fn new(server: &'s TestServer) -> Self {
        Self { server, cookie: None }
    }

    /// Sets up the first account, called mika, by the printed link.
    ///
    /// # Panics
    /// When that does not work.
    pub async fn owner(server: &'s TestServer) -> Self {
        let mut visitor = Self::new(server);
        let fields = [("name", "mika"), ("password", PASSWORD), ("password_again", PASSWORD)];
        let answer = visitor.post(&server.set_up_link(), &fields).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        visitor
    }

    /// Somebody with a role who is signed in, put straight into the database: what signing in costs is not what is tested.
    ///
    /// # Panics
    /// When the database does not take it.
    pub async fn with_role(server: &'s TestServer, role: Role) -> Self {
        let (token, now) = (format!("{}{}", uuid::Uuid::new_v4().simple(), "0".repeat(11)), server.now().as_ms());
        let mut connection = server.database().await;
        let name = format!("{}-{}", role.name(), &token[..6]);
        sqlx::query(
            "INSERT INTO user (id, name, name_key, role, password_hash, created_at) VALUES (?, ?, ?, ?, '$argon2id$none', ?)",
        )
        .bind(uuid::Uuid::now_v7().to_string())
        .bind(&name)
        .bind(&name)
        .bind(role.name())
        .bind(now)
        .execute(&mut connection)
        .await
        .expect("the table takes it");
        let hash = Sha256::digest(&token).to_vec();
        sqlx::query(
            "INSERT INTO session (hash, id, user_key, state, created_at, last_seen_at, expires_at, confirmed_at)
             SELECT ?, ?, key, 'open', ?, ?, ?, ? FROM user WHERE name = ?",
        )
        .bind(hash)
        .bind(uuid::Uuid::now_v7().to_string())
        .bind(now)
        .bind(now)
        .bind(now + 86_400_000)
        .bind(now)
        .bind(&name)
        .execute(&mut connection)
        .await
        .expect("the table takes it");
        connection.close().await.expect("a connection closes");
        Self { server, cookie: Some(format!("{}={token}", server.cookie_name())) }
    }

    /// An API key with a scope, put straight into the database.
    ///
    /// # Panics
    /// When the database does not take it.
    pub async fn key_with_scope(server: &TestServer, scope: Scope) -> String {
        let key = format!("ygr_{}{}", uuid::Uuid::new_v4().simple(), "0".repeat(11));
        let mut connection = server.database().await;
        sqlx::query(
            "INSERT INTO api_key (id, name, prefix, hash, scopes, created_by, created_at) VALUES (?, ?, ?, ?, ?, 'test', ?)",
        )
        .bind(uuid::Uuid::now_v7().to_string())
        .bind(scope.name())
        .bind(&key[..8])
        .bind(Sha256::digest(&key).to_vec())
        .bind(scope.name())
        .bind(server.now().as_ms())
        .execute(&mut connection)
        .await
        .expect("the table takes it");
        connection.close().await.expect("a connection closes");
        key
    }

    /// GET.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[], Vec::new()).await
    }

    /// POST of a form, as a browser sends it from the same site.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let body = form.finish().into_bytes();
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
        self.send("POST", path, &headers, body).await
    }

    /// POST of JSON, as an island sends it.
    pub async fn json(&mut self, method: &str, path: &str, body: &serde_json::Value) -> Answer {
        let headers = [("content-type", "application/json"), ("sec-fetch-site", "same-origin")];
        self.send(method, path, &headers, body.to_string().into_bytes()).await
    }

    /// Any request.
    pub async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let cookie = self.cookie.clone().unwrap_or_default();
        let mut all = headers.to_vec();
        all.push(("accept-language", "en"));
        if !cookie.is_empty() {
            all.push(("cookie", &cookie));
        }
        let answer = self.server.send(method, path, &all, body).await;
        for value in answer.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok()) {
            let pair = value.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let is_known = self.cookie.as_ref().is_some_and(|known| known.split('=').next() == Some(name));
            // The cookie of the other name is only ever taken away.
            if matches!(name, "yagura" | "__Host-yagura") && (is_known || !value.is_empty()) {
                self.cookie = (!value.is_empty()).then(|| pair.to_owned());
            }
        }
        answer
    }

    /// The value of the first element with this `name=` in a page.
    pub fn field(page: &str, name: &str) -> String {
        let Some(at) = page.find(&format!("name=\"{name}\"")) else { return String::new() };
        let tag_start = page[..at].rfind('<').unwrap_or(0);
        let tag = &page[tag_start..tag_start + page[tag_start..].find('>').unwrap_or(0)];
        tag.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
    }
}

/// The password of everybody in tests.
pub const PASSWORD: &str = "correct horse battery";
