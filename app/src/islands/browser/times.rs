//! Times in the visitor's zone, and how long ago things were. Every `<time>` holds its moment; what the server wrote is kept beside it.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use leptos::prelude::{document, set_interval};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement};

use super::{PATCHED, all, by_id, language, listen, listen_everywhere, storage};

const KEY: &str = "zone";
const MINE: &str = "mine";
/// Where an element keeps what the server wrote.
const WRITTEN: &str = "data-written";
const SECOND: Duration = Duration::from_secs(1);

/// Follows the button, and keeps all times of the page as they should be.
pub(in super::super) fn start(id: &str, to_mine: String, to_site: String) {
    let Some(button) = by_id::<HtmlElement>(id) else { return };
    let is_mine = Rc::new(Cell::new(storage().and_then(|storage| storage.get_item(KEY).ok()?).as_deref() == Some(MINE)));
    let show = Rc::new({
        let (button, is_mine) = (button.clone(), Rc::clone(&is_mine));
        let (format, ago) = (moment_format(), ago_format());
        move || {
            if let Some(html) = document().document_element() {
                let _ = html.toggle_attribute_with_force(super::IN_MY_ZONE, is_mine.get());
            }
            let words = if is_mine.get() { &to_site } else { &to_mine };
            if button.text_content().as_ref() != Some(words) {
                button.set_text_content(Some(words));
            }
            for time in all("time[datetime]") {
                show_time(&time, is_mine.get(), &format);
            }
            show_ages(&ago);
        }
    });
    show();
    listen(&button, "click", {
        let show = Rc::clone(&show);
        move |_| {
            is_mine.set(!is_mine.get());
            let _ = storage().map(|storage| if is_mine.get() { storage.set_item(KEY, MINE) } else { storage.remove_item(KEY) });
            show();
        }
    });
    listen_everywhere(PATCHED, move |_| show());
    let ago = ago_format();
    set_interval(
        move || {
            if !document().hidden() {
                show_ages(&ago);
            }
        },
        SECOND,
    );
}

fn at(time: &Element) -> f64 {
    time.get_attribute("datetime").map_or(f64::NAN, |moment| Date::parse(&moment))
}

fn show_time(time: &Element, is_mine: bool, format: &Function) {
    if time.has_attribute("data-ago") {
        return;
    }
    if is_mine {
        if !time.has_attribute(WRITTEN) {
            let _ = time.set_attribute(WRITTEN, &time.text_content().unwrap_or_default());
        }
        let shown: Option<String> =
            format.call1(&JsValue::UNDEFINED, &Date::new(&at(time).into())).ok().and_then(|shown| shown.as_string());
        // "12 April 2026 at 14:03:09", where the server writes a comma.
        time.set_text_content(shown.map(|shown| shown.replace(" at ", ", ")).as_deref());
    } else if let Some(written) = time.get_attribute(WRITTEN) {
        time.set_text_content(Some(&written));
        let _ = time.remove_attribute(WRITTEN);
    }
}

fn show_ages(ago: &impl Fn(f64) -> Option<String>) {
    let now = Date::now();
    for time in all("time[data-ago]") {
        let shown = ago((now - at(&time)) / 1000.0);
        if shown.is_some() && shown != time.text_content() {
            time.set_text_content(shown.as_deref());
        }
    }
}

fn options(pairs: &[(&str, &str)]) -> Object {
    let options = Object::new();
    for (key, value) in pairs {
        let _ = Reflect::set(&options, &(*key).into(), &(*value).into());
    }
    options
}

/// Date, time and zone, as the server writes them.
fn moment_format() -> Function {
    let options = options(&[
        ("year", "numeric"),
        ("month", "long"),
        ("day", "numeric"),
        ("hour", "2-digit"),
        ("minute", "2-digit"),
        ("second", "2-digit"),
        ("hourCycle", "h23"),
        ("timeZoneName", "short"),
    ]);
    Intl::DateTimeFormat::new(&locales(), &options).format()
}

/// American dates are not what the server writes in English.
fn locales() -> Array {
    let language = language();
    Array::of1(&JsValue::from_str(if language == "en" { "en-GB" } else { &language }))
}

/// Seconds as `12 s ago`.
fn ago_format() -> impl Fn(f64) -> Option<String> {
    let locales = Array::of1(&JsValue::from_str(&language()));
    let format = Intl::RelativeTimeFormat::new(&locales, &options(&[("style", "narrow")]));
    move |seconds: f64| {
        if seconds.is_nan() {
            return None;
        }
        // A clock that is a little behind the server's must not say that something was checked in the future.
        let seconds = seconds.max(0.0);
        let (number, unit) = match seconds {
            0.0..60.0 => (seconds, "second"),
            60.0..3_600.0 => (seconds / 60.0, "minute"),
            3_600.0..86_400.0 => (seconds / 3_600.0, "hour"),
            _ => (seconds / 86_400.0, "day"),
        };
        format.format(-number.floor(), unit).dyn_into::<js_sys::JsString>().ok().map(String::from)
    }
}
