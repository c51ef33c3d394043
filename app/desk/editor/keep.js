// Nothing that is typed is lost: it is on this device within a third of a second and at the server within two, and the line below says where.

import { FIELDS, Local, same } from "./local.js";
import { button, clock, element, signInUrl } from "./words.js";

const LOCAL_AFTER_MS = 200;
/** The server is sent what is typed when the keys rest, and at the latest after the second. */
const SEND_AFTER_MS = 1000;
const SEND_AFTER_MAX_MS = 1500;
const AGAIN_AFTER_MS = 2000;
const AGAIN_AFTER_MAX_MS = 60000;
const ANSWER_MAX_MS = 20000;
/** Browsers take no more with a page that goes away. */
const KEEPALIVE_BYTES_MAX = 60000;

export class Keep {
  /** When something was typed last, which of it is on this device, and which at the server. */
  typedAt = 0;
  localAt = 0;
  sentAt = 0;
  /** When the server got what it has, by its clock. */
  savedAt = 0;
  /** Since when the server lacks something. */
  unsentSince = 0;
  /** Another text that gave way to this one, `{at, values}`. */
  other;
  /** Why sending failed: `{kind: "unreached" | "signed-out" | "refused", detail}`. */
  problem;
  waitMs = AGAIN_AFTER_MS;

