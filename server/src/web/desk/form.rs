//! What a form sends, and what is said about it when it is refused.

use app::data::desk::FormState;
use app::format;
use app::i18n::Text;
use axum::Form;
use axum::http::{HeaderValue, StatusCode, header};
use domain::text::Secret;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::show::{Answer, RETRY_AFTER_S, Stopped, done, on_to, refused};
use super::visit::Visit;
use crate::service::caller::{Caller, IdempotencyKey};
use crate::service::problem::{Invalid, Problem};

/// Names and values as they were sent, each name as often as it was.
pub(super) type Sent = Form<Vec<(String, String)>>;

/// Fields whose values are never sent back.
const SECRET: [&str; 5] = ["password", "password_again", "current", "code", "token"];

/// Boxes in forms that may be stale.
const BOXES: [&str; 3] = ["markers", "is_starred", "shows_metrics"];

/// The field with the number of a form.
const REQUEST: &str = "request";

/// A form with a number of its own, unless it has one.
pub(super) fn numbered(form: FormState) -> FormState {
    if form.value(REQUEST).is_empty() { form.with(REQUEST, Uuid::now_v7().to_string()) } else { form }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A form that was sent.
#[derive(Debug)]
pub(super) struct Typed(Vec<(String, String)>);

impl From<Sent> for Typed {
    fn from(Form(fields): Sent) -> Self {
        // Line ends as browsers send them are not part of what was typed.
        Self(fields.into_iter().map(|(name, value)| (name, value.replace("\r\n", "\n"))).collect())
    }
}

impl Typed {
    /// The value of a field without spaces at its ends, or nothing.
    pub(super) fn get(&self, name: &str) -> &str {
        self.exact(name).trim()
    }

    /// The value of a field with the spaces and empty lines at its ends, or nothing.
    pub(super) fn exact(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// All values of a field.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(field, _)| field == name).map(|(_, value)| value.as_str()).collect()
    }

    /// Fields whose names begin so: the rest of the name, and the value without spaces at its ends.
    pub(super) fn all_with_prefix<'t>(&'t self, prefix: &str) -> Vec<(&'t str, &'t str)> {
        self.0.iter().filter_map(|(name, value)| Some((name.strip_prefix(prefix)?, value.trim()))).collect()
    }

    /// True when a box is ticked, or a button with this name was pressed.
    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name) == "yes"
    }

    /// A value that nobody may print, exactly as it was typed.
    pub(super) fn secret(&self, name: &str) -> Secret {
        let value = self.0.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
        Secret::new(value.unwrap_or_default())
    }

    /// The version of what was changed, as it was when the form was opened.
    pub(super) fn version(&self) -> i64 {
        self.get("version").parse().unwrap_or(-1)
    }

    /// Whoever sends this form sends it once, however often it arrives: two taps, or an answer that was lost. The number that stands in it
    /// names it together with what was typed, so that the same page can be used for something else afterwards.
    pub(super) fn once(&self, caller: Caller) -> Caller {
        let Some(request_hash) = self.hash() else { return caller };
        let key = format!("form-{}", hex(&request_hash));
        Caller { idempotency: Some(IdempotencyKey { key, request_hash }), ..caller }
    }

    /// Names this form and what was typed into it, 64 hexadecimal digits; none for one without a number.
    pub(super) fn digest(&self) -> Option<String> {
        self.hash().map(|hash| hex(&hash))
    }

    fn hash(&self) -> Option<[u8; 32]> {
        if self.get(REQUEST).is_empty() {
            return None;
        }
        let mut hash = Sha256::new();
        for (name, value) in &self.0 {
            // Lengths keep apart what stands side by side.
            hash.update((name.len() as u64).to_be_bytes());
            hash.update(name);
            hash.update((value.len() as u64).to_be_bytes());
            hash.update(value);
        }
        Some(hash.finalize().into())
    }

    /// What is shown again.
    pub(super) fn state(self) -> FormState {
        let values = self.0.into_iter().filter(|(name, _)| !SECRET.contains(&name.as_str())).collect();
        FormState { values, errors: Vec::new() }
    }
}

/// What a form that was refused is answered with, beside its page.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub(super) struct Refusal {
    status: StatusCode,
    /// When to send it again.
    wait_s: Option<u64>,
}

impl Refusal {
    /// The answer: the page with the form, and how it was refused.
    pub(super) fn with(self, page: Answer) -> Answer {
        let mut response = page?;
        *response.status_mut() = self.status;
        if let Some(wait_s) = self.wait_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_s));
        }
        Ok(response)
    }
}

