//! One row of a timeline: as it is, the form that changes it, files that belong to it, and how it once was. Where two people wrote at
//! once, both texts stand side by side and nothing is lost.

use domain::incident::work::{EntryKind, HypothesisState, Precision, Visibility};
use leptos::prelude::*;

use crate::data::desk::{DeskContext, EntryEditPage, EntryRow, RevisionRow};
use crate::i18n::{Argument, Text};
use crate::parts::desk_lists::fact_at;
use crate::parts::evidence::evidence;
use crate::parts::form::{Boxes, Choice, FormErrors, Hidden, PostButton, Radios, Submit, TextArea, TextField, TickBox};
use crate::parts::incident_form::keep_secrets;
use crate::parts::incident_words::{hypothesis_word, incident_href, kind_word, marker_word, precision_word, visibility_word};
use crate::parts::time_text::TimeText;

/// Where a row is changed, or something is done with it.
fn href(page: &EntryEditPage, end: &str) -> String {
    format!("{}/entries/{}{end}", incident_href(page.number), page.row.id)
}

/// The page.
#[component]
pub fn EntryEditView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: EntryEditPage,
) -> impl IntoView {
    let text = context.text();
    let back = format!("{}#t-{}", incident_href(page.number), page.row.id);
    let number = || [("n", Argument::from(page.number))];
    let change = if page.row.is_deleted { restoration(&text, &page) } else { page.may_write.then(|| change(&text, &page)) };
    let removal = (page.may_write && !page.row.is_machine && !page.row.is_deleted).then(|| removal(&text, &page));
    view! {
        <main id="content" class="desk edit-page entry-edit">
            <p class="back"><a href=back>{text.with("entry-edit-back", &number())}</a></p>
            <h1>{text.with("entry-edit-title", &number())}</h1>
            <p class="description">{page.title.clone()}</p>
            {as_it_is(&text, &page)}
            {change}
            {evidence(&text, &page)}
            {revisions(&text, &page)}
            {removal}
        </main>
    }
}

/// What somebody sees of it in the timeline now.
fn as_it_is(text: &Text, page: &EntryEditPage) -> impl IntoView + use<> {
    let row = &page.row;
    let moment = view! { <TimeText at=row.occurred_at zone=page.zone.clone() text=text.clone()/> };
    let body = if row.is_deleted {
        view! { <p>{text.get("entry-edit-restore-text")}</p> }.into_any()
    } else {
        view! { <div class="told entry-body" inner_html=row.html.clone()></div> }.into_any()
    };
    let rejected = (!row.rejected.is_empty()).then(|| {
        let items = row.rejected.iter().map(|option| view! { <li>{option.clone()}</li> }).collect_view();
        view! { <p class="soft">{text.get("entry-edit-rejected-list")}</p> <ul class="rejected">{items}</ul> }
    });
    let annotation = row.annotation.clone().map(|words| {
        view! { <p class="annotation"><span class="soft">{text.get("entry-edit-annotated")}</span> " " {words}</p> }
    });
    let edits = u64::try_from(row.revision - 1).unwrap_or(0);
    let edited = (edits > 0).then(|| view! { <li>{text.with("entry-edit-edited", &[("n", edits.into())])}</li> });
    view! {
        <section aria-labelledby="entry-now">
            <h2 id="entry-now">{text.get("entry-edit-now")}</h2>
            <article class="entry-now">
                <p class="list-head">{tags(text, row)} <strong>{moment}</strong></p>
                {body}
                {rejected}
                {annotation}
                <ul class="facts">
                    <li>{text.with("entry-edit-by", &[("name", row.actor.clone().into())])}</li>
                    {fact_at(text, "entry-edit-recorded", row.recorded_at, &page.zone)}
                    {edited}
                </ul>
            </article>
        </section>
    }
}

