// What the responder's screen shows: where each step stands, the step in focus, the bar that is pointed at it, and what is left. All of it is
// folded from the events of the page and those that it does not have yet, and shown again whenever one of them changes.

import { element } from "./compose.js";
import { fold, mayTick } from "./steps.js";

/** Where something is left to do. */
export const OPEN = ["open", "failed", "recheck"];

export const byId = (id) => document.getElementById(id);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];
/** Words with what belongs in their braces. */
export const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/** The screen. */
export class Screen {
  constructor(content, user) {
    const number = content.dataset.run;
    this.content = content;
    this.user = user;
    this.actor = `user:${user}`;
    this.path = `/desk/runs/${number}`;
    this.api = `/api/v1/runs/${number}`;
    this.url = `${this.api}/events`;
    // Whoever only looks has no queue, and nobody has one when it is over.
    this.mayRun = !!content.dataset.queue;
    this.act = byId("run-act");
    this.words = byId("run-words").dataset;
    // What was done here and does not stand in the page yet, by its name.
    this.mine = new Map();
    this.fold();
    this.fromAddress();
    // What was refused stays in sight with what was typed.
    this.isRefused = "refused" in (this.act?.dataset ?? {});
    delete this.act?.dataset.refused;
    this.show();
  }

  fold() {
    const { plan, events, seq } = byId("run-state").dataset;
    this.plan = JSON.parse(plan);
    this.seq = Number(seq);
    const local = [...this.mine.values()].filter((row) => !(row.seq <= this.seq));
    const own = local.map(({ body, seq }, at) => ({
      ...body,
      is_waiting: seq === undefined,
      seq: this.seq + 1 + at,
      actor: this.actor,
      occurred_at: Date.parse(body.occurred_at),
    }));
    this.events = new Map([...JSON.parse(events), ...own].map((event) => [event.seq, event]));
    this.progress = fold(this.plan, [...this.events.values()]);
  }

  place(id) {
    return this.plan.steps.findIndex((step) => step.id === id);
  }

  id(place) {
    return this.plan.steps[place]?.id ?? null;
  }

  article(place) {
    return byId(`step-${this.id(place)}`);
  }

  number(place) {
    return this.article(place)?.dataset.number ?? "";
  }

  text(place) {
    return this.article(place)?.querySelector(".run-text").textContent ?? "";
  }

  title(place) {
    return `${this.number(place)} ${this.text(place)}`;
  }

  stand(place) {
    return this.progress.steps[place].stand;
  }

  word(stand) {
    return byId("run-stands").getAttribute(`data-${stand.replace("_", "-")}`) ?? "";
  }

  /** Steps of this kind, groups left out, by their place. */
  steps(isMeant) {
    return this.plan.steps.map((_, place) => place).filter((place) => !this.plan.steps[place].is_group && isMeant(this.stand(place), place));
  }

  /** The next step with something to do, first those behind this one. */
  ahead(here) {
    const open = this.steps((stand, place) => OPEN.includes(stand) && place !== here);
    return open.find((place) => place > here) ?? open[0] ?? null;
  }

  /** What makes sense for a step; the same as `can` in `app/src/parts/run_words.rs`. */
  can(place) {
    const stand = this.stand(place);
    const { answers, undo, is_critical: isCritical } = this.plan.steps[place];
    const asks = answers.length > 0;
    const isOpen = OPEN.includes(stand);
    const may = mayTick(this.plan, this.progress, place);
    const isOwn = this.events.get(this.progress.steps[place].seq)?.actor === this.actor;
    return [
      may && !asks && stand !== "skipped" && "tick",
      isOpen && !may && !asks && "wait",
      isOpen && !asks && (isCritical ? "skip-why" : "skip"),
      isOpen && !asks && stand !== "failed" && "fail",
      stand === "awaiting" && (isOwn ? "confirm-why" : "confirm"),
      !["open", "not_applicable"].includes(stand) && "untick",
      !isOpen && "next",
      undo !== null && "instead",
    ];
  }

  fromAddress() {
    const asked = new URLSearchParams(location.search);
    const step = asked.get("step") ?? this.act?.dataset.refused;
    this.content.dataset.view = asked.get("view") ?? (step ? "focus" : this.content.dataset.defaultView);
    this.step = this.place(step) < 0 ? this.id(this.progress.current) : step;
  }

  /** Shows a step, or the list, under an address that can be opened again. */
  go(step, view = "focus", how = "replaceState") {
    const { defaultView } = this.content.dataset;
    const isPlain = view === defaultView && (view === "list" || step === this.id(this.progress.current));
    const query = view === "list" || !step ? `?view=${view}` : `?step=${step}`;
    history[how](null, "", isPlain ? this.path : this.path + query);
    this.content.dataset.view = view;
    this.step = step;
    this.show();
    if (view === "list") return;
    const shown = this.article(this.place(step)) ?? byId("run-nothing");
    if (!shown) return;
    const title = shown.querySelector(".run-title") ?? shown;
    title.tabIndex = -1;
    title.focus({ preventScroll: true });
    const { top } = shown.getBoundingClientRect();
    if (top < 0 || top > innerHeight / 2) shown.scrollIntoView();
  }

