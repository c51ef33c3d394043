//! The filter: hides what does not match, opens groups in which something does, and says how many are left.

use leptos::prelude::document;
use web_sys::{Element, HtmlInputElement};

use super::{PATCHED, all, by_id, listen, listen_everywhere};
use crate::i18n::PLACE;

/// Follows both fields. `shown` has a place for the number.
pub(in super::super) fn start(shown: String, none: String) {
    let (Some(text), Some(only_troubled)) = (by_id::<HtmlInputElement>("filter"), by_id::<HtmlInputElement>("only-troubled"))
    else {
        return;
    };
    let apply = {
        let (text, only_troubled) = (text.clone(), only_troubled.clone());
        move || {
            let wanted = folded(&text.value());
            let mut count = 0_usize;
            for component in all(".component") {
                let is_match = wanted.is_empty() || folded(&words_of(&component)).contains(&wanted);
                let _ = component.toggle_attribute_with_force("hidden", !is_match);
                let is_well = component.class_list().contains("operational");
                if is_match && !(only_troubled.checked() && is_well) {
                    count += 1;
                }
            }
            for group in all("details.group") {
                let has_match = group.query_selector(".component:not([hidden])").ok().flatten().is_some();
                let _ = group.toggle_attribute_with_force("hidden", !has_match);
                if !wanted.is_empty() && has_match {
                    let _ = group.set_attribute("open", "");
                }
            }
            let is_idle = wanted.is_empty() && !only_troubled.checked();
            let said = match count {
                _ if is_idle => String::new(),
                0 => none.clone(),
                count => shown.replace(PLACE, &count.to_string()),
            };
            if let Some(place) = document().get_element_by_id("filter-shown") {
                place.set_text_content(Some(&said));
            }
        }
    };
    listen(&text, "input", {
        let apply = apply.clone();
        move |_| apply()
    });
    listen(&only_troubled, "change", {
        let apply = apply.clone();
        move |_| apply()
    });
    listen_everywhere(PATCHED, move |_| apply());
}

/// Name and address: who knows the slug finds it too.
fn words_of(component: &Element) -> String {
    let name = component.query_selector("h3").ok().flatten().and_then(|name| name.text_content()).unwrap_or_default();
    format!("{name} {}", component.id().trim_start_matches("component-"))
}

/// Case and width do not matter: full-width letters are common in Japanese input.
fn folded(text: &str) -> String {
    js_sys::JsString::from(text).normalize("NFKC").to_lower_case().trim().into()
}
