//! The timeline of an incident: its days, and in each the rows in order of time. Rows of a timeline are many and short, so all of one
//! row is on few lines, and what is rarely needed is a tap away.
//!
//! Everything here stands within one live part: whoever has the page open sees rows of others come.

use std::time::Duration;

use domain::incident::work::{EntryKind, Precision, Source, Visibility};
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use leptos::prelude::*;

use crate::data::desk::{DeskContext, EntryRow, EvidenceRow, IncidentPage, TimelineDay};
use crate::format;
use crate::i18n::Text;
use crate::parts::form::PostButton;
use crate::parts::incident_words::{hypothesis_word, incident_href, kind_word, marker_word, size_words, visibility_word};
use crate::parts::kind_mark::KindMark;

/// A row that was written down so much later than it happened says when that was.
const WRITTEN_LATER: Duration = Duration::from_secs(2 * 60);

/// What rows are shown with.
struct Frame<'a> {
    text: Text,
    page: &'a IncidentPage,
}

impl Frame<'_> {
    /// Where a row is changed, or something is done with it.
    fn href(&self, row: &EntryRow, end: &str) -> String {
        format!("{}/entries/{}{end}", incident_href(self.page.row.number), row.id)
    }

    /// The time of a row in words: `22:36`, `about 22:36`.
    fn time(&self, row: &EntryRow) -> String {
        let shown = clock(row.occurred_at, row.precision, &self.page.zone);
        if row.precision == Precision::About { self.text.with("timeline-about", &[("time", shown.into())]) } else { shown }
    }
}

/// The time of day in a zone. Seconds are shown where they are known and say something.
fn clock(at: Timestamp, precision: Precision, zone: &TimeZone) -> String {
    let local = at.to_jiff().to_zoned(zone.clone());
    if precision == Precision::Exact && local.second() != 0 {
        format::time_of_day(at, zone)
    } else {
        format!("{:02}:{:02}", local.hour(), local.minute())
    }
}

/// The time of day, with the date before it if it is not of the day of `than`.
fn clock_after(text: &Text, at: Timestamp, than: Timestamp, zone: &TimeZone) -> String {
    let day = |moment: Timestamp| moment.to_jiff().to_zoned(zone.clone()).date();
    let time = clock(at, Precision::Minute, zone);
    if day(at) == day(than) { time } else { format!("{} {time}", format::date(text, day(at))) }
}

/// The timeline. Rows of Yagura can be hidden without a script: the box stands outside of the live part, so it stays as it was set.
pub fn timeline(context: &DeskContext, page: &IncidentPage) -> impl IntoView + use<> {
    let text = context.text();
    let zone = page.zone.iana_name().unwrap_or("UTC").to_owned();
    let frame = Frame { text: context.text(), page };
    let days = page.days.iter().map(|day| day_section(&frame, day)).collect_view();
    let nothing = page.days.is_empty().then(|| {
        let words = text.get(if page.may_write { "timeline-empty" } else { "timeline-empty-read" });
        view! { <p class="empty">{words}</p> }
    });
    view! {
        <section class="timeline-frame" aria-labelledby="timeline-heading">
            <div class="timeline-top">
                <h2 id="timeline-heading">{text.get("timeline-title")}</h2>
                <p class="soft">{text.with("timeline-zone", &[("zone", zone.into())])}</p>
                <label class="tick">
                    <input type="checkbox" id="show-machine" autocomplete="off" checked/>
                    " "
                    <span>{text.get("timeline-machine")}</span>
                </label>
            </div>
            <div id="timeline" class="timeline" data-live>{nothing} {days}</div>
        </section>
    }
}

fn day_section(frame: &Frame<'_>, day: &TimelineDay) -> impl IntoView + use<> {
    let id = format!("day-{}", day.date);
    let heading = format!("{id}-heading");
    let labelled_by = heading.clone();
    let runs = day.rows.chunk_by(|a, b| is_step(a) == is_step(b));
    let rows = runs.map(|rows| if is_step(&rows[0]) { folded(frame, rows) } else { entries(frame, rows) }).collect_view();
    view! {
        <section class="day" id=id aria-labelledby=labelled_by>
            <h3 id=heading>{day.label.clone()}</h3>
            <ol class="entries">{rows}</ol>
        </section>
    }
}

const fn is_step(row: &EntryRow) -> bool {
    matches!(row.kind, EntryKind::Step)
}

fn entries(frame: &Frame<'_>, rows: &[EntryRow]) -> AnyView {
    rows.iter().map(|row| entry(frame, row)).collect_view().into_any()
}