  show() {
    const { progress, words } = this;
    this.plan.steps.forEach((step, place) => {
      const article = this.article(place);
      if (!article) return;
      const { stand, seq, answer } = progress.steps[place];
      article.dataset.stand = stand;
      article.dataset.may = this.mayRun && mayTick(this.plan, progress, place) ? "yes" : "no";
      article.querySelector(".run-mark use").setAttribute("href", `#r-${stand}`);
      article.querySelector(".run-word").textContent = this.word(stand);
      article.classList.toggle("is-focused", step.id === this.step);
      if (this.events.get(seq)?.is_waiting) article.dataset.waits = words.waits;
      else delete article.dataset.waits;
      // A way back that was gone often enough, and the answer that was given.
      for (const button of all(".run-quick [name=answer]", article)) {
        const target = step.answers.find(([known]) => known === button.value)?.[1];
        button.disabled = target <= place ? progress.loops[place] >= (step.max ?? 0) : button.value === answer;
      }
      const event = step.timer_s && ["done", "awaiting", "verified"].includes(stand) && this.events.get(seq);
      if (event) article.dataset.timerDue = new Date(event.occurred_at + step.timer_s * 1000).toISOString();
      else delete article.dataset.timerDue;
    });
    for (const section of all(".run-section")) section.classList.toggle("is-focused", !!section.querySelector(".is-focused"));
    byId("run-count").textContent = fill(words.count, { n: progress.settled, total: progress.total });
    Object.assign(byId("run-bar"), { max: Math.max(progress.total, 1), value: progress.settled });
    for (const link of all("#run-switch a")) {
      if (link.dataset.view === this.content.dataset.view) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    this.showAct();
    this.showEnd();
  }

  /** Points the bar at the step in focus. */
  showAct() {
    const { act } = this;
    if (!act) return;
    const place = this.place(this.step);
    act.hidden = place < 0;
    if (place < 0) return;
    const can = this.can(place);
    for (const part of all("[data-can]", act)) part.hidden = !can.includes(part.dataset.can);
    const point = (link, to) => {
      link.hidden = to === undefined;
      link.href = `${this.path}?step=${this.id(to)}`;
    };
    const onTheWay = this.steps((stand) => stand !== "not_applicable");
    point(byId("run-prev"), onTheWay.findLast((at) => at < place));
    point(byId("run-next"), onTheWay.find((at) => at > place));
    const ahead = this.ahead(place);
    const instead = byId("run-instead");
    if (instead) instead.textContent = fill(this.words.instead, { to: this.text(this.plan.steps[place].undo) });
    byId("run-ahead").href = ahead === null ? "#run-end" : `${this.path}?step=${this.id(ahead)}`;
    const isOther = act.dataset.step !== this.step;
    act.dataset.step = this.step;
    for (const form of all("form", act)) {
      form.action = `${this.path}/steps/${this.step}${form.dataset.act === "file" ? "/evidence" : ""}`;
      form.elements.seq.value = this.seq;
    }
    if (isOther) {
      act.querySelector(".form-errors")?.remove();
      for (const form of all("form", act)) form.reset();
    }
    if (isOther || !this.hasDraft) this.bringDraft(isOther);
  }

  showEnd() {
    const { plan, progress, words } = this;
    for (const box of all(".run-unpaired")) {
      const items = progress.unpaired.map((place) => {
        const { undo } = plan.steps[place];
        const textContent = fill(words.unpaired, { title: this.text(place), to: this.text(undo) });
        return element("li", {}, element("a", { className: "run-go", href: `${this.path}?step=${this.id(undo)}`, textContent }));
      });
      box.querySelector("ul").replaceChildren(...items);
      box.hidden = items.length === 0;
      // Under way it is one line; at the end it cannot be overlooked.
      if (box.matches("details") && progress.settled >= progress.total && !this.wasOver) box.open = true;
    }
    const end = byId("run-end");
    if (!end) return;
    const isOver = progress.settled >= progress.total;
    byId("run-nothing").hidden = !isOver;
    if (isOver && !this.wasOver) end.open = true;
    this.wasOver = isOver;
    byId("run-left").hidden = isOver;
    for (const item of all("[data-open]", end)) {
      const place = this.place(item.dataset.open);
      item.hidden = place < 0 || ![...OPEN, "awaiting"].includes(this.stand(place));
    }
    end.querySelector("form").elements.seq.value = this.seq;
  }

  say(words) {
    byId("run-said").textContent = words;
  }

  // What is half typed about a step stays with it, also while the phone shows something else. Old ones are forgotten with other drafts.

  draftName(step) {
    return `draft:${this.user}:run-${this.content.dataset.run}-${step}`;
  }

  draft() {
    return { name: this.draftName(this.act.dataset.step), fields: all("textarea, [name=at]", this.act) };
  }

  keepDraft() {
    const { name, fields } = this.draft();
    const values = fields.map((field) => field.value);
    try {
      if (values.some(Boolean)) localStorage.setItem(name, JSON.stringify({ at: Date.now(), values }));
      else localStorage.removeItem(name);
    } catch {
      // Storage is full or forbidden; the form itself still works.
    }
  }

  bringDraft(isOther) {
    this.hasDraft = true;
    const { name, fields } = this.draft();
    if (isOther) for (const details of all("details", this.act)) details.open = false;
    try {
      const { values } = JSON.parse(localStorage.getItem(name)) ?? { values: [] };
      fields.forEach((field, at) => {
        if (isOther || values[at]) field.value = values[at] ?? "";
        if (values[at]) field.closest("details").open = true;
      });
    } catch {
      // As above.
    }
  }
}
