// The responder's screen: what is done about a step is on the device's disk and on the screen at once, and is sent as soon as there is a
// network, with the time when it was done.

import { element } from "./compose.js";
import { CHANNEL } from "./queue.js";
import { OPEN, all, byId, fill } from "./run_screen.js";
import { MOVES, Waiting } from "./run_waiting.js";

/** So often is said who is here. The server forgets them after three times as long. */
const PRESENT_EVERY_MS = 15000;
/** A second tap on the same button so soon was meant for the step before. */
const TWICE_MS = 500;
/** A time that is over is said for so long. */
const OVER_SHOWN_MS = 600000;
/** Longer output is sent as a file. */
const OUTPUT_BYTES_MAX = 64 * 1024;
/** Longest text of an event. */
const TEXT_CHARS_MAX = 4000;
/** Where it is kept that somebody does not want to have noted what they copy. */
const COPIES = "run-copies";

const stepOf = (place) => place.closest("[data-step]")?.dataset.step;

class Run extends Waiting {
  /** Times of which it was said that they are over. */
  over = new Set();

  start() {
    this.listen();
    this.refresh().then(() => {
      // What waits on this device counts: it goes on where it stood.
      if (!this.isRefused) this.fromAddress();
      this.show();
      this.send();
    });
    this.present();
    this.keepTime();
    setInterval(() => this.keepTime(), 1000);
  }

  listen() {
    const { content } = this;
    content.addEventListener("submit", (event) => this.submit(event));
    window.addEventListener("pageshow", () => { this.isLeaving = false; });
    content.addEventListener("click", (event) => this.follow(event));
    content.addEventListener("input", ({ target }) => this.act?.contains(target) && this.keepDraft());
    content.addEventListener("copied", ({ target }) => this.copied(target));
    document.addEventListener("keydown", (event) => this.press(event));
    document.addEventListener("paste", (event) => this.paste(event));
    document.addEventListener("yagura:patched", () => this.patched());
    document.addEventListener("visibilitychange", () => document.hidden || this.back());
    addEventListener("online", () => this.back());
    addEventListener("pageshow", () => this.back());
    addEventListener("popstate", () => {
      this.fromAddress();
      this.show();
    });
    new BroadcastChannel(CHANNEL).addEventListener("message", ({ data }) => {
      const row = this.mine.get(data.op);
      if (row) row.seq = data.said.seq;
      this.refresh();
    });
    const copies = byId(COPIES);
    if (copies) {
      copies.checked = localStorage.getItem(COPIES) !== "off";
      copies.addEventListener("change", () => localStorage.setItem(COPIES, copies.checked ? "on" : "off"));
    }
  }

  go(...to) {
    super.go(...to);
    this.present();
  }

  back() {
    this.refresh();
    this.send();
    this.present();
  }

