// Where each step of a run stands, worked out from its events, while there is no server to ask: a phone without a signal shows its own ticks
// at once. The same as `fold.rs`, `reach.rs` and `may_tick` in `rules.rs` of `domain::runbook::run`, which say why; both are held to the same
// cases, `tests/browser/steps.vectors.json`. Steps are named by their place in `plan.steps`.

const NO = 0;
const MAYBE = 1;
const YES = 2;

const DONE = ["done", "verified", "awaiting"];
const SETTLED = ["done", "verified", "skipped", "not_applicable"];
const STANDS = { tick: "done", verify: "verified", confirm: "done", skip: "skipped", fail: "failed", untick: "open" };

const isSettled = (standing) => SETTLED.includes(standing.stand);
const isDecision = (step) => step.answers.length > 0;
const targetOf = (step, answer) => step.answers.find(([known]) => known === answer)?.[1];
const range = (from, until) => Array.from({ length: Math.max(until - from, 0) }, (_, n) => from + n);

/** Steps to be done below one, in order; groups follow from them. */
const below = (plan, place) => range(place + 1, plan.steps[place].end).filter((at) => !plan.steps[at].is_group);
/** What is to be done for a step: itself, or what is below a group. */
const parts = (plan, place) => (plan.steps[place].is_group ? below(plan, place) : [place]);

/** Which steps apply, given the answers so far: what an open decision cannot rule out yet does. */
function applicable(plan, answers) {
  const { steps } = plan;
  const reached = new Set([0]);
  const applies = steps.map(() => false);
  const certain = steps.map(() => false);
  const guards = [];
  const takesBack = steps.map((_, undo) => range(0, steps.length).filter((place) => steps[place].undo === undo));
  let farthest = 0;

  const given = (place) => (targetOf(steps[place], answers[place]) > place ? answers[place] : null);

  const guardOfWhen = ({ when }) => {
    if (!when) return YES;
    const [asked, answer] = when;
    const said = given(asked);
    if (!applies[asked] || (said !== null && said !== answer)) return NO;
    return said !== null && certain[asked] ? YES : MAYBE;
  };

  const guardOfUndo = (place) => {
    const taken = takesBack[place];
    if (taken.length === 0 || taken.some((at) => at >= place || certain[at])) return YES;
    return taken.some((at) => applies[at]) ? MAYBE : NO;
  };

  const apply = (place) => {
    if (steps[place].is_group) return;
    applies[place] = true;
    for (let at = steps[place].parent; at !== null; at = steps[at].parent) {
      if (isDecision(steps[at])) continue;
      applies[at] = true;
      certain[at] ||= certain[place];
    }
  };

  const next = (place) => {
    const answer = given(place);
    if (answer !== null) return [targetOf(steps[place], answer)];
    const targets = steps[place].answers.map(([, target]) => target).filter((target) => target > place);
    return targets.length > 0 ? targets : [place + 1];
  };

  steps.forEach((step, place) => {
    guards.push(Math.min(guardOfWhen(step), guardOfUndo(place)));
    if (!reached.has(place)) return;
    let barred = null;
    let behind = [];
    // A jump may lead below steps that nothing led to, so the conditions of all of them count; the outermost that says no ends it.
    for (let at = place; at !== null; at = steps[at].parent) {
      if (guards[at] === NO) {
        barred = at;
        behind = [];
      } else if (guards[at] === MAYBE) {
        behind.push(steps[at].end);
      }
    }
    if (barred !== null) {
      behind.push(steps[barred].end);
    } else {
      certain[place] = farthest === place && behind.length === 0 && !step.is_group;
      apply(place);
      behind.push(...next(place));
    }
    for (const at of behind) {
      reached.add(at);
      farthest = Math.max(farthest, at);
    }
  });
  return applies;
}

/** What was done to each step, whether or not it applies. */
class Trail {
  constructor(plan) {
    this.plan = plan;
    this.places = new Map(plan.steps.map((step, place) => [step.id, place]));
    this.marks = plan.steps.map(() => ({ stand: "open", seq: null, answer: null, done: null }));
    this.loops = plan.steps.map(() => 0);
    this.isFinished = false;
  }

  take(event) {
    if (this.isFinished) return;
    if (event.deed === "finish") this.isFinished = true;
    else if (event.deed === "rebase") this.rebase(event);
    else this.step(event);
  }

