// CodeMirror as postmortems need it: Markdown for prose in two languages, input methods undisturbed, no key that holds the focus.

import "./style_mod.js";
import { autocompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { deleteMarkupBackward, insertNewlineContinueMarkup, markdownLanguage } from "@codemirror/lang-markdown";
import { HighlightStyle, LanguageSupport, syntaxHighlighting } from "@codemirror/language";
import { search, searchKeymap } from "@codemirror/search";
import { EditorState, Prec } from "@codemirror/state";
import { Decoration, EditorView, MatchDecorator, ViewPlugin, keymap, placeholder, tooltips } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** After the end of a composition CodeMirror still reads what the browser did. */
const COMPOSED_AFTER_MS = 100;

/** True while an input method has not made up its mind: nothing may touch the document. */
export const isComposing = (view) => view.composing || view.compositionStarted;

/** Does something now, or as soon as no composition is going on. */
export function whenComposed(view, act) {
  if (!isComposing(view)) {
    act();
    return;
  }
  const wait = () => setTimeout(() => whenComposed(view, act), COMPOSED_AFTER_MS);
  view.contentDOM.addEventListener("compositionend", wait, { once: true });
}

/** Puts another text into the editor, as one step that can be undone. */
export function setText(view, text) {
  whenComposed(view, () => {
    if (view.state.doc.toString() !== text) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, userEvent: "input.replace" });
  });
}

const looks = HighlightStyle.define([
  { tag: tags.heading, fontWeight: "700" },
  { tag: [tags.heading1, tags.heading2], fontWeight: "700", fontSize: "1.125em" },
  { tag: tags.strong, fontWeight: "700" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: tags.strikethrough, textDecoration: "line-through" },
  { tag: [tags.link, tags.labelName], color: "var(--link)" },
  { tag: [tags.url, tags.processingInstruction, tags.contentSeparator, tags.comment], color: "var(--ink-soft)" },
  { tag: tags.monospace, fontFamily: "ui-monospace, monospace", fontSize: ".9375em" },
  { tag: tags.quote, color: "var(--ink-soft)" },
  { tag: tags.escape, color: "var(--slow)" },
]);

const theme = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--paper)", fontSize: "var(--text)" },
  "&.cm-focused": { outline: "3px solid var(--focus)", outlineOffset: "-1px" },
  ".cm-scroller": { fontFamily: "inherit", lineHeight: "1.65" },
  ".cm-content": { padding: ".75rem 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 .875rem" },
  ".cm-placeholder": { color: "var(--ink-soft)" },
  ".cm-withheld": { backgroundColor: "color-mix(in srgb, var(--ink) 12%, transparent)", textDecoration: "underline dotted 2px" },
  ".cm-live-block": { color: "var(--work)", fontWeight: "600" },
  ".cm-searchMatch": { backgroundColor: "color-mix(in srgb, var(--slow-bar) 30%, transparent)" },
  ".cm-searchMatch-selected": { backgroundColor: "color-mix(in srgb, var(--partial-bar) 50%, transparent)" },
  ".cm-panels": { color: "var(--ink)", backgroundColor: "var(--sheet)" },
  ".cm-panels.cm-panels-top": { borderBottom: "1px solid var(--line)" },
  ".cm-tooltip": { border: "1px solid var(--edge)", borderRadius: "var(--round)", color: "var(--ink)", backgroundColor: "var(--paper)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "inherit", maxHeight: "16rem", maxWidth: "min(36rem, 92vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { color: "var(--paper)", backgroundColor: "var(--link)" },
});

/** Marks what the pattern finds with a class. */
function marks(regexp, className) {
  const decorator = new MatchDecorator({ regexp, decoration: Decoration.mark({ class: className }) });
  return ViewPlugin.define(
    (view) => ({
      marks: decorator.createDeco(view),
      update(update) {
        this.marks = decorator.updateDeco(update, this.marks);
      },
    }),
    { decorations: (plugin) => plugin.marks },
  );
}

/** CodeMirror's own phrases, by the keys of ours. */
const PHRASES = {
  Find: "find-what",
  Replace: "replace-with",
  next: "find-next",
  previous: "find-previous",
  all: "find-all",
  "match case": "find-case",
  regexp: "find-regexp",
  "by word": "find-word",
  replace: "replace-one",
  "replace all": "replace-all",
  close: "close",
  "replaced match on line $": "replaced-line",
  "replaced $ matches": "replaced-count",
  "current match": "find-current",
  "on line": "find-on-line",
  "Go to line": "go-to-line",
  go: "go",
  Completions: "completions",
  "Selection deleted": "selection-deleted",
};

/** An editor in place of `textarea`. `keys` come before all others; `onUpdate` hears of everything; `complete` is the source of completions. */
export function createView({ parent, text, language, label, word, keys, complete, extensions, onUpdate }) {
  const phrases = Object.fromEntries(Object.entries(PHRASES).map(([phrase, key]) => [phrase, word(key)]));
  const kindOf = {
    position: 10,
    render: ({ type }) => {
      const made = document.createElement("span");
      made.className = "editor-mention-kind";
      made.textContent = word(`mention-${type}`);
      return made;
    },
  };
  return new EditorView({
    parent,
    doc: text,
    extensions: [
      Prec.highest(keymap.of(keys)),
      history(),
      new LanguageSupport(markdownLanguage),
      syntaxHighlighting(looks),
      marks(/\|\|(?=[^\s|])[^\n]*?[^\s|]\|\|/g, "cm-withheld"),
      marks(/^\{\{[^}\n]*\}\}$/gm, "cm-live-block"),
      search({ top: true }),
      // What pops up keeps off the edges of a phone.
      tooltips({ tooltipSpace: () => ({ top: 0, left: 8, bottom: innerHeight, right: document.documentElement.clientWidth - 8 }) }),
      autocompletion({ override: [complete], icons: false, addToOptions: [kindOf], maxRenderedOptions: 40 }),
      keymap.of([
        { key: "Enter", run: insertNewlineContinueMarkup },
        { key: "Backspace", run: deleteMarkupBackward },
        ...searchKeymap,
        ...historyKeymap,
        ...defaultKeymap,
      ]),
      placeholder(word("text-empty")),
      EditorView.lineWrapping,
      EditorState.phrases.of(phrases),
      // The tabindex is for checkers that do not know that what can be edited has the focus in Tab's order.
      EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", lang: language, spellcheck: "true", autocorrect: "on", autocapitalize: "sentences" }),
      EditorView.updateListener.of(onUpdate),
      theme,
      extensions,
    ],
  });
}
