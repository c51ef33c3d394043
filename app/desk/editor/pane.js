// One language of the text: toolbar, editor, preview, counts and outline in place of its text area, which stays in the form, hidden, with the same text.

import { Count, headings } from "./count.js";
import { Files } from "./files.js";
import { completions } from "./mentions.js";
import { Preview } from "./preview.js";
import { MOD, createToolbar, keysOfTools } from "./toolbar.js";
import { createView } from "./view.js";
import { element } from "./words.js";

export class Pane {
  /** `place` is the element with the text area; `onTyped` hears of every change. */
  constructor({ place, url, user, word, load, onTyped }) {
    const { language } = place.dataset;
    this.place = place;
    this.language = language;
    this.area = place.querySelector("textarea");
    this.files = new Files({ url, user, word, view: () => this.view });
    this.preview = new Preview({ url, user, language, word });
    this.count = new Count({ language, word });
    const frame = element("div", { class: "editor-text" });
    const tools = createToolbar({ language, word, view: () => this.view, pick: (files) => this.files.take(files) });
    const columns = element("div", { class: "editor-columns" }, frame, this.preview.element);
    const below = element("div", { class: "editor-below" }, this.count.counts, element("p", { class: "hint editor-keys" }, word("hint", { n: MOD })));
    this.element = element("div", { class: "editor-pane" }, ...tools, columns, this.files.notes, below, this.count.outline);
    this.view = createView({
      parent: frame,
      text: this.area.value,
      language,
      label: word(`text-${language}`),
      word,
      keys: keysOfTools(word),
      complete: completions(load),
      extensions: [this.files.extension],
      onUpdate: (update) => this.updated(update, onTyped),
    });
    // A field that nobody sees cannot be complained about by the browser; the server does.
    this.area.required = false;
    this.area.hidden = true;
    this.area.after(this.element);
    const label = place.querySelector(`label[for="${this.area.id}"]`);
    label?.addEventListener("click", (event) => {
      event.preventDefault();
      this.view.focus();
    });
  }

  /** The text as it is sent. */
  text() {
    return this.files.without(this.view.state.doc.toString());
  }

  updated(update, onTyped) {
    if (update.docChanged) {
      this.area.value = this.text();
      onTyped();
      this.preview.schedule(this.area.value);
    }
    if (update.docChanged || update.selectionSet) this.count.schedule(update.view, update.docChanged);
    if (update.selectionSet && update.view.hasFocus) {
      clearTimeout(this.following);
      this.following = setTimeout(() => this.follow(), 150);
    }
  }

  /** The preview shows what is written at. */
  follow() {
    const { state } = this.view;
    const above = headings(state).filter((heading) => heading.from <= state.selection.main.head);
    const current = above.at(-1);
    if (current) this.preview.follow(current.text, above.filter((heading) => heading.text === current.text).length - 1);
  }

  /** Called when this language is looked at. */
  shown() {
    this.view.requestMeasure();
    this.count.schedule(this.view, true);
    this.preview.wanted = this.area.value;
    this.preview.render();
  }
}
