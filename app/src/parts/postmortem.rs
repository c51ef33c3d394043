//! The text of a postmortem: HTML in which live blocks stand, as everybody reads it and as the desk previews it.

use domain::action_item::{Horizon, Stage};
use domain::incident::work::Precision;
use domain::postmortem::compare::{Line, Row};
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use leptos::prelude::*;

use crate::data::{BodyAction, BodyBlock, BodyPiece, BodyRow, BodyRun, TextChanges};
use crate::format;
use crate::i18n::Text;
use crate::parts::incident::incident_status;
use crate::parts::incident_words::{hypothesis_word, kind_word, marker_word, metric_word};
use crate::parts::time_text::TimeText;
use crate::routes::to;

/// A text in pieces, in order.
pub fn body(text: &Text, zone: &TimeZone, pieces: &[BodyPiece]) -> impl IntoView + use<> {
    let pieces = pieces.iter().map(|piece| match piece {
        BodyPiece::Html(html) => view! { <div class="story-text" inner_html=html.clone()></div> }.into_any(),
        BodyPiece::Block { caption, block: shown } => {
            let caption = caption.clone().map(|caption| view! { <figcaption>{caption}</figcaption> });
            view! { <figure class="story-block">{caption} {block(text, zone, shown)}</figure> }.into_any()
        }
    });
    pieces.collect_view()
}

/// A text in pieces as HTML, for previews.
pub fn body_html(text: &Text, zone: &TimeZone, pieces: &[BodyPiece]) -> String {
    body(text, zone, pieces).to_html()
}

/// What a block shows.
pub fn block(text: &Text, zone: &TimeZone, block: &BodyBlock) -> AnyView {
    match block {
        BodyBlock::Impact(rows) if !rows.is_empty() => {
            let rows = rows.iter().map(|(name, status, from, until)| {
                view! {
                    <tr>
                        <th scope="row">{name.clone()}</th>
                        <td>{format::status(text, *status)}</td>
                        <td>{period(text, zone, *from, *until)}</td>
                    </tr>
                }
            });
            let rows = rows.collect_view();
            let heads = ["block-component", "block-status", "block-when"].map(|key| text.get(key));
            table(&heads, rows.into_any()).into_any()
        }
        BodyBlock::Metrics(rows, stated) if !rows.is_empty() || stated.is_some() => figures(text, rows, *stated).into_any(),
        BodyBlock::Timeline(rows) if !rows.is_empty() => timeline(text, zone, rows).into_any(),
        BodyBlock::Updates(rows) if !rows.is_empty() => {
            let items = rows.iter().map(|(at, status, html)| {
                view! {
                    <li>
                        <p>
                            <strong>{incident_status(text, *status)}</strong> " "
                            <TimeText at=*at zone=zone.clone() text=text.clone()/>
                        </p>
                        <div class="told" inner_html=html.clone()></div>
                    </li>
                }
            });
            view! { <ol class="story-updates">{items.collect_view()}</ol> }.into_any()
        }
        BodyBlock::Runs(rows) if !rows.is_empty() => {
            let rows = rows.iter().map(|one| run(text, zone, one)).collect_view();
            let heads = ["block-runbook", "block-steps", "block-when", "block-outcome"].map(|key| text.get(key));
            table(&heads, rows.into_any()).into_any()
        }
        BodyBlock::Actions(rows) if !rows.is_empty() => actions(text, rows).into_any(),
        empty => view! { <p class="empty">{text.get(empty_key(empty))}</p> }.into_any(),
    }
}

const fn empty_key(block: &BodyBlock) -> &'static str {
    match block {
        BodyBlock::Impact(_) => "block-impact-empty",
        BodyBlock::Metrics(..) => "block-metrics-empty",
        BodyBlock::Timeline(_) => "block-timeline-empty",
        BodyBlock::Updates(_) => "block-updates-empty",
        BodyBlock::Runs(_) => "block-runs-empty",
        BodyBlock::Actions(_) => "block-actions-empty",
    }
}

