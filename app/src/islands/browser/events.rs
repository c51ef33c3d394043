//! Keeps an open page true. Changes are heard over SSE while somebody looks at the page; its figures are asked for once a minute. "Live"
//! is said only while the page is known to be what the server would send.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::{document, set_interval, set_timeout, window};
use leptos::task::spawn_local;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, DomParser, Event, EventSource, MessageEvent, RequestCache, RequestInit, Response, SupportedType};

use super::patch::patch;
use super::{listen, listen_everywhere};

/// Where changes are announced: messages are `<version> <build>`. The desk has its own, which also tells what the public cannot see.
const EVENTS: &str = "/api/v1/events";
const DESK_EVENTS: &str = "/desk/events";
/// The server may still be rendering the page that an event announced, or a cache on the way may still hold the one before: the page
/// is asked for again after this long, then after twice as long, and so on, until the pause has grown to a minute; from then on the
/// minute's own asking goes on.
const PAUSE_MIN: Duration = Duration::from_millis(200);
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// A browser gives up on events after an answer that is none (a proxy's 502 while Yagura starts again); we do not.
const RECONNECT: Duration = Duration::from_secs(5);
/// The server makes figures anew after a minute.
const FIGURES: Duration = Duration::from_secs(60);

/// How the page stands to the server.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Live,
    Lost,
}

struct Follower {
    id: &'static str,
    live: String,
    lost: String,
    said: String,
    source: RefCell<Option<EventSource>>,
    state: RefCell<Option<State>>,
}

/// Follows the server for as long as the page is open, and says at the element `id` how it stands; at the element `said` only what is
/// news to who does not see it.
pub(in super::super) fn start(id: &'static str, said: String, live: String, lost: String) {
    if version_of(&document()).is_none() {
        // A page that says that something is not there: nothing of it changes.
        if let Some(place) = document().get_element_by_id(id) {
            let _ = place.set_attribute("hidden", "");
        }
        return;
    }
    let (source, state) = (RefCell::default(), RefCell::default());
    let follower = Rc::new(Follower { id, live, lost, said, source, state });
    follower.listen();
    let on_return = {
        let follower = Rc::clone(&follower);
        move |_: Event| follower.attend()
    };
    listen_everywhere("visibilitychange", on_return.clone());
    listen(&window(), "pageshow", on_return.clone());
    listen(&window(), "online", on_return);
    set_interval(
        move || {
            if !document().hidden() {
                follower.bring(None, PAUSE_MAX);
            }
        },
        FIGURES,
    );
}

impl Follower {
    /// The page came into sight or left it. A browser allows few connections to one host, and somebody with many tabs is looking at one
    /// of them. Whoever comes back sees at once what is so now.
    fn attend(self: &Rc<Self>) {
        if document().hidden() {
            if let Some(source) = self.source.take() {
                source.close();
            }
        } else {
            self.listen();
            self.bring(None, PAUSE_MIN);
        }
    }

    fn listen(self: &Rc<Self>) {
        if self.source.borrow().as_ref().is_some_and(|source| source.ready_state() != EventSource::CLOSED) || document().hidden()
        {
            return;
        }
        let is_desk = window().location().pathname().is_ok_and(|path| path.starts_with("/desk"));
        let Ok(source) = EventSource::new(if is_desk { DESK_EVENTS } else { EVENTS }) else { return self.show(State::Lost) };
        let this = Rc::clone(self);
        let failed = Closure::<dyn FnMut(Event)>::new(move |_| {
            this.show(State::Lost);
            let this = Rc::clone(&this);
            set_timeout(move || this.listen(), RECONNECT);
        });
        let this = Rc::clone(self);
        let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let message = event.data().as_string().unwrap_or_default();
            let (version, build) = message.split_once(' ').unwrap_or((&message, ""));
            let Ok(version) = version.parse() else { return };
            if version_of(&document()) >= Some(version) && build_of(&document()).is_none_or(|ours| ours == build) {
                this.show(State::Live);
            } else {
                this.bring(Some(version), PAUSE_MIN);
            }
        });
        source.set_onerror(Some(failed.as_ref().unchecked_ref()));
        source.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        // As long as the page, or until the next source is made after this one broke: a few bytes each.
        failed.forget();
        heard.forget();
        self.source.replace(Some(source));
    }

    fn show(&self, state: State) {
        if self.state.replace(Some(state)) == Some(state) {
            return;
        }
        let (name, words) = if state == State::Live { ("live", &self.live) } else { ("lost", &self.lost) };
        if let Some(place) = document().get_element_by_id(self.id) {
            // That it is live from the first is no news.
            let is_news = place.get_attribute("data-state").as_deref() != Some("connecting") || state == State::Lost;
            place.set_text_content(Some(words));
            let _ = place.set_attribute("data-state", name);
            if let Some(said) = document().get_element_by_id(&self.said).filter(|_| is_news) {
                said.set_text_content(Some(words));
            }
        }
    }

    /// Brings the page up to `version`, or to whatever the server has.
    fn bring(self: &Rc<Self>, version: Option<u64>, pause: Duration) {
        let this = Rc::clone(self);
        spawn_local(async move {
            let fresh = fetch_page().await.ok().flatten();
            let Some(fresh) = fresh else {
                this.show(State::Lost);
                return this.try_again(version, pause);
            };
            if build_of(&fresh) != build_of(&document()) {
                // A newer Yagura: its page goes with its own script and style. Known to be there, so this cannot go round in circles.
                let _ = window().location().reload();
            } else if version_of(&fresh) < version.max(version_of(&document())) {
                this.try_again(version, pause);
            } else {
                patch(&fresh);
                this.show(State::Live);
            }
        });
    }

    fn try_again(self: &Rc<Self>, version: Option<u64>, pause: Duration) {
        if pause < PAUSE_MAX {
            let this = Rc::clone(self);
            set_timeout(move || this.bring(version, pause * 2), pause);
        }
    }
}

fn version_of(document: &Document) -> Option<u64> {
    document.get_element_by_id("content")?.get_attribute("data-version")?.parse().ok()
}

fn build_of(document: &Document) -> Option<String> {
    document.document_element()?.get_attribute("data-build")
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
