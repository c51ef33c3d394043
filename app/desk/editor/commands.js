// What the toolbar and the keys do to the text. Each is one step that can be undone, and does nothing while an input method composes.

import { EditorSelection } from "@codemirror/state";
import { isComposing } from "./view.js";

/** A command that leaves compositions alone. */
const guarded = (act) => (view) => {
  if (!isComposing(view) && !view.state.readOnly) act(view);
  return true;
};

/** What a line of Markdown begins with: blanks and quotes, then a bullet with its box, or a number. */
const MARKER = /^((?:\s|>)*)(?:([-*+]) (\[[ xX]\] )?|(\d+)[.)] )?/;
/** The same, and headings. */
const LEAD = /^(?:\s|>)*(?:[-*+] (?:\[[ xX]\] )?|\d+[.)] |#{1,6} )?/;

/** The lines that a selection touches. */
function linesOf(state, range) {
  const lines = [];
  for (let line = state.doc.lineAt(range.from); ; line = state.doc.line(line.number + 1)) {
    if (line.from === range.from || line.from < range.to || range.empty) lines.push(line);
    if (line.to >= range.to || line.number === state.doc.lines) return lines;
  }
}

/** The part of each line that a mark can stand around: without markers at its beginning and blanks at its ends. */
function partsOf(state, range) {
  return linesOf(state, range).flatMap((line) => {
    const lead = range.from <= line.from ? LEAD.exec(line.text)[0].length : 0;
    const from = Math.max(range.from, line.from + lead);
    const part = state.sliceDoc(from, Math.min(range.to, line.to));
    const start = from + part.length - part.trimStart().length;
    return part.trim() ? [{ from: start, to: start + part.trim().length }] : [];
  });
}

/** Puts a mark around the selection, or takes it away. Of two marks that begin alike, such as `*` and `**`, the longer is another. */
export function wrap(mark) {
  return guarded((view) => {
    const { state } = view;
    const size = mark.length;
    const run = (text) => text.length - text.replace(new RegExp(`^[${mark[0]}]+`), "").length;
    const turned = (text) => [...text].reverse().join("");
    /** True when so many marks on both sides hold this one: `***` holds both `*` and `**`. */
    const holds = (before, after) => {
      const marks = Math.min(run(before), run(after));
      return mark[0] === "*" ? marks === size || marks === 3 : marks >= size;
    };
    const change = state.changeByRange((range) => {
      if (range.empty) {
        const isEmptyPair = state.sliceDoc(range.from - size, range.from + size) === mark + mark;
        if (isEmptyPair) return { changes: { from: range.from - size, to: range.from + size }, range: EditorSelection.cursor(range.from - size) };
        return { changes: { from: range.from, insert: mark + mark }, range: EditorSelection.cursor(range.from + size) };
      }
      const parts = partsOf(state, range);
      if (!parts.length) return { range };
      const outer = ({ from, to }) => holds(turned(state.sliceDoc(Math.max(0, from - 3), from)), state.sliceDoc(to, to + 3));
      const inner = ({ from, to }) => to - from > 2 * size && holds(state.sliceDoc(from, to), turned(state.sliceDoc(from, to)));
      const changes = parts.flatMap(({ from, to }) => {
        if (parts.every(inner)) return [{ from, to: from + size }, { from: to - size, to }];
        if (parts.every(outer)) return [{ from: from - size, to: from }, { from: to, to: to + size }];
        return [{ from, insert: mark }, { from: to, insert: mark }];
      });
      const set = state.changes(changes);
      return { changes, range: EditorSelection.range(set.mapPos(parts[0].from, 1), set.mapPos(parts.at(-1).to, -1)) };
    });
    view.dispatch(state.update(change, { scrollIntoView: true, userEvent: "input" }));
  });
}

/** Changes the lines of the selection; `make` is given their texts and gives others. */
function changeLines(make) {
  return guarded((view) => {
    const { state } = view;
    const change = state.changeByRange((range) => {
      const lines = linesOf(state, range);
      const texts = make(lines.map((line) => line.text));
      // Only what differs at the beginning: the cursor stays in its word.
      const changes = lines.flatMap((line, index) => {
        let tail = 0;
        const [old, fresh] = [line.text, texts[index]];
        while (tail < Math.min(old.length, fresh.length) && old.at(-1 - tail) === fresh.at(-1 - tail)) tail += 1;
        return old === fresh ? [] : [{ from: line.from, to: line.to - tail, insert: fresh.slice(0, fresh.length - tail) }];
      });
      const set = state.changes(changes);
      const spot = (at) => set.mapPos(at, 1);
      return { changes, range: range.empty ? EditorSelection.cursor(spot(range.head)) : EditorSelection.range(spot(range.anchor), spot(range.head)) };
    });
    view.dispatch(state.update(change, { scrollIntoView: true, userEvent: "input" }));
  });
}

