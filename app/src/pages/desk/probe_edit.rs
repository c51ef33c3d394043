//! Make or change a probe. The fields of all three kinds are in the form; the style sheet hides those of the kinds not chosen, so the
//! browser must not check the form (`novalidate`): what is wrong with a hidden field could not be seen. Nor is `${NAME}` a URL to it.

use leptos::prelude::*;

use crate::data::desk::{ComponentChoice, DeskContext, FormState, ProbeEditPage};
use crate::i18n::Text;
use crate::parts::desk_probe::{WATCHING, probe_href};
use crate::parts::form::{Choice, FormErrors, Hidden, PostButton, Radios, Submit, TextArea, TextField};

/// Methods to choose from; one that is none of them and stands in the definition is one more.
const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"];

/// The page.
#[component]
pub fn ProbeEditView(
    /// Who looks at it, when, in which language.
    context: DeskContext,
    /// The form.
    page: ProbeEditPage,
) -> impl IntoView {
    let text = context.text();
    let title = match &page.slug {
        Some(slug) => text.with("probe-edit-title", &[("name", slug.clone().into())]),
        None => text.get("probe-edit-new"),
    };
    let back = page.slug.as_ref().map_or_else(|| WATCHING.to_owned(), |slug| probe_href(slug));
    let body = if page.components.is_empty() {
        view! {
            <p class="empty">{text.get("probe-edit-no-component")}</p>
            <p class="actions"><a class="button" href="/desk/components/new">{text.get("watching-add-component")}</a></p>
        }
        .into_any()
    } else {
        edit_form(&text, &page, back.clone()).into_any()
    };
    view! {
        <main id="content" class="desk edit-page">
            <p class="back"><a href=back>{text.get(if page.slug.is_some() { "probe-edit-back" } else { "probe-back" })}</a></p>
            <h1>{title}</h1>
            {body}
            {removal(&text, &page)}
        </main>
    }
}

fn edit_form(text: &Text, page: &ProbeEditPage, back: String) -> impl IntoView + use<> {
    let form = &page.form;
    let (action, submit) = match &page.slug {
        Some(slug) => (format!("{}/edit", probe_href(slug)), text.get("probe-edit-save")),
        None => ("/desk/probes/new".to_owned(), text.get("probe-edit-add")),
    };
    let version = page.slug.is_some().then(|| view! { <Hidden name="version" value=form.value("version")/> });
    let untouched = (!page.untouched.is_empty()).then(|| {
        let names = page.untouched.join(&text.separator("list-separator"));
        view! { <p class="notice">{text.with("probe-edit-untouched", &[("names", names.into())])}</p> }
    });
    view! {
        <form class="form edit-form probe-form" method="post" action=action novalidate>
            <FormErrors form=form.clone() text=text.clone()/>
            {version}
            {untouched}
            {whose(text, page)}
            {http(text, page)}
            {tcp(text, page)}
            {heartbeat(text, form)}
            {pace(text, form)}
            <p class="edit-end"><Submit label=submit/> <a href=back>{text.get("probe-edit-cancel")}</a></p>
        </form>
    }
}

/// Whose state it contributes to, its name, and its kind.
fn whose(text: &Text, page: &ProbeEditPage) -> impl IntoView + use<> {
    let form = &page.form;
    let slug = page.slug.is_none().then(|| {
        let (label, hint) = (text.get("probe-edit-slug"), text.get("probe-edit-slug-hint"));
        view! { <TextField form=form.clone() name="slug" label=label hint=hint is_required=true/> }
    });
    let of = |choice: &ComponentChoice| (choice.slug.clone(), choice.name.clone());
    let components: Vec<_> = page.components.iter().map(of).collect();
    let kinds = [("http", "probe-edit-kind-http"), ("tcp", "probe-edit-kind-tcp"), ("heartbeat", "probe-edit-kind-heartbeat")];
    let kinds = kinds.map(|(kind, key)| (kind.to_owned(), text.get(key)));
    view! {
        <fieldset class="fields">
            <legend>{text.get("probe-edit-whose")}</legend>
            <Choice form=form.clone() name="component" label=text.get("probe-edit-component") options=components/>
            {slug}
            <Radios form=form.clone() name="kind" legend=text.get("probe-edit-kind") options=Vec::from(kinds)/>
        </fieldset>
    }
}

