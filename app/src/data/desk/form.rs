//! What a form shows: what was typed, and what is wrong with it. The same page is shown for a form that is opened and for one that was
//! refused, so nothing that was typed is lost.

/// Values and messages of a form. Default: an empty one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormState {
    /// Name and value of every field, as it would be sent. Passwords are never among them. A name stands several times for boxes of which
    /// several may be ticked.
    pub values: Vec<(String, String)>,
    /// What is wrong, in the order of the fields.
    pub errors: Vec<FieldError>,
}

/// Something that is wrong with a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Which field; `None`: all of it.
    pub field: Option<String>,
    /// What and what to do, in the page's language.
    pub message: String,
}

impl FormState {
    /// The value of a field, or nothing.
    pub fn value(&self, name: &str) -> String {
        self.values.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// True when the box `name` that stands for `value` is ticked.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.values.iter().any(|(field, ticked)| field == name && ticked == value)
    }

    /// What is wrong with a field.
    pub fn error(&self, name: &str) -> Option<String> {
        self.errors.iter().find(|error| error.field.as_deref() == Some(name)).map(|error| error.message.clone())
    }

    /// Sets the value of a field.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.values.push((name.to_owned(), value.into()));
        self
    }

    /// Notes what is wrong; `field` is empty for all of the form.
    pub fn refuse(&mut self, field: &str, message: impl Into<String>) {
        let field = (!field.is_empty()).then(|| field.to_owned());
        self.errors.push(FieldError { field, message: message.into() });
    }
}
