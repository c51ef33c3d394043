//! The responder's screen, for a phone in one hand at night first: the one step that is next, large, with what is done about it under the
//! thumb; or all of them. Every step is in the page in both views, so that the script moves on without the server, and a page that was
//! kept can be worked with while there is no network.
//!
//! What is live can be replaced at any moment, so no form that is typed into stands in a live part, and what the script fills in stands
//! outside of them too.

use domain::account::Permission;
use domain::runbook::run::Mode;
use leptos::prelude::*;

use crate::data::desk::{DeskContext, RunPage, RunSection, RunView as Shown};
use crate::data::runbook::PartText;
use crate::i18n::Text;
use crate::islands::live_status::LiveStatus;
use crate::parts::form::Hidden;
use crate::parts::head::escaped;
use crate::parts::incident_form::keep_secrets;
use crate::parts::run_act::act;
use crate::parts::run_end::end;
use crate::parts::run_head::{alarms, back, head, switch, waiting, words};
use crate::parts::run_rows::{mode_word, run_href};
use crate::parts::run_step::{notes, step_article};
use crate::parts::run_values::{change_values, missing, values};
use crate::parts::run_words::{errors, focused, stand_symbols, view_of};

const fn view_name(view: Shown) -> &'static str {
    match view {
        Shown::Focus => "focus",
        Shown::List => "list",
    }
}

/// The page.
#[component]
pub fn RunView(
    /// Who looks at it, when, in which language.
    context: DeskContext,
    /// The run.
    page: RunPage,
) -> impl IntoView {
    let text = context.text();
    let number = page.row.number;
    let mode = page.row.mode;
    let queue = page.may_run.then(|| format!("/api/v1/runs/{number}/events"));
    // What a plain address shows: a page that was kept may have been asked for with another.
    let default = if page.is_do_confirm || page.ended.is_some() { Shown::List } else { Shown::Focus };
    let kind = (mode != Mode::Live).then(|| view! { <p class="run-kind">{mode_word(&text, mode)}</p> });
    let user = page.user.clone();
    let sections = page.sections.iter().enumerate();
    let sections = sections.map(|(place, section)| section_view(&context, &text, &page, place, section)).collect_view();
    view! {
        <main
            id="content"
            class=format!("desk run-page is-{}", mode.name())
            data-version=page.version
            data-run=number
            data-user=user
            data-view=view_name(view_of(&page))
            data-default-view=view_name(default)
            data-queue=queue
        >
            {stand_symbols()}
            {kind}
            {back(&text, &page)}
            <div class="run-top">
                <div id="run-head" class="run-head" data-live>{head(&context, &text, &page)}</div>
                <div class="run-ways">
                    {switch(&text, &page)}
                    <LiveStatus live=text.get("live") connecting=text.get("live-connecting") lost=text.get("live-lost")/>
                </div>
            </div>
            <div
                id="run-state"
                hidden
                data-user=page.user.clone()
                data-seq=page.seq
                data-plan=page.plan_json.clone()
                data-events=page.events_json.clone()
                data-live
            ></div>
            {words(&text)}
            {waiting(&text)}
            // The bar sticks to the foot of the screen for as long as what it is about is in sight.
            <div class="run-body">
                <div id="run-alarms" class="run-alarms" data-live>{alarms(&context, &text, &page)}</div>
                <div id="parts" class="run-parts">{sections}</div>
                // Behind the step whose command lacks them.
                {missing(&text, &page)}
                {act(&context, &page)}
                {end(&text, &page)}
                {aside(&context, &text, &page)}
            </div>
        </main>
    }
}

/// A section with steps; one without is read, and folded: it is a tap away in both views.
fn section_view(context: &DeskContext, text: &Text, page: &RunPage, place: usize, section: &RunSection) -> AnyView {
    let lang = (!page.language.is_empty()).then_some(page.language);
    let focus = focused(page);
    let is_focused = section.steps.iter().any(|step| focus == Some(step.text.id.as_str()));
    let mut steps = section.steps.iter();
    let parts = section.parts.iter().enumerate().map(|(at, part)| match part {
        PartText::Prose(html) => {
            let id = format!("run-prose-{place}-{at}");
            view! { <div class="run-prose told" id=id lang=lang data-live inner_html=html.clone()></div> }.into_any()
        }
        // One for each step in `parts`, in order.
        PartText::Step(_) => {
            steps.next().map(|step| step_article(context, page, step, focus == Some(step.text.id.as_str()))).into_any()
        }
    });
    let parts = parts.collect_view();
    let heading = if section.heading.is_empty() { text.get("run-about") } else { section.heading.clone() };
    if section.steps.is_empty() {
        // What is folded stands behind its fold and not in it: a style sheet can show it on paper in every browser.
        return view! {
            <div class="run-background">
                <details><summary>{heading}</summary></details>
                <div class="run-background-text">{parts}</div>
            </div>
        }
        .into_any();
    }
    let id = format!("run-section-{place}");
    let labelled_by = id.clone();
    let class = if is_focused { "run-section is-focused" } else { "run-section" };
    view! { <section class=class aria-labelledby=labelled_by><h2 id=id class="run-heading">{heading}</h2> {parts}</section> }
        .into_any()
}

