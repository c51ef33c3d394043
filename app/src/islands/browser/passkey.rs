//! Passkeys (Web Authentication, level 3): the server's options go in, the authenticator's answer comes out. Both are JSON, which the
//! browser itself turns into what it works with and back.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Function, JSON, Object, Promise, Reflect};
use leptos::prelude::window;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlElement, HtmlInputElement, RequestInit, Response};

use super::{by_id, listen};

/// Names of what the browser throws when the visitor stopped it or let it wait too long.
const ABORTED: [&str; 2] = ["NotAllowedError", "AbortError"];

/// Why it did not work.
enum Failure {
    /// The visitor or the clock stopped it.
    Aborted,
    /// The server says why.
    Said(String),
    /// Nobody says why.
    Other,
}

impl From<JsValue> for Failure {
    fn from(thrown: JsValue) -> Self {
        let name = property(&thrown, "name").ok().and_then(|name| name.as_string());
        if name.is_some_and(|name| ABORTED.contains(&name.as_str())) { Self::Aborted } else { Self::Other }
    }
}

/// The button and what it needs.
struct Ceremony {
    button: HtmlElement,
    status: HtmlElement,
    /// `PublicKeyCredential`.
    class: JsValue,
    mode: String,
    failed: String,
    aborted: String,
    next: String,
    is_running: Cell<bool>,
}

/// Shows the button where the browser can do it, else says that it cannot.
pub(in super::super) fn start(failed: String, aborted: String, unsupported: &str, next: String) {
    let (Some(button), Some(status)) = (by_id::<HtmlElement>("passkey"), by_id::<HtmlElement>("passkey-status")) else { return };
    let mode = button.get_attribute("data-mode").unwrap_or_default();
    let class = property(&window(), "PublicKeyCredential").unwrap_or(JsValue::UNDEFINED);
    let ceremony = Ceremony { button, status, class, mode, failed, aborted, next, is_running: Cell::default() };
    if !property(&ceremony.class, ceremony.parser()).is_ok_and(|parser| parser.is_function()) {
        return ceremony.say(unsupported);
    }
    ceremony.button.set_hidden(false);
    if let Some(field) = by_id::<HtmlElement>("passkey-name-field") {
        field.set_hidden(false);
    }
    let button = ceremony.button.clone();
    let ceremony = Rc::new(ceremony);
    listen(&button, "click", move |_| {
        let ceremony = Rc::clone(&ceremony);
        spawn_local(async move { ceremony.run().await });
    });
}

impl Ceremony {
    /// True when a passkey is made, false when one is shown.
    fn is_new(&self) -> bool {
        self.mode == "register"
    }

    fn parser(&self) -> &'static str {
        if self.is_new() { "parseCreationOptionsFromJSON" } else { "parseRequestOptionsFromJSON" }
    }

    fn say(&self, words: &str) {
        self.status.set_text_content(Some(words));
    }

    async fn run(&self) {
        let name = by_id::<HtmlInputElement>("passkey-name").filter(|_| self.is_new());
        // The browser says that a name is missing before anything is made.
        if name.as_ref().is_some_and(|name| !name.report_validity()) || self.is_running.replace(true) {
            return;
        }
        let _ = self.button.set_attribute("aria-busy", "true");
        self.say("");
        match self.perform(name.map(|name| name.value())).await {
            Ok(()) => drop(window().location().assign(&self.next)),
            Err(Failure::Aborted) => self.say(&self.aborted),
            Err(Failure::Said(why)) => self.say(&why),
            Err(Failure::Other) => self.say(&self.failed),
        }
        let _ = self.button.remove_attribute("aria-busy");
        self.is_running.set(false);
    }

    async fn perform(&self, name: Option<String>) -> Result<(), Failure> {
        let path = format!("/api/v1/passkeys/{}", self.mode);
        let offer = post(&format!("{path}/start"), &Object::new()).await?;
        let options = call(&self.class, self.parser(), &property(&offer, "publicKey")?)?;
        let credentials = property(&window().navigator(), "credentials")?;
        let verb = if self.is_new() { "create" } else { "get" };
        let promise: Promise = call(&credentials, verb, &object(&[("publicKey", options)])?.into())?.dyn_into()?;
        let credential = JsFuture::from(promise).await?;
        let shown = call(&credential, "toJSON", &JsValue::UNDEFINED)?;
        let answer = object(&[("ceremony", property(&offer, "ceremony")?), ("credential", shown)])?;
        if let Some(name) = name {
            Reflect::set(&answer, &"name".into(), &name.into())?;
        }
        post(&format!("{path}/finish"), &answer).await?;
        Ok(())
    }
}

/// Sends JSON; gives the JSON that is answered, or what the server says is wrong.
async fn post(path: &str, body: &JsValue) -> Result<JsValue, Failure> {
    let options = RequestInit::new();
    options.set_method("POST");
    options.set_headers(&object(&[("content-type", "application/json".into())])?.into());
    options.set_body(&JSON::stringify(body)?.into());
    let response: Response = JsFuture::from(window().fetch_with_str_and_init(path, &options)).await?.dyn_into()?;
    let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    let answer = JSON::parse(&text).unwrap_or(JsValue::NULL);
    if response.ok() {
        return Ok(answer);
    }
    let detail = property(&answer, "detail").ok().and_then(|detail| detail.as_string());
    Err(detail.map_or(Failure::Other, Failure::Said))
}

fn object(properties: &[(&str, JsValue)]) -> Result<Object, JsValue> {
    let object = Object::new();
    for (name, value) in properties {
        Reflect::set(&object, &(*name).into(), value)?;
    }
    Ok(object)
}

fn property(of: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    Reflect::get(of, &name.into())
}

/// Calls a method that not every browser has.
fn call(of: &JsValue, method: &str, argument: &JsValue) -> Result<JsValue, JsValue> {
    property(of, method)?.dyn_into::<Function>()?.call1(of, argument)
}
