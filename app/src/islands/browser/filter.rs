//! The filter: hides what does not match, opens groups in which something does, and says how many are left.

use leptos::prelude::document;
use web_sys::{Element, HtmlInputElement};

use super::{PATCHED, all, by_id, listen, listen_everywhere, within_element};
use crate::i18n::PLACE;

/// Follows both fields. `shown` has a place for the number.
pub(in super::super) fn start(shown: String, none: String) {
    let (Some(text), Some(only_troubled)) = (by_id::<HtmlInputElement>("filter"), by_id::<HtmlInputElement>("only-troubled"))
    else {
        return;
    };
    let apply = {
        let (text, only_troubled) = (text.clone(), only_troubled.clone());
        move |is_typed: bool| {
            let wanted = folded(&text.value());
            let mut count = 0_usize;
            for group in all(".group") {
                let is_group_match = !wanted.is_empty() && matches(&text_of(&group, "h2"), &wanted);
                let mut has_shown = false;
                for component in within_element(&group, ".component") {
                    let name = format!("{} {}", text_of(&component, "h3"), component.id().trim_start_matches("component-"));
                    let is_match = is_group_match || matches(&name, &wanted);
                    let _ = component.toggle_attribute_with_force("hidden", !is_match);
                    if is_match && !(only_troubled.checked() && component.class_list().contains("operational")) {
                        count += 1;
                        has_shown = true;
                    }
                }
                let _ = group.toggle_attribute_with_force("hidden", !has_shown);
                if is_typed && group.local_name() == "details" {
                    // Open while it holds what was found; then as it is by itself.
                    let is_open = if wanted.is_empty() { !is_folded_by_itself(&group) } else { has_shown };
                    let _ = group.toggle_attribute_with_force("open", is_open);
                }
            }
            let is_idle = wanted.is_empty() && !only_troubled.checked();
            if let Some(parts) = document().get_element_by_id("parts") {
                let _ = parts.toggle_attribute_with_force("data-filtered", !is_idle);
            }
            let said = match count {
                _ if is_idle => String::new(),
                0 => none.clone(),
                count => shown.replace(PLACE, &count.to_string()),
            };
            if let Some(place) = document().get_element_by_id("filter-shown")
                && place.text_content().as_ref() != Some(&said)
            {
                place.set_text_content(Some(&said));
            }
        }
    };
    listen(&text, "input", {
        let apply = apply.clone();
        move |_| apply(true)
    });
    listen(&only_troubled, "change", {
        let apply = apply.clone();
        move |_| apply(false)
    });
    // A browser fills fields again with what was typed before.
    apply(!text.value().is_empty());
    listen_everywhere(PATCHED, move |_| apply(false));
}

/// True for a group with which all is well, among others.
fn is_folded_by_itself(group: &Element) -> bool {
    group.has_attribute("data-folds") && group.class_list().contains("operational")
}

fn matches(words: &str, wanted: &str) -> bool {
    wanted.is_empty() || folded(words).contains(wanted)
}

fn text_of(element: &Element, selector: &str) -> String {
    element.query_selector(selector).ok().flatten().and_then(|found| found.text_content()).unwrap_or_default()
}

/// Case and width do not matter: full-width letters are common in Japanese input.
fn folded(text: &str) -> String {
    js_sys::JsString::from(text).normalize("NFKC").to_lower_case().trim().into()
}