  follow(event) {
    const link = event.target.closest("a.run-go");
    if (!link?.search || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const asked = new URLSearchParams(link.search);
    const isWay = this.act?.contains(link);
    this.go(asked.get("step") ?? this.step ?? this.id(this.progress.current), asked.get("view") ?? "focus", isWay ? "replaceState" : "pushState");
  }

  press(event) {
    const was = this.key;
    this.key = event.key;
    const isTheirs = event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing || event.defaultPrevented;
    if (isTheirs || was === "g" || !byId("shortcuts-on")?.checked) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    const key = { d: "[data-can=tick] button", n: "#run-next", p: "#run-prev" }[event.key];
    const isFocus = this.content.dataset.view === "focus";
    const pressed =
      event.key === "l" ? document.querySelector("#run-switch a:not([aria-current])") : key && isFocus && this.act?.querySelector(key);
    if (pressed && !pressed.closest("[hidden]")) pressed.click();
  }

  async submit(event) {
    const { target: form, submitter } = event;
    const { act } = form.dataset;
    if (!act || !this.mayRun || this.isNative) {
      this.isLeaving = true;
      return;
    }
    event.preventDefault();
    if ((!this.pressed || form === this.pressed) && performance.now() - this.pressedAt < TWICE_MS) return;
    this.pressed = form;
    this.pressedAt = performance.now();
    try {
      if (act === "finish") await this.finish(form, submitter);
      else if (act === "file") await this.files(form);
      else await this.deed(form, submitter);
    } catch {
      // There is no place to keep it: the form goes its own way.
      this.native(form, submitter);
    }
  }

  native(form, submitter) {
    this.isNative = true;
    form.requestSubmit(submitter);
    this.isNative = false;
  }

  async deed(form, submitter) {
    const sent = Object.fromEntries(new FormData(form, submitter));
    const step = form.dataset.act === "note" ? undefined : stepOf(form);
    // What is undefined is not sent.
    const text = sent.text?.trim() || undefined;
    if (!text && ["note", "wrong"].includes(sent.deed)) {
      form.elements.text.focus();
      this.say(this.words.nothing);
      return;
    }
    const at = sent.at?.trim() ? await this.understood(form, sent.at) : new Date();
    if (!at) return;
    const place = this.place(step);
    const was = this.progress.current;
    await this.event({ step, deed: sent.deed, answer: sent.answer, text, keep_secrets: !!sent.keep_secrets }, at);
    this.empty(form, step);
    const isFocus = this.content.dataset.view === "focus";
    const isMove = sent.deed in MOVES && this.place(step) === place;
    // Answers may lead back; what failed or was taken back stays in sight.
    const isAnswer = sent.deed === "answer";
    const isOn = isMove && isFocus && step === this.step && (isAnswer || !OPEN.includes(this.stand(place)));
    if (isOn) {
      this.pressedAt = performance.now();
      this.go(this.id(isAnswer || place === was ? this.progress.current : this.ahead(place)));
    }
    if (submitter?.matches(".run-tick")) this.toNextTick(place);
    // Where the focus goes to another step, that one is read out.
    this.say(isMove && !isOn ? this.stood(place) : "");
    this.send();
  }

  /** In the list, from a step that was ticked to the next that can be. */
  toNextTick(place) {
    const ticks = all(".run-tick").filter((button) => button.getClientRects().length > 0);
    const next = ticks.find((button) => this.place(stepOf(button)) > place) ?? ticks[0];
    next?.focus();
  }

  /** A time as somebody typed it. Only the server understands all of them. */
  async understood(form, text) {
    const field = form.elements.at;
    try {
      const response = await fetch(`/api/v1/times?${new URLSearchParams({ text, typed_at: new Date().toISOString() })}`);
      if (response.ok) return new Date((await response.json()).at);
    } catch {
      // Said below.
    }
    field.setCustomValidity(this.words.noTime);
    field.reportValidity();
    field.addEventListener("input", () => field.setCustomValidity(""), { once: true });
    return null;
  }

  /** Empties a form that was sent, and folds it away. */
  empty(form, step) {
    if (this.act?.contains(form) && this.act.dataset.step !== step) {
      // The bar is at another step by now: what stands in it was typed for that one.
      localStorage.removeItem(this.draftName(step));
      return;
    }
    for (const field of form.elements) {
      if (["text", "at", "file"].includes(field.name)) field.value = "";
      if (field.name === "keep_secrets") field.checked = false;
    }
    form.closest("details")?.removeAttribute("open");
    // A draft of it is emptied as well.
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }

  copied(button) {
    const step = stepOf(button);
    if (!this.mayRun || !step || !byId(COPIES)?.checked) return;
    const text = button.dataset.copy.slice(0, TEXT_CHARS_MAX);
    this.event({ step, deed: "copied", text }).then(() => this.send(), () => {});
  }

  async files(form) {
    const sent = new FormData(form);
    const step = stepOf(form);
    const files = sent.getAll("file").filter((file) => file.size > 0);
    const text = sent.get("text").trim();
    const keepSecrets = sent.has("keep_secrets");
    const isLong = new Blob([text]).size > OUTPUT_BYTES_MAX;
    if (isLong) files.push(new File([text], "output.txt", { type: "text/plain" }));
    if (!text && files.length === 0) this.say(this.words.nothing);
    else if (await this.keepFiles(step, files, isLong ? undefined : text, keepSecrets)) this.empty(form, step);
  }

  /** A picture that is pasted anywhere belongs to the step in focus. What is text as well is pasted as that where somebody writes. */
  async paste(event) {
    const { files, types } = event.clipboardData;
    const pictures = [...files].filter((file) => file.type.startsWith("image/"));
    const isWritten = event.target.closest?.("input, textarea") && types.includes("text/plain");
    const isShown = this.mayRun && this.act && !this.act.hidden && this.content.dataset.view === "focus";
    if (!isShown || isWritten || pictures.length === 0) return;
    event.preventDefault();
    await this.keepFiles(this.step, pictures).catch(() => {});
  }

  /** What was done before it comes first. */
  async finish(form, submitter) {
    await this.send();
    await this.refresh();
    if (navigator.onLine && this.rows.length === 0) {
      this.native(form, submitter);
      return;
    }
    this.say(this.words.waitFirst);
    // What was refused stands far above, with what can be done about it.
    if (this.rows.some((row) => row.problem)) byId("run-queue").focus();
  }

  /** Counts down what has to be waited for, and says once that it is over. */
  keepTime() {
    const line = byId("run-timers");
    const items = all("[data-timer-due]").flatMap(({ dataset }) => {
      const left = Math.ceil((Date.parse(dataset.timerDue) - Date.now()) / 1000);
      if (left * 1000 < -OVER_SHOWN_MS) return [];
      if (left > 0) {
        const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
        return [element("span", { textContent: fill(this.words.timer, { n: dataset.number, time }) })];
      }
      const textContent = fill(this.words.timerOver, { n: dataset.number });
      if (!this.over.has(dataset.timerDue)) this.say(textContent);
      this.over.add(dataset.timerDue);
      return [element("strong", { textContent })];
    });
    if (items.length === 0 && line.hidden) return;
    line.replaceChildren(...items);
    line.hidden = items.length === 0;
  }

  async present() {
    clearTimeout(this.presence);
    if (document.hidden || this.progress.is_finished) return;
    this.presence = setTimeout(() => this.present(), PRESENT_EVERY_MS);
    const isFocus = this.content.dataset.view === "focus" && this.step;
    let people = [];
    try {
      const response = await fetch(`${this.api}/presence`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(isFocus ? { step: this.step } : {}),
      });
      if (response.ok) ({ people } = await response.json());
    } catch {
      // Without a network nobody is known to be here.
    }
    const said = people.map(({ name, step }) => {
      const place = this.place(step);
      return place < 0 ? fill(this.words.here, { name }) : fill(this.words.onStep, { name, n: this.number(place) });
    });
    const line = byId("run-people");
    line.textContent = said.join(" · ");
    line.hidden = said.length === 0;
  }
}

/** Wakes the screen of a run, if this page is one. */
export function start(user) {
  const content = byId("content");
  if (content?.dataset.run && byId("run-state")) new Run(content, user).start();
}