/// What was ticked in runs, one tap away: a checklist is long, and what people wrote must not drown in it. What somebody starred is in
/// sight.
fn folded(frame: &Frame<'_>, rows: &[EntryRow]) -> AnyView {
    let runs = rows.chunk_by(|a, b| a.is_starred == b.is_starred);
    let folds = runs.map(|rows| {
        if rows[0].is_starred {
            return entries(frame, rows);
        }
        let words = frame.text.with("timeline-steps", &[("count", rows.len().into())]);
        let (first, last) = (frame.time(&rows[0]), frame.time(&rows[rows.len() - 1]));
        let span = if rows.len() == 1 { first } else { format!("{first} – {last}") };
        view! {
            <li class="entry-fold machine" id=format!("fold-{}", rows[0].id)>
                <details>
                    <summary><span class="entry-time">{span}</span> " " {kind_tag(&frame.text, EntryKind::Step)} " " {words}</summary>
                    <ol class="entries">{entries(frame, rows)}</ol>
                </details>
            </li>
        }
        .into_any()
    });
    folds.collect_view().into_any()
}

fn entry(frame: &Frame<'_>, row: &EntryRow) -> AnyView {
    if row.is_deleted {
        return tombstone(frame, row).into_any();
    }
    let text = &frame.text;
    let is_marked = !row.markers.is_empty();
    let classes = [("entry", true), ("machine", row.is_machine), ("starred", row.is_starred), ("marked", is_marked)];
    let class = classes.into_iter().filter_map(|(class, has)| has.then_some(class)).collect::<Vec<_>>().join(" ");
    let markers = row.markers.iter().map(|marker| view! { <span class="tag marker">{marker_word(text, *marker)}</span> });
    let star = row.is_starred.then(|| {
        let words = text.get("timeline-starred");
        view! { <span class="star"><span aria-hidden="true">"★"</span><span class="spoken">{words}</span></span> }
    });
    let hypothesis = row.hypothesis.map(|state| {
        view! { <span class=format!("tag hypothesis {}", state.name())>{hypothesis_word(text, state)}</span> }
    });
    view! {
        <li class=class id=format!("t-{}", row.id)>
            <div class="entry-head">
                {permalink(frame, row)}
                {kind_tag(text, row.kind)}
                {star}
                {hypothesis}
                {markers.collect_view()}
            </div>
            {menu(frame, row)}
            <div class="entry-main">
                <div class="told entry-body" inner_html=row.html.clone()></div>
                {beside(text, row)}
                {evidence(frame, &row.evidence)}
                {facts(frame, row)}
            </div>
        </li>
    }
    .into_any()
}

/// The time of a row, which is its address too.
fn permalink(frame: &Frame<'_>, row: &EntryRow) -> impl IntoView + use<> {
    let zone = &frame.page.zone;
    let about = row.precision == Precision::About;
    let (before, after) = if about { frame.text.around("timeline-about", "time") } else { (String::new(), String::new()) };
    let shown = clock(row.occurred_at, row.precision, zone);
    let whole = format::moment(&frame.text, row.occurred_at, zone);
    view! {
        <a class="entry-time" href=format!("#t-{}", row.id) title=whole>
            {before} <time datetime=row.occurred_at.to_string()>{shown}</time> {after}
        </a>
    }
}

/// What a row is, as shape and word.
fn kind_tag(text: &Text, kind: EntryKind) -> impl IntoView + use<> {
    view! { <span class=format!("kind of-{}", kind.name())><KindMark kind=kind/> " " {kind_word(text, kind)}</span> }
}

/// What stands beside the words of a row: what was decided against, and what somebody noted later.
fn beside(text: &Text, row: &EntryRow) -> impl IntoView + use<> {
    let rejected = (!row.rejected.is_empty()).then(|| {
        let options = row.rejected.iter().map(|option| view! { <li>{option.clone()}</li> });
        view! {
            <div class="rejected"><p class="soft">{text.get("timeline-rejected")}</p><ul>{options.collect_view()}</ul></div>
        }
    });
    let annotation = row.annotation.clone().map(|annotation| {
        view! { <p class="annotation"><span class="soft">{text.get("timeline-annotation")}</span> " " {annotation}</p> }
    });
    view! { {rejected} {annotation} }
}

