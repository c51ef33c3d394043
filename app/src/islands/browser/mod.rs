//! The only code that touches the browser: what the islands do once they are awake.

pub(super) mod chart;
pub(super) mod days;
#[cfg(feature = "desk")]
pub(super) mod desk_keys;
pub(super) mod events;
pub(super) mod filter;
#[cfg(feature = "desk")]
pub(super) mod passkey;
mod patch;
mod pop;
pub(super) mod theme;
pub(super) mod times;

use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Event, EventTarget, NodeList, Storage};

/// Said to the document when an open page got new parts: whoever had changed something in the old ones does so again.
pub(super) const PATCHED: &str = "yagura:patched";

/// An attribute of the document while times are shown in the visitor's zone.
pub(super) const IN_MY_ZONE: &str = "data-in-my-zone";

/// Hears an event for as long as the page is open.
pub(super) fn listen(target: &EventTarget, event: &str, heard: impl FnMut(Event) + 'static) {
    let closure = Closure::<dyn FnMut(Event)>::new(heard);
    let _ = target.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
    closure.forget();
}

/// Hears an event wherever it happens in the page.
pub(super) fn listen_everywhere(event: &str, heard: impl FnMut(Event) + 'static) {
    listen(&document(), event, heard);
}

/// All elements of a selector.
pub(super) fn all(selector: &str) -> Vec<Element> {
    document().query_selector_all(selector).map(elements).unwrap_or_default()
}

/// All elements of a selector within another.
pub(super) fn within_element(element: &Element, selector: &str) -> Vec<Element> {
    element.query_selector_all(selector).map(elements).unwrap_or_default()
}

fn elements(found: NodeList) -> Vec<Element> {
    (0..found.length()).filter_map(|index| found.get(index)?.dyn_into().ok()).collect()
}

/// The element with this id, as what it is.
pub(super) fn by_id<E: JsCast>(id: &str) -> Option<E> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// The element of this selector that an event happened in.
pub(super) fn within(event: &Event, selector: &str) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest(selector).ok()?
}

/// Where the visitor's choices are kept; nothing where that is forbidden.
pub(super) fn storage() -> Option<Storage> {
    window().local_storage().ok()?
}

/// The language of the page.
pub(super) fn language() -> String {
    document().document_element().and_then(|html| html.get_attribute("lang")).unwrap_or_default()
}