  step(event) {
    const place = this.places.get(event.step);
    if (place === undefined || this.plan.steps[place].is_group) return;
    if (event.deed === "answer") this.answer(place, event);
    else if (event.deed === "untick" || !isDecision(this.plan.steps[place])) this.move(place, event);
  }

  move(place, { deed, seq }) {
    const { is_two_person: isTwoPerson, undo } = this.plan.steps[place];
    const mark = this.marks[place];
    if (!Object.hasOwn(STANDS, deed) || (deed === "confirm" && mark.stand !== "awaiting")) return;
    this.set(place, deed === "tick" && isTwoPerson ? "awaiting" : STANDS[deed], seq);
    if (deed === "untick") mark.done = null;
    if (deed !== "tick" && deed !== "verify") return;
    mark.done = seq;
    if (undo === null) return;
    // What takes a step back has to be done again once the step was.
    for (const part of parts(this.plan, undo).filter((part) => DONE.includes(this.marks[part].stand))) this.doubt(part, seq);
  }

  answer(place, { answer, seq }) {
    const target = targetOf(this.plan.steps[place], answer);
    if (target === undefined) return;
    if (target > place) {
      this.marks[place] = { stand: "done", seq, answer, done: seq };
      return;
    }
    this.loops[place] += 1;
    for (const at of range(target, place + 1)) {
      if (at === place || this.marks[at].stand !== "open") this.set(at, "open", seq);
    }
  }

  rebase({ changed = [], seq }) {
    for (const id of changed) {
      if (this.places.has(id)) this.doubt(this.places.get(id), seq);
    }
  }

  doubt(place, seq) {
    if (["open", "recheck"].includes(this.marks[place].stand)) return;
    this.set(place, isDecision(this.plan.steps[place]) ? "open" : "recheck", seq);
  }

  set(place, stand, seq) {
    Object.assign(this.marks[place], { stand, seq, answer: null });
  }

  isUnpaired(place, applies) {
    const { done } = this.marks[place];
    const { undo } = this.plan.steps[place];
    if (done === null || undo === null) return false;
    const isGroup = this.plan.steps[undo].is_group;
    const undone = parts(this.plan, undo).filter((part) => !isGroup || applies[part]).map((part) => this.marks[part].done);
    return undone.length === 0 || undone.some((at) => at === null || at < done);
  }
}

/** The first step that is not settled; what is below a step with a command of its own comes before it. */
function nextOpen(plan, steps) {
  const isOpen = (place) => !plan.steps[place].is_group && !isSettled(steps[place]);
  let first = null;
  let found = range(0, steps.length).find(isOpen);
  while (found !== undefined) {
    first = found;
    found = isDecision(plan.steps[first]) ? undefined : below(plan, first).find(isOpen);
  }
  return first;
}

/** Where a run of this plan stands after these events, which come in order of `seq`. */
export function fold(plan, events) {
  const trail = new Trail(plan);
  for (const event of events) trail.take(event);
  const applies = applicable(plan, trail.marks.map((mark) => mark.answer));
  const steps = trail.marks.map(({ stand, seq, answer }, place) =>
    applies[place] ? { stand, seq, answer } : { stand: "not_applicable", seq: null, answer },
  );
  plan.steps.forEach((step, place) => {
    if (!step.is_group || !applies[place]) return;
    steps[place].stand = below(plan, place).every((at) => isSettled(steps[at])) ? "done" : "open";
  });
  const counted = steps.filter((_, place) => applies[place] && !plan.steps[place].is_group);
  return {
    steps,
    total: counted.length,
    settled: counted.filter(isSettled).length,
    current: trail.isFinished ? null : nextOpen(plan, steps),
    unpaired: range(0, steps.length).filter((place) => trail.isUnpaired(place, applies)),
    loops: trail.loops,
    is_finished: trail.isFinished,
  };
}

/** True when a step can be ticked, or a decision answered, as things stand. */
export function mayTick(plan, progress, place) {
  const step = plan.steps[place];
  const { stand, answer } = progress.steps[place];
  const isAway = stand === "not_applicable";
  if (progress.is_finished || step.is_group) return false;
  if (isDecision(step)) {
    const isLeft = progress.loops[place] < (step.max ?? 0);
    return !isAway && step.answers.some(([known, target]) => (target > place ? known !== answer : isLeft));
  }
  // What was done before a decision took it off the way can still be taken back.
  if (isAway && !progress.unpaired.some((done) => plan.steps[done].undo === place)) return false;
  return !DONE.includes(stand) && below(plan, place).every((at) => isSettled(progress.steps[at]));
}