/// Files: pictures small, text by its name.
fn evidence(frame: &Frame<'_>, files: &[EvidenceRow]) -> Option<impl IntoView + use<>> {
    let items = files.iter().map(|file| {
        let href = format!("{}/evidence/{}", incident_href(frame.page.row.number), file.id);
        let amount = size_words(&frame.text, file.bytes);
        if file.is_image {
            let whole = format!("{} ({amount})", file.name);
            let source = href.clone();
            view! { <li><a class="picture" href=href title=whole><img loading="lazy" src=source alt=file.name.clone()/></a></li> }
                .into_any()
        } else {
            view! { <li><a class="file" href=href>{file.name.clone()}</a> " " <small>{amount}</small></li> }.into_any()
        }
    });
    let items = items.collect_view();
    (!files.is_empty()).then(|| view! { <ul class="evidence">{items}</ul> })
}

/// Who wrote it, where it came from, when it was written down if that was later, that it was changed, and who may see it.
fn facts(frame: &Frame<'_>, row: &EntryRow) -> impl IntoView + use<> {
    let text = &frame.text;
    let source = match row.source {
        Source::Import => Some("timeline-source-import"),
        Source::Api => Some("timeline-source-api"),
        Source::Cli => Some("timeline-source-cli"),
        Source::Human | Source::System => None,
    };
    let source = source.map(|key| view! { <li>{text.get(key)}</li> });
    let written = (row.recorded_at.since(row.occurred_at) > WRITTEN_LATER).then(|| {
        let (before, after) = text.around("timeline-written", "when");
        let shown = clock_after(text, row.recorded_at, row.occurred_at, &frame.page.zone);
        let whole = format::moment(text, row.recorded_at, &frame.page.zone);
        view! { <li>{before} <time datetime=row.recorded_at.to_string() title=whole>{shown}</time> {after}</li> }
    });
    // What Yagura wrote can be starred or annotated, which makes a revision, and is still what it was.
    let edited = (row.revision > 1 && !row.is_machine)
        .then(|| view! { <li><a href=frame.href(row, "")>{text.get("timeline-edited")}</a></li> });
    let visibility = (row.visibility != Visibility::Internal).then(|| {
        let class = format!("tag seen {}", row.visibility.name());
        view! { <li><span class=class>{visibility_word(text, row.visibility)}</span></li> }
    });
    view! { <ul class="facts"><li>{row.actor.clone()}</li> {source} {written} {edited} {visibility}</ul> }
}

/// What can be done with a row, for whoever may.
fn menu(frame: &Frame<'_>, row: &EntryRow) -> Option<impl IntoView + use<>> {
    let text = &frame.text;
    frame.page.may_write.then(|| {
        let spoken = text.with("timeline-menu", &[("time", frame.time(row).into())]);
        let change = text.get(if row.is_machine { "timeline-annotate" } else { "timeline-edit" });
        let star = text.get(if row.is_starred { "timeline-unstar" } else { "timeline-star" });
        view! {
            <details class="entry-menu">
                <summary><span class="spoken">{spoken}</span><span aria-hidden="true">"⋯"</span></summary>
                <div class="entry-choices">
                    <a class="plain" href=frame.href(row, "")>{change}</a>
                    <PostButton action=frame.href(row, "/star") label=star fields=vec![("revision", row.revision.to_string())]/>
                </div>
            </details>
        }
    })
}

/// A row that was deleted: that there was one, and a tap away what it said.
fn tombstone(frame: &Frame<'_>, row: &EntryRow) -> impl IntoView + use<> {
    let text = &frame.text;
    let restore = frame.page.may_write.then(|| {
        view! {
            <PostButton
                action=frame.href(row, "/restore")
                label=text.get("timeline-restore")
                fields=vec![("revision", row.revision.to_string())]
            />
        }
    });
    view! {
        <li class="entry deleted" id=format!("t-{}", row.id)>
            <details class="tombstone">
                <summary>{frame.time(row)} " · " {kind_word(text, row.kind)} " · " {text.get("timeline-deleted")}</summary>
                <div class="told entry-body" inner_html=row.html.clone()></div>
                {facts(frame, row)}
                {restore}
            </details>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(moment: &str) -> Timestamp {
        Timestamp::from_jiff(moment.parse().unwrap())
    }

    #[test]
    fn seconds_are_shown_only_where_they_are_known_and_say_something() {
        let zone = TimeZone::posix("JST-9").unwrap();
        let odd = at("2024-04-18T13:36:05Z");
        assert_eq!(clock(odd, Precision::Exact, &zone), "22:36:05");
        assert_eq!(clock(odd, Precision::Minute, &zone), "22:36");
        assert_eq!(clock(at("2024-04-18T13:36:00Z"), Precision::Exact, &zone), "22:36");
    }
}
