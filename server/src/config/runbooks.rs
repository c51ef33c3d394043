//! `runbooks`: where the operator's own ones are, and who sees those that Yagura brings along; `postmortems`: where their templates are.

use std::path::PathBuf;

use super::reader::{Item, Reader};
use super::sections::optional;
use super::values;

/// Where runbooks come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunbookSettings {
    /// The folder of the operator's own ones, already resolved against that of the configuration. None: there are only ours.
    pub folder: Option<PathBuf>,
    /// Who sees those that Yagura brings along.
    pub bundled: Bundled,
}

/// Who sees the runbooks that Yagura brings along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bundled {
    /// Whoever their heads say.
    #[default]
    Public,
    /// Only those who have signed in.
    Internal,
    /// Nobody: they are not there.
    None,
}

/// How postmortems begin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostmortemSettings {
    /// The folder of the operator's own templates, already resolved against that of the configuration. None: there are only ours.
    pub templates: Option<PathBuf>,
}

/// `postmortems`.
pub(super) fn postmortems(reader: &mut Reader<'_>, item: Item<'_>) -> Option<PostmortemSettings> {
    let fields = reader.fields(item, &["templates"])?;
    let templates = optional(&fields, "templates", |item| values::non_empty(reader, item));
    let templates = templates.map(|given| given.map(|text| reader.resolve(&text.value)));
    Some(PostmortemSettings { templates: templates? })
}

/// `runbooks`.
pub(super) fn runbooks(reader: &mut Reader<'_>, item: Item<'_>) -> Option<RunbookSettings> {
    const BUNDLED: [(&str, Bundled); 3] = [("public", Bundled::Public), ("internal", Bundled::Internal), ("none", Bundled::None)];
    let fields = reader.fields(item, &["folder", "bundled"])?;
    let folder = optional(&fields, "folder", |item| values::non_empty(reader, item));
    let folder = folder.map(|given| given.map(|text| reader.resolve(&text.value)));
    let bundled = optional(&fields, "bundled", |item| values::choice(reader, item, &BUNDLED));
    Some(RunbookSettings { folder: folder?, bundled: bundled?.unwrap_or_default() })
}
