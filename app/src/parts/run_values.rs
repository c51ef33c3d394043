//! Values that a runbook's commands take: those that are known, fields for those that are not, and a way to correct them.

use leptos::prelude::*;

use crate::data::desk::{FormState, ParamField, RunPage};
use crate::i18n::Text;
use crate::parts::form::{FormErrors, Hidden, Submit};
use crate::parts::incident_form::field_error;
use crate::parts::run_rows::run_href;

/// A field for a value, named `param_<name>`; for a secret only where to set it. What it must look like is said once it does not.
pub fn value_field(text: &Text, form: &FormState, param: &ParamField) -> AnyView {
    if param.is_secret {
        return view! { <p class="hint">{secret(text, param)}</p> }.into_any();
    }
    let name = format!("param_{}", param.name);
    let id = format!("field-{name}");
    let label_for = id.clone();
    let error = field_error(form, &name);
    let is_wrong = error.is_some();
    let described_by = is_wrong.then(|| format!("error-{name}"));
    let class = if is_wrong { "field is-wrong" } else { "field" };
    let label =
        if param.is_required { param.label.clone() } else { text.with("run-optional", &[("name", param.label.clone().into())]) };
    let pattern = is_wrong.then(|| {
        view! { <p class="hint">{text.get("run-pattern")} " " <code>{param.pattern.clone()}</code></p> }
    });
    let value = form.value(&name);
    view! {
        <div class=class>
            <label for=label_for>{label}</label>
            {error}
            {pattern}
            <input
                id=id
                name=name
                type="text"
                value=value
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                aria-describedby=described_by
                aria-invalid=is_wrong.then_some("true")
            />
        </div>
    }
    .into_any()
}

/// Where a secret is set: in one's own shell, under the name that the commands use.
fn secret(text: &Text, param: &ParamField) -> String {
    let variable = format!("${}", param.name.to_uppercase().replace('-', "_"));
    text.with("run-secret", &[("title", param.label.clone().into()), ("name", variable.into())])
}

/// Asks once for what is missing. In sight when the runbook cannot be followed without it, else folded.
pub fn missing(text: &Text, page: &RunPage) -> Option<AnyView> {
    if !page.may_run || page.missing.is_empty() {
        return None;
    }
    // Of two forms that go to the same place one was refused; the other starts anew.
    let form = if is_change(page) {
        FormState::default().with("request", page.params_form.value("request"))
    } else {
        page.params_form.clone()
    };
    let is_open = !form.errors.is_empty() || page.missing.iter().any(|param| param.is_required);
    let fields = page.missing.iter().map(|param| value_field(text, &form, param)).collect_view();
    let href = run_href(page.row.number);
    let shown = view! {
        <details id="run-missing" class="run-missing" open=is_open>
            <summary>{text.with("run-missing", &[("n", page.missing.len().into())])}</summary>
            <form class="run-form" method="post" action=format!("{href}/params") data-draft=format!("run-{}-values", page.row.number)>
                <FormErrors form=form.clone() text=text.clone()/>
                <Hidden name="request" value=form.value("request")/>
                {fields}
                <Submit label=text.get("run-missing-give")/>
            </form>
        </details>
    };
    Some(shown.into_any())
}

/// What the commands were filled in with.
pub fn values(text: &Text, page: &RunPage) -> Option<AnyView> {
    let items = page.params.iter().map(|param| {
        let value = if param.is_secret {
            view! { <dd class="soft">{secret(text, param)}</dd> }.into_any()
        } else {
            view! { <dd><code>{param.value.clone()}</code></dd> }.into_any()
        };
        view! { <div><dt>{param.label.clone()}</dt> {value}</div> }
    });
    let items = items.collect_view();
    let shown = || view! { <h2>{text.get("run-values")}</h2> <dl class="run-values">{items}</dl> }.into_any();
    (!page.params.is_empty()).then(shown)
}

/// The values that are known and can be changed here.
fn known(page: &RunPage) -> impl Iterator<Item = &ParamField> {
    page.params.iter().filter(|param| !param.is_secret)
}

/// True when what was sent last, and refused, were values that were known before.
fn is_change(page: &RunPage) -> bool {
    let is_sent = |param: &ParamField| page.params_form.values.iter().any(|(name, _)| *name == format!("param_{}", param.name));
    known(page).any(is_sent)
}

/// Corrects values that are known, since one that is wrong goes into every command. It is typed into, so it stands in no live part.
pub fn change_values(text: &Text, page: &RunPage) -> Option<AnyView> {
    if !page.may_run || known(page).next().is_none() {
        return None;
    }
    let number = page.row.number;
    let form = if is_change(page) {
        page.params_form.clone()
    } else {
        let fresh = FormState::default().with("request", page.params_form.value("request"));
        known(page).fold(fresh, |form, param| form.with(&format!("param_{}", param.name), param.value.clone()))
    };
    let is_open = !form.errors.is_empty();
    let fields = known(page).map(|param| value_field(text, &form, param)).collect_view();
    let shown = view! {
        <details id="run-change" class="run-change" open=is_open>
            <summary>{text.get("run-change")}</summary>
            <form
                class="run-form"
                method="post"
                action=format!("{}/params", run_href(number))
                data-draft=format!("run-{number}-values-changed")
            >
                <FormErrors form=form.clone() text=text.clone()/>
                <Hidden name="request" value=form.value("request")/>
                {fields}
                <Submit label=text.get("run-change-now")/>
            </form>
        </details>
    };
    Some(shown.into_any())
}
