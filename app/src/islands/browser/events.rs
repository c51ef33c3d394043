//! Changes: heard over SSE, or asked for once a minute, for a page whose figures are older than that is not true any more.

use std::time::Duration;

use leptos::prelude::{document, set_interval, set_timeout, window};
use leptos::task::spawn_local;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, DomParser, Event, EventSource, MessageEvent, RequestCache, RequestInit, Response, SupportedType};

use super::patch::patch;

/// Where changes are announced: messages are `<version> <build>`.
const EVENTS: &str = "/api/v1/events";
/// The server may still be rendering the page that an event announced, or a cache on the way may still hold the one before: the page
/// is asked for again after this long, then after twice as long, and so on, until it is there or the pause has grown to a minute.
const PAUSE_MIN: Duration = Duration::from_millis(200);
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// A browser gives up on events after an answer that is none (a proxy's 502 while Yagura starts again); we do not.
const RECONNECT: Duration = Duration::from_secs(5);
/// The server makes figures anew after a minute; a page that nobody looks at does not ask for them.
const FIGURES: Duration = Duration::from_secs(60);

/// Keeps the page true for as long as it is open, and says at the element `id` how the connection stands.
pub(in super::super) fn start(id: &'static str, live: String, lost: String) {
    follow(move |is_connected| {
        if let Some(place) = document().get_element_by_id(id) {
            let (state, words) = if is_connected { ("live", &live) } else { ("lost", &lost) };
            place.set_text_content(Some(words));
            let _ = place.set_attribute("data-state", state);
        }
    });
    set_interval(
        || {
            if !document().hidden() {
                spawn_local(async {
                    if let Ok(Some(fresh)) = fetch_page().await
                        && version_of(&fresh) >= version_of(&document())
                    {
                        patch(&fresh);
                    }
                });
            }
        },
        FIGURES,
    );
}

fn follow(connected: impl Fn(bool) + Clone + 'static) {
    let Ok(source) = EventSource::new(EVENTS) else { return connected(false) };
    let opened = {
        let connected = connected.clone();
        Closure::<dyn FnMut(Event)>::new(move |_| connected(true))
    };
    source.set_onopen(Some(opened.as_ref().unchecked_ref()));
    let failed = Closure::<dyn FnMut(Event)>::new({
        let source = source.clone();
        move |_| {
            connected(false);
            if source.ready_state() == EventSource::CLOSED {
                let connected = connected.clone();
                set_timeout(move || follow(connected), RECONNECT);
            }
        }
    });
    source.set_onerror(Some(failed.as_ref().unchecked_ref()));
    let heard = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| {
        let message = event.data().as_string().unwrap_or_default();
        let (version, build) = message.split_once(' ').unwrap_or((&message, ""));
        let page_build = document().document_element().and_then(|html| html.get_attribute("data-build"));
        if page_build.is_some_and(|ours| ours != build) {
            // A newer Yagura: its page goes with its own script and style.
            let _ = window().location().reload();
        } else if let Ok(version) = version.parse() {
            refresh(version, PAUSE_MIN);
        }
    });
    source.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    // They live as long as the page.
    opened.forget();
    failed.forget();
    heard.forget();
}

fn version_of(document: &Document) -> Option<u64> {
    document.get_element_by_id("content")?.get_attribute("data-version")?.parse().ok()
}

/// Brings the page up to `version`.
fn refresh(version: u64, pause: Duration) {
    if pause > PAUSE_MAX || version_of(&document()).is_none_or(|shown| shown >= version) {
        return;
    }
    spawn_local(async move {
        let fresh = fetch_page().await.ok().flatten();
        match fresh {
            Some(fresh) if version_of(&fresh).is_some_and(|found| found >= version) => patch(&fresh),
            _ => set_timeout(move || refresh(version, pause * 2), pause),
        }
    });
}

async fn fetch_page() -> Result<Option<Document>, JsValue> {
    let options = RequestInit::new();
    options.set_cache(RequestCache::NoCache);
    let response: Response = JsFuture::from(window().fetch_with_str_and_init("", &options)).await?.dyn_into()?;
    if !response.ok() {
        return Ok(None);
    }
    let html = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    DomParser::new()?.parse_from_string(&html, SupportedType::TextHtml).map(Some)
}
