//! Forms at the desk: fields with their words, what was typed, and what is wrong beside each. They need no script; a form that was
//! refused is the same form again, with everything but its passwords.
//!
//! A field's id is `field-<name>`, so a summary of errors can lead to it; `hint-<name>` and `error-<name>` are what is said about it.

use domain::account::password::PASSWORD_CHARS_MIN;
use leptos::prelude::*;

use crate::data::desk::FormState;
use crate::i18n::Text;
use crate::parts::head::escaped;

/// From so many boxes on they scroll in a frame of their own: there may be hundreds of components to choose from.
const LONG_FROM: usize = 12;

/// What is said about a field, and how the two are tied together for those who hear the page.
struct About {
    name: &'static str,
    hint: Option<String>,
    error: Option<String>,
}

impl About {
    fn new(form: &FormState, name: &'static str, hint: Option<String>) -> Self {
        Self { name, hint, error: form.error(name) }
    }

    fn id(&self) -> String {
        format!("field-{}", self.name)
    }

    /// The id of one of several boxes: the first has that of the field, so that the summary leads to it.
    fn box_id(&self, index: usize) -> String {
        if index == 0 { self.id() } else { format!("field-{}-{}", self.name, index + 1) }
    }

    fn class(&self) -> &'static str {
        if self.error.is_some() { "field is-wrong" } else { "field" }
    }

    fn invalid(&self) -> Option<&'static str> {
        self.error.is_some().then_some("true")
    }

    fn described_by(&self) -> Option<String> {
        let (hint, error) = (format!("hint-{}", self.name), format!("error-{}", self.name));
        match (&self.hint, &self.error) {
            (Some(_), Some(_)) => Some(format!("{error} {hint}")),
            (Some(_), None) => Some(hint),
            (None, Some(_)) => Some(error),
            (None, None) => None,
        }
    }

    fn words(&self) -> impl IntoView + use<> {
        let name = self.name;
        let hint = self.hint.clone().map(|hint| view! { <p class="hint" id=format!("hint-{name}")>{hint}</p> });
        let error = self.error.clone().map(|error| {
            view! {
                <p class="field-error" id=format!("error-{name}")>
                    <span class="wrong-mark" aria-hidden="true">"!"</span> " " {error}
                </p>
            }
        });
        view! { {hint} {error} }
    }
}

/// A line of text.
#[component]
pub fn TextField(
    /// What was typed and what is wrong.
    form: FormState,
    /// Its name.
    name: &'static str,
    /// What it is called.
    label: String,
    /// What to type.
    #[prop(optional, into)]
    hint: Option<String>,
    /// The type of the input; `digits` is text for which phones show numbers to type.
    #[prop(default = "text")]
    kind: &'static str,
    /// What browsers and password managers may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// True when it must not be empty.
    #[prop(default = false)]
    is_required: bool,
) -> impl IntoView {
    let about = About::new(&form, name, hint);
    // Nobody gets a password back, not even the one who typed it.
    let value = (kind != "password").then(|| form.value(name));
    let (kind, input_mode) = if kind == "digits" { ("text", Some("numeric")) } else { (kind, None) };
    // Names and codes are no prose: phones must neither capitalize nor correct them.
    let is_exact = autocomplete != "off";
    view! {
        <div class=about.class()>
            <label for=about.id()>{label}</label>
            {about.words()}
            <input
                id=about.id()
                name=name
                type=kind
                inputmode=input_mode
                value=value
                autocomplete=autocomplete
                autocapitalize=is_exact.then_some("none")
                spellcheck=is_exact.then_some("false")
                required=is_required
                aria-describedby=about.described_by()
                aria-invalid=about.invalid()
            />
        </div>
    }
}

/// The content of a `<textarea>` as HTML. Leptos writes it as it is given; the newline is the one that browsers leave out.
fn typed(text: &str) -> String {
    format!("\n{}", escaped(text))
}

/// Several lines of text.
#[component]
pub fn TextArea(
    /// What was typed and what is wrong.
    form: FormState,
    /// Its name.
    name: &'static str,
    /// What it is called.
    label: String,
    /// What to type.
    #[prop(optional, into)]
    hint: Option<String>,
    /// How many lines are seen at once.
    #[prop(default = 4)]
    rows: u32,
) -> impl IntoView {
    let about = About::new(&form, name, hint);
    let content = typed(&form.value(name));
    view! {
        <div class=about.class()>
            <label for=about.id()>{label}</label>
            {about.words()}
            <textarea
                id=about.id()
                name=name
                rows=rows
                aria-describedby=about.described_by()
                aria-invalid=about.invalid()
                inner_html=content
            ></textarea>
        </div>
    }
}