/// How secrets are referred to: never as they are.
fn secrets(text: &Text, page: &ProbeEditPage) -> impl IntoView + use<> {
    let words = text.with("probe-edit-secrets", &[("name", "${NAME}".into())]);
    let names = if page.references.is_empty() {
        view! { <p class="description">{text.get("probe-edit-no-references")}</p> }.into_any()
    } else {
        let names = page.references.iter().map(|name| view! { <li><code>{format!("${{{name}}}")}</code></li> }).collect_view();
        view! { <details><summary>{text.get("probe-edit-references")}</summary><ul class="references">{names}</ul></details> }
            .into_any()
    };
    view! { <div class="secrets"><p class="description">{words}</p> {names}</div> }
}

fn http(text: &Text, page: &ProbeEditPage) -> impl IntoView + use<> {
    let form = &page.form;
    let own = form.value("method");
    let own = (!own.is_empty() && !METHODS.contains(&own.as_str())).then_some(own);
    let methods: Vec<_> = METHODS.into_iter().map(str::to_owned).chain(own).map(|method| (method.clone(), method)).collect();
    view! {
        <fieldset class="fields for-http">
            <legend>{text.get("probe-edit-http")}</legend>
            <TextField form=form.clone() name="url" label=text.get("probe-edit-url") hint=text.get("probe-edit-url-hint") kind="url"/>
            <Choice form=form.clone() name="method" label=text.get("probe-edit-method") options=methods/>
            <TextArea
                form=form.clone()
                name="conditions"
                label=text.get("probe-edit-conditions")
                hint=text.get("probe-edit-conditions-hint")
            />
            <TextArea
                form=form.clone()
                name="degraded"
                label=text.get("probe-edit-degraded")
                hint=text.get("probe-edit-degraded-hint")
                rows=2
            />
            <details class="syntax">
                <summary>{text.get("probe-edit-syntax")}</summary>
                {syntax(text)}
            </details>
            <TextArea
                form=form.clone()
                name="headers"
                label=text.get("probe-edit-headers")
                hint=text.get("probe-edit-headers-hint")
                rows=2
            />
            <TextArea
                form=form.clone()
                name="body"
                label=text.get("probe-edit-body")
                hint=text.get("probe-edit-body-hint")
                rows=3
            />
            <TextField
                form=form.clone()
                name="redirects"
                label=text.get("probe-edit-redirects")
                hint=text.get("probe-edit-redirects-hint")
                kind="digits"
            />
            {secrets(text, page)}
        </fieldset>
    }
}

/// Examples of conditions, each with what it says.
fn syntax(text: &Text) -> impl IntoView + use<> {
    let examples = [
        ("[STATUS] == 200", "probe-edit-example-status"),
        ("[STATUS] == any(200, 204)", "probe-edit-example-any"),
        ("[RESPONSE_TIME] < 800", "probe-edit-example-time"),
        ("[BODY] == pat(*ok*)", "probe-edit-example-contains"),
        ("[BODY].health == true", "probe-edit-example-path"),
        ("len([BODY].items) > 0", "probe-edit-example-len"),
        ("has([BODY].version) == true", "probe-edit-example-has"),
        ("[CERTIFICATE_EXPIRATION] > 168h", "probe-edit-example-certificate"),
    ];
    let items = examples.map(|(example, key)| view! { <div><dt><code>{example}</code></dt><dd>{text.get(key)}</dd></div> });
    view! { <dl class="examples">{items.collect_view()}</dl> }
}

