// The composer of a timeline: a row that is typed is on the device's disk before anything else happens, is shown at once as waiting, and is sent
// as soon as there is a network and somebody signed in, with the time it was typed.

import { CHANNEL, add, flush, operation, remove, waiting } from "./queue.js";
import { forget, read, write } from "./drafts.js";

/** How long after the last key a typed time is looked at. */
const LOOK_AFTER_MS = 250;
/** Sent rows that do not show by themselves (no events arrive) are fetched after so long. */
const SHOW_AFTER_MS = 4000;
/** Without a network it is tried again after so long. */
const AGAIN_AFTER_MS = 15000;

/** An element with its properties and what stands in it. */
export function element(name, attributes, ...children) {
  const made = document.createElement(name);
  Object.assign(made, attributes);
  made.append(...children);
  return made;
}

/** Which state of the server this page shows. */
export const shownVersion = () => document.getElementById("content")?.dataset.version;

/** True when something on this page would be lost by loading it again. */
function isAnythingTyped() {
  const isChanged = (field) => {
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    return "defaultValue" in field && field.type !== "hidden" && field.value !== field.defaultValue;
  };
  return [...document.forms].some((form) => [...form.elements].some(isChanged));
}

/** Loads the page again where what was sent while it showed `version` does not come into it by itself. Gives the timer. */
export function showSent(version) {
  return setTimeout(() => {
    if (shownVersion() === version && navigator.onLine && !isAnythingTyped()) location.reload();
  }, SHOW_AFTER_MS);
}

const isEmpty = (form) => !form.elements.body.value.trim();

/** What the form says, as the API reads it. */
function body(form, typedAt) {
  const { kind, body, at, rejected, hypothesis, keep_secrets: keepSecrets } = form.elements;
  const lines = (rejected?.value ?? "").split("\n").map((line) => line.trim()).filter(Boolean);
  return {
    kind: kind.value,
    body: body.value,
    at: at.value,
    typed_at: typedAt.toISOString(),
    rejected: kind.value === "decision" ? lines : [],
    ...(kind.value === "hypothesis" && hypothesis?.value ? { hypothesis: hypothesis.value } : {}),
    ...(keepSecrets?.checked ? { keep_secrets: true } : {}),
  };
}

