//! People: accounts, what they sign in with, and their passkeys. Where they are signed in is in [`crate::sessions`].

use std::fmt;

use domain::account::Role;
use domain::account::name::UserName;
use domain::text::{Language, Secret};
use domain::time::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use uuid::Uuid;

use crate::columns::Columns;
use crate::{Store, StoreError, Transaction};

const READ: &str = "read an account";
const CHANGE: &str = "change an account";
const READ_PASSKEY: &str = "read a passkey";
const CHANGE_PASSKEY: &str = "change a passkey";

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its number.
    pub key: i64,
    /// What the world knows it by; a UUIDv7.
    pub id: Uuid,
    /// What its owner is called.
    pub name: UserName,
    /// What they are here.
    pub role: Role,
    /// Argon2id in PHC form; none until they have chosen a password.
    pub password_hash: Option<Secret>,
    /// What codes of the second factor are computed with; none: no second factor.
    pub totp_secret: Option<TotpSecret>,
    /// The language they read the desk in; none: the browser's.
    pub language: Option<Language>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when nobody can sign in with it.
    pub disabled_at: Option<Timestamp>,
    /// Counts changes by [`Transaction::update_user`].
    pub version: i64,
    /// How many passkeys they have.
    pub passkeys: u32,
    /// How many recovery codes they have not used.
    pub recovery_codes_left: u32,
    /// When any of their sessions that are still there was last used.
    pub last_seen_at: Option<Timestamp>,
}

/// What codes of the second factor are computed with. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret(pub Vec<u8>);

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// A new account: without a password, in the browser's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUser {
    /// What the world shall know it by; a UUIDv7.
    pub id: Uuid,
    /// What its owner is called.
    pub name: UserName,
    /// What they are here.
    pub role: Role,
    /// The present.
    pub created_at: Timestamp,
}

/// What becomes of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserChange {
    /// What its owner is called.
    pub name: UserName,
    /// What they are here.
    pub role: Role,
    /// The language they read the desk in; none: the browser's.
    pub language: Option<Language>,
    /// Since when nobody can sign in with it.
    pub disabled_at: Option<Timestamp>,
}

/// A passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// What the world knows it by; a UUIDv7.
    pub id: Uuid,
    /// Whose.
    pub user_key: i64,
    /// What its owner calls it.
    pub name: String,
    /// By which the authenticator knows it.
    pub credential_id: Vec<u8>,
    /// Public key and counter, as the one who checks them writes them.
    pub credential: String,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When somebody last signed in with it.
    pub last_used_at: Option<Timestamp>,
}

// In the order in which `user` reads them.
macro_rules! user_columns {
    () => {
        "u.key, u.id, u.name, u.role, u.password_hash, u.totp_secret, u.language, u.created_at, u.disabled_at, u.version,
         (SELECT COUNT(*) FROM passkey WHERE user_key = u.key),
         (SELECT COUNT(*) FROM recovery_code WHERE user_key = u.key AND used_at IS NULL),
         (SELECT MAX(last_seen_at) FROM session WHERE user_key = u.key AND state = 'open')"
    };
}

// In the order in which `passkey` reads them.
macro_rules! passkey_columns {
    () => {
        "id, user_key, name, credential_id, credential, created_at, last_used_at"
    };
}

fn user(row: &SqliteRow) -> Result<User, StoreError> {
    let mut columns = Columns::new(row, READ);
    Ok(User {
        key: columns.value()?,
        id: columns.parsed("an account's id")?,
        name: columns.parsed("an account's name")?,
        role: columns.named("a role", Role::from_name)?,
        password_hash: columns.value::<Option<String>>()?.map(Secret::new),
        totp_secret: columns.value::<Option<Vec<u8>>>()?.map(TotpSecret),
        language: columns.named_if_any("a language", Language::from_tag)?,
        created_at: columns.moment()?,
        disabled_at: columns.moment_if_any()?,
        version: columns.value()?,
        passkeys: columns.count()?,
        recovery_codes_left: columns.count()?,
        last_seen_at: columns.moment_if_any()?,
    })
}