/// One of several, folded away.
#[component]
pub fn Choice(
    /// What was chosen and what is wrong.
    form: FormState,
    /// Its name.
    name: &'static str,
    /// What it is called.
    label: String,
    /// What to choose.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Value and words of each.
    options: Vec<(String, String)>,
) -> impl IntoView {
    let about = About::new(&form, name, hint);
    let chosen = form.value(name);
    let options = options.into_iter().map(|(value, words)| {
        let is_chosen = value == chosen;
        view! { <option value=value selected=is_chosen>{words}</option> }
    });
    let options = options.collect_view();
    view! {
        <div class=about.class()>
            <label for=about.id()>{label}</label>
            {about.words()}
            <select id=about.id() name=name aria-describedby=about.described_by() aria-invalid=about.invalid()>
                {options}
            </select>
        </div>
    }
}

/// One of several, all in sight.
#[component]
pub fn Radios(
    /// What was chosen and what is wrong.
    form: FormState,
    /// The name of all of them.
    name: &'static str,
    /// What they are called together.
    legend: String,
    /// What to choose.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Value and words of each.
    options: Vec<(String, String)>,
) -> impl IntoView {
    let about = About::new(&form, name, hint);
    let options = options.into_iter().enumerate().map(|(index, (value, words))| {
        let is_chosen = form.has(name, &value);
        view! {
            <label class="tick">
                <input type="radio" id=about.box_id(index) name=name value=value checked=is_chosen/>
                " "
                <span>{words}</span>
            </label>
        }
    });
    let options = options.collect_view();
    view! {
        <fieldset class=about.class() role="radiogroup" aria-describedby=about.described_by() aria-invalid=about.invalid()>
            <legend>{legend}</legend>
            {about.words()}
            <div class="ticks">{options}</div>
        </fieldset>
    }
}

/// Any of several.
#[component]
pub fn Boxes(
    /// What was ticked and what is wrong.
    form: FormState,
    /// The name of all of them.
    name: &'static str,
    /// What they are called together.
    legend: String,
    /// What to choose.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Value and words of each.
    options: Vec<(String, String)>,
) -> impl IntoView {
    let about = About::new(&form, name, hint);
    let class = if options.len() > LONG_FROM { "ticks is-long" } else { "ticks" };
    let options = options.into_iter().enumerate().map(|(index, (value, words))| {
        let is_ticked = form.has(name, &value);
        view! {
            <label class="tick">
                <input
                    type="checkbox"
                    id=about.box_id(index)
                    name=name
                    value=value
                    checked=is_ticked
                    aria-invalid=about.invalid()
                />
                " "
                <span>{words}</span>
            </label>
        }
    });
    let options = options.collect_view();
    view! {
        <fieldset class=about.class() aria-describedby=about.described_by()>
            <legend>{legend}</legend>
            {about.words()}
            <div class=class>{options}</div>
        </fieldset>
    }
}

/// Yes or no. Its value is `yes`; without a tick nothing is sent.
#[component]
pub fn TickBox(
    /// What was ticked and what is wrong.
    form: FormState,
    /// Its name.
    name: &'static str,
    /// What a tick says.
    label: String,
    /// What follows from it.
    #[prop(optional, into)]
    hint: Option<String>,
) -> impl IntoView {
    let about = About::new(&form, name, hint);
    view! {
        <div class=about.class()>
            <label class="tick">
                <input
                    type="checkbox"
                    id=about.id()
                    name=name
                    value="yes"
                    checked=form.has(name, "yes")
                    aria-describedby=about.described_by()
                    aria-invalid=about.invalid()
                />
                " "
                <span>{label}</span>
            </label>
            {about.words()}
        </div>
    }
}

/// A value that is sent along.
#[component]
pub fn Hidden(
    /// Its name.
    name: &'static str,
    /// Its value.
    value: String,
) -> impl IntoView {
    view! { <input type="hidden" name=name value=value/> }
}

/// A new password, twice: `password` and `password_again`.
#[component]
pub fn NewPassword(
    /// What is wrong.
    form: FormState,
    /// Whose it will be, for password managers; nothing while the name is typed in the same form.
    #[prop(optional, into)]
    owner: Option<String>,
    /// The words.
    text: Text,
) -> impl IntoView {
    let owner = owner.map(|name| view! { <PasswordOwner name=name/> });
    view! {
        {owner}
        <TextField
            form=form.clone()
            name="password"
            label=text.get("form-new-password")
            hint=text.with("form-new-password-hint", &[("n", PASSWORD_CHARS_MIN.into())])
            kind="password"
            autocomplete="new-password"
            is_required=true
        />
        <TextField
            form=form
            name="password_again"
            label=text.get("form-new-password-again")
            kind="password"
            autocomplete="new-password"
            is_required=true
        />
    }
}

/// Whose password a form asks for, told to password managers. It is neither seen nor sent.
#[component]
pub fn PasswordOwner(
    /// Their name.
    name: String,
) -> impl IntoView {
    view! { <input type="text" autocomplete="username" value=name readonly hidden/> }
}

