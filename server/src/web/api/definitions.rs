//! What groups, components and probes have in common: they are defined in the file or at the desk, and only the latter are changed here.

use domain::account::Permission;
use domain::text::Slug;
use serde::Serialize;
use serde_json::Value;
use store::definitions::{Definition, DefinitionKind};

use super::super::Web;
use super::problem::Failed;
use super::versions;
use crate::service::caller::Caller;
use crate::service::configuration::Whole;
use crate::service::problem::Problem;
use crate::service::watching::Wanted;

/// Where something was made, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) origin: &'static str,
    pub(super) version: Option<i64>,
    pub(super) created_at: Option<String>,
    pub(super) updated_at: Option<String>,
}

impl Standing {
    /// Of the definition that was made at the desk; none: it stands in the file.
    pub(super) fn of(known: Option<&Definition>) -> Self {
        Self {
            origin: if known.is_some() { "desk" } else { "file" },
            version: known.map(|known| known.version),
            created_at: known.map(|known| known.created_at.to_string()),
            updated_at: known.map(|known| known.updated_at.to_string()),
        }
    }
}

/// What was made at the desk under this slug.
pub(super) fn find<'a>(whole: &'a Whole, kind: DefinitionKind, slug: &Slug) -> Option<&'a Definition> {
    whole.definitions.iter().find(|known| known.kind == kind && known.slug == *slug)
}

/// True when there is such a thing, wherever it was made.
fn exists(whole: &Whole, kind: DefinitionKind, slug: &Slug) -> bool {
    let config = &whole.config;
    match kind {
        DefinitionKind::Group => config.groups.iter().any(|group| group.slug == *slug),
        DefinitionKind::Component => config.components.iter().any(|component| component.slug == *slug),
        DefinitionKind::Probe => config.probes.iter().any(|probe| probe.slug == *slug),
    }
}

/// Refuses what only the owner of the file changes.
fn not_of_file(web: &Web, caller: &Caller, kind: DefinitionKind, slug: &Slug) -> Result<(), Problem> {
    caller.must(Permission::Configure, web.desk.now())?;
    let whole = web.desk.configuration.whole();
    if find(&whole, kind, slug).is_none() && exists(&whole, kind, slug) {
        return Err(Problem::Refused("refused-from-file"));
    }
    Ok(())
}

/// A body as it would stand in the file.
fn named(slug: &Slug, body: &impl Serialize) -> Result<Value, Problem> {
    let mut body = serde_json::to_value(body).map_err(|_| Problem::Busy)?;
    let fields = body.as_object_mut().ok_or(Problem::Busy)?;
    fields.insert("slug".to_owned(), slug.as_str().into());
    Ok(body)
}

/// Makes something; gives its slug and its version.
pub(super) async fn make(
    web: &Web,
    caller: &Caller,
    kind: DefinitionKind,
    slug: Option<&str>,
    body: &impl Serialize,
) -> Result<(Slug, i64), Failed> {
    caller.must(Permission::Configure, web.desk.now())?;
    let slug: Slug = slug.unwrap_or_default().parse().map_err(|_| Failed::invalid("slug", "invalid-slug"))?;
    let wanted = Wanted { kind, slug: slug.clone(), body: named(&slug, body)?, version: None };
    let version = web.desk.define(caller, wanted).await?;
    Ok((slug, version))
}

/// Changes something that was made at the desk; gives its version. `typed` is the slug in the body, if there is one.
pub(super) async fn change(
    web: &Web,
    caller: &Caller,
    (kind, slug, version): (DefinitionKind, &Slug, i64),
    typed: Option<&str>,
    body: &impl Serialize,
) -> Result<i64, Failed> {
    not_of_file(web, caller, kind, slug)?;
    if typed.is_some_and(|typed| typed != slug.as_str()) {
        return Err(Failed::invalid("slug", "invalid-slug-fixed"));
    }
    let wanted = Wanted { kind, slug: slug.clone(), body: named(slug, body)?, version: Some(version) };
    web.desk.define(caller, wanted).await.map_err(versions::differs)
}

/// Removes something that was made at the desk.
pub(super) async fn remove(
    web: &Web,
    caller: &Caller,
    (kind, slug, version): (DefinitionKind, &Slug, i64),
) -> Result<(), Failed> {
    not_of_file(web, caller, kind, slug)?;
    web.desk.remove_definition(caller, kind, slug, version).await.map_err(versions::differs)
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_made_at_the_desk_has_a_version_and_what_stands_in_the_file_has_none() {
        let (made, changed) = (Timestamp::from_ms(1_000), Timestamp::from_ms(2_000));
        let known = Definition {
            kind: DefinitionKind::Group,
            slug: "a".parse().unwrap(),
            body: "{}".to_owned(),
            ordinal: 0,
            created_at: made,
            updated_at: changed,
            version: 4,
        };
        let standing = Standing::of(Some(&known));
        assert_eq!((standing.origin, standing.version), ("desk", Some(4)));
        assert_eq!(standing.updated_at, Some(changed.to_string()));
        let file = Standing { origin: "file", version: None, created_at: None, updated_at: None };
        assert_eq!(Standing::of(None), file);
    }

    #[test]
    fn the_slug_of_the_address_is_the_slug_of_the_body() {
        let slug: Slug = "web".parse().unwrap();
        assert_eq!(named(&slug, &json!({"name": "Web"})).unwrap(), json!({"name": "Web", "slug": "web"}));
        assert_eq!(named(&slug, &json!({"slug": "other"})).unwrap(), json!({"slug": "web"}));
    }
}
