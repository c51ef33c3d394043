// What waits on this device because there is no network, or was refused, on the responder's screen: kept, sent, shown.

import { element, showSent, shownVersion } from "./compose.js";
import { add, flush, operation, remove, waiting } from "./queue.js";
import { Screen, byId, fill } from "./run_screen.js";

/** Without a network it is tried again after so long. */
const AGAIN_AFTER_MS = 15000;
const FILE_BYTES_MAX = 10 * 1024 * 1024;
/** What moves a step, and where it stands then. */
export const MOVES = {
  tick: ["done", "verified", "awaiting"],
  confirm: ["done"],
  skip: ["skipped"],
  fail: ["failed"],
  answer: ["done"],
  untick: ["open"],
};

/** The bytes of a file, as text. */
function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

/** The screen with its queue. */
export class Waiting extends Screen {
  /** Of this run, in order. */
  rows = [];
  /** The form that was sent last; none: whichever it is, it was meant for another step. */
  pressed;
  /** When a form was sent last, or the bar was pointed at another step. */
  pressedAt = -Infinity;
  /** A step and where it stands of which that was said already. */
  told = "";
  /** True when a form has been sent whose answer is the next page. */
  isLeaving = false;
  /** What waits is read one time after the other. */
  reading = Promise.resolve();

  event(body, at = new Date()) {
    return this.keep(this.url, { ...body, expected_seq: this.seq }, at);
  }

  /** Puts something on the device's disk, and on the screen. */
  async keep(url, body, at = new Date()) {
    const op = body.op ?? operation();
    const row = { op, user: this.user, url, made_at: Date.now(), body: { ...body, op, occurred_at: at.toISOString() } };
    await add(row);
    this.rows.push(row);
    if (body.deed in MOVES) this.mine.set(op, row);
    this.fold();
    this.show();
  }

  /** Keeps files and output with a step. False when one is too large. */
  async keepFiles(step, files, text, keepSecrets = false) {
    const url = `${this.api}/files`;
    if (files.some((file) => file.size > FILE_BYTES_MAX)) {
      this.say(this.words.tooLarge);
      return false;
    }
    const more = { step, keep_secrets: keepSecrets };
    for (const file of files) await this.keep(url, { ...more, name: file.name, content: await base64(file) });
    if (text) await this.keep(url, { ...more, text });
    this.say(fill(this.words.picture, { n: this.number(this.place(step)) }));
    this.send();
    return true;
  }

  patched() {
    const { user, events } = byId("run-state").dataset;
    const isOther = user !== undefined && user !== this.user;
    // Somebody else signed in, or ended it: another page.
    if (isOther || (this.mayRun && JSON.parse(events).some((event) => event.deed === "finish"))) {
      // A form that is on its way brings that page itself.
      if (!this.isLeaving) location.reload();
      return;
    }
    const plan = JSON.stringify(this.plan);
    const known = this.progress.steps[this.place(this.step)]?.stand;
    const kept = new Set(this.rows.map((row) => row.op));
    const seq = Number(byId("run-state").dataset.seq);
    for (const [op, row] of this.mine) {
      // Sent, and in the page by now.
      if (row.seq <= seq || (row.seq === undefined && !kept.has(op))) this.mine.delete(op);
    }
    this.fold();
    const isGone = this.place(this.step) < 0;
    if (isGone) this.pointElsewhere();
    this.show();
    if (!isGone && this.content.dataset.view === "focus") this.tellStand(known);
    // What was refused is of a step that may be gone now.
    if (JSON.stringify(this.plan) !== plan) this.refresh();
  }

  /** The step in focus is not there any more. */
  pointElsewhere() {
    const was = this.step;
    this.step = this.id(this.progress.current);
    if (was === this.step) return;
    // A tap that comes now was meant for what was there.
    this.pressed = undefined;
    this.pressedAt = performance.now();
    if (was !== null && this.content.dataset.view === "focus") this.say(this.words.gone);
  }

  /** Says where the step in focus stands and who made it so, if that is not what was known. */
  tellStand(known) {
    const place = this.place(this.step);
    const stand = this.stand(place);
    if (stand === known) return;
    const { told } = this;
    this.told = "";
    if (told === `${this.step} ${stand}`) return;
    const by = this.article(place)?.querySelector(".run-by")?.textContent;
    this.say([this.stood(place), by].filter(Boolean).join(" · "));
  }

  /** A step and where it stands. */
  stood(place) {
    return `${this.title(place)}: ${this.word(this.stand(place))}`;
  }

  isOfRun(row) {
    return row.url?.startsWith(`${this.api}/`);
  }

  async send() {
    clearTimeout(this.next);
    const unsent = (await waiting(this.user)).filter((row) => !row.problem);
    if (unsent.length === 0) return;
    const version = shownVersion();
    this.outcome = await flush(this.user);
    await this.refresh();
    // That a command was copied changes no page.
    if (this.outcome === "sent" && unsent.some((row) => this.isOfRun(row) && row.body.deed !== "copied")) {
      clearTimeout(this.late);
      this.late = showSent(version);
    }
    if (this.outcome === "busy") {
      this.next = setTimeout(() => this.send(), 1000);
    } else if (this.outcome === "offline") {
      this.next = setTimeout(() => this.send(), AGAIN_AFTER_MS);
      // Where the browser can, it sends even after this page is closed.
      const worker = await navigator.serviceWorker?.ready.catch(() => null);
      await worker?.sync?.register("queue").catch(() => {});
    }
  }