/// What is about the run as a whole: notes, values, and what is written down by itself.
fn aside(context: &DeskContext, text: &Text, page: &RunPage) -> impl IntoView + use<> {
    let copies = page.may_run.then(|| {
        view! {
            <label class="tick run-copies">
                <input type="checkbox" id="run-copies" autocomplete="off" checked/>
                " "
                <span>{text.get("run-copies")}</span>
            </label>
        }
    });
    // What was left out, undone by hand or missing in the runbook is forgotten by tomorrow.
    let incident = page.row.incident.map(|number| format!("&incident={number}")).unwrap_or_default();
    let href = format!("/desk/action-items/new?run={}{incident}", page.row.number);
    let follow_up =
        context.may(Permission::Respond).then(|| view! { <p><a href=href>{text.get("incident-actions-new")}</a></p> });
    let nothing = page.notes.is_empty().then(|| view! { <p class="empty">{text.get("run-notes-none")}</p> });
    view! {
        <section class="run-aside" aria-labelledby="run-notes-heading">
            <h2 id="run-notes-heading">{text.get("run-notes")}</h2>
            <div id="run-notes" data-live>{nothing} {notes(context, text, &page.notes)}</div>
            {note_form(text, page)}
            <div id="run-values" data-live>{values(text, page)}</div>
            {change_values(text, page)}
            {copies}
            {follow_up}
        </section>
    }
}

