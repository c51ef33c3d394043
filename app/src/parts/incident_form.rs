//! Pieces of the forms about incidents: a status for each of many components, the tick that keeps what looks like a secret, and what is
//! wrong with a field whose name is made at run time.

use std::collections::HashMap;

use domain::component::Status;
use leptos::prelude::*;

use crate::data::desk::{ComponentChoice, FormState};
use crate::format;
use crate::i18n::Text;
use crate::parts::form::TickBox;

/// From so many components on, those about which nothing is said are folded away.
const FOLD_FROM: usize = 12;

/// A component that can be given a status.
#[derive(Clone, Debug)]
pub struct StatusChoice {
    /// Which.
    pub component: ComponentChoice,
    /// Value and words of each status; the first is empty and says what that means.
    pub options: Vec<(String, String)>,
    /// True when it shall be in sight whatever is chosen.
    pub is_first: bool,
}

/// Statuses to choose from, in words. `empty` says what no choice means; what is `chosen` is among them whatever it is, so that a form
/// that is opened and sent changes nothing.
pub fn status_options(text: &Text, empty: String, statuses: &[Status], chosen: &str) -> Vec<(String, String)> {
    let other = Status::from_name(chosen).filter(|chosen| !statuses.contains(chosen));
    let words = statuses.iter().copied().chain(other).map(|status| (status.name().to_owned(), format::status(text, status)));
    std::iter::once((String::new(), empty)).chain(words).collect()
}

/// A select for each component, named `status_<slug>`. Those about which something is said come first and in sight; of many, the others
/// are folded away.
pub fn status_choices(text: &Text, form: &FormState, choices: Vec<StatusChoice>) -> AnyView {
    if choices.is_empty() {
        return view! { <p class="empty">{text.get("incident-no-components")}</p> }.into_any();
    }
    let typed: HashMap<&str, &str> = form.values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let is_short = choices.len() <= FOLD_FROM;
    let (first, others): (Vec<_>, Vec<_>) = choices
        .into_iter()
        .map(|choice| {
            let chosen = typed.get(format!("status_{}", choice.component.slug).as_str()).copied().unwrap_or_default().to_owned();
            (choice, chosen)
        })
        .partition(|(choice, chosen)| choice.is_first || !chosen.is_empty());
    let count = others.len();
    let list = |rows: Vec<(StatusChoice, String)>| {
        let items = rows.into_iter().map(|(choice, chosen)| status_select(choice, &chosen)).collect_view();
        view! { <div class="status-choices">{items}</div> }
    };
    let has_first = !first.is_empty();
    let first = has_first.then(|| list(first));
    let others = list(others);
    let others = match count {
        0 => ().into_any(),
        _ if is_short => others.into_any(),
        _ => {
            let words = text.with("incident-other-components", &[("n", count.into())]);
            view! { <details class="status-others"><summary>{words}</summary> {others}</details> }.into_any()
        }
    };
    view! { {first} {others} }.into_any()
}

fn status_select(choice: StatusChoice, chosen: &str) -> impl IntoView + use<> {
    let name = format!("status_{}", choice.component.slug);
    let id = format!("field-{name}");
    let label_for = id.clone();
    let options = choice.options.into_iter().map(|(value, words)| {
        let is_chosen = value == chosen;
        view! { <option value=value selected=is_chosen>{words}</option> }
    });
    let options = options.collect_view();
    view! {
        <div class="status-choice">
            <label for=label_for>{choice.component.name}</label>
            <select id=id name=name>{options}</select>
        </div>
    }
}

/// What is wrong with a field: the paragraph that says it has the id `error-<name>`.
pub fn field_error(form: &FormState, name: &str) -> Option<AnyView> {
    let error = form.error(name)?;
    let id = format!("error-{name}");
    let words = view! { <p class="field-error" id=id><span class="wrong-mark" aria-hidden="true">"!"</span> " " {error}</p> };
    Some(words.into_any())
}

/// The tick that keeps what looks like a secret: there once that was said, and as long as it is ticked.
pub fn keep_secrets(text: &Text, form: &FormState) -> Option<impl IntoView + use<>> {
    let warning = text.get("invalid-secret");
    let is_asked = form.has("keep_secrets", "yes") || form.errors.iter().any(|error| error.message == warning);
    is_asked.then(|| {
        let (label, hint) = (text.get("incident-keep-secrets"), text.get("incident-keep-secrets-hint"));
        view! { <TickBox form=form.clone() name="keep_secrets" label=label hint=hint/> }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::text::Language;

    use super::*;
    use crate::i18n::{Argument, Messages};

    struct Keys;

    impl Messages for Keys {
        fn message(&self, _: Language, key: &str, _: &[(&'static str, Argument)]) -> String {
            key.to_owned()
        }
    }

    fn text() -> Text {
        Text::new(Arc::new(Keys), Language::En)
    }

    fn choices(count: usize) -> Vec<StatusChoice> {
        let choice = |index: usize| StatusChoice {
            component: ComponentChoice { slug: format!("c{index}"), name: format!("Component {index}") },
            options: status_options(&text(), "none".to_owned(), &[Status::MajorOutage], ""),
            is_first: false,
        };
        (0..count).map(choice).collect()
    }

    #[test]
    fn of_many_components_those_that_are_affected_are_in_sight() {
        let form = FormState::default().with("status_c90", "major_outage");
        let html = status_choices(&text(), &form, choices(100)).to_html();
        let fold = html.find("<details").unwrap();
        assert!(html.find("status_c90").unwrap() < fold && html.find("status_c1\"").unwrap() > fold);
        assert!(html[..fold].contains("selected"));
        assert!(!status_choices(&text(), &form, choices(3)).to_html().contains("<details"), "a few need no folding");
    }

    #[test]
    fn a_status_that_is_not_offered_is_kept() {
        let values = |chosen: &str| {
            let options = status_options(&text(), String::new(), &[Status::MajorOutage], chosen);
            options.into_iter().map(|(value, _)| value).collect::<Vec<_>>()
        };
        assert_eq!(values(""), ["", "major_outage"]);
        assert_eq!(values("major_outage"), ["", "major_outage"]);
        assert_eq!(values("unknown"), ["", "major_outage", "unknown"]);
    }

    #[test]
    fn what_looks_like_a_secret_can_be_kept_only_once_that_was_said() {
        let mut form = FormState::default();
        assert!(keep_secrets(&text(), &form).is_none());
        form.refuse("body", "invalid-secret");
        assert!(keep_secrets(&text(), &form).is_some());
        assert!(keep_secrets(&text(), &FormState::default().with("keep_secrets", "yes")).is_some());
    }
}
