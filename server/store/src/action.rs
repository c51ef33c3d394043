//! What people do: one transaction each, in the writer's turn, answered when it is on disk.
//!
//! A [`Transaction`] is all that the service gets to see: its methods stand in the files of their subjects. Who started it decides, in
//! the closure, what belongs together; an error rolls all of it back.

use std::fmt;
use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use futures::future::BoxFuture;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::oneshot;

use crate::{StoreError, transaction};

/// A transaction that writes. Dropped without an end it never gets to be: the writer ends it.
#[derive(Debug)]
pub struct Transaction<'c>(&'c mut SqliteConnection);

impl Transaction<'_> {
    /// One that somebody else began and ends.
    pub(crate) const fn over(connection: &mut SqliteConnection) -> Transaction<'_> {
        Transaction(connection)
    }

    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        self.0
    }
}

/// What waits for its turn.
pub(crate) trait Act: Send {
    /// True when nobody waits for it any more.
    fn is_abandoned(&self) -> bool;

    /// Does it within a transaction that was begun, and ends that.
    fn run(self: Box<Self>, connection: &mut SqliteConnection) -> BoxFuture<'_, ()>;
}

impl fmt::Debug for dyn Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Act")
    }
}

/// A closure and who waits for what it gives.
pub(crate) struct Action<F, T, E> {
    pub(crate) work: F,
    pub(crate) answer: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Act for Action<F, T, E>
where
    F: for<'t, 'c> FnOnce(&'t mut Transaction<'c>) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    fn is_abandoned(&self) -> bool {
        self.answer.is_closed()
    }

    fn run(self: Box<Self>, connection: &mut SqliteConnection) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let mut transaction = Transaction(connection);
            // A panic is a fault of ours; it must not end the one who writes for everybody.
            let outcome = AssertUnwindSafe((self.work)(&mut transaction)).catch_unwind().await;
            // Without an answer whoever waits hears that it was not kept.
            let Ok(outcome) = outcome else {
                let _ = transaction::end(connection, Err::<(), _>(StoreError::Stopped)).await;
                tracing::error!("what somebody did panicked; nothing of it was kept");
                return;
            };
            let _ = self.answer.send(transaction::end(connection, outcome).await);
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::{Store, StoreError, Writer, WriterHandle};

    async fn open() -> (tempfile::TempDir, Store, WriterHandle) {
        let folder = tempfile::tempdir().unwrap();
        let (store, connection) = Store::open(folder.path()).await.unwrap();
        let (writer, handle) = Writer::new(connection);
        tokio::spawn(writer.run(Duration::from_secs(1)));
        (folder, store, handle)
    }

    async fn marks(store: &Store) -> i64 {
        sqlx::query_scalar("SELECT COUNT(*) FROM mark WHERE name LIKE 'test%'").fetch_one(store.readers()).await.unwrap()
    }

    async fn mark(writer: &WriterHandle, name: &'static str, then: Result<u32, StoreError>) -> Result<u32, StoreError> {
        writer
            .transact(
                move |transaction| {
                    Box::pin(async move {
                        sqlx::query("INSERT INTO mark (name, value) VALUES (?, 1)")
                            .bind(name)
                            .execute(transaction.connection())
                            .await
                            .map_err(StoreError::doing("mark"))?;
                        then
                    })
                },
                std::future::pending(),
            )
            .await
    }

    #[tokio::test]
    async fn what_ends_well_is_kept_and_what_does_not_leaves_no_trace() {
        let (_folder, store, writer) = open().await;
        assert_eq!(mark(&writer, "test-1", Ok(7)).await.unwrap(), 7);
        assert!(mark(&writer, "test-2", Err(StoreError::TooSlow)).await.is_err());
        assert!(mark(&writer, "test-1", Ok(7)).await.is_err(), "the same name twice breaks a constraint");
        assert_eq!(mark(&writer, "test-3", Ok(8)).await.unwrap(), 8, "and the next one goes on");
        assert_eq!(marks(&store).await, 2);
    }

    #[tokio::test]
    async fn a_panic_in_one_stops_nobody_else() {
        let (_folder, store, writer) = open().await;
        let outcome: Result<(), StoreError> = writer
            .transact(
                |_| Box::pin(async { if std::hint::black_box(true) { panic!("a fault") } else { Ok(()) } }),
                std::future::pending(),
            )
            .await;
        assert!(matches!(outcome, Err(StoreError::Stopped)));
        mark(&writer, "test-1", Ok(1)).await.unwrap();
        assert_eq!(marks(&store).await, 1);
    }

    #[tokio::test]
    async fn what_nobody_waits_for_any_more_is_not_done() {
        let (_folder, store, writer) = open().await;
        let mut other = sqlx::sqlite::SqliteConnectOptions::new().filename(store.path());
        other = other.busy_timeout(Duration::from_secs(5));
        let mut other = sqlx::ConnectOptions::connect(&other).await.unwrap();
        sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
        let outcome: Result<(), StoreError> =
            writer.transact(|_| Box::pin(async { Ok(()) }), tokio::time::sleep(Duration::from_millis(50))).await;
        assert!(matches!(outcome, Err(StoreError::TooSlow)));
        sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
        mark(&writer, "test-1", Ok(1)).await.unwrap();
        assert_eq!(marks(&store).await, 1);
    }
}
