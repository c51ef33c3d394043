//! Whether what is deleted is overwritten in the file or only set free.

use sqlx::sqlite::SqliteConnection;

use crate::StoreError;

/// Says whether SQLite overwrites what the statements that follow delete or move: what is deleted is often a secret. It is not enough to do
/// so when a file is deleted: when another one comes beside it, its beginning may be moved, and what was left behind would stay.
pub(crate) async fn overwrite_what_goes(
    connection: &mut SqliteConnection,
    is_on: bool,
    doing: &'static str,
) -> Result<(), StoreError> {
    let pragma = if is_on { "PRAGMA secure_delete = ON" } else { "PRAGMA secure_delete = OFF" };
    // This pragma works when it is compiled: taken from the cache of statements, it would do nothing the second time.
    sqlx::query(pragma).persistent(false).execute(connection).await.map_err(StoreError::doing(doing))?;
    Ok(())
}
