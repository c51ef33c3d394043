// How long a text is, and its headings as a way through it. Only reads.

import { ensureSyntaxTree, syntaxTree } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { whenComposed } from "./view.js";
import { button, element } from "./words.js";

/** Counting waits until nobody types. */
const COUNT_AFTER_MS = 250;
/** So long parsing may take, for headings far below. */
const PARSE_MAX_MS = 50;

/** Characters without blanks, words and lines of a text. */
export function measure(text, segmenter) {
  let words = 0;
  if (segmenter) {
    for (const part of segmenter.segment(text)) words += part.isWordLike ? 1 : 0;
  } else {
    words = text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
  }
  return { characters: [...text.replace(/\s/gu, "")].length, words, lines: text ? text.split("\n").length : 0 };
}

/** The headings of a text: level, words, place. */
export function headings(state) {
  const found = [];
  const tree = ensureSyntaxTree(state, state.doc.length, PARSE_MAX_MS) ?? syntaxTree(state);
  for (let node = tree.topNode.firstChild; node; node = node.nextSibling) {
    const level = /^(?:ATX|Setext)Heading(\d)$/.exec(node.name)?.[1];
    if (!level) continue;
    const [line] = state.sliceDoc(node.from, node.to).split("\n");
    found.push({ level: Number(level), text: line.replace(/^#+\s*|\s*#+\s*$/g, ""), from: node.from });
  }
  return found;
}

export class Count {
  constructor({ language, word }) {
    this.word = word;
    this.segmenter = self.Intl?.Segmenter ? new Intl.Segmenter(language, { granularity: "word" }) : undefined;
    this.counts = element("p", { class: "hint editor-counts" });
    this.list = element("ul", { class: "editor-outline-list" });
    this.summary = element("summary", {}, word("outline"));
    this.outline = element("details", { class: "editor-outline" }, this.summary, this.list);
  }

  schedule(view, isChanged) {
    this.isChanged ||= isChanged;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.show(view), COUNT_AFTER_MS);
  }

  show(view) {
    const { main } = view.state.selection;
    const { characters, words, lines } = measure(main.empty ? view.state.doc.toString() : view.state.sliceDoc(main.from, main.to), this.segmenter);
    const number = (n) => n.toLocaleString(document.documentElement.lang || undefined);
    const parts = [
      this.word("count-characters", { n: number(characters) }),
      this.word("count-words", { n: number(words) }),
      this.word("count-lines", { n: number(lines) }),
    ];
    this.counts.textContent = (main.empty ? "" : `${this.word("count-selected")} `) + parts.join(" · ");
    if (this.isChanged) this.showOutline(view);
    this.isChanged = false;
  }

  showOutline(view) {
    const found = headings(view.state);
    this.summary.textContent = `${this.word("outline")} (${found.length})`;
    const items = found.map(({ level, text }, index) => {
      const go = button("editor-outline-go", text || "…", () => {
        // The text may have moved since.
        const target = headings(view.state)[index];
        if (!target) return;
        whenComposed(view, () => view.dispatch({ selection: { anchor: target.from }, effects: EditorView.scrollIntoView(target.from, { y: "start", yMargin: 8 }) }));
        view.focus();
      });
      return element("li", { "data-level": String(level) }, go);
    });
    if (!items.length) items.push(element("li", { class: "hint" }, this.word("outline-empty")));
    this.list.replaceChildren(...items);
  }
}
