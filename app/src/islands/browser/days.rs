//! The days of the bars, wherever in the page there are any, also those that come in later.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, KeyboardEvent, MouseEvent, PointerEvent};

use super::pop::{By, Pop, moved, slice_at};
use super::{PATCHED, language, listen_everywhere, within};
use crate::day_figures::{DayFigures, DayWords};

const DAY_MS: f64 = 86_400_000.0;
const BAR: &str = ".bar-link";

/// The day that is being told.
struct Told {
    bar: Element,
    index: usize,
}

#[derive(Clone)]
struct Reader {
    pop: Pop,
    words: Rc<DayWords>,
    date: Function,
    told: Rc<RefCell<Option<Told>>>,
    /// The newest pointer was a finger. Told by what came before a click: not every browser's click knows.
    is_finger: Rc<Cell<bool>>,
}

/// Follows pointers, fingers and keys.
pub(in super::super) fn start(words: DayWords) {
    let Some(pop) = Pop::find("day") else { return };
    let reader = Reader { pop, words: Rc::new(words), date: date_format(), told: Rc::default(), is_finger: Rc::default() };
    let of = |reader: &Reader, act: fn(&Reader, &Event)| {
        let reader = reader.clone();
        move |event: Event| act(&reader, &event)
    };
    listen_everywhere(
        "pointerdown",
        of(&reader, |reader, event| {
            let pointer = event.dyn_ref::<PointerEvent>();
            reader.is_finger.set(pointer.is_some_and(|pointer| pointer.pointer_type() == "touch"));
        }),
    );
    listen_everywhere("pointermove", of(&reader, Reader::pointed));
    listen_everywhere("click", of(&reader, Reader::tapped));
    listen_everywhere("keydown", of(&reader, Reader::pressed));
    listen_everywhere("focusout", of(&reader, |reader, _| reader.hide()));
    listen_everywhere(PATCHED, of(&reader, |reader, _| reader.told_again()));
    super::listen(&leptos::prelude::window(), "scroll", of(&reader, |reader, _| reader.pop.cover()));
}

fn date_format() -> Function {
    let options = Object::new();
    for (key, value) in [("dateStyle", "long"), ("timeZone", "UTC")] {
        let _ = Reflect::set(&options, &key.into(), &value.into());
    }
    let language = language();
    let language = if language == "en" { "en-GB" } else { &language };
    Intl::DateTimeFormat::new(&Array::of1(&JsValue::from_str(language)), &options).format()
}

impl Reader {
    fn hide(&self) {
        if self.told.borrow_mut().take().is_some() {
            self.pop.hide();
        }
    }

    /// Tells the day of a bar that `index` finds; true when it found one.
    fn tell(&self, bar: &Element, index: impl FnOnce(&Element, usize, Option<usize>) -> Option<usize>, by: By) -> bool {
        let Ok(Some(picture)) = bar.query_selector("[data-days]") else { return false };
        let days = DayFigures::decode(&picture.get_attribute("data-days").unwrap_or_default());
        let before = self.told.borrow().as_ref().filter(|told| told.bar == *bar).map(|told| told.index);
        let Some(index) = index(&picture, days.len(), before) else { return false };
        let Some(day) = days.get(index) else { return false };
        let last = Date::parse(&picture.get_attribute("data-last").unwrap_or_default());
        let at = last - DAY_MS * (days.len() - 1 - index) as f64;
        let date = self.date.call1(&JsValue::UNDEFINED, &Date::new(&at.into())).ok().and_then(|date| date.as_string());
        let words = self.words.say(&date.unwrap_or_default(), day);
        self.pop.tell(&words, &picture.get_bounding_client_rect(), index, days.len(), by);
        *self.told.borrow_mut() = Some(Told { bar: bar.clone(), index });
        true
    }

    fn point(&self, bar: &Element, x: i32) {
        self.tell(bar, |picture, count, _| Some(slice_at(&picture.get_bounding_client_rect(), x, count)), By::Pointer);
    }

    /// After the page was patched: the same day, with what is known of it now.
    fn told_again(&self) {
        let told = self.told.borrow().as_ref().map(|told| (told.bar.clone(), told.index));
        match told {
            Some((bar, index)) if bar.is_connected() => {
                if self.pop.is_shown() {
                    self.tell(&bar, |_, _, _| Some(index), By::Pointer);
                }
            }
            _ => self.hide(),
        }
    }

    /// A mouse over a bar, or a finger that is drawn along it.
    fn pointed(&self, event: &Event) {
        let Some(pointer) = event.dyn_ref::<PointerEvent>() else { return };
        match within(event, BAR) {
            Some(bar) => self.point(&bar, pointer.client_x()),
            None if pointer.pointer_type() == "mouse" => self.hide(),
            None => {}
        }
    }

    /// A finger's first tap on a bar tells a day; the next one goes to the component.
    fn tapped(&self, event: &Event) {
        let Some(click) = event.dyn_ref::<MouseEvent>().filter(|_| self.is_finger.get()) else { return };
        let Some(bar) = within(event, BAR) else { return self.hide() };
        let is_told = self.pop.is_shown() && self.told.borrow().as_ref().is_some_and(|told| told.bar == bar);
        // A keyboard's click has no place.
        if !is_told && click.detail() > 0 {
            event.prevent_default();
            self.point(&bar, click.client_x());
        }
    }

    fn pressed(&self, event: &Event) {
        let (Some(bar), Some(key)) = (within(event, BAR), event.dyn_ref::<KeyboardEvent>()) else { return };
        if key.alt_key() || key.ctrl_key() || key.meta_key() || key.shift_key() {
            return;
        }
        if key.key() == "Escape" {
            return self.hide();
        }
        if self.tell(&bar, |_, count, before| moved(&key.key(), before, count), By::Keys) {
            event.prevent_default();
        }
    }
}