/// Notes in a form why it was refused; what is not the form's matter goes on as it is. A person who must show once more who they are is
/// not shown the form again: it may stand on a page that they do not get before that. The forms in question are short.
pub(super) fn refuse(form: &mut FormState, problem: Problem, visit: &Visit) -> Result<Refusal, Stopped> {
    let text = visit.text();
    let unavailable = Refusal { status: StatusCode::SERVICE_UNAVAILABLE, wait_s: Some(RETRY_AFTER_S) };
    match problem {
        Problem::Invalid(all) => {
            for Invalid { field, key, detail } in all {
                let words = match detail {
                    Some(detail) => text.with(key, &[("detail", detail.into())]),
                    None => text.get(key),
                };
                form.refuse(&field, words);
            }
        }
        Problem::Refused(key) => form.refuse("", text.get(key)),
        Problem::Conflict => form.refuse("", text.get("refused-conflict")),
        Problem::TooMany(wait) => {
            let length = format::length(&text, wait.as_secs().saturating_mul(1_000));
            form.refuse("", text.with("refused-too-many", &[("length", length.into())]));
            return Ok(Refusal { status: StatusCode::TOO_MANY_REQUESTS, wait_s: Some(wait.as_secs()) });
        }
        Problem::Busy => {
            form.refuse("", text.get("refused-busy"));
            return Ok(unavailable);
        }
        Problem::Store(error) => {
            tracing::error!(%error, path = visit.logged_path(), "the desk could not read or write");
            form.refuse("", text.get("refused-store"));
            return Ok(unavailable);
        }
        other => return Err(other.into()),
    }
    Ok(Refusal { status: StatusCode::UNPROCESSABLE_ENTITY, wait_s: None })
}

/// What is wrong with a field, in a form that calls it something else.
pub(super) fn renamed(problem: Problem, from: &str, to: &str) -> Problem {
    let Problem::Invalid(mut all) = problem else { return problem };
    for invalid in all.iter_mut().filter(|invalid| invalid.field == from) {
        to.clone_into(&mut invalid.field);
    }
    Problem::Invalid(all)
}

/// Says beside each field of `form` what it says now where that is something else: somebody saved it meanwhile. `beside` names fields of
/// which that is not said.
pub(super) fn compare(form: &mut FormState, now: &FormState, beside: &[&str], text: &Text) {
    let all = |form: &FormState, name: &str| -> Vec<String> {
        let mut values: Vec<String> = form
            .values
            .iter()
            .filter(|(field, value)| field == name && !value.trim().is_empty())
            .map(|(_, value)| value.clone())
            .collect();
        values.sort_unstable();
        values
    };
    // Boxes that are not ticked are not sent; other fields that were not sent do not stand in the form.
    let boxes = now.values.iter().filter(|(name, _)| BOXES.contains(&name.as_str()));
    let mut names: Vec<String> = form.values.iter().chain(boxes).map(|(name, _)| name.clone()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names.iter().filter(|name| !beside.contains(&name.as_str())) {
        let theirs = all(now, name);
        if all(form, name) != theirs {
            let words = if theirs.is_empty() { text.get("conflict-empty") } else { theirs.join(", ") };
            form.refuse(name, text.with("conflict-theirs", &[("value", words.into())]));
        }
    }
}

/// After a button: on to `path`, with what was done or why it was not.
pub(super) fn after<T>(outcome: Result<T, Problem>, path: &str, what: &str) -> Answer {
    match outcome {
        Ok(_) => Ok(done(path, what)),
        Err(Problem::Refused(key)) => Ok(on_to(&refused(path, key))),
        Err(other) => Err(other.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_was_typed_comes_back_but_no_secret() {
        let sent = [("name", " mika "), ("password", " secret "), ("scopes", "read"), ("scopes", "admin"), ("body", "a\r\nb")];
        let typed = Typed::from(Form(sent.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()));
        assert_eq!((typed.get("name"), typed.get("nothing")), ("mika", ""));
        assert_eq!(typed.all("scopes"), ["read", "admin"]);
        assert_eq!(typed.secret("password").expose(), " secret ", "spaces belong to a password");
        assert_eq!((typed.exact("name"), typed.exact("nothing")), (" mika ", ""));
        let state = typed.state();
        assert_eq!(state.value("password"), "");
        assert_eq!(state.value("body"), "a\nb");
    }

    #[test]
    fn what_was_typed_stays_when_it_cannot_be_taken_right_now() {
        let visit = Visit::of_nobody("/desk/components/new");
        for (problem, status, wait_s, words) in [
            (Problem::invalid("name", "invalid-name"), 422, None, "A name is"),
            (Problem::Conflict, 422, None, "Somebody has changed this"),
            (Problem::TooMany(Duration::from_secs(90)), 429, Some(90), "1 min"),
            (Problem::Busy, 503, Some(5), "Too much"),
        ] {
            let mut form = FormState::default().with("name", "mika");
            let refusal = refuse(&mut form, problem, &visit).unwrap();
            assert_eq!((refusal.status.as_u16(), refusal.wait_s), (status, wait_s));
            assert_eq!(form.value("name"), "mika");
            assert!(form.errors[0].message.contains(words), "{:?}", form.errors);
        }
        for not_the_forms in [Problem::Forbidden, Problem::NeedsConfirmation, Problem::SignedOut] {
            assert!(refuse(&mut FormState::default(), not_the_forms, &visit).is_err());
        }
    }

    #[test]
    fn a_refused_form_has_its_status_and_says_when_to_come_again() {
        let answer = |wait_s| {
            let refusal = Refusal { status: StatusCode::SERVICE_UNAVAILABLE, wait_s };
            refusal.with(Ok(axum::response::Response::default())).unwrap()
        };
        assert_eq!(answer(Some(5)).headers()[header::RETRY_AFTER], "5");
        assert_eq!(answer(None).status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer(None).headers().is_empty());
    }
}
