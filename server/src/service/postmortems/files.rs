//! Pictures in postmortems: without what cameras and phones add to them, and nothing but pictures. What a file is, is found out from its bytes.

use domain::account::Permission;
use store::postmortems::FILE_BYTES_MAX;
use store::postmortems::files::NewFile;
use uuid::Uuid;

use super::{done, found};
use crate::service::caller::Caller;
use crate::service::desk::Desk;
use crate::service::incidents::{EvidenceWanted, file};
use crate::service::problem::Problem;

impl Desk {
    /// Keeps a picture; gives its id and its name.
    pub(crate) async fn add_postmortem_file(
        &self,
        caller: &Caller,
        number: i64,
        wanted: EvidenceWanted,
    ) -> Result<(Uuid, String), Problem> {
        caller.must(Permission::Respond, self.now())?;
        if wanted.content.len() > FILE_BYTES_MAX {
            return Err(Problem::invalid("file", "invalid-picture-large"));
        }
        let file = tokio::task::spawn_blocking(move || file(wanted)).await.map_err(|_| Problem::Busy)??;
        if !file.media_type.starts_with("image/") {
            return Err(Problem::invalid("file", "invalid-file-picture"));
        }
        let actor_name = caller.name().to_owned();
        let kept = self.change(caller, Some(Permission::Respond), move |transaction, at| {
            Box::pin(async move {
                let postmortem = found(transaction, number).await?;
                let (id, name) = (Uuid::now_v7(), file.name.clone());
                let media_type = file.media_type.to_owned();
                let new = NewFile { id, name: file.name, media_type, content: file.content, at, actor_name };
                transaction.append_postmortem_file(postmortem.key, &new).await?;
                let done = done("postmortem.file_added", &postmortem).changed("name", None, Some(name.clone()));
                Ok(((id, name), vec![done]))
            })
        });
        kept.await
    }
}