  refresh() {
    this.reading = this.reading.catch(() => {}).then(() => this.read());
    return this.reading;
  }

  async read() {
    const all = async () => (await waiting(this.user)).filter((row) => this.isOfRun(row));
    let rows = await all();
    const over = rows.filter((row) => row.problem && this.isOver(row));
    for (const row of over) await this.putAway(row);
    if (over.length > 0) rows = await all();
    this.rows = rows;
    for (const row of rows) {
      if (row.problem) this.mine.delete(row.op);
      else if (row.body.deed in MOVES && !this.mine.has(row.op)) this.mine.set(row.op, row);
    }
    this.fold();
    this.show();
    const refused = rows.filter((row) => row.problem);
    const list = byId("run-queue");
    list.replaceChildren(...refused.map((row) => this.refused(row)));
    list.hidden = refused.length === 0;
    const n = rows.filter((row) => !row.problem).length;
    const kept = byId("run-kept");
    kept.textContent = n > 0 ? fill(this.words.kept, { n }) : "";
    kept.hidden = n === 0;
    if (n > 0 && this.outcome === "signed-out") {
      const href = `/desk/sign-in?next=${encodeURIComponent(location.pathname)}`;
      kept.append(" ", element("a", { href, className: "button", textContent: this.words.signIn }));
    }
  }

  /** True when nobody has to look at what was refused: a command that was copied, or what somebody else did too. */
  isOver({ body, problem: { state } }) {
    if (body.deed === "copied") return true;
    if (!state || !MOVES[body.deed]?.includes(state.stand) || (body.answer && body.answer !== state.answer)) return false;
    // Its words become a note, where there still can be one.
    return !body.text || this.mayRun;
  }

  /** Takes out what is over, and says by whom it was done. */
  async putAway({ op, body, problem: { state } }) {
    if (body.deed !== "copied") {
      this.told = `${body.step} ${state.stand}`;
      this.say(fill(this.words.already, { name: state.by ?? this.words.somebody, title: this.title(this.place(body.step)) }));
      if (body.text) {
        await this.note(op, body, { step: body.step, text: body.text });
        this.send();
      }
    }
    await remove(op);
  }

  /** A note in place of something that was refused. Its name follows from that one's, so that two pages keep it once. */
  note(op, body, { step, text }) {
    const deed = body.deed === "wrong" ? "wrong" : "note";
    return this.event({ op: `${op}-n`, step, deed, text, keep_secrets: body.keep_secrets }, new Date(body.occurred_at));
  }

  /** Keeps what was refused as a note: with its step, or when that is gone with the run, naming it. */
  async keepAsNote({ op, body }) {
    const isGone = this.place(body.step) < 0;
    const what = MOVES[body.deed] && this.word(MOVES[body.deed][0]);
    const text = [isGone && body.step, what, body.answer, body.text].filter(Boolean).join(": ");
    await this.note(op, body, { step: isGone ? undefined : body.step, text });
    await remove(op);
    await this.send();
  }

  /** Something that was refused, and what can be done with it. */
  refused(row) {
    const { words } = this;
    const { body, problem } = row;
    const place = this.place(body.step);
    const isGone = body.step !== undefined && place < 0;
    const title = place < 0 ? [body.step, body.name].filter(Boolean).join(" ") : this.title(place);
    const details = problem.errors?.map((error) => error.detail).join(" ") || problem.detail;
    const said = [fill(words.refused, { title }), details];
    if (problem.state) said.push(fill(words.now, { state: this.word(problem.state.stand), name: problem.state.by ?? words.somebody }));
    const buttons = [];
    const button = (textContent, act) => {
      const made = element("button", { type: "button", className: "plain", textContent });
      made.addEventListener("click", act);
      buttons.push(made);
    };
    const again = async (change) => {
      await add({ ...row, problem: undefined, body: { ...body, ...change } });
      await this.send();
    };
    const isSecret = problem.errors?.some((error) => error.code === "invalid-secret");
    // Once it is over, nothing of it can be sent any more.
    if (this.mayRun && isSecret) button(words.keepSecrets, () => again({ keep_secrets: true }));
    else if (this.mayRun && problem.status !== 409 && !isGone) button(words.again, () => again({}));
    const isNote = MOVES[body.deed] || (isGone && ["note", "wrong"].includes(body.deed));
    if (this.mayRun && isNote) button(words.asNote, () => this.keepAsNote(row));
    button(words.discard, () => remove(row.op));
    const text = element("p", { className: "queued-body", textContent: body.text ?? "" });
    return element("li", { className: "queued is-refused" }, element("p", { textContent: said.join(" ") }), text, ...buttons);
  }
}
