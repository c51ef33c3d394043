//! One postmortem with everything about it: how far it is and what comes next, the text as it would be read, what others say, and how it came about.

use domain::account::Permission;
use domain::postmortem::{Analysis, Cause, State, Verdict};
use leptos::prelude::*;

use super::postmortems::{HERE, postmortem_href, postmortem_number, state_word};
use crate::data::desk::{CommentLine, DeskContext, DeskPiece, FormState, PostmortemShowPage, RevisionLine, ShownText};
use crate::i18n::Text;
use crate::parts::form::{Choice, FormErrors, Hidden, PostButton, Radios, Submit, TextArea, TextField};
use crate::parts::incident_words::{incident_href, incident_number};
use crate::parts::postmortem::{body, row};
use crate::parts::time_text::TimeText;
use crate::routes::to;

/// The page.
#[component]
pub fn PostmortemShowView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: PostmortemShowPage,
) -> impl IntoView {
    let text = context.text();
    let href = postmortem_href(page.line.number);
    let incident = page.line.incident;
    let typing = page.typing.iter().map(|(name, at)| {
        view! {
            <li>{text.with("postmortem-typing", &[("name", name.clone().into())])} " " <TimeText at=*at zone=context.zone.clone() text=text.clone()/></li>
        }
    });
    let typing = typing.collect_view();
    let typing = (!page.typing.is_empty()).then(|| view! { <ul class="soft">{typing}</ul> });
    view! {
        <main id="content" class="desk postmortem-desk" data-postmortem=page.line.number>
            <p class="back"><a href=HERE>{text.get("postmortems-title")}</a></p>
            <div class="list-head">
                <h1>{postmortem_number(page.line.number)} " " {page.line.title.clone()}</h1>
            </div>
            <p>
                <span class=format!("state-mark pm-{}", page.line.state.name())>{state_word(&text, page.line.state)}</span> " "
                <a href=incident_href(incident)>{incident_number(incident)}</a>
            </p>
            {reason(&text, &page)}
            {typing}
            {next(&context, &text, &page, &href)}
            <div class="postmortem-columns">
                <div class="postmortem-reading" data-quotes="">{texts(&text, &page)}</div>
                <div class="postmortem-talk">
                    {review(&context, &text, &page, &href)}
                    {comments(&context, &text, &page, &href)}
                    {facts(&context, &text, &page, &href)}
                    {revisions(&context, &text, &page, &href)}
                    {publications(&context, &text, &page)}
                    {retract(&context, &text, &page, &href)}
                </div>
            </div>
        </main>
    }
}

fn reason(text: &Text, page: &PostmortemShowPage) -> Option<impl IntoView + use<>> {
    page.reason.as_ref().map(|(reason, by)| {
        let words = text.with("postmortem-reason-by", &[("name", by.clone().into())]);
        view! { <p class="notice">{reason.clone()} " " <span class="soft">{words}</span></p> }
    })
}

