//! Keys of the desk, and the note that the network is gone.

use js_sys::Date;
use leptos::prelude::window;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement, HtmlInputElement, KeyboardEvent};

use super::{all, by_id, listen, listen_everywhere, storage, within};

/// Where it is kept that somebody wants no keys.
const KEY: &str = "shortcuts";
const OFF: &str = "off";
/// The second key of two must follow within so long.
const SECOND_KEY_WITHIN_MS: f64 = 1_500.0;
/// Where keys are typed and mean themselves.
const TYPED_INTO: &str = "input, select, textarea, [contenteditable]";

/// Watches the network; follows keys where the page lists them.
pub(in super::super) fn start() {
    if let Some(note) = by_id::<HtmlElement>("offline") {
        watch_network(&note);
    }
    if let (Some(list), Some(switch)) = (by_id::<HtmlElement>("shortcuts"), by_id::<HtmlInputElement>("shortcuts-on")) {
        keep_choice(&switch);
        follow_keys(list, switch);
    }
}

fn watch_network(note: &HtmlElement) {
    let note = note.clone();
    let show = move || note.set_hidden(window().navigator().on_line());
    show();
    for event in ["online", "offline"] {
        let show = show.clone();
        listen(&window(), event, move |_| show());
    }
}

fn keep_choice(switch: &HtmlInputElement) {
    let is_off = storage().and_then(|storage| storage.get_item(KEY).ok()?).as_deref() == Some(OFF);
    switch.set_checked(!is_off);
    let kept = switch.clone();
    listen(switch, "change", move |_| {
        let _ = storage().map(|storage| if kept.checked() { storage.remove_item(KEY) } else { storage.set_item(KEY, OFF) });
    });
}

fn follow_keys(list: HtmlElement, switch: HtmlInputElement) {
    let mut begun_at_ms = f64::NEG_INFINITY;
    listen_everywhere("keydown", move |event| {
        let Some(key) = key_of(&event).filter(|_| switch.checked()) else { return };
        let is_second = Date::now() - begun_at_ms < SECOND_KEY_WITHIN_MS;
        begun_at_ms = f64::NEG_INFINITY;
        let is_followed = match key.as_str() {
            key if is_second && go(key) => true,
            "g" => {
                begun_at_ms = Date::now();
                false
            }
            "/" => search(),
            "?" => open(&list),
            _ => false,
        };
        if is_followed {
            event.prevent_default();
        }
    });
}

/// The key that was pressed, unless it is typed into something or belongs to the browser. Shift is no modifier here: `?` needs it.
fn key_of(event: &Event) -> Option<String> {
    let key = event.dyn_ref::<KeyboardEvent>()?;
    let is_ours = !(key.alt_key() || key.ctrl_key() || key.meta_key() || key.is_composing() || key.repeat());
    (is_ours && !event.default_prevented() && within(event, TYPED_INTO).is_none()).then(|| key.key())
}

/// Follows the link of this key.
fn go(key: &str) -> bool {
    let link = all("a[data-go]").into_iter().find(|link| link.get_attribute("data-go").as_deref() == Some(key));
    let link = link.and_then(|link| link.dyn_into::<HtmlElement>().ok());
    if let Some(link) = &link {
        link.click();
    }
    link.is_some()
}

fn search() -> bool {
    let field = all("main input[type=search]").into_iter().find_map(|field| field.dyn_into::<HtmlElement>().ok());
    field.is_some_and(|field| field.focus().is_ok())
}

fn open(list: &HtmlElement) -> bool {
    let _ = list.set_attribute("open", "");
    let head = list.query_selector("summary").ok().flatten().and_then(|head| head.dyn_into::<HtmlElement>().ok());
    head.is_some_and(|head| head.focus().is_ok())
}
