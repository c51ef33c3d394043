//! Brings an open page up to a fresh one by changing only what differs. Elements stay where they can, so that focus, open details and
//! the live regions of screen readers do too.

use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, Event, Node};

use super::PATCHED;

/// Attributes that belong to whoever reads the page: what they opened, what they ticked, what the filter hid, what an island put
/// there.
const THEIRS: [&str; 5] = ["open", "checked", "hidden", "tabindex", "data-filtered"];

fn live_parts(document: &Document) -> Vec<Element> {
    let Ok(found) = document.query_selector_all("[data-live]") else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.get(index)?.dyn_into().ok()).collect()
}

/// Puts in what differs. When parts came or went, all parts are replaced instead; where there is no place for them the page is loaded
/// again.
pub(super) fn patch(fresh: &Document) {
    let page = document();
    let (ours, theirs) = (live_parts(&page), live_parts(fresh));
    let same_parts = ours.len() == theirs.len() && ours.iter().zip(&theirs).all(|(a, b)| a.id() == b.id());
    let (Some(content), Some(fresh_content)) = (page.get_element_by_id("content"), fresh.get_element_by_id("content")) else {
        return;
    };
    if same_parts {
        ours.iter().zip(&theirs).for_each(|(old, new)| morph(old, new));
        follow_groups(&page, fresh);
    } else {
        match (page.get_element_by_id("parts"), fresh.get_element_by_id("parts")) {
            (Some(old), Some(new)) => {
                old.set_inner_html(&new.inner_html());
                // Those outside of the parts are still the same ones.
                for new in &theirs {
                    if let Some(old) = page.get_element_by_id(&new.id()) {
                        morph(&old, new);
                    }
                }
            }
            _ => drop(window().location().reload()),
        }
    }
    page.set_title(&fresh.title());
    if let (Some(old), Some(new)) = (page.get_element_by_id("icon"), fresh.get_element_by_id("icon")) {
        morph(&old, &new);
    }
    if let Some(version) = fresh_content.get_attribute("data-version") {
        let _ = content.set_attribute("data-version", &version);
    }
    let _ = Event::new(PATCHED).map(|event| page.dispatch_event(&event));
}

/// Makes `old` what `new` is.
fn morph(old: &Element, new: &Element) {
    // A moment that is the same is shown as the visitor wants it already.
    let is_same_moment = old.local_name() == "time" && old.get_attribute("datetime") == new.get_attribute("datetime");
    if is_same_moment || old.is_equal_node(Some(new)) {
        return;
    }
    morph_attributes(old, new);
    let (old_children, new_children) = (old.child_nodes(), new.child_nodes());
    let is_alike = |index: u32| match (old_children.get(index), new_children.get(index)) {
        (Some(a), Some(b)) => a.node_name() == b.node_name(),
        _ => false,
    };
    let count = new_children.length();
    if old_children.length() != count || !(0..count).all(is_alike) {
        if !morph_named_children(old, new) {
            old.set_inner_html(&new.inner_html());
        }
        return;
    }
    for (old, new) in (0..count).filter_map(|index| Some((old_children.get(index)?, new_children.get(index)?))) {
        match (old.dyn_ref::<Element>(), new.dyn_ref::<Element>()) {
            (Some(old), Some(new)) => morph(old, new),
            _ => morph_text(&old, &new),
        }
    }
}

/// Makes the children of `old` those of `new`, where both are lists of things with ids: what is in both stays the same element, so that
/// a row that came does not fold its neighbour's menu or take the focus out of it. False when they are no such lists.
fn morph_named_children(old: &Element, new: &Element) -> bool {
    let (Some(before), Some(after)) = (named_children(old), named_children(new)) else { return false };
    for (id, child) in &before {
        if !after.iter().any(|(other, _)| other == id) {
            child.remove();
        }
    }
    let mut place = old.first_element_child();
    for (id, fresh) in after {
        if let Some((_, kept)) = before.iter().find(|(other, _)| *other == id) {
            if place.as_ref() == Some(kept) {
                place = kept.next_element_sibling();
            } else {
                let _ = old.insert_before(kept, place.as_deref());
            }
            morph(kept, &fresh);
        } else if let Ok(copy) = fresh.clone_node_with_deep(true) {
            let _ = old.insert_before(&copy, place.as_deref());
        }
    }
    true
}

/// The children of an element and their ids; none unless it has children, all of them elements with an id.
fn named_children(element: &Element) -> Option<Vec<(String, Element)>> {
    let children = element.child_nodes();
    let named = |index: u32| {
        let child: Element = children.get(index)?.dyn_into().ok()?;
        let id = child.id();
        (!id.is_empty()).then_some((id, child))
    };
    (0..children.length()).map(named).collect::<Option<Vec<_>>>().filter(|named| !named.is_empty())
}

fn morph_text(old: &Node, new: &Node) {
    let text = new.node_value();
    if old.node_value() != text {
        old.set_node_value(text.as_deref());
    }
}

fn morph_attributes(old: &Element, new: &Element) {
    let names =
        |element: &Element| -> Vec<String> { element.get_attribute_names().iter().filter_map(|name| name.as_string()).collect() };
    for name in names(old).iter().filter(|name| !THEIRS.contains(&name.as_str()) && !new.has_attribute(name)) {
        let _ = old.remove_attribute(name);
    }
    for name in names(new).iter().filter(|name| !THEIRS.contains(&name.as_str())) {
        let value = new.get_attribute(name);
        if old.get_attribute(name) != value {
            let _ = old.set_attribute(name, &value.unwrap_or_default());
        }
    }
}

/// A group opens when trouble begins in it and folds when all is well again; in between it is as the visitor left it.
fn follow_groups(page: &Document, fresh: &Document) {
    let Ok(found) = fresh.query_selector_all("details.group") else { return };
    for new in (0..found.length()).filter_map(|index| found.get(index)?.dyn_into::<Element>().ok()) {
        let Some(old) = page.get_element_by_id(&new.id()) else { continue };
        if old.class_name() != new.class_name() {
            old.set_class_name(&new.class_name());
            let _ = old.toggle_attribute_with_force("open", new.has_attribute("open"));
        }
    }
}
