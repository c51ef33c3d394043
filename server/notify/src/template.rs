//! What a message says, in an operator's own words: a template in the language of Jinja (`minijinja`). It is given what is known of the alert, and
//! may do no more than put that together: no files, no network, a bounded number of steps.

use std::collections::BTreeMap;

use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;
use thiserror::Error;

/// Most steps that one template may take.
const STEPS_MAX: u64 = 20_000;
/// Longest template, in bytes.
pub const TEMPLATE_BYTES_MAX: usize = 8 * 1024;

/// What a template is given.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Known {
    /// `fires`, `again`, `acknowledged` or `over`.
    pub say: &'static str,
    /// How often it was said to fire, with this time.
    pub times: u32,
    /// Its number.
    pub number: i64,
    /// What it is, in words: the name of its type, else its own.
    pub title: String,
    /// What its source calls it.
    pub name: String,
    /// Slug of its type; empty: none.
    pub kind: String,
    /// `sev1` … `sev4`.
    pub severity: &'static str,
    /// What that is called.
    pub severity_label: String,
    /// What it is about, in words; empty: nothing that is known.
    pub component: String,
    /// Slug of that.
    pub component_slug: String,
    /// What its source says in a sentence.
    pub summary: String,
    /// All that its source says.
    pub labels: BTreeMap<String, String>,
    /// All that its source says beside.
    pub annotations: BTreeMap<String, String>,
    /// Who reports it.
    pub source: String,
    /// When it began, with date and zone.
    pub began_at: String,
    /// How long it has been going on, or went on.
    pub length: String,
    /// How many stand under it.
    pub under: usize,
    /// Title of the runbook for it; empty: there is none.
    pub runbook: String,
    /// Who looks after it; empty: nobody.
    pub acknowledged_by: String,
    /// Its incident: `INC-7`; empty: none.
    pub incident: String,
    /// The address where it can be followed.
    pub url: String,
    /// What would be said without a template, as a title.
    pub default_title: String,
    /// And as a text.
    pub default_text: String,
}

/// Why a template cannot be used.
#[derive(Debug, Error)]
pub enum TemplateError {
    /// It is too long.
    #[error("the template has {0} bytes, more than {TEMPLATE_BYTES_MAX}")]
    TooLong(usize),
    /// It cannot be read, or does what it must not.
    #[error("{0}")]
    Wrong(String),
    /// It asks for something that there is not.
    #[error("there is no `{unknown}`")]
    Unknown {
        /// What it asks for.
        unknown: String,
    },
}

/// A template that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(String);

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(STEPS_MAX));
    // A label that one alert has and another does not is nothing wrong.
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment
}

/// What went wrong in a line, without the template's own text.
fn wrong(error: &minijinja::Error) -> TemplateError {
    let line = error.line().map(|line| format!(" (line {line} of the template)")).unwrap_or_default();
    let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    TemplateError::Wrong(format!("{}{detail}{line}", error.kind()))
}

impl Template {
    /// Reads a template and tries it on an example.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        if text.len() > TEMPLATE_BYTES_MAX {
            return Err(TemplateError::TooLong(text.len()));
        }
        let environment = environment();
        let template = environment.template_from_str(text).map_err(|error| wrong(&error))?;
        let sample = minijinja::Value::from_serialize(Known::default());
        let mut asked: Vec<String> = template.undeclared_variables(false).into_iter().collect();
        asked.sort_unstable();
        let is_known = |name: &String| {
            sample.get_attr(name).is_ok_and(|value| !value.is_undefined())
                || environment.globals().any(|(global, _)| global == name)
        };
        if let Some(unknown) = asked.into_iter().find(|name| !is_known(name)) {
            return Err(TemplateError::Unknown { unknown });
        }
        template.render(sample).map_err(|error| wrong(&error))?;
        Ok(Self(text.to_owned()))
    }

    /// What it says of an alert.
    pub fn say(&self, known: &Known) -> Result<String, TemplateError> {
        environment().render_str(&self.0, known).map_err(|error| wrong(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let labels = BTreeMap::from([("instance".to_owned(), "db-1 <b>".to_owned())]);
        Known { title: "Disk is full".to_owned(), labels, under: 2, ..Known::default() }
    }

    #[test]
    fn a_template_says_what_is_known_and_nothing_of_what_is_not() {
        let template =
            Template::parse("{{ title }} {{ labels.instance }}{% if under %} (+{{ under }}){% endif %}{{ labels.gone.x }}");
        assert_eq!(template.unwrap().say(&known()).unwrap(), "Disk is full db-1 <b> (+2)");
    }

    #[test]
    fn what_is_wrong_is_found_before_anything_rings() {
        for (text, part) in [
            ("{{ title", "line 1"),
            ("{{ titel }}", "there is no `titel`"),
            ("{{ title | shout }}", "shout"),
            ("{% include '/etc/passwd' %}", "passwd"),
            ("{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}", "fuel"),
        ] {
            let error = Template::parse(text).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
        assert!(Template::parse(&"x".repeat(TEMPLATE_BYTES_MAX + 1)).is_err());
        assert!(Template::parse("{% set x = title %}{{ x | upper }} {{ range(3) | join(',') }}").is_ok());
    }
}