fn tcp(text: &Text, page: &ProbeEditPage) -> impl IntoView + use<> {
    let form = &page.form;
    view! {
        <fieldset class="fields for-tcp">
            <legend>{text.get("probe-edit-tcp")}</legend>
            <TextField form=form.clone() name="host" label=text.get("probe-edit-host") hint=text.get("probe-edit-host-hint")/>
            <TextField
                form=form.clone()
                name="port"
                label=text.get("probe-edit-port")
                hint=text.get("probe-edit-port-hint")
                kind="digits"
            />
            <TextArea
                form=form.clone()
                name="send"
                label=text.get("probe-edit-send")
                hint=text.get("probe-edit-send-hint")
                rows=2
            />
            <TextArea
                form=form.clone()
                name="expect"
                label=text.get("probe-edit-expect")
                hint=text.get("probe-edit-expect-hint")
                rows=2
            />
            {secrets(text, page)}
        </fieldset>
    }
}

fn heartbeat(text: &Text, form: &FormState) -> impl IntoView + use<> {
    let schedules = [("period", "probe-edit-schedule-period"), ("cron", "probe-edit-schedule-cron")];
    let schedules = schedules.map(|(schedule, key)| (schedule.to_owned(), text.get(key)));
    view! {
        <fieldset class="fields for-heartbeat">
            <legend>{text.get("probe-edit-heartbeat")}</legend>
            <p class="description">{text.get("probe-edit-heartbeat-text")}</p>
            <Radios form=form.clone() name="schedule" legend=text.get("probe-edit-schedule") options=Vec::from(schedules)/>
            <div class="for-period">
                <TextField
                    form=form.clone()
                    name="period"
                    label=text.get("probe-edit-period")
                    hint=text.get("probe-edit-period-hint")
                />
            </div>
            <div class="for-cron">
                <TextField form=form.clone() name="cron" label=text.get("probe-edit-cron") hint=text.get("probe-edit-cron-hint")/>
                <TextField
                    form=form.clone()
                    name="time_zone"
                    label=text.get("probe-edit-time-zone")
                    hint=text.get("probe-edit-time-zone-hint")
                />
            </div>
            <TextField form=form.clone() name="grace" label=text.get("probe-edit-grace") hint=text.get("probe-edit-grace-hint")/>
        </fieldset>
    }
}

/// How often it looks, and when it is believed: a heartbeat has none of this.
fn pace(text: &Text, form: &FormState) -> impl IntoView + use<> {
    view! {
        <fieldset class="fields for-active">
            <legend>{text.get("probe-edit-pace")}</legend>
            <TextField form=form.clone() name="every" label=text.get("probe-edit-every") hint=text.get("probe-edit-every-hint")/>
            <TextField
                form=form.clone()
                name="timeout"
                label=text.get("probe-edit-timeout")
                hint=text.get("probe-edit-timeout-hint")
            />
            <TextField
                form=form.clone()
                name="confirm_down"
                label=text.get("probe-edit-confirm-down")
                hint=text.get("probe-edit-confirm-down-hint")
                kind="digits"
            />
            <TextField
                form=form.clone()
                name="confirm_up"
                label=text.get("probe-edit-confirm-up")
                hint=text.get("probe-edit-confirm-up-hint")
                kind="digits"
            />
        </fieldset>
    }
}

fn removal(text: &Text, page: &ProbeEditPage) -> Option<impl IntoView + use<>> {
    page.slug.as_ref().map(|slug| {
        view! {
            <section class="removal" aria-labelledby="removal-heading">
                <h2 id="removal-heading">{text.get("probe-edit-remove")}</h2>
                <PostButton
                    action=format!("{}/remove", probe_href(slug))
                    label=text.get("probe-edit-remove")
                    fields=vec![("version", page.form.value("version"))]
                    ask=text.get("probe-edit-remove-ask")
                    is_danger=true
                />
            </section>
        }
    })
}