/** Which kind of list a line is part of. */
function kindOf(text) {
  const [, , bullet, box, number] = MARKER.exec(text);
  if (number) return "numbers";
  return bullet && (box ? "tasks" : "bullets");
}

/** Makes lines a list of a kind, or no list if they are one already. */
export function list(kind) {
  return changeLines((texts) => {
    const full = texts.filter((text) => text.trim());
    const isAlready = full.length > 0 && full.every((text) => kindOf(text) === kind);
    let number = 0;
    return texts.map((text) => {
      if (full.length && !text.trim()) return text;
      number += 1;
      const marker = { bullets: "- ", tasks: "- [ ] ", numbers: `${number}. ` }[kind];
      return text.replace(MARKER, (all, lead) => lead + (isAlready ? "" : marker));
    });
  });
}

/** Makes lines a quotation, or no more. */
export const quote = changeLines((texts) => {
  const isAlready = texts.every((text) => text.startsWith(">"));
  return texts.map((text) => (isAlready ? text.replace(/^> ?/, "") : `> ${text}`));
});

/** Goes through the levels of headings: the title of the page is the first, so lines begin with the second. */
export const heading = changeLines(([first, ...others]) => {
  const [marks, text] = [/^#{0,6}(?= |$)/.exec(first)?.[0] ?? "", first.replace(/^#{1,6} +|^#{1,6}$/, "")];
  const next = { "": "## ", "#": "## ", "##": "### ", "###": "#### " }[marks] ?? "";
  return [next + text, ...others];
});

/** Puts something on lines of its own, with empty lines around. Afterwards `select`, a part of it, is selected; without, one writes on below. */
export function insertBlock(view, text, select) {
  const { state } = view;
  const line = state.doc.lineAt(state.selection.main.to);
  const isEmpty = !line.text.trim();
  const near = (number) => number >= 1 && number <= state.doc.lines && state.doc.line(number).text.trim() !== "";
  const before = isEmpty ? (near(line.number - 1) ? "\n" : "") : "\n\n";
  const after = line.number === state.doc.lines ? "\n" : near(line.number + 1) ? "\n" : "";
  const from = isEmpty ? line.from : line.to;
  const start = from + before.length;
  const selection = select ? { anchor: start + select.from, head: start + select.to } : { anchor: start + text.length + (after ? 1 : 0) };
  view.dispatch({ changes: { from, to: line.to, insert: before + text + after }, selection, scrollIntoView: true, userEvent: "input" });
}

/** A command that inserts a block. */
export const block = (text, select) => guarded((view) => insertBlock(view, text, select));

/** Fences that nothing inside can end. */
export const codeBlock = guarded((view) => {
  const { state } = view;
  const range = state.selection.main;
  if (range.empty) {
    insertBlock(view, "```\n\n```", { from: 4, to: 4 });
    return;
  }
  const [from, to] = [state.doc.lineAt(range.from).from, state.doc.lineAt(range.to).to];
  const text = state.sliceDoc(from, to);
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = "`".repeat(longest + 1);
  view.dispatch({ changes: [{ from, insert: `${fence}\n` }, { from: to, insert: `\n${fence}` }], userEvent: "input" });
});

/** Code in a line, or a block if it is more than one. */
export const code = (view) => {
  const { from, to } = view.state.selection.main;
  return view.state.sliceDoc(from, to).includes("\n") ? codeBlock(view) : wrap("`")(view);
};

/** A link around what is selected. What is missing, its text or its address, is selected then. */
export const link = guarded((view) => {
  const { from, to } = view.state.selection.main;
  const text = view.state.sliceDoc(from, to);
  const isAddress = /^https?:\/\/\S+$/.test(text);
  const [label, address] = isAddress ? ["", text] : [text.replace(/\n/g, " "), "https://"];
  const start = from + label.length + 3;
  const selection = isAddress || !label ? { anchor: from + 1 } : { anchor: start, head: start + address.length };
  view.dispatch({ changes: { from, to, insert: `[${label}](${address})` }, selection, scrollIntoView: true, userEvent: "input" });
});

/** Moves items of lists inwards or outwards. False, so that Tab moves on, when the selection is no list. */
function indent(isDeeper) {
  const change = changeLines((texts) =>
    texts.map((text) => {
      const [all, lead] = MARKER.exec(text);
      const width = /\d/.test(all) ? 3 : 2;
      return isDeeper ? " ".repeat(width) + text : text.slice(Math.min(width, lead.length - lead.trimStart().length));
    }),
  );
  return (view) => {
    const { state } = view;
    const lines = state.selection.ranges.flatMap((range) => linesOf(state, range));
    if (isComposing(view) || !lines.every((line) => kindOf(line.text))) return false;
    if (!isDeeper && !lines.some((line) => /^\s/.test(line.text))) return false;
    return change(view);
  };
}

export const indentItems = indent(true);
export const outdentItems = indent(false);
