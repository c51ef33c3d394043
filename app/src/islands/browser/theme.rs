//! The theme: an attribute of the document, and the same in storage, where the script in the head finds it.

use leptos::prelude::document;
use web_sys::HtmlSelectElement;

use super::{by_id, listen, storage};

const KEY: &str = "theme";

/// Shows what was chosen, and follows the choice.
pub(in super::super) fn start(id: &str) {
    let Some(select) = by_id::<HtmlSelectElement>(id) else { return };
    if let Some(chosen) = storage().and_then(|storage| storage.get_item(KEY).ok()?) {
        select.set_value(&chosen);
    }
    listen(&select.clone(), "change", move |_| {
        let chosen = select.value();
        let Some(html) = document().document_element() else { return };
        if chosen.is_empty() {
            let _ = html.remove_attribute("data-theme");
            let _ = storage().map(|storage| storage.remove_item(KEY));
        } else {
            let _ = html.set_attribute("data-theme", &chosen);
            let _ = storage().map(|storage| storage.set_item(KEY, &chosen));
        }
    });
}
