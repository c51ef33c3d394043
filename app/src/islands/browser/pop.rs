//! What is told about a place in a picture: a small box beside it, a mark on it, and for keyboards a sentence that is spoken.

use leptos::prelude::window;
use web_sys::{DomRect, HtmlElement};

use super::by_id;

/// Pixels between the box and what it is about, and from the edges of the window.
const GAP: f64 = 8.0;

/// The elements of one reader.
#[derive(Clone)]
pub(super) struct Pop {
    shown: HtmlElement,
    mark: HtmlElement,
    said: HtmlElement,
}

/// How the visitor got there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// A pointer or a finger: it sees.
    Pointer,
    /// Keys: it may hear.
    Keys,
}

impl Pop {
    /// The elements whose ids begin with `name`.
    pub(super) fn find(name: &str) -> Option<Self> {
        let part = |part: &str| by_id(&format!("{name}-{part}"));
        Some(Self { shown: part("pop")?, mark: part("mark")?, said: part("said")? })
    }

    /// Tells `words` about the slice `index` of `count` of what lies within `frame`.
    pub(super) fn tell(&self, words: &str, frame: &DomRect, index: usize, count: usize, by: By) {
        let width = frame.width() / count as f64;
        let left = frame.left() + width * index as f64;
        place(&self.mark, left, frame.top());
        set(&self.mark, "width", width);
        set(&self.mark, "height", frame.height());
        self.mark.set_hidden(false);
        self.shown.set_text_content(Some(words));
        self.shown.set_hidden(false);
        let (box_width, box_height) = (f64::from(self.shown.offset_width()), f64::from(self.shown.offset_height()));
        let window_width = window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or(360.0);
        let box_left = (left + width / 2.0 - box_width / 2.0).min(window_width - box_width - GAP).max(GAP);
        let above = frame.top() - box_height - GAP;
        place(&self.shown, box_left, if above > GAP { above } else { frame.bottom() + GAP });
        if by == By::Keys {
            self.said.set_text_content(Some(words));
        }
    }

    /// True while something is shown.
    pub(super) fn is_shown(&self) -> bool {
        !self.shown.hidden()
    }

    /// Takes the box away; what was spoken stays.
    pub(super) fn cover(&self) {
        self.shown.set_hidden(true);
        self.mark.set_hidden(true);
    }

    /// Takes everything away.
    pub(super) fn hide(&self) {
        self.shown.set_hidden(true);
        self.mark.set_hidden(true);
        self.said.set_text_content(None);
    }
}

fn place(element: &HtmlElement, left: f64, top: f64) {
    set(element, "left", left);
    set(element, "top", top);
}

fn set(element: &HtmlElement, property: &str, pixels: f64) {
    let _ = element.style().set_property(property, &format!("{}px", pixels.round() as i32));
}

/// The slice that lies under `x` of the window.
pub(super) fn slice_at(frame: &DomRect, x: i32, count: usize) -> usize {
    let ratio = (f64::from(x) - frame.left()) / frame.width().max(1.0);
    ((ratio * count as f64).max(0.0) as usize).min(count.saturating_sub(1))
}

/// Where a key leads from `index`; nothing for keys that mean nothing here.
pub(super) fn moved(key: &str, index: Option<usize>, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    Some(match (key, index) {
        ("ArrowLeft", Some(index)) => index.saturating_sub(1),
        ("ArrowRight", Some(index)) => (index + 1).min(last),
        ("ArrowLeft" | "ArrowRight" | "End", _) => last,
        ("Home", _) => 0,
        _ => return None,
    })
}
