//! The reading line of the charts, wherever in the page there are any.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, KeyboardEvent, PointerEvent};

use super::pop::{By, Pop, moved, slice_at};
use super::{IN_MY_ZONE, PATCHED, all, language, listen_everywhere, within};
use crate::islands::chart_reader::ColumnWords;

const CHART: &str = ".chart";

#[derive(Clone)]
struct Reader {
    pop: Pop,
    words: Rc<ColumnWords>,
    told: Rc<RefCell<Option<(Element, usize)>>>,
}

/// Follows pointers, fingers and keys; makes each chart a tab stop.
pub(in super::super) fn start(words: ColumnWords) {
    let Some(pop) = Pop::find("chart") else { return };
    let reader = Reader { pop, words: Rc::new(words), told: Rc::default() };
    let of = |reader: &Reader, act: fn(&Reader, &Event)| {
        let reader = reader.clone();
        move |event: Event| act(&reader, &event)
    };
    make_tab_stops();
    listen_everywhere("pointermove", of(&reader, Reader::pointed));
    listen_everywhere("pointerdown", of(&reader, Reader::pointed));
    listen_everywhere("keydown", of(&reader, Reader::pressed));
    listen_everywhere("focusout", of(&reader, |reader, _| reader.hide()));
    listen_everywhere(
        PATCHED,
        of(&reader, |reader, _| {
            reader.hide();
            make_tab_stops();
        }),
    );
    super::listen(&leptos::prelude::window(), "scroll", of(&reader, |reader, _| reader.hide()));
}

fn make_tab_stops() {
    for picture in all(".chart svg") {
        let _ = picture.set_attribute("tabindex", "0");
    }
}

/// Times of day in the site's zone; the visitor's once they chose that, for it is the page's times that this stands among.
fn time_format() -> Function {
    let options = Object::new();
    for (key, value) in [("hour", "2-digit"), ("minute", "2-digit"), ("hourCycle", "h23"), ("timeZoneName", "short")] {
        let _ = Reflect::set(&options, &key.into(), &value.into());
    }
    let html = leptos::prelude::document().document_element();
    let zone = html.filter(|html| !html.has_attribute(IN_MY_ZONE)).and_then(|html| html.get_attribute("data-zone"));
    if let Some(zone) = zone {
        let _ = Reflect::set(&options, &"timeZone".into(), &zone.into());
    }
    let language = language();
    let language = if language == "en" { "en-GB" } else { &language };
    Intl::DateTimeFormat::new(&Array::of1(&JsValue::from_str(language)), &options).format()
}

fn number(element: &Element, attribute: &str) -> f64 {
    element.get_attribute(attribute).and_then(|value| value.parse::<i64>().ok()).unwrap_or(0) as f64
}

impl Reader {
    fn hide(&self) {
        if self.told.borrow_mut().take().is_some() {
            self.pop.hide();
        }
    }

    /// Tells the column that `index` finds; true when it found one.
    fn tell(&self, chart: &Element, index: impl FnOnce(&Element, usize, Option<usize>) -> Option<usize>, by: By) -> bool {
        let Ok(Some(picture)) = chart.query_selector("svg") else { return false };
        let columns = chart.get_attribute("data-columns").unwrap_or_default();
        let view_box = picture.get_attribute("viewBox").unwrap_or_default();
        let count: usize = view_box.split(' ').nth(2).and_then(|width| width.parse().ok()).unwrap_or(0);
        let before = self.told.borrow().as_ref().filter(|(told, _)| told == chart).map(|(_, index)| *index);
        let Some(index) = index(&picture, count, before) else { return false };
        let numbers = columns.split(' ').nth(index).unwrap_or_default();
        let numbers: Vec<u64> = numbers.split('.').filter_map(|number| number.parse().ok()).collect();
        let at = number(chart, "data-from") + number(chart, "data-step") * index as f64;
        let time = time_format().call1(&JsValue::UNDEFINED, &Date::new(&at.into())).ok().and_then(|time| time.as_string());
        let words = format!("{}: {}", time.unwrap_or_default(), self.words.say(&numbers));
        self.pop.tell(&words, &picture.get_bounding_client_rect(), index, count, by);
        *self.told.borrow_mut() = Some((chart.clone(), index));
        true
    }

    fn pointed(&self, event: &Event) {
        let (Some(pointer), Some(chart)) = (event.dyn_ref::<PointerEvent>(), within(event, CHART)) else { return self.hide() };
        let x = pointer.client_x();
        self.tell(&chart, |picture, count, _| Some(slice_at(&picture.get_bounding_client_rect(), x, count)), By::Pointer);
    }

    fn pressed(&self, event: &Event) {
        let (Some(chart), Some(key)) = (within(event, CHART), event.dyn_ref::<KeyboardEvent>()) else { return };
        if key.key() == "Escape" {
            return self.hide();
        }
        let has_modifier = key.alt_key() || key.ctrl_key() || key.meta_key() || key.shift_key();
        if !has_modifier && self.tell(&chart, |_, count, before| moved(&key.key(), before, count), By::Keys) {
            event.prevent_default();
        }
    }
}
