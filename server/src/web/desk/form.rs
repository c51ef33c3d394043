//! What a form sends, and what is said about it when it is refused.

use app::data::desk::FormState;
use app::i18n::Text;
use axum::Form;
use domain::text::Secret;

use super::show::{Answer, Stopped, done, on_to};
use crate::service::problem::{Invalid, Problem};

/// Names and values as they were sent, each name as often as it was.
pub(super) type Sent = Form<Vec<(String, String)>>;

/// Fields whose values are never sent back.
const SECRET: [&str; 5] = ["password", "password_again", "current", "code", "token"];

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
        self.0.iter().find(|(field, _)| field == name).map(|(_, value)| value.trim()).unwrap_or_default()
    }

    /// All values of a field.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(field, _)| field == name).map(|(_, value)| value.as_str()).collect()
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

    /// What is shown again.
    pub(super) fn state(self) -> FormState {
        let values = self.0.into_iter().filter(|(name, _)| !SECRET.contains(&name.as_str())).collect();
        FormState { values, errors: Vec::new() }
    }
}

/// Notes in a form why it was refused; what is not the form's matter goes on as it is.
pub(super) fn refuse(form: &mut FormState, problem: Problem, text: &Text) -> Result<(), Stopped> {
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
        Problem::NeedsConfirmation => form.refuse("", text.get("refused-confirm")),
        other => return Err(other.into()),
    }
    Ok(())
}

/// After a button: on to `path`, with what was done or why it was not.
pub(super) fn after<T>(outcome: Result<T, Problem>, path: &str, what: &str) -> Answer {
    match outcome {
        Ok(_) => Ok(done(path, what)),
        Err(Problem::Refused(key)) => {
            let parted = if path.contains('?') { '&' } else { '?' };
            Ok(on_to(&format!("{path}{parted}refused={}", key.trim_start_matches("refused-"))))
        }
        Err(other) => Err(other.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_comes_back_but_no_secret() {
        let sent = [("name", " mika "), ("password", " secret "), ("scopes", "read"), ("scopes", "admin"), ("body", "a\r\nb")];
        let typed = Typed::from(Form(sent.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()));
        assert_eq!((typed.get("name"), typed.get("nothing")), ("mika", ""));
        assert_eq!(typed.all("scopes"), ["read", "admin"]);
        assert_eq!(typed.secret("password").expose(), " secret ", "spaces belong to a password");
        let state = typed.state();
        assert_eq!(state.value("password"), "");
        assert_eq!(state.value("body"), "a\nb");
    }
}