/// What comes next, in one row of buttons.
fn next(context: &DeskContext, text: &Text, page: &PostmortemShowPage, href: &str) -> impl IntoView + use<> {
    let state = page.line.state;
    let edit = context.may(Permission::Respond).then(|| {
        let words = text.get(if state == State::Published { "postmortem-correct" } else { "postmortem-edit" });
        view! { <a class="act" href=format!("{href}/edit")>{words}</a> }
    });
    let submit = (context.may(Permission::Respond) && state == State::Draft && page.newest.is_some()).then(|| {
        let version = vec![("version", page.version.to_string())];
        view! { <PostButton action=format!("{href}/submit") label=text.get("postmortem-submit") fields=version/> }
    });
    let publish = (context.may(Permission::Publish) && state == State::Approved)
        .then(|| view! { <a class="act primary" href=format!("{href}/publish")>{text.get("postmortem-publish")}</a> });
    let check = (page.newest.is_some() && state != State::Approved && state != State::Published)
        .then(|| view! { <a href=format!("{href}/publish")>{text.get("postmortem-see-check")}</a> });
    let item = (context.may(Permission::Respond) && state != State::Waived).then(|| {
        let href = format!("/desk/action-items/new?incident={}", page.line.incident);
        view! { <a href=href>{text.get("incident-actions-new")}</a> }
    });
    let public = page.slug.as_ref().filter(|_| page.line.published_at.is_some()).map(|slug| {
        view! { <a href=to::postmortem(context.language, slug)>{text.get("postmortem-see-public")}</a> }
    });
    let unsaved = page.unsaved_at.map(|at| {
        view! {
            <p class="notice">
                {text.get("postmortem-own-unsaved")} " " <TimeText at=at zone=context.zone.clone() text=text.clone()/> " "
                <a href=format!("{href}/edit")>{text.get("postmortem-own-unsaved-go")}</a>
            </p>
        }
    });
    let hint = match state {
        State::Draft => "postmortem-next-draft",
        State::InReview => "postmortem-next-review",
        State::Approved => "postmortem-next-approved",
        State::Published => "postmortem-next-published",
        State::Retracted => "postmortem-next-retracted",
        State::Waived => "postmortem-next-waived",
    };
    view! {
        <div class="postmortem-next">
            {unsaved}
            <p class="hint">{text.get(hint)}</p>
            <div class="actions">{edit} {submit} {publish} {check} {item} {public}</div>
        </div>
    }
}

fn texts(text: &Text, page: &PostmortemShowPage) -> impl IntoView + use<> {
    let empty = page.texts.is_empty().then(|| view! { <p class="empty">{text.get("postmortem-no-text")}</p> });
    let many = page.texts.len() > 1;
    let texts = page.texts.iter().map(|shown| one_text(text, shown, many)).collect_view();
    view! { {empty} {texts} }
}

/// A text as it would be read, and what of it nobody outside will see.
pub fn one_text(text: &Text, shown: &ShownText, has_others: bool) -> impl IntoView + use<> {
    let tag = shown.language.tag();
    let language = has_others.then(|| view! { <p class="soft">{text.get(&format!("language-{tag}"))}</p> });
    view! {
        <article class="postmortem-preview" lang=tag data-language=tag>
            {language}
            <h2>{shown.title.clone()}</h2>
            <div class="story-body">{pieces(text, shown)}</div>
        </article>
    }
}

/// The same as HTML, for the preview beside the editor.
pub fn pieces_html(text: &Text, shown: &ShownText) -> String {
    pieces(text, shown).to_html()
}

/// The pieces of a text, with what stays inside below each block.
pub fn pieces(text: &Text, shown: &ShownText) -> impl IntoView + use<> {
    let zone = shown.zone.clone();
    let piece = |piece: &DeskPiece| {
        let rows = piece.internal.iter().map(|one| row(text, &zone, one)).collect_view();
        let internal = (!piece.internal.is_empty()).then(|| {
            view! {
                <details class="internal-rows">
                    <summary>{text.with("postmortem-internal-rows", &[("n", piece.internal.len().into())])}</summary>
                    <ol class="story-rows">{rows}</ol>
                </details>
            }
        });
        view! { {body(text, &zone, std::slice::from_ref(&piece.piece))} {internal} }
    };
    shown.pieces.iter().map(piece).collect_view()
}

