//! What a row of a timeline is, as a shape. The word always stands beside it, and no two kinds share a shape.

use domain::incident::work::EntryKind;
use leptos::prelude::*;

const CIRCLE: &str = "M8 0a8 8 0 1 0 0 16a8 8 0 1 0 0-16z";

/// The shape, and the lines that are drawn into it.
const fn shape(kind: EntryKind) -> (&'static str, &'static str) {
    match kind {
        // An eye.
        EntryKind::Observation => {
            ("M8 3C4 3 1.2 6 0 8c1.2 2 4 5 8 5s6.8-3 8-5c-1.2-2-4-5-8-5z", "M8 6.5a1.5 1.5 0 1 0 0 3a1.5 1.5 0 1 0 0-3z")
        }
        // A triangle that points onward.
        EntryKind::Action => ("M2 1l13 7-13 7z", ""),
        // A diamond with a tick.
        EntryKind::Decision => ("M8 0l8 8-8 8-8-8z", "M5 8.2l2.2 2.2 4-4.4"),
        // A circle with a question mark.
        EntryKind::Hypothesis => (CIRCLE, "M5.8 6a2.2 2.2 0 1 1 3 2c-.6.2-.8.6-.8 1.3M8 11.2v1.4"),
        // A square with an arrow.
        EntryKind::NextAction => ("M1 1h14v14H1z", "M4 8h7M8 4.5L11.5 8 8 11.5"),
        // A hexagon with a plus.
        EntryKind::Change => ("M4 1h8l4 7-4 7H4L0 8z", "M4.5 8h7M8 4.5v7"),
        // A balloon.
        EntryKind::Communication => ("M0 1h16v10H8l-4 4.5V11H0z", "M3.5 4.5h9M3.5 7.5h6"),
        // Three dots in a bar.
        EntryKind::Context => ("M0 4h16v8H0z", "M3 8h2M7 8h2M11 8h2"),
        // A sheet of paper.
        EntryKind::Note => ("M2 0h8l4 4v12H2z", "M5 7.5h6M5 11h6"),
        // A circle with a pulse.
        EntryKind::Probe => (CIRCLE, "M2.5 8h3L7 4.5l2 7L10.5 8h3"),
        // A bell.
        EntryKind::Alert => ("M8 0a5 5 0 0 0-5 5v4.5L1 12h14l-2-2.5V5a5 5 0 0 0-5-5zM6 13h4a2 2 0 0 1-4 0z", ""),
        // A flag.
        EntryKind::Status => ("M2 0h2v16H2zM5 1h10l-3 4 3 4H5z", ""),
        // A triangle with an exclamation mark.
        EntryKind::Severity => ("M8 .5l8 15H0z", "M8 5.5v5M8 12.2v1"),
        // Bars that rise.
        EntryKind::Impact => ("M1 10h4v6H1zM6 5h4v11H6zM11 0h4v16h-4z", ""),
        // A person.
        EntryKind::Role => ("M8 0a4 4 0 1 0 0 8a4 4 0 1 0 0-8zM1 16a7 6.5 0 0 1 14 0z", ""),
        // A horn.
        EntryKind::Update => ("M0 5h5l10-4v14L5 11H0z", "M5.5 4.5v7"),
        // A pin.
        EntryKind::Marker => {
            ("M8 0a6 6 0 0 0-6 6c0 4 6 10 6 10s6-6 6-10a6 6 0 0 0-6-6z", "M8 4.5a1.5 1.5 0 1 0 0 3a1.5 1.5 0 1 0 0-3z")
        }
        // An open book.
        EntryKind::Record => ("M0 2h7v12H0zM9 2h7v12H9z", ""),
        // A box with a tick in it.
        EntryKind::Step => ("M1 1h14v14H1z", "M12.5 4.5l-6 7l-3-3l1-1l2 2l5-6z"),
    }
}

/// The shape of a kind.
#[component]
pub fn KindMark(
    /// Which.
    kind: EntryKind,
) -> impl IntoView {
    let (outline, lines) = shape(kind);
    view! { <svg class="mark" viewBox="0 0 16 16" aria-hidden="true"><path d=outline/><path class="ink" d=lines/></svg> }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_kinds_share_a_shape() {
        let shapes: HashSet<_> = EntryKind::ALL.iter().map(|kind| shape(*kind)).collect();
        assert_eq!(shapes.len(), EntryKind::ALL.len());
    }
}