  /** `texts`: what to ask instead of the fields, by name; `write(name, text)` puts back what is kept; `onReached` hears that the server answers again. */
  constructor({ form, url, user, word, texts, write, isUploading, onReached }) {
    Object.assign(this, { form, url, user, word, texts, write, isUploading, onReached });
    this.local = new Local(user, url);
    this.line = document.getElementById("editor-state") ?? form.appendChild(element("p", { id: "editor-state", role: "status" }));
    this.savedAt = Number(form.dataset.bufferAt ?? 0);
    form.addEventListener("input", (event) => FIELDS.includes(event.target.name) && this.changed());
    form.addEventListener("change", (event) => FIELDS.includes(event.target.name) && this.changed());
    form.addEventListener("submit", (event) => this.submit(event));
    document.addEventListener("submit", (event) => event.target.dataset.editorEnds !== undefined && this.leave());
    addEventListener("online", () => this.typedAt > this.sentAt && this.send());
    addEventListener("offline", () => this.show());
    addEventListener("pagehide", () => this.goAway());
    addEventListener("pageshow", (event) => event.persisted && this.comeBack());
    addEventListener("beforeunload", (event) => this.ask(event));
    addEventListener("storage", (event) => event.key === this.local.key && event.newValue && this.sayOther());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.goAway() : this.typedAt > this.sentAt && this.send()));
    this.restore();
    this.show();
  }

  values() {
    const read = (name) => this.texts[name]?.() ?? this.form.elements[name]?.value ?? "";
    return Object.fromEntries(FIELDS.map((name) => [name, read(name)]));
  }

  fill(values) {
    for (const name of FIELDS) {
      if (this.form.elements[name] && values[name] !== undefined) this.write(name, values[name]);
    }
  }

  /** What this device has and the server has not is put into the editor; otherwise it can be asked for. */
  restore() {
    const { form } = this;
    const isAnswer = form.dataset.draftAnswer !== undefined || form.querySelector(".form-errors") !== null;
    const fresh = this.values();
    const kept = isAnswer ? null : this.local.load();
    // What came back with what is wrong with it is nowhere else.
    if (isAnswer) this.changed();
    let verdict = this.local.judge(kept, fresh, this.savedAt);
    let copy = kept;
    this.other = kept?.other;
    if (verdict === "same" && this.other && !same(this.other.values, fresh)) {
      verdict = "offer";
      copy = this.other;
    }
    if (verdict === "same") return;
    // Of what gives way nothing is lost either.
    if (verdict === "offer") this.other = { at: copy.at, values: copy.values };
    else if (this.savedAt !== (kept.savedAt ?? 0)) this.other = { at: this.savedAt, values: fresh };
    const use = (values) => {
      this.fill(values);
      this.changed();
    };
    if (verdict === "take") use(copy.values);
    const sides = {
      device: { text: "restored", act: "take-server", next: "server", values: fresh },
      server: { text: verdict === "take" ? "taken-server" : "other-copy", act: "take-device", next: "device", values: copy.values },
    };
    const note = element("p", { class: "notice editor-restored", role: "status" });
    const say = (side) => {
      const { text, act, next, values } = sides[side];
      const turn = button("plain", this.word(act), () => {
        this.other = { at: Date.now(), values: this.values() };
        use(values);
        say(next);
        note.querySelector("button").focus();
      });
      const dismiss = button("plain", this.word("dismiss"), () => {
        note.remove();
        this.other = undefined;
        this.local.save({ ...this.local.load(), other: undefined });
      });
      note.replaceChildren(element("span", {}, this.word(text, { t: new Date(copy.at).toLocaleString(document.documentElement.lang || undefined) })), turn, dismiss);
    };
    say(verdict === "take" ? "device" : "server");
    form.prepend(note);
  }

  /** Something was typed. Only reads: an input method may be at work. */
  changed() {
    // The page was about to go, and was told to stay.
    this.isLeaving = false;
    this.typedAt = Math.max(Date.now(), this.typedAt + 1);
    this.unsentSince ||= this.typedAt;
    this.localTimer ??= setTimeout(() => this.saveLocal(), LOCAL_AFTER_MS);
    if (this.problem?.kind !== "unreached" && this.problem?.kind !== "signed-out") {
      const rest = Math.min(SEND_AFTER_MS, this.unsentSince + SEND_AFTER_MAX_MS - this.typedAt);
      this.plan(Math.max(0, rest));
    }
    this.show();
  }

  saveLocal() {
    clearTimeout(this.localTimer);
    this.localTimer = undefined;
    if (!this.typedAt) return;
    const at = this.typedAt;
    const { sentAt, savedAt, other } = this;
    if (this.local.save({ at, sentAt, savedAt, other, values: this.values() })) this.localAt = at;
    else this.show();
  }

  plan(delay) {
    clearTimeout(this.sendTimer);
    this.sendTimer = setTimeout(() => this.send(), delay);
  }

  /** Sends what is typed now; the newest goes after what is on its way. True when the server has all of it. */
  async send(isLast = false) {
    clearTimeout(this.sendTimer);
    if (this.isLeaving) return false;
    this.sending ??= this.post(isLast).finally(() => (this.sending = undefined));
    const outcome = await this.sending;
    if (this.isLeaving) return false;
    if (outcome === undefined && this.typedAt > this.sentAt) {
      // Typed while the rest was on its way.
      this.unsentSince = this.typedAt;
      this.plan(SEND_AFTER_MS);
    }
    if (outcome?.kind === "unreached") {
      this.plan(this.waitMs);
      this.waitMs = Math.min(AGAIN_AFTER_MAX_MS, this.waitMs * 2);
    }
    this.show();
    return outcome === undefined;
  }

  /** One request; the last one of a page that goes away lives on without it. Gives what went wrong. */
  async post(isLast = false) {
    this.saveLocal();
    const at = this.typedAt || Date.now();
    const { base, ...values } = this.values();
    const body = JSON.stringify({ base: base === "" ? null : Number(base), ...values, typed_ago: Math.max(0, Date.now() - at) });
    const isSmall = new Blob([body]).size < KEEPALIVE_BYTES_MAX;
    this.stop = new AbortController();
    const limit = setTimeout(() => this.stop.abort(), ANSWER_MAX_MS);
    this.show();
    try {
      const headers = { "content-type": "application/json", "yagura-user": this.user };
      const request = { method: "POST", headers, body, redirect: "manual", signal: this.stop.signal, keepalive: (isLast || document.hidden) && isSmall };
      const response = await fetch(`${this.url}/buffer`, request);
      const answer = await response.json().catch(() => ({}));
      if (response.ok) this.accepted(at, answer);
      else this.problem = this.refusal(response, answer);
    } catch {
      this.problem = { kind: "unreached" };
    }
    clearTimeout(limit);
    return this.problem;
  }

  accepted(at, { saved_at: savedAt }) {
    if (this.problem) this.onReached();
    this.problem = undefined;
    this.waitMs = AGAIN_AFTER_MS;
    this.sentAt = at;
    this.savedAt = savedAt ?? Date.now();
    this.unsentSince = this.typedAt > at ? this.typedAt : 0;
    this.saveLocal();
  }

  refusal(response, { detail, title, error }) {
    if (response.type === "opaqueredirect" || response.status === 401 || response.status === 403) return { kind: "signed-out" };
    if (response.status >= 500 || response.status === 429 || response.status === 408) return { kind: "unreached" };
    return { kind: "refused", detail: detail ?? title ?? error ?? String(response.status) };
  }

  /** Asked for by the keyboard. */
  async saveNow() {
    this.typedAt ||= Date.now();
    if (this.sending) await this.sending;
    await this.send();
    // Said, even if it is what was said before: a line that is read out has to be there before its words are.
    const parts = [...this.line.childNodes];
    this.line.setAttribute("aria-live", "polite");
    this.line.replaceChildren();
    requestAnimationFrame(() => this.line.childNodes.length || this.line.replaceChildren(...parts));
  }

  /** The line that says where everything is. Only what is wrong is read out; the rest would be read out every two seconds. */
  show() {
    const isUnsent = this.typedAt > this.sentAt;
    const isKept = this.localAt >= this.typedAt || this.localTimer !== undefined;
    const since = { t: clock(this.unsentSince || Date.now()), detail: this.problem?.detail };
    const parts = [];
    let state = "saved";
    if (this.problem || (isUnsent && !navigator.onLine)) {
      const kind = navigator.onLine ? this.problem.kind : "offline";
      state = "problem";
      parts.push(this.word(`state-${kind}`, since), " ", this.word(isKept ? "state-kept" : "state-not-kept", since));
      if (kind === "signed-out") parts.push(" ", element("a", { href: signInUrl(), target: "_blank" }, this.word("sign-in")));
    } else if (isUnsent) {
      state = "saving";
      parts.push(this.word("state-saving"));
    } else if (this.savedAt) {
      parts.push(this.word("state-saved", { t: clock(this.savedAt) }));
    }
    const text = parts.map((part) => part.textContent ?? part).join("");
    if (this.line.textContent === text) return;
    this.line.setAttribute("aria-live", state === "problem" ? "polite" : "off");
    this.line.dataset.state = state;
    this.line.replaceChildren(...parts);
  }

  /** The form is sent only where its answer can come; until then it is kept. */
  async submit(event) {
    if (event.defaultPrevented) return;
    this.saveLocal();
    if (this.isUploading()) {
      event.preventDefault();
      this.say("submit-uploading");
    } else if (!navigator.onLine) {
      event.preventDefault();
      this.say("submit-offline");
    } else if (this.problem?.kind === "unreached" || this.problem?.kind === "signed-out") {
      event.preventDefault();
      const isThere = await this.send();
      // What the server refuses to keep it is asked to say why, beside the fields.
      if (isThere || this.problem?.kind === "refused") this.form.requestSubmit(event.submitter);
      else if (this.problem?.kind !== "signed-out") this.say("submit-offline");
    } else {
      this.leave();
    }
  }

  say(key) {
    this.line.setAttribute("aria-live", "polite");
    this.line.dataset.state = "problem";
    this.line.replaceChildren(this.word(key));
  }

  /** What is on its way to the server must not come after the form. */
  leave() {
    this.local.leave();
    this.isLeaving = true;
    clearTimeout(this.sendTimer);
    this.stop?.abort();
  }

  goAway() {
    this.saveLocal();
    if (this.isLeaving || this.typedAt <= this.sentAt || this.problem?.kind === "signed-out") return;
    // What is on its way may end with the page.
    if (this.sending) this.post(true);
    else this.send(true);
  }

  comeBack() {
    this.isLeaving = false;
    if (this.typedAt > this.sentAt) this.send();
  }

  ask(event) {
    this.saveLocal();
    const isSafe = this.isLeaving || this.typedAt <= Math.max(this.localAt, this.sentAt);
    if (!isSafe) event.preventDefault();
  }

  /** Two tabs would write over each other. */
  sayOther() {
    if (this.form.querySelector(".editor-elsewhere")) return;
    this.form.prepend(element("p", { class: "notice editor-elsewhere", role: "status" }, this.word("elsewhere")));
  }
}