/// What somebody who looked it over says.
fn review(context: &DeskContext, text: &Text, page: &PostmortemShowPage, href: &str) -> impl IntoView + use<> {
    let is_open = context.may(Permission::Respond) && page.line.state == State::InReview;
    let may_approve = !page.is_own || page.is_alone;
    let form = is_open.then(|| {
        let approve = text.get(if page.is_own { "review-approve-own" } else { "review-approve" });
        let mut options = Vec::new();
        if may_approve {
            options.push((Verdict::Approve.name().to_owned(), approve));
        }
        options.push((Verdict::RequestChanges.name().to_owned(), text.get("review-request-changes")));
        let hint = (!may_approve).then(|| view! { <p class="hint">{text.get("review-own-hint")}</p> });
        view! {
            <form class="form" method="post" action=format!("{href}/review") data-draft=format!("review-{}", page.line.number)>
                <FormErrors form=page.review.clone() text=text.clone()/>
                <Hidden name="version" value=page.version.to_string()/>
                <Hidden name="revision" value=page.newest.unwrap_or(0).to_string()/>
                {hint}
                <Radios form=page.review.clone() name="verdict" legend=text.get("review-verdict") options=options/>
                <TextArea form=page.review.clone() name="note" label=text.get("review-note") rows=3/>
                <Submit label=text.get("review-send")/>
            </form>
        }
    });
    let items = page.reviews.iter().map(|one| {
        let verdict = text.get(&format!("review-said-{}", one.verdict.name().replace('_', "-")));
        let own = one.is_own.then(|| text.get("review-own"));
        let facts = text.with("review-of-revision", &[("n", one.revision.into()), ("name", one.name.clone().into())]);
        let note = (!one.note.is_empty()).then(|| view! { <p>{one.note.clone()}</p> });
        view! { <li><p><strong>{verdict}</strong> " " <span class="soft">{facts} " " {own}</span></p> {note}</li> }
    });
    let items = items.collect_view();
    let list = (!page.reviews.is_empty()).then(|| view! { <ul class="desk-rows">{items}</ul> });
    (form.is_some() || list.is_some()).then(|| {
        view! {
            <section aria-labelledby="review">
                <h2 id="review">{text.get("review-title")}</h2>
                {form}
                {list}
            </section>
        }
    })
}

fn comments(context: &DeskContext, text: &Text, page: &PostmortemShowPage, href: &str) -> impl IntoView + use<> {
    let (open, seen): (Vec<&CommentLine>, Vec<&CommentLine>) =
        page.comments.iter().partition(|comment| comment.resolved_by.is_none());
    let refused = page.comment.value("parent");
    let list = |comments: &[&CommentLine]| {
        let answer = |one: &CommentLine| if one.id == refused { page.comment.clone() } else { FormState::default() };
        comments.iter().map(|one| comment(context, text, href, (one, answer(one)))).collect_view()
    };
    let own = if refused.is_empty() { page.comment.clone() } else { FormState::default() };
    let (open_items, seen_items) = (list(&open), list(&seen));
    let open_list = (!open.is_empty()).then(|| view! { <ol class="comments">{open_items}</ol> });
    let seen_list = (!seen.is_empty()).then(|| {
        view! {
            <details>
                <summary>{text.with("comments-seen", &[("n", seen.len().into())])}</summary>
                <ol class="comments">{seen_items}</ol>
            </details>
        }
    });
    let languages: Vec<(String, String)> = page
        .texts
        .iter()
        .map(|shown| (shown.language.tag().to_owned(), text.get(&format!("language-{}", shown.language.tag()))))
        .collect();
    let choice = (languages.len() > 1).then(|| {
        view! { <Choice form=own.clone() name="language" label=text.get("comment-language") options=languages.clone()/> }
    });
    let only = (languages.len() == 1).then(|| view! { <Hidden name="language" value=languages[0].0.clone()/> });
    let form = (context.may(Permission::Respond) && page.newest.is_some()).then(|| {
        view! {
            <form class="form comment-form" method="post" action=format!("{href}/comments") data-draft=format!("comment-{}", page.line.number)>
                <FormErrors form=own.clone() text=text.clone()/>
                <Hidden name="revision" value=page.newest.unwrap_or(0).to_string()/>
                <TextArea
                    form=own.clone()
                    name="quote"
                    label=text.get("comment-quote")
                    hint=text.get("comment-quote-hint")
                    rows=2
                />
                {choice}
                {only}
                <TextArea form=own.clone() name="body" label=text.get("comment-body") rows=3/>
                <Submit label=text.get("comment-send")/>
            </form>
        }
    });
    view! {
        <section aria-labelledby="comments">
            <h2 id="comments">{text.get("comments-title")}</h2>
            {open_list}
            {seen_list}
            {form}
        </section>
    }
}