/// What it is in short: its kind, and all that is not as usual with it.
fn tags(text: &Text, row: &EntryRow) -> impl IntoView + use<> {
    let mut words = vec![kind_word(text, row.kind)];
    words.extend(row.hypothesis.map(|state| hypothesis_word(text, state)));
    words.extend((row.precision == Precision::About).then(|| precision_word(text, Precision::About)));
    words.extend((row.visibility != Visibility::Internal).then(|| visibility_word(text, row.visibility)));
    words.extend(row.is_starred.then(|| text.get("entry-edit-starred")));
    words.extend(row.markers.iter().map(|marker| marker_word(text, *marker)));
    let deleted = row.is_deleted.then(|| view! { <strong class="tag warn">{text.get("entry-edit-deleted")}</strong> });
    let tags = words.into_iter().map(|word| view! { <span class="tag">{word}</span> }).collect_view();
    view! { {tags} {deleted} }
}

/// The form. Of a row that Yagura wrote it has only what may change.
fn change(text: &Text, page: &EntryEditPage) -> AnyView {
    let form = &page.form;
    let row = &page.row;
    let machine = row.is_machine.then(|| view! { <p class="description">{text.get("entry-edit-machine")}</p> });
    let said = (!row.is_machine).then(|| said(text, page));
    let visibilities =
        Visibility::ALL.iter().map(|visibility| (visibility.name().to_owned(), visibility_word(text, *visibility)));
    let visibilities = visibilities.collect::<Vec<_>>();
    let markers =
        page.markers.iter().map(|(marker, _)| (marker.name().to_owned(), marker_word(text, *marker))).collect::<Vec<_>>();
    let save = if page.theirs.is_some() { "entry-edit-save-over" } else { "entry-edit-save" };
    view! {
        <section aria-labelledby="entry-change">
            <h2 id="entry-change">{text.get("entry-edit-change")}</h2>
            {machine}
            <form
                class="form edit-form entry-form"
                method="post"
                action=href(page, "")
                data-draft=format!("entry-{}", row.id)
            >
                <FormErrors form=form.clone() text=text.clone()/>
                <Hidden name="revision" value=form.value("revision")/>
                {said}
                {keep_secrets(text, form)}
                <Radios
                    form=form.clone()
                    name="visibility"
                    legend=text.get("entry-edit-visibility")
                    hint=text.get("entry-edit-visibility-hint")
                    options=visibilities
                />
                <TickBox form=form.clone() name="is_starred" label=text.get("entry-edit-star")/>
                <TextArea
                    form=form.clone()
                    name="annotation"
                    label=text.get("entry-edit-annotation")
                    hint=text.get("entry-edit-annotation-hint")
                    rows=2
                />
                <Boxes
                    form=form.clone()
                    name="markers"
                    legend=text.get("entry-edit-markers")
                    hint=text.get("entry-edit-markers-hint")
                    options=markers
                />
                <Submit label=text.get(save)/>
            </form>
        </section>
    }
    .into_any()
}

/// What a person said: when, what kind, the words, and what only some kinds have. The style sheet shows that with its kind.
fn said(text: &Text, page: &EntryEditPage) -> impl IntoView + use<> {
    let form = &page.form;
    let zone = page.zone.iana_name().unwrap_or("UTC").to_owned();
    let kinds = EntryKind::human().map(|kind| (kind.name().to_owned(), kind_word(text, kind))).collect::<Vec<_>>();
    let typed = (String::new(), text.get("entry-edit-precision-typed"));
    let precisions = Precision::ALL.iter().map(|precision| (precision.name().to_owned(), precision_word(text, *precision)));
    let precisions = std::iter::once(typed).chain(precisions).collect::<Vec<_>>();
    let states =
        HypothesisState::ALL.iter().map(|state| (state.name().to_owned(), hypothesis_word(text, *state))).collect::<Vec<_>>();
    view! {
        {words(text, page)}
        <Choice form=form.clone() name="kind" label=text.get("entry-edit-kind") options=kinds/>
        <div class="for-decision">
            <TextArea
                form=form.clone()
                name="rejected"
                label=text.get("entry-edit-rejected")
                hint=text.get("entry-edit-rejected-hint")
                rows=3
            />
        </div>
        <div class="for-hypothesis">
            <Choice form=form.clone() name="hypothesis" label=text.get("entry-edit-hypothesis") options=states/>
        </div>
        <TextField
            form=form.clone()
            name="at"
            label=text.get("entry-edit-at")
            hint=text.with("incident-when-hint", &[("zone", zone.into())])
        />
        <Choice form=form.clone() name="precision" label=text.get("entry-edit-precision") options=precisions/>
    }
}

