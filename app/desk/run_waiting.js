// What waits on this device because there is no network, or was refused, on the responder's screen: kept, sent, shown.

import { element } from "./compose.js";
import { add, flush, operation, remove, waiting } from "./queue.js";
import { Screen, byId, fill } from "./run_screen.js";

/** Without a network it is tried again after so long. */
const AGAIN_AFTER_MS = 15000;
/** What moves a step, and where it stands then. */
export const MOVES = {
  tick: ["done", "verified", "awaiting"],
  confirm: ["done"],
  skip: ["skipped"],
  fail: ["failed"],
  answer: ["done"],
  untick: ["open"],
};

/** The screen with its queue. */
export class Waiting extends Screen {
  /** Of this run, in order. */
  rows = [];

  event(body, at = new Date()) {
    return this.keep(this.url, { ...body, expected_seq: this.seq }, at);
  }

  /** Puts something on the device's disk, and on the screen. */
  async keep(url, body, at = new Date()) {
    const op = operation();
    const row = { op, user: this.user, url, made_at: Date.now(), body: { op, ...body, occurred_at: at.toISOString() } };
    await add(row);
    if (body.deed in MOVES) this.mine.set(op, row);
    this.fold();
    this.show();
  }

  patched() {
    // Somebody else ended it: another page.
    if (this.url && JSON.parse(byId("run-state").dataset.events).some((event) => event.deed === "finish")) {
      location.reload();
      return;
    }
    const kept = new Set(this.rows.map((row) => row.op));
    const seq = Number(byId("run-state").dataset.seq);
    for (const [op, row] of this.mine) {
      // Sent, and in the page by now.
      if (row.seq <= seq || (row.seq === undefined && !kept.has(op))) this.mine.delete(op);
    }
    this.fold();
    if (this.place(this.step) < 0) this.step = this.id(this.progress.current);
    this.show();
  }

  async send() {
    clearTimeout(this.next);
    const own = await waiting(this.user);
    if (!own.some((row) => !row.problem)) return;
    this.outcome = await flush(this.user);
    await this.refresh();
    if (this.outcome === "busy") {
      this.next = setTimeout(() => this.send(), 1000);
    } else if (this.outcome === "offline") {
      this.next = setTimeout(() => this.send(), AGAIN_AFTER_MS);
      // Where the browser can, it sends even after this page is closed.
      const worker = await navigator.serviceWorker?.ready.catch(() => null);
      await worker?.sync?.register("queue").catch(() => {});
    }
  }

  async refresh() {
    const rows = (await waiting(this.user)).filter((row) => row.url.startsWith(`${this.api}/`));
    this.rows = rows;
    for (const row of rows) {
      if (row.problem) this.mine.delete(row.op);
      else if (row.body.deed in MOVES && !this.mine.has(row.op)) this.mine.set(row.op, row);
    }
    this.fold();
    this.show();
    const refused = rows.filter((row) => row.problem && !this.isDone(row));
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

  /** What was too late because somebody else did the same is done: it only says by whom. */
  isDone({ op, body, problem }) {
    const { state } = problem;
    if (!state || !MOVES[body.deed]?.includes(state.stand) || (body.answer && body.answer !== state.answer)) return false;
    this.say(fill(this.words.already, { name: state.by ?? this.words.somebody, title: this.title(this.place(body.step)) }));
    remove(op);
    return true;
  }

  /** Something that was refused, and what can be done with it. */
  refused(row) {
    const { words } = this;
    const { body, problem } = row;
    const place = this.place(body.step);
    const title = place < 0 ? (body.name ?? "") : this.title(place);
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
    if (problem.errors?.some((error) => error.code === "invalid-secret")) button(words.keepSecrets, () => again({ keep_secrets: true }));
    else if (problem.status !== 409) button(words.again, () => again({}));
    if (MOVES[body.deed]) {
      button(words.asNote, async () => {
        const text = [this.word(MOVES[body.deed][0]), body.answer, body.text].filter(Boolean).join(": ");
        await this.event({ step: body.step, deed: "note", text }, new Date(body.occurred_at));
        await remove(row.op);
        await this.send();
      });
    }
    button(words.discard, () => remove(row.op));
    return element("li", { className: "queued is-refused" }, element("p", { textContent: said.join(" ") }), element("p", { className: "queued-body", textContent: body.text ?? "" }), ...buttons);
  }
}