/// One comment. `form`: an answer to it that was refused.
fn comment(context: &DeskContext, text: &Text, href: &str, (one, form): (&CommentLine, FormState)) -> impl IntoView + use<> {
    let quote = one.quote.as_ref().map(|quote| {
        let now = match &one.now {
            None => Some(view! { <p class="hint">{text.get("comment-gone")}</p> }.into_any()),
            Some(now) if now != quote => {
                Some(view! { <p class="hint">{text.get("comment-now")}</p> <blockquote>{now.clone()}</blockquote> }.into_any())
            }
            Some(_) => None,
        };
        let there = one.is_marked.then(|| {
            view! { <p><a href=format!("#passage-{}", one.id)>{text.get("comment-in-text")}</a></p> }
        });
        view! { <blockquote>{quote.clone()}</blockquote> {now} {there} }
    });
    let said = |name: &str, at: domain::time::Timestamp, html: &str| {
        view! {
            <p class="soft">{name.to_owned()} " " <TimeText at=at zone=context.zone.clone() text=text.clone()/></p>
            <div class="told" inner_html=html.to_owned()></div>
        }
    };
    let answers = one.answers.iter().map(|(name, at, html)| view! { <li>{said(name, *at, html)}</li> }).collect_view();
    let answers = (!one.answers.is_empty()).then(|| view! { <ol class="answers">{answers}</ol> });
    let resolved = one.resolved_by.clone();
    let resolve = context.may(Permission::Respond).then(|| {
        let (end, key) = if resolved.is_none() { ("resolve", "comment-resolve") } else { ("reopen", "comment-reopen") };
        view! { <PostButton action=format!("{href}/comments/{}/{end}", one.id) label=text.get(key)/> }
    });
    let field = format!("answer-{}", one.id);
    let answer = (context.may(Permission::Respond) && resolved.is_none()).then(|| {
        view! {
            <details open=!form.errors.is_empty()>
                <summary>{text.get("comment-answer")}</summary>
                <form class="form" method="post" action=format!("{href}/comments") data-draft=field.clone()>
                    <FormErrors form=form.clone() text=text.clone()/>
                    <Hidden name="parent" value=one.id.clone()/>
                    <label for=field.clone()>{text.get("comment-body")}</label>
                    <textarea id=field.clone() name="body" rows="2" required>{form.value("body")}</textarea>
                    <Submit label=text.get("comment-answer-send")/>
                </form>
            </details>
        }
    });
    let resolved = resolved.map(|by| view! { <p class="soft">{text.with("comment-resolved-by", &[("name", by.into())])}</p> });
    view! {
        <li id=format!("comment-{}", one.id)>
            {quote}
            {said(&one.name, one.at, &one.html)}
            {answers}
            {resolved}
            <div class="actions">{resolve}</div>
            {answer}
        </li>
    }
}

/// What is said of it beside its text.
fn facts(context: &DeskContext, text: &Text, page: &PostmortemShowPage, href: &str) -> Option<impl IntoView + use<>> {
    let form = &page.facts;
    let analysis = Analysis::ALL.iter().map(|one| (one.name().to_owned(), text.get(&format!("analysis-{}", one.name()))));
    let causes = Cause::ALL.iter().map(|one| (one.name().to_owned(), text.get(&format!("cause-{}", one.name()))));
    let people = std::iter::once((String::new(), text.get("postmortem-nobody")))
        .chain(page.people.iter().map(|name| (name.clone(), name.clone())));
    let is_open = !form.errors.is_empty();
    context.may(Permission::Respond).then(|| {
        view! {
            <section aria-labelledby="facts">
                <h2 id="facts">{text.get("postmortem-facts")}</h2>
                <details open=is_open>
                    <summary>{text.get("postmortem-facts-change")}</summary>
                    <form class="form" method="post" action=format!("{href}/facts")>
                        <FormErrors form=form.clone() text=text.clone()/>
                        <Hidden name="version" value=page.version.to_string()/>
                        <Choice form=form.clone() name="analysis" label=text.get("postmortem-analysis") options=analysis.collect()/>
                        <Choice form=form.clone() name="cause" label=text.get("postmortem-cause") options=causes.collect()/>
                        <Choice form=form.clone() name="owner" label=text.get("postmortem-owner") options=people.collect()/>
                        <TextField form=form.clone() name="slug" label=text.get("postmortem-slug") hint=text.get("postmortem-slug-hint")/>
                        <TextField
                            form=form.clone()
                            name="no_actions"
                            label=text.get("postmortem-no-actions")
                            hint=text.get("postmortem-no-actions-hint")
                        />
                        <Submit label=text.get("postmortem-facts-save")/>
                    </form>
                </details>
            </section>
        }
    })
}

