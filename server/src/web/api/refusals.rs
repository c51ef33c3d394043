//! The problems that operations can answer with, and the headers that several of them read, for the document.

use std::collections::BTreeMap;

use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, Response, ResponseBuilder};
use utoipa::{IntoParams, IntoResponses};

use super::problem::{Kind, MEDIA_TYPE};

/// What goes wrong whenever something is asked for.
#[derive(Debug)]
pub(super) enum Always {}

/// What goes wrong when something is changed, besides.
#[derive(Debug)]
pub(super) enum Changing {}

/// What goes wrong when a page of a list is asked for that there cannot be.
#[derive(Debug)]
pub(super) enum Paged {}

/// What goes wrong when there is no such thing.
#[derive(Debug)]
pub(super) enum Missing {}

/// What goes wrong when a version is asked for.
#[derive(Debug)]
pub(super) enum Versioned {}

/// What goes wrong before anybody has signed in.
#[derive(Debug)]
pub(super) enum Anybody {}

/// The header by which a request that is sent twice is done once.
#[derive(Debug)]
pub(super) enum Repeatable {}

/// The header that names the version that was read.
#[derive(Debug)]
pub(super) enum IfMatch {}

/// Answers of these kinds, by status.
fn answers(kinds: &[Kind]) -> BTreeMap<String, RefOr<Response>> {
    let mut words: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for kind in kinds {
        let status = kind.status().as_u16().to_string();
        words.entry(status).or_default().push(format!("`{}`: {}.", kind.slug(), kind.about()));
    }
    let answer = |words: Vec<String>| {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        ResponseBuilder::new().description(words.join(" ")).content(MEDIA_TYPE, content).build()
    };
    words.into_iter().map(|(status, words)| (status, RefOr::T(answer(words)))).collect()
}

impl IntoResponses for Always {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        use Kind::{BadRequest, CrossSite, Forbidden, NeedsConfirmation, OnlyForPeople, SignedOut, TooMany, Unavailable};
        answers(&[BadRequest, SignedOut, Forbidden, NeedsConfirmation, OnlyForPeople, CrossSite, TooMany, Unavailable])
    }
}

impl IntoResponses for Changing {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        use Kind::{Conflict, Invalid, KeyReused, Refused, TooLarge, UnsupportedMediaType};
        answers(&[Conflict, Refused, KeyReused, TooLarge, UnsupportedMediaType, Invalid])
    }
}

impl IntoResponses for Paged {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        answers(&[Kind::Invalid])
    }
}

impl IntoResponses for Missing {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        answers(&[Kind::NotFound])
    }
}

impl IntoResponses for Versioned {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        answers(&[Kind::VersionDiffers, Kind::VersionMissing])
    }
}

impl IntoResponses for Anybody {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        use Kind::{BadRequest, CrossSite, Invalid, Refused, TooLarge, TooMany, Unavailable, UnsupportedMediaType};
        answers(&[BadRequest, CrossSite, Refused, TooLarge, UnsupportedMediaType, Invalid, TooMany, Unavailable])
    }
}

/// A header.
fn header(name: &str, required: Required, about: &str) -> Vec<Parameter> {
    let text = ObjectBuilder::new().schema_type(Type::String);
    let header = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header).required(required);
    vec![header.description(Some(about)).schema(Some(text)).build()]
}

impl IntoParams for Repeatable {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "What the client calls this request, 1 to 255 visible ASCII characters, best a UUID. The same request with the same \
            key, sent again within a day, is not done again: its answer says what was done the first time, without secrets that were \
            shown then.";
        header("Idempotency-Key", Required::False, about)
    }
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        header(
            "If-Match",
            Required::True,
            "The `ETag` of what was read, in its quotation marks: it is changed only if it is still that.",
        )
    }
}