fn passkey(row: &SqliteRow) -> Result<Passkey, StoreError> {
    let mut columns = Columns::new(row, READ_PASSKEY);
    Ok(Passkey {
        id: columns.parsed("a passkey's id")?,
        user_key: columns.value()?,
        name: columns.value()?,
        credential_id: columns.value()?,
        credential: columns.value()?,
        created_at: columns.moment()?,
        last_used_at: columns.moment_if_any()?,
    })
}

async fn by_id(connection: &mut SqliteConnection, id: Uuid) -> Result<Option<User>, StoreError> {
    let row = sqlx::query(concat!("SELECT ", user_columns!(), " FROM user AS u WHERE u.id = ?"))
        .bind(id.to_string())
        .fetch_optional(connection)
        .await
        .map_err(StoreError::doing(READ))?;
    row.as_ref().map(user).transpose()
}

async fn by_name(connection: &mut SqliteConnection, name: &UserName) -> Result<Option<User>, StoreError> {
    let row = sqlx::query(concat!("SELECT ", user_columns!(), " FROM user AS u WHERE u.name_key = ?"))
        .bind(name.key())
        .fetch_optional(connection)
        .await
        .map_err(StoreError::doing(READ))?;
    row.as_ref().map(user).transpose()
}

/// The account with this number, for what belongs to one.
pub(crate) async fn by_key(connection: &mut SqliteConnection, key: i64) -> Result<Option<User>, StoreError> {
    let row = sqlx::query(concat!("SELECT ", user_columns!(), " FROM user AS u WHERE u.key = ?"))
        .bind(key)
        .fetch_optional(connection)
        .await
        .map_err(StoreError::doing(READ))?;
    row.as_ref().map(user).transpose()
}

async fn count(connection: &mut SqliteConnection) -> Result<i64, StoreError> {
    sqlx::query_scalar("SELECT COUNT(*) FROM user").fetch_one(connection).await.map_err(StoreError::doing("count the accounts"))
}

impl Store {
    /// The account with this id.
    pub async fn user(&self, id: Uuid) -> Result<Option<User>, StoreError> {
        by_id(&mut *self.reader().await?, id).await
    }

    /// The account with this name, however it is written in capitals.
    pub async fn user_by_name(&self, name: &UserName) -> Result<Option<User>, StoreError> {
        by_name(&mut *self.reader().await?, name).await
    }

    /// Accounts in the order of their [`UserName::key`], from the first one whose key comes behind `after`.
    pub async fn users(&self, after: Option<&str>, limit: u32) -> Result<Vec<User>, StoreError> {
        let rows =
            sqlx::query(concat!("SELECT ", user_columns!(), " FROM user AS u WHERE u.name_key > ? ORDER BY u.name_key LIMIT ?"))
                .bind(after.unwrap_or_default())
                .bind(i64::from(limit))
                .fetch_all(self.readers())
                .await
                .map_err(StoreError::doing(READ))?;
        rows.iter().map(user).collect()
    }

    /// True when somebody has an account.
    pub async fn has_users(&self) -> Result<bool, StoreError> {
        Ok(count(&mut *self.reader().await?).await? > 0)
    }

    /// Somebody's passkeys, the oldest first.
    pub async fn passkeys(&self, user_key: i64) -> Result<Vec<Passkey>, StoreError> {
        let rows =
            sqlx::query(concat!("SELECT ", passkey_columns!(), " FROM passkey WHERE user_key = ? ORDER BY created_at, id"))
                .bind(user_key)
                .fetch_all(self.readers())
                .await
                .map_err(StoreError::doing(READ_PASSKEY))?;
        rows.iter().map(passkey).collect()
    }

    /// The passkey that an authenticator knows by `credential_id`, and whose it is.
    pub async fn passkey_by_credential(&self, credential_id: &[u8]) -> Result<Option<(User, Passkey)>, StoreError> {
        let mut connection = self.reader().await?;
        let row = sqlx::query(concat!("SELECT ", passkey_columns!(), " FROM passkey WHERE credential_id = ?"))
            .bind(credential_id)
            .fetch_optional(&mut *connection)
            .await
            .map_err(StoreError::doing(READ_PASSKEY))?;
        let Some(passkey) = row.as_ref().map(passkey).transpose()? else { return Ok(None) };
        Ok(by_key(&mut connection, passkey.user_key).await?.map(|user| (user, passkey)))
    }
}