/// All that is wrong, at the head of a form: first what is about all of it, then each field with a link to it. Nothing when all is well.
/// The page begins there, for the eye and for the ear.
#[component]
pub fn FormErrors(
    /// What is wrong.
    form: FormState,
    /// The words.
    text: Text,
) -> impl IntoView {
    let count = form.errors.len();
    let (whole, of_fields): (Vec<_>, Vec<_>) = form.errors.into_iter().partition(|error| error.field.is_none());
    let whole = whole.into_iter().map(|error| view! { <li>{error.message}</li> }).collect_view();
    let of_fields = of_fields.into_iter().map(|error| {
        let href = format!("#field-{}", error.field.unwrap_or_default());
        view! { <li><a href=href>{error.message}</a></li> }
    });
    let of_fields = of_fields.collect_view();
    (count > 0).then(|| {
        view! {
            <div class="form-errors" id="form-errors" role="alert" tabindex="-1" autofocus>
                <p><span class="wrong-mark" aria-hidden="true">"!"</span> " " <strong>{text.with("form-errors", &[("n", count.into())])}</strong></p>
                <ul>{whole} {of_fields}</ul>
            </div>
        }
    })
}

/// A form of one button. With `ask` it opens a question first, and the button under that does it.
#[component]
pub fn PostButton(
    /// Where it is posted.
    action: String,
    /// What the button says.
    label: String,
    /// What it does that to, for those who hear the button without what stands beside it.
    #[prop(optional, into)]
    about: Option<String>,
    /// What is sent along.
    #[prop(optional)]
    fields: Vec<(&'static str, String)>,
    /// What is asked before.
    #[prop(optional, into)]
    ask: Option<String>,
    /// True for what cannot be taken back, or locks somebody out.
    #[prop(default = false)]
    is_danger: bool,
) -> impl IntoView {
    let class = if is_danger { "plain danger" } else { "plain" };
    let hidden = fields.into_iter().map(|(name, value)| view! { <Hidden name=name value=value/> });
    let hidden = hidden.collect_view();
    let summary = ask.is_some().then(|| label.clone());
    let heard = about.map(|about| format!("{label}: {about}"));
    let question = ask.map(|question| view! { <p>{question}</p> });
    let form = view! {
        <form class="post" method="post" action=action>
            {hidden}
            {question}
            <button type="submit" class=class aria-label=heard>{label}</button>
        </form>
    };
    match summary {
        Some(summary) => view! { <details class="ask"><summary class=class>{summary}</summary> {form}</details> }.into_any(),
        None => form.into_any(),
    }
}

/// The main button of a form.
#[component]
pub fn Submit(
    /// What it says.
    label: String,
) -> impl IntoView {
    view! { <button type="submit" class="primary">{label}</button> }
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

    #[test]
    fn a_password_is_never_given_back() {
        let form = FormState::default().with("password", "correct horse").with("name", "mika");
        let label = || "Label".to_owned();
        let password = view! { <TextField form=form.clone() name="password" label=label() kind="password"/> }.to_html();
        assert!(!password.contains("horse"), "{password}");
        let name = view! { <TextField form=form name="name" label=label()/> }.to_html();
        assert!(name.contains(r#"value="mika""#), "{name}");
    }

    #[test]
    fn what_was_typed_cannot_leave_its_field() {
        let hostile = "\"><script>1</script></textarea>&lt;";
        let form = FormState::default().with("body", hostile);
        let area = view! { <TextArea form=form.clone() name="body" label="B".to_owned()/> }.to_html();
        assert!(area.contains("\n\"&gt;&lt;script&gt;1&lt;/script&gt;&lt;/textarea&gt;&amp;lt;</textarea>"), "{area}");
        let field = view! { <TextField form=form name="body" label="B".to_owned()/> }.to_html();
        assert!(!field.contains("\"><script>"), "{field}");
    }

    #[test]
    fn errors_about_all_of_the_form_come_first_and_the_others_lead_to_their_fields() {
        let mut form = FormState::default();
        form.refuse("name", "too long");
        form.refuse("", "changed meanwhile");
        let summary = view! { <FormErrors form=form.clone() text=text()/> }.to_html();
        assert!(summary.find("changed meanwhile").unwrap() < summary.find("#field-name").unwrap(), "{summary}");
        assert!(summary.contains(r#"id="form-errors""#) && summary.contains(r#"role="alert""#));
        let field = view! { <TextField form=form name="name" label="N".to_owned() hint="short".to_owned()/> }.to_html();
        assert!(
            field.contains(r#"aria-invalid="true""#) && field.contains(r#"aria-describedby="error-name hint-name""#),
            "{field}"
        );
        let nothing = view! { <FormErrors form=FormState::default() text=text()/> }.to_html();
        assert!(!nothing.contains("alert"), "{nothing}");
    }
}