/// A note about the run as a whole.
fn note_form(text: &Text, page: &RunPage) -> Option<impl IntoView + use<>> {
    let form = &page.note_form;
    let content = format!("\n{}", escaped(&form.value("text")));
    let number = page.row.number;
    page.may_run.then(|| {
        view! {
            <form
                class="run-form"
                method="post"
                action=format!("{}/notes", run_href(number))
                data-act="note"
                data-draft=format!("run-{number}-note")
            >
                {errors(form, text.get("run-refused-note"))}
                <Hidden name="request" value=form.value("request")/>
                <Hidden name="seq" value=page.seq.to_string()/>
                <div class="field">
                    <label for="run-note-text">{text.get("run-note-of-run")}</label>
                    <textarea id="run-note-text" name="text" rows="2" maxlength="4000" required inner_html=content></textarea>
                </div>
                {keep_secrets(text, form)}
                <div class="actions">
                    <button type="submit" class="plain" name="deed" value="note">{text.get("run-note-add")}</button>
                    <button type="submit" class="plain" name="deed" value="wrong">{text.get("run-note-add-wrong")}</button>
                </div>
            </form>
        }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::account::Role;
    use domain::runbook::run::{RunState, Stand};
    use domain::text::Language;
    use domain::time::Timestamp;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::data::Assets;
    use crate::data::desk::{DeskPage, Failure, FormState, ParamField, RunRow, RunStep, Unpaired, Viewer};
    use crate::data::runbook::{AnswerText, StepText};
    use crate::i18n::{Argument, Messages};

    /// Says the key of a message and its values.
    struct Keys;

    impl Messages for Keys {
        fn message(&self, _: Language, key: &str, arguments: &[(&'static str, Argument)]) -> String {
            let values = arguments.iter().map(|(_, value)| match value {
                Argument::Text(text) => text.clone(),
                Argument::Number(number) => number.to_string(),
            });
            std::iter::once(key.to_owned()).chain(values).collect::<Vec<_>>().join(" ")
        }
    }

    fn context() -> DeskContext {
        DeskContext {
            language: Language::En,
            messages: Arc::new(Keys),
            assets: Arc::new(Assets::default()),
            path: "/desk/runs/7".to_owned(),
            site_name: "Tower".to_owned(),
            zone: TimeZone::UTC,
            languages: vec![Language::En],
            viewer: Some(Viewer { id: "1".to_owned(), name: "mika".to_owned(), role: Role::Responder }),
            notice: None,
            now: Timestamp::from_ms(600_000),
            page: Arc::new(DeskPage::Failure(Failure::NotFound)),
        }
    }

    fn step(id: &str, number: usize) -> RunStep {
        let text = StepText {
            id: id.to_owned(),
            depth: 1,
            title_html: format!("Step <em>{id}</em>"),
            title: format!("Step {id}"),
            blocks: Vec::new(),
            risk: None,
            is_critical: false,
            is_two_person: false,
            timer_s: None,
            needs: Vec::new(),
            undo: None,
            verify: None,
            answers: Vec::new(),
            when: None,
        };
        RunStep {
            text,
            number,
            stand: Stand::Open,
            by: None,
            reason: None,
            answer: None,
            is_group: false,
            may_tick: true,
            is_own: false,
            timer_due_at: None,
            notes: Vec::new(),
            evidence: Vec::new(),
        }
    }

    fn row() -> RunRow {
        RunRow {
            number: 7,
            runbook: "power".to_owned(),
            title: "Power".to_owned(),
            mode: Mode::Live,
            state: RunState::Active,
            outcome: None,
            incident: None,
            started_by: "mika".to_owned(),
            started_at: Timestamp::from_ms(0),
            finished_at: None,
            settled: 0,
            total: 2,
        }
    }

    fn page(steps: Vec<RunStep>) -> RunPage {
        let parts = steps.iter().map(|step| PartText::Step(Box::new(step.text.clone()))).collect();
        RunPage {
            version: 1,
            row: row(),
            runbook_version: 3,
            language: "",
            incident_title: None,
            is_do_confirm: false,
            view: Shown::Focus,
            current: steps.first().map(|step| step.text.id.clone()),
            sections: vec![RunSection { heading: "Mitigation".to_owned(), parts, steps }],
            seq: 4,
            plan_json: "{}".to_owned(),
            events_json: "[]".to_owned(),
            params: Vec::new(),
            missing: Vec::new(),
            newer: None,
            unpaired: Vec::new(),
            ended: None,
            notes: Vec::new(),
            runbooks: Vec::new(),
            may_run: true,
            user: "1".to_owned(),
            refused: None,
            params_form: FormState::default(),
            note_form: FormState::default(),
            finish_form: FormState::default().with("request", "r").with("seq", "4"),
        }
    }

    /// What is shown of the bar, by the names of its parts.
    fn parts_of_bar(page: &RunPage) -> Vec<String> {
        let html = act(&context(), page).to_html();
        let tags = html.split('<').filter(|tag| tag.contains("data-can="));
        let shown = tags.filter(|tag| !tag.split('>').next().unwrap().contains(" hidden"));
        shown.map(|tag| tag.split("data-can=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_critical_step_is_skipped_only_with_a_reason() {
        assert_eq!(parts_of_bar(&page(vec![step("a", 1)])), ["tick", "skip", "fail", "tick"]);
        let mut critical = step("a", 1);
        critical.text.is_critical = true;
        assert_eq!(parts_of_bar(&page(vec![critical])), ["tick", "skip-why", "fail", "tick"]);
    }

    #[test]
    fn a_decision_is_answered_and_neither_ticked_nor_skipped() {
        let mut decision = step("a", 1);
        let answer = |answer: &str| AnswerText { answer: answer.to_owned(), words: String::new(), leads_to: "Call".to_owned() };
        decision.text.answers = vec![answer("yes"), answer("held")];
        let page = page(vec![decision.clone()]);
        assert!(parts_of_bar(&page).is_empty());
        let html = step_article(&context(), &page, &decision, true).to_html();
        assert!(html.contains(r#"name="answer" value="held""#) && html.contains("answer-yes"), "{html}");
        assert!(html.contains("step-leads-to Call") && html.contains(r#"data-may="yes""#), "{html}");
        let looks = RunPage { may_run: false, ..page };
        let html = step_article(&context(), &looks, &decision, true).to_html();
        assert!(html.contains("step-answers") && !html.contains("<button"), "whoever only looks knows the answers too: {html}");
    }

    #[test]
    fn whoever_corrects_a_record_is_told_what_undoes_the_step_instead() {
        let mut done = RunStep { stand: Stand::Done, may_tick: false, ..step("a", 1) };
        assert_eq!(parts_of_bar(&page(vec![done.clone()])), ["next", "untick"]);
        done.text.undo = Some("Start it".to_owned());
        let page = page(vec![done]);
        assert_eq!(parts_of_bar(&page), ["next", "untick", "instead"]);
        assert!(act(&context(), &page).to_html().contains("run-instead Start it"));
    }

    #[test]
    fn a_value_that_is_known_can_be_corrected() {
        let param = |name: &str, value: &str, is_secret| ParamField {
            name: name.to_owned(),
            label: name.to_owned(),
            value: value.to_owned(),
            is_required: true,
            is_secret,
            pattern: "^[a-z]+$".to_owned(),
        };
        let text = context().text();
        let known = RunPage {
            params: vec![param("host", "web", false), param("token", "", true)],
            missing: vec![param("folder", "", false)],
            params_form: FormState::default().with("request", "r"),
            ..page(vec![step("a", 1)])
        };
        let html = change_values(&text, &known).unwrap().to_html();
        assert!(html.contains(r#"name="param_host""#) && html.contains(r#"value="web""#), "{html}");
        assert!(!html.contains("param_token") && !html.contains("param_folder") && !html.contains(" open"), "{html}");
        assert!(change_values(&text, &RunPage { may_run: false, ..known.clone() }).is_none());
        // What was refused stands in the form in which it was typed, and in no other.
        let mut form = FormState::default().with("request", "r").with("param_host", "!");
        form.refuse("param_host", "invalid-param");
        let refused = RunPage { params_form: form, ..known };
        let html = change_values(&text, &refused).unwrap().to_html();
        assert!(html.contains("invalid-param") && html.contains(r#"value="!""#) && html.contains(" open"), "{html}");
        assert!(!missing(&text, &refused).unwrap().to_html().contains("invalid-param"));
    }

    #[test]
    fn who_did_it_may_not_simply_confirm_it() {
        let awaiting = |is_own| RunStep { stand: Stand::Awaiting, is_own, may_tick: false, ..step("a", 1) };
        assert_eq!(parts_of_bar(&page(vec![awaiting(false)])), ["confirm", "next", "untick"]);
        assert_eq!(parts_of_bar(&page(vec![awaiting(true)])), ["next", "confirm-why", "untick"]);
    }

    #[test]
    fn the_bar_leads_past_what_is_not_on_the_way() {
        let gone = RunStep { stand: Stand::NotApplicable, may_tick: false, ..step("b", 2) };
        let html = act(&context(), &page(vec![step("a", 1), gone, step("c", 3)])).to_html();
        assert!(html.contains(r#"href="/desk/runs/7?step=c""#) && !html.contains("?step=b"), "{html}");
    }

    #[test]
    fn whoever_only_looks_gets_no_forms() {
        let looks = RunPage { may_run: false, ..page(vec![step("a", 1)]) };
        let html = act(&context(), &looks).to_html();
        assert!(!html.contains("<form") && html.contains("run-next"), "{html}");
        let html = step_article(&context(), &looks, &step("a", 1), true).to_html();
        assert!(!html.contains("<form") && html.contains("Step <em>a</em>"), "{html}");
        assert!(end(&context().text(), &looks).is_none());
    }

    #[test]
    fn a_refused_form_is_in_sight_with_what_was_typed() {
        let mut form = FormState::default().with("deed", "fail").with("text", "</textarea>no");
        form.refuse("text", "too short");
        let refused =
            RunPage { refused: Some(("b".to_owned(), form)), view: Shown::List, ..page(vec![step("a", 1), step("b", 2)]) };
        let html = act(&context(), &refused).to_html();
        assert!(html.contains("too short") && html.contains("&lt;/textarea&gt;no</textarea>"), "{html}");
        assert!(html.contains(r#"data-step="b""#) && html.contains(r#"data-refused="b""#), "{html}");
        assert_eq!(view_of(&refused), Shown::Focus);
    }

    #[test]
    fn what_was_not_taken_back_is_seen_before_the_run_ends() {
        let one = |id: &str, undo: &str| Unpaired {
            id: id.to_owned(),
            title: format!("Step {id}"),
            undo: undo.to_owned(),
            undo_title: format!("Step {undo}"),
        };
        let owing = RunPage { unpaired: vec![one("a", "b")], ..page(vec![step("a", 1), step("b", 2)]) };
        let text = context().text();
        let html = end(&text, &owing).unwrap().to_html();
        assert!(html.contains("run-unpaired-step Step a Step b") && html.contains("?step=b"), "{html}");
        assert!(alarms(&context(), &text, &owing).into_any().to_html().contains("run-unpaired-step"));
    }
}