async fn enabled_owners(connection: &mut SqliteConnection) -> Result<i64, StoreError> {
    sqlx::query_scalar(
        "SELECT COUNT(*) FROM user WHERE role = ? AND disabled_at IS NULL
         AND (password_hash IS NOT NULL OR EXISTS (SELECT 1 FROM passkey WHERE user_key = user.key))",
    )
    .bind(Role::Owner.name())
    .fetch_one(connection)
    .await
    .map_err(StoreError::doing("count the owners"))
}

impl Store {
    /// How many owners can sign in.
    pub async fn enabled_owners(&self) -> Result<i64, StoreError> {
        enabled_owners(&mut *self.reader().await?).await
    }
}

impl Transaction<'_> {
    /// The account with this id.
    pub async fn user(&mut self, id: Uuid) -> Result<Option<User>, StoreError> {
        by_id(self.connection(), id).await
    }

    /// The account with this name, however it is written in capitals.
    pub async fn user_by_name(&mut self, name: &UserName) -> Result<Option<User>, StoreError> {
        by_name(self.connection(), name).await
    }

    /// True when somebody has an account.
    pub async fn has_users(&mut self) -> Result<bool, StoreError> {
        Ok(self.count_users().await? > 0)
    }

    /// How many accounts there are.
    pub async fn count_users(&mut self) -> Result<i64, StoreError> {
        count(self.connection()).await
    }

    /// How many owners can sign in.
    pub async fn enabled_owners(&mut self) -> Result<i64, StoreError> {
        enabled_owners(self.connection()).await
    }

    /// Makes an account; gives its key. A name that somebody has is an error: look first whether it is free.
    pub async fn insert_user(&mut self, new: &NewUser) -> Result<i64, StoreError> {
        let inserted = sqlx::query("INSERT INTO user (id, name, name_key, role, created_at) VALUES (?, ?, ?, ?, ?)")
            .bind(new.id.to_string())
            .bind(new.name.as_str())
            .bind(new.name.key())
            .bind(new.role.name())
            .bind(new.created_at.as_ms())
            .execute(self.connection())
            .await
            .map_err(StoreError::doing("make an account"))?;
        Ok(inserted.last_insert_rowid())
    }

    /// Changes an account, unless it is no longer at `version`: then nothing happens and it gives false. A name that
    /// somebody else has is an error.
    pub async fn update_user(&mut self, key: i64, version: i64, change: &UserChange) -> Result<bool, StoreError> {
        let updated = sqlx::query(
            "UPDATE user SET name = ?, name_key = ?, role = ?, language = ?, disabled_at = ?, version = version + 1
             WHERE key = ? AND version = ?",
        )
        .bind(change.name.as_str())
        .bind(change.name.key())
        .bind(change.role.name())
        .bind(change.language.map(Language::tag))
        .bind(change.disabled_at.map(Timestamp::as_ms))
        .bind(key)
        .bind(version)
        .execute(self.connection())
        .await
        .map_err(StoreError::doing(CHANGE))?;
        Ok(updated.rows_affected() > 0)
    }

    /// Sets the password, as its hash.
    pub async fn set_password(&mut self, key: i64, hash: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE user SET password_hash = ? WHERE key = ?")
            .bind(hash)
            .bind(key)
            .execute(self.connection())
            .await
            .map_err(StoreError::doing(CHANGE))?;
        Ok(())
    }

    /// Sets or takes away the second factor. No code of a new one has been used.
    pub async fn set_totp(&mut self, key: i64, secret: Option<&[u8]>) -> Result<(), StoreError> {
        sqlx::query("UPDATE user SET totp_secret = ?, totp_step = NULL WHERE key = ?")
            .bind(secret)
            .bind(key)
            .execute(self.connection())
            .await
            .map_err(StoreError::doing(CHANGE))?;
        Ok(())
    }

    /// Uses up the codes of all time steps up to `step`. False when that one's was used up before, or there is no second factor.
    pub async fn use_totp_step(&mut self, key: i64, step: i64) -> Result<bool, StoreError> {
        let used = sqlx::query(
            "UPDATE user SET totp_step = ?2
             WHERE key = ?1 AND totp_secret IS NOT NULL AND (totp_step IS NULL OR totp_step < ?2)",
        )
        .bind(key)
        .bind(step)
        .execute(self.connection())
        .await
        .map_err(StoreError::doing("use a code"))?;
        Ok(used.rows_affected() > 0)
    }

    /// Gives somebody these recovery codes in the place of all they had.
    pub async fn replace_recovery_codes(&mut self, key: i64, hashes: &[[u8; 32]]) -> Result<(), StoreError> {
        let doing = || StoreError::doing("replace recovery codes");
        sqlx::query("DELETE FROM recovery_code WHERE user_key = ?").bind(key).execute(self.connection()).await.map_err(doing())?;
        for hash in hashes {
            sqlx::query("INSERT INTO recovery_code (user_key, hash) VALUES (?, ?)")
                .bind(key)
                .bind(hash.as_slice())
                .execute(self.connection())
                .await
                .map_err(doing())?;
        }
        Ok(())
    }

    /// Uses a recovery code up. False when it is none of theirs, or was used before.
    pub async fn use_recovery_code(&mut self, key: i64, hash: &[u8; 32], at: Timestamp) -> Result<bool, StoreError> {
        let used = sqlx::query("UPDATE recovery_code SET used_at = ? WHERE user_key = ? AND hash = ? AND used_at IS NULL")
            .bind(at.as_ms())
            .bind(key)
            .bind(hash.as_slice())
            .execute(self.connection())
            .await
            .map_err(StoreError::doing("use a recovery code"))?;
        Ok(used.rows_affected() > 0)
    }

    /// Keeps a passkey. One that is known is an error: look first. How many one may have is for the caller to say.
    pub async fn insert_passkey(&mut self, passkey: &Passkey) -> Result<(), StoreError> {
        sqlx::query(concat!("INSERT INTO passkey (", passkey_columns!(), ") VALUES (?, ?, ?, ?, ?, ?, ?)"))
            .bind(passkey.id.to_string())
            .bind(passkey.user_key)
            .bind(passkey.name.as_str())
            .bind(passkey.credential_id.as_slice())
            .bind(passkey.credential.as_str())
            .bind(passkey.created_at.as_ms())
            .bind(passkey.last_used_at.map(Timestamp::as_ms))
            .execute(self.connection())
            .await
            .map_err(StoreError::doing(CHANGE_PASSKEY))?;
        Ok(())
    }

    /// Notes that a passkey was used, and what became of its counter.
    pub async fn used_passkey(&mut self, id: Uuid, credential: &str, at: Timestamp) -> Result<bool, StoreError> {
        let updated = sqlx::query("UPDATE passkey SET credential = ?, last_used_at = ? WHERE id = ?")
            .bind(credential)
            .bind(at.as_ms())
            .bind(id.to_string())
            .execute(self.connection())
            .await
            .map_err(StoreError::doing(CHANGE_PASSKEY))?;
        Ok(updated.rows_affected() > 0)
    }

    /// Removes all passkeys of somebody; gives how many there were.
    pub async fn delete_passkeys(&mut self, user_key: i64) -> Result<u64, StoreError> {
        let deleted = sqlx::query("DELETE FROM passkey WHERE user_key = ?").bind(user_key).execute(self.connection()).await;
        Ok(deleted.map_err(StoreError::doing(CHANGE_PASSKEY))?.rows_affected())
    }

    /// Removes a passkey of somebody; gives what it was.
    pub async fn delete_passkey(&mut self, user_key: i64, id: Uuid) -> Result<Option<Passkey>, StoreError> {
        let row = sqlx::query(concat!("DELETE FROM passkey WHERE user_key = ? AND id = ? RETURNING ", passkey_columns!()))
            .bind(user_key)
            .bind(id.to_string())
            .fetch_optional(self.connection())
            .await
            .map_err(StoreError::doing(CHANGE_PASSKEY))?;
        row.as_ref().map(passkey).transpose()
    }
}

#[cfg(test)]
mod tests;