class Composer {
  constructor(form, list, user) {
    this.form = form;
    this.list = list;
    this.user = user;
    this.url = form.dataset.queue;
    this.status = document.getElementById("queue-status");
    form.addEventListener("submit", (event) => this.submit(event));
    form.addEventListener("input", () => {
      // Whoever cleared the field writes another row.
      if (isEmpty(form)) this.corrected = undefined;
    });
    form.elements.body.addEventListener("keydown", (event) => {
      const isSend = event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing;
      if (isSend) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
    new BroadcastChannel(CHANNEL).addEventListener("message", () => this.show());
    addEventListener("online", () => this.send());
    addEventListener("pageshow", () => this.send());
    document.addEventListener("visibilitychange", () => document.hidden || this.send());
    this.look();
    this.show();
    this.send();
  }

  async submit(event) {
    // Without a place to keep it the form goes its own way.
    if (!self.indexedDB || isEmpty(this.form)) return;
    event.preventDefault();
    // A row that is corrected stays the one that it was, typed when it was.
    const { op, made_at } = this.corrected ?? { op: operation(), made_at: Date.now() };
    this.corrected = undefined;
    const row = { op, user: this.user, url: this.url, made_at, body: { ...body(this.form, new Date(made_at)), op } };
    // At once: whoever types on while the row is being kept types the next one.
    const typed = read(this.form);
    this.form.reset();
    this.form.elements.body.focus();
    this.said?.replaceChildren();
    try {
      await add(row);
    } catch {
      write(this.form, typed);
      this.form.submit();
      return;
    }
    if (isEmpty(this.form)) forget(this.user, this.form);
    await this.show();
    await this.send();
  }

  async send() {
    const mine = await waiting(this.user);
    if (!mine.some((row) => !row.problem)) return;
    const version = shownVersion();
    const outcome = await flush(this.user);
    this.list.dataset.outcome = outcome;
    await this.show();
    this.tell(outcome);
    clearTimeout(this.next);
    if (outcome === "offline") {
      this.next = setTimeout(() => this.send(), AGAIN_AFTER_MS);
      // Where the browser can, it sends even after this page is closed.
      const worker = await navigator.serviceWorker?.ready.catch(() => null);
      await worker?.sync?.register("queue").catch(() => {});
    } else if (outcome === "busy") {
      this.next = setTimeout(() => this.send(), 1000);
    } else if (outcome === "sent") {
      this.next = showSent(version);
    }
  }

  /** Says what became of rows, for those who do not see it. */
  tell(outcome) {
    const words = this.list.dataset;
    const said = { sent: words.saved, offline: words.waiting, refused: words.refused, "signed-out": words.waiting }[outcome];
    if (said && this.status) this.status.textContent = said;
  }

  /** Shows the rows of this incident that wait. */
  async show() {
    const rows = (await waiting(this.user)).filter((row) => row.url === this.url);
    const words = this.list.dataset;
    const items = rows.map((row) => {
      const buttons = [];
      const button = (label, act) => {
        const made = element("button", { type: "button", className: "plain", textContent: label });
        made.addEventListener("click", act);
        buttons.push(made);
      };
      let state = words.waiting;
      if (row.problem) {
        state = `${words.refused} ${row.problem.errors?.map((error) => error.detail).join(" ") || row.problem.detail}`;
        const isSecret = row.problem.errors?.some((error) => error.code === "invalid-secret");
        if (isSecret) button(words.keepSecrets, () => this.retry(row, { keep_secrets: true }));
        else button(words.tryAgain, () => this.retry(row, {}));
        button(words.edit, () => this.edit(row));
        button(words.discard, () => remove(row.op));
      } else if (this.list.dataset.outcome === "signed-out") {
        const next = encodeURIComponent(location.pathname);
        buttons.push(element("a", { href: `/desk/sign-in?next=${next}`, className: "button", textContent: words.signIn }));
      }
      const time = element("time", { dateTime: row.body.typed_at, textContent: new Date(row.made_at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }) });
      const text = element("p", { className: "queued-body", textContent: row.body.body });
      return element("li", { className: row.problem ? "queued is-refused" : "queued" }, time, " ", element("small", { textContent: state }), text, ...buttons);
    });
    this.list.replaceChildren(...items);
    this.list.hidden = items.length === 0;
  }

  async retry(row, change) {
    await add({ ...row, problem: undefined, body: { ...row.body, ...change } });
    await this.send();
  }

  /** Puts a row where it can be corrected. It stays in the queue until it is sent anew. */
  edit(row) {
    const { kind, body: text, at, rejected, hypothesis } = this.form.elements;
    text.focus();
    // What is half typed there is finished first.
    if (!isEmpty(this.form)) return;
    this.corrected = { op: row.op, made_at: row.made_at };
    kind.value = row.body.kind;
    text.value = row.body.body;
    at.value = row.body.at;
    if (rejected) rejected.value = (row.body.rejected ?? []).join("\n");
    if (hypothesis && row.body.hypothesis) hypothesis.value = row.body.hypothesis;
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Says how a typed time is understood. */
  look() {
    this.said = document.getElementById("composer-time");
    const field = this.form.elements.at;
    const zone = document.getElementById("content")?.dataset.zone ?? "";
    let timer;
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        const text = field.value.trim();
        if (!text || !this.said) return this.said?.replaceChildren();
        const query = new URLSearchParams({ text, zone, typed_at: new Date().toISOString() });
        try {
          const response = await fetch(`/api/v1/times?${query}`);
          const answer = await response.json();
          if (field.value.trim() !== text) return;
          this.said.textContent = response.ok ? `${this.said.dataset.understood} ${answer.written} ${zone}` : this.said.dataset.notUnderstood;
          this.said.classList.toggle("is-wrong", !response.ok);
        } catch {
          this.said.textContent = this.said.dataset.later ?? "";
        }
      }, LOOK_AFTER_MS);
    });
  }
}

/** Wakes the composer of this page, if it has one. */
export function start(user) {
  const form = document.getElementById("composer");
  const list = document.getElementById("queue");
  if (form?.dataset.queue && list) new Composer(form, list, user);
}