/// The words. Where somebody else saved theirs meanwhile, those stand beside.
fn words(text: &Text, page: &EntryEditPage) -> impl IntoView + use<> {
    let form = page.form.clone();
    let hint = text.get("entry-edit-body-hint");
    let Some((name, at, theirs)) = page.theirs.clone() else {
        return view! { <TextArea form=form name="body" label=text.get("entry-edit-body") hint=hint rows=6/> }.into_any();
    };
    let named = |key: &str| text.with(key, &[("name", name.clone().into())]);
    view! {
        <section class="conflict" aria-labelledby="conflict">
            <h3 id="conflict">{named("entry-edit-conflict")}</h3>
            <p>{text.get("entry-edit-conflict-text")}</p>
            <div class="conflict-pair">
                <figure class="theirs">
                    <figcaption>
                        <strong>{named("entry-edit-theirs")}</strong> " "
                        <TimeText at=at zone=page.zone.clone() text=text.clone()/>
                    </figcaption>
                    <pre>{theirs}</pre>
                </figure>
                <TextArea form=form name="body" label=text.get("entry-edit-yours") hint=hint rows=6/>
            </div>
        </section>
    }
    .into_any()
}

/// The way back for a row that was deleted.
fn restoration(text: &Text, page: &EntryEditPage) -> Option<AnyView> {
    page.may_write.then(|| {
        let fields = vec![("revision", page.row.revision.to_string())];
        view! {
            <div class="actions">
                <PostButton action=href(page, "/restore") label=text.get("entry-edit-restore") fields=fields/>
            </div>
        }
        .into_any()
    })
}

fn removal(text: &Text, page: &EntryEditPage) -> impl IntoView + use<> {
    view! {
        <section class="removal" aria-labelledby="removal-heading">
            <h2 id="removal-heading">{text.get("entry-edit-delete")}</h2>
            <PostButton
                action=href(page, "/delete")
                label=text.get("entry-edit-delete")
                fields=vec![("revision", page.row.revision.to_string())]
                ask=text.get("entry-edit-delete-ask")
                is_danger=true
            />
        </section>
    }
}

fn revisions(text: &Text, page: &EntryEditPage) -> impl IntoView + use<> {
    // The newest is the row itself.
    let is_as_written = page.revisions.len() < 2 && page.row.revision < 2 && !page.row.is_deleted;
    let list = if is_as_written || page.revisions.is_empty() {
        view! { <p class="empty">{text.get("entry-edit-revisions-none")}</p> }.into_any()
    } else {
        let items = page.revisions.iter().map(|revision| revision_item(text, page, revision)).collect_view();
        view! { <ol class="list-rows">{items}</ol> }.into_any()
    };
    view! {
        <section aria-labelledby="revisions">
            <h2 id="revisions">{text.get("entry-edit-revisions")}</h2>
            {list}
        </section>
    }
}

fn revision_item(text: &Text, page: &EntryEditPage, revision: &RevisionRow) -> impl IntoView + use<> {
    let number = u64::try_from(revision.revision).unwrap_or(0);
    view! {
        <li>
            <p class="list-head">
                <strong>{text.with("entry-edit-revision", &[("n", number.into())])}</strong>
                <span>{revision.actor.clone()}</span>
                <span class="soft"><TimeText at=revision.at zone=page.zone.clone() text=text.clone()/></span>
            </p>
            <ul class="facts">
                <li>{kind_word(text, revision.kind)}</li>
                {fact_at(text, "entry-edit-happened", revision.occurred_at, &page.zone)}
            </ul>
            <pre class="once">{revision.body.clone()}</pre>
        </li>
    }
}