fn revisions(context: &DeskContext, text: &Text, page: &PostmortemShowPage, href: &str) -> Option<impl IntoView + use<>> {
    let items = page.revisions.iter().map(|one| revision(context, text, href, one)).collect_view();
    (!page.revisions.is_empty()).then(|| {
        view! {
            <section aria-labelledby="revisions">
                <h2 id="revisions">{text.get("revisions-title")}</h2>
                <ol class="desk-rows revisions" reversed>{items}</ol>
            </section>
        }
    })
}

fn revision(context: &DeskContext, text: &Text, href: &str, one: &RevisionLine) -> impl IntoView + use<> {
    let marks = [
        one.is_published.then(|| text.get("revision-published")),
        one.is_approved.then(|| text.get("revision-approved")),
        one.is_minor.then(|| text.get("postmortem-minor")),
    ];
    let marks = marks.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let compare = (one.number > 1).then(|| {
        let href = format!("{href}/compare?from={}&to={}", one.number - 1, one.number);
        view! { " " <a href=href>{text.get("revision-compare")}</a> }
    });
    let message = if one.message.is_empty() { text.get("revision-no-message") } else { one.message.clone() };
    view! {
        <li>
            <p>{text.with("revision-name", &[("n", one.number.into())])} " " {message} {compare}</p>
            <p class="soft">
                {one.author.clone()} " " <TimeText at=one.at zone=context.zone.clone() text=text.clone()/> " " <code>{one.hash.clone()}</code> " " {marks}
            </p>
        </li>
    }
}

fn publications(context: &DeskContext, text: &Text, page: &PostmortemShowPage) -> Option<impl IntoView + use<>> {
    let items = page.publications.iter().map(|(number, revision, at, by, message)| {
        let words = text.with("publication-name", &[("n", (*number).into()), ("revision", (*revision).into())]);
        view! {
            <li>
                <p>{words} " " {message.clone()}</p>
                <p class="soft">{by.clone()} " " <TimeText at=*at zone=context.zone.clone() text=text.clone()/></p>
            </li>
        }
    });
    let items = items.collect_view();
    (!page.publications.is_empty()).then(|| {
        view! {
            <section aria-labelledby="publications">
                <h2 id="publications">{text.get("publications-title")}</h2>
                <ol class="desk-rows" reversed>{items}</ol>
            </section>
        }
    })
}

fn retract(context: &DeskContext, text: &Text, page: &PostmortemShowPage, href: &str) -> Option<impl IntoView + use<>> {
    let is_there = context.may(Permission::Publish) && page.line.published_at.is_some() && page.line.state != State::Retracted;
    let is_open = !page.retract.errors.is_empty();
    is_there.then(|| {
        view! {
            <section aria-labelledby="retract">
                <h2 id="retract">{text.get("postmortem-retract")}</h2>
                <details open=is_open>
                    <summary>{text.get("postmortem-retract-open")}</summary>
                    <form class="form" method="post" action=format!("{href}/retract")>
                        <FormErrors form=page.retract.clone() text=text.clone()/>
                        <Hidden name="version" value=page.version.to_string()/>
                        <TextField
                            form=page.retract.clone()
                            name="reason"
                            label=text.get("postmortem-retract-reason")
                            hint=text.get("postmortem-retract-hint")
                        />
                        <button type="submit" class="plain danger">{text.get("postmortem-retract-send")}</button>
                    </form>
                </details>
            </section>
        }
    })
}