fn table(heads: &[String], rows: AnyView) -> impl IntoView + use<> {
    let heads = heads.iter().map(|head| view! { <th scope="col">{head.clone()}</th> }).collect_view();
    view! {
        <div class="table-scroll" tabindex="0">
            <table>
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn period(text: &Text, zone: &TimeZone, from: Timestamp, until: Option<Timestamp>) -> impl IntoView + use<> {
    let moment = |at: Timestamp| view! { <TimeText at=at zone=zone.clone() text=text.clone()/> };
    let until = until.map(moment);
    view! { <span class="since">{moment(from)} " – " {until}</span> }
}

/// How long it took; what its authors say stands beside what is computed.
pub fn figures(text: &Text, rows: &[(String, u64)], stated: Option<u64>) -> impl IntoView + use<> {
    let cells = rows.iter().map(|(name, ms)| {
        view! { <div><dt>{metric_word(text, name)}</dt><dd>{format::length(text, *ms)}</dd></div> }
    });
    let cells = cells.collect_view();
    let stated = stated.map(|ms| {
        view! { <div><dt>{text.get("block-stated")}</dt><dd>{format::length(text, ms)}</dd></div> }
    });
    view! { <dl class="story-figures">{cells} {stated}</dl> }
}

fn timeline(text: &Text, zone: &TimeZone, rows: &[BodyRow]) -> impl IntoView + use<> {
    let day = |row: &BodyRow| row.at.to_jiff().to_zoned(zone.clone()).date();
    let days = rows.chunk_by(|a, b| day(a) == day(b)).map(|rows| {
        let items = rows.iter().map(|one| row(text, zone, one)).collect_view();
        view! { <p class="story-day">{format::date(text, day(&rows[0]))}</p> <ol class="story-rows">{items}</ol> }
    });
    days.collect_view()
}

/// A row of the timeline.
pub fn row(text: &Text, zone: &TimeZone, row: &BodyRow) -> impl IntoView + use<> {
    let is_about = row.precision == Precision::About;
    let (before, after) = if is_about { text.around("story-about", "when") } else { (String::new(), String::new()) };
    let local = row.at.to_jiff().to_zoned(zone.clone());
    let clock = if row.precision == Precision::Exact && local.second() != 0 {
        format::time_of_day(row.at, zone)
    } else {
        format!("{:02}:{:02}", local.hour(), local.minute())
    };
    let kind = row.kind.map(|kind| view! { <small class="story-kind">{kind_word(text, kind)}</small> " " });
    let hypothesis = row.hypothesis.map(|state| view! { <small class="story-kind">{hypothesis_word(text, state)}</small> " " });
    let markers = row.markers.iter().map(|marker| view! { <small class="story-marker">{marker_word(text, *marker)}</small> " " });
    let markers = markers.collect_view();
    let said = match &row.html {
        Some(html) => view! { <div class="told" inner_html=html.clone()></div> }.into_any(),
        None => view! { <p class="withheld">{text.get("story-withheld")}</p> }.into_any(),
    };
    let rejected = (!row.rejected.is_empty()).then(|| {
        let items = row.rejected.iter().map(|one| view! { <li>{one.clone()}</li> }).collect_view();
        view! { <p class="story-kind">{text.get("block-rejected")}</p> <ul>{items}</ul> }
    });
    view! {
        <li class:starred=row.is_starred>
            <span class="story-clock">{before} <time datetime=row.at.to_string()>{clock}</time> {after}</span>
            <div>{kind} {hypothesis} {markers} {said} {rejected}</div>
        </li>
    }
}

fn run(text: &Text, zone: &TimeZone, run: &BodyRun) -> impl IntoView + use<> {
    let name = format!("{} (v{})", run.title, run.version);
    let name = match &run.slug {
        Some(slug) => view! { <a href=to::runbook(text.language(), slug)>{name}</a> }.into_any(),
        None => name.into_any(),
    };
    let outcome = run.outcome.as_ref().map(|outcome| text.get(&format!("run-outcome-{}", outcome.replace('_', "-"))));
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td>{format!("{}/{}", run.steps.0, run.steps.1)}</td>
            <td>{period(text, zone, run.started_at, run.finished_at)}</td>
            <td>{outcome}</td>
        </tr>
    }
}

/// What is to be done, by how soon.
fn actions(text: &Text, rows: &[BodyAction]) -> impl IntoView + use<> {
    let of = |horizon: Horizon| {
        let rows: Vec<&BodyAction> = rows.iter().filter(|row| row.horizon == horizon).collect();
        let items = rows.iter().map(|row| action(text, row)).collect_view();
        let heading = text.get(&format!("horizon-{}", horizon.name()));
        (!rows.is_empty()).then(|| view! { <p class="story-day">{heading}</p> <ul class="story-actions">{items}</ul> })
    };
    Horizon::ALL.iter().map(|horizon| of(*horizon)).collect_view()
}

fn action(text: &Text, row: &BodyAction) -> impl IntoView + use<> {
    let is_done = matches!(row.stage, Stage::Done | Stage::Verified);
    let stage = text.get(&format!("stage-{}", row.stage.name().replace('_', "-")));
    let kind = text.get(&format!("action-kind-{}", row.kind.name()));
    let due = row.due.clone().filter(|_| !is_done).map(|day| text.with("block-due", &[("when", day.into())]));
    let until = row.until.clone().map(|day| text.with("block-until", &[("when", day.into())]));
    let why = row.why.clone().map(|why| view! { <p class="soft">{why}</p> });
    let facts = [Some(kind), Some(row.priority.name().to_uppercase()), due, until].into_iter().flatten();
    let facts = facts.collect::<Vec<_>>().join(" · ");
    view! {
        <li class=format!("stage-{}", row.stage.name())>
            <p><span class="story-stage">{stage}</span> " " {row.text.clone()}</p>
            <p class="soft">{facts}</p>
            {why}
        </li>
    }
}

/// What changed in texts: side by side or one below the other, as the reader likes it; where there is no room, always the latter.
pub fn changes(text: &Text, changes: &[TextChanges]) -> impl IntoView + use<> {
    let has_any = changes.iter().any(|change| !change.parts.is_empty());
    let parts = changes.iter().filter(|change| !change.parts.is_empty()).map(|change| {
        let field = text.get(if change.field == "title" { "compare-title" } else { "compare-body" });
        let language = text.get(&format!("language-{}", change.language.tag()));
        let parts = change.parts.iter().map(|rows| {
            let rows = rows.iter().map(|row| change_row(text, row)).collect_view();
            view! { <tbody>{rows}</tbody> }
        });
        view! {
            <section class="compare">
                <h2>{field} " · " {language}</h2>
                <table lang=change.language.tag()>
                    <thead>
                        <tr>
                            <th scope="col">{text.get("compare-before")}</th>
                            <th scope="col">{text.get("compare-after")}</th>
                        </tr>
                    </thead>
                    {parts.collect_view()}
                </table>
            </section>
        }
    });
    let parts = parts.collect_view();
    let none = (!has_any).then(|| view! { <p class="empty">{text.get("compare-same")}</p> });
    // Which way it is read is the browser's to remember, not the server's: this works without a script.
    let way = |key: &'static str, is_first: bool| {
        view! {
            <label class=key>
                <input type="radio" name="compare-way" checked=is_first autocomplete="off"/>
                " " {text.get(key)}
            </label>
        }
    };
    let ways = has_any.then(|| {
        view! {
            <fieldset class="compare-ways">
                <legend>{text.get("compare-way")}</legend>
                {way("compare-side", true)} {way("compare-inline", false)}
            </fieldset>
        }
    });
    view! { <div class="text-changes">{none} {ways} {parts}</div> }
}

fn change_row(text: &Text, row: &Row) -> impl IntoView + use<> {
    let side = |line: &Option<Line>, is_old: bool| {
        let pieces = line.iter().flat_map(|line| &line.pieces).map(|(piece, is_marked)| {
            let piece = piece.clone();
            match (is_marked, is_old) {
                (false, _) => piece.into_any(),
                (true, true) => view! { <del>{piece}</del> }.into_any(),
                (true, false) => view! { <ins>{piece}</ins> }.into_any(),
            }
        });
        let pieces = pieces.collect_view();
        let number = line.as_ref().map(|line| view! { <span class="line-number" aria-hidden="true">{line.number}</span> });
        let is_missing = line.is_none();
        let label = text.get(if is_old { "compare-before" } else { "compare-after" });
        view! { <td class:missing=is_missing data-label=label>{number} <span class="line">{pieces}</span></td> }
    };
    let class = if row.is_same { "same" } else { "differs" };
    view! { <tr class=class>{side(&row.old, true)} {side(&row.new, false)}</tr> }
}
