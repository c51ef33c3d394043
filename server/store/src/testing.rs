//! A database in a folder of its own, for the tests of this crate.

use std::future::pending;
use std::time::Duration;

use domain::account::Role;
use domain::time::Timestamp;
use futures::future::BoxFuture;
use tempfile::TempDir;
use uuid::Uuid;

use crate::accounts::NewUser;
use crate::{Store, StoreError, Transaction, Writer, WriterHandle};

/// An open database, gone when the test is over.
pub(crate) struct Database {
    pub(crate) store: Store,
    pub(crate) writer: WriterHandle,
    _folder: TempDir,
}

pub(crate) async fn open() -> Database {
    let folder = tempfile::tempdir().unwrap();
    let (store, connection) = Store::open(folder.path()).await.unwrap();
    let (writer, handle) = Writer::new(connection);
    tokio::spawn(writer.run(Duration::from_secs(1)));
    Database { store, writer: handle, _folder: folder }
}

pub(crate) fn at(ms: i64) -> Timestamp {
    Timestamp::from_ms(ms)
}

impl Database {
    /// Does `work` in a transaction of its own.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        F: for<'t, 'c> FnOnce(&'t mut Transaction<'c>) -> BoxFuture<'t, Result<T, StoreError>> + Send + 'static,
        T: Send + 'static,
    {
        self.writer.transact(work, pending()).await
    }

    /// Runs a statement, as somebody does who has the file.
    pub(crate) async fn run(&self, statement: &'static str) -> Result<u64, StoreError> {
        self.write(move |transaction| {
            Box::pin(async move {
                let outcome = sqlx::query(statement).execute(transaction.connection()).await;
                Ok(outcome.map_err(StoreError::doing("run a statement"))?.rows_affected())
            })
        })
        .await
    }

    /// Makes an account; gives its key.
    pub(crate) async fn user(&self, name: &str, role: Role) -> i64 {
        let new = NewUser { id: Uuid::now_v7(), name: name.parse().unwrap(), role, created_at: at(1) };
        self.write(move |transaction| Box::pin(async move { transaction.insert_user(&new).await })).await.unwrap()
    }
}
