// Pictures that are pasted, dropped or chosen: a placeholder stands in the text while one is uploaded. Placeholders never leave this page.

import { Transaction } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { whenComposed } from "./view.js";
import { button, element, signInUrl } from "./words.js";

/** The server takes no more. */
const FILE_BYTES_MAX = 8 * 1024 * 1024;
/** On a slow line a large picture takes this long. */
const UPLOAD_MAX_MS = 180000;
/** Undoing takes the picture away, and never brings a placeholder back. */
const UNREMEMBERED = Transaction.addToHistory.of(false);

export class Files {
  /** Placeholders that stand in the text now. */
  pending = new Set();

  constructor({ url, user, word, view }) {
    Object.assign(this, { url, user, word, view });
    this.notes = element("div", { class: "editor-notes", role: "status", "aria-live": "polite" });
  }

  /** What CodeMirror does with files. */
  get extension() {
    return EditorView.domEventHandlers({
      paste: (event) => {
        const files = [...(event.clipboardData?.files ?? [])];
        // Cells of a table come as text and as a picture of it: the text is meant.
        if (!files.length || event.clipboardData.getData("text/plain")) return false;
        event.preventDefault();
        this.take(files);
        return true;
      },
      drop: (event, view) => {
        const files = [...(event.dataTransfer?.files ?? [])];
        if (!files.length) return false;
        event.preventDefault();
        this.take(files, view.posAtCoords({ x: event.clientX, y: event.clientY }, false));
        return true;
      },
    });
  }

  /** The text as it is meant, without what only stands there while something is uploaded. */
  without(text) {
    let left = text;
    for (const placeholder of this.pending) left = left.replace(placeholder, () => "");
    return left;
  }

  /** Uploads files into the text, at a place or where the cursor is. */
  take(files, at) {
    for (const file of files) {
      const name = file.name || "picture.png";
      if (!file.type.startsWith("image/")) this.note(this.word("upload-not-picture", { n: name }));
      else if (file.size > FILE_BYTES_MAX) this.note(this.word("upload-too-large", { n: name }));
      else whenComposed(this.view(), () => this.upload(file, name, at));
    }
  }

  /** Something that no text contains, and of which each is another. */
  placeholder(name) {
    const label = this.word("uploading", { n: name.replace(/[[\]()!\n]/g, " ") });
    const others = (text) => this.pending.has(text) || this.view().state.doc.toString().includes(text);
    for (let n = 1; ; n += 1) {
      const text = n === 1 ? `![${label}]()` : `![${label} ${n}]()`;
      if (!others(text)) return text;
    }
  }

  async upload(file, name, at) {
    const placeholder = this.placeholder(name);
    const view = this.view();
    this.pending.add(placeholder);
    const { from, to } = at === undefined ? view.state.selection.main : { from: at, to: at };
    if (from < to) view.dispatch({ changes: { from, to }, userEvent: "input.paste" });
    view.dispatch({ changes: { from, insert: placeholder }, selection: { anchor: from + placeholder.length }, scrollIntoView: true, annotations: UNREMEMBERED });
    let answer = {};
    try {
      answer = await this.send(file, name);
    } catch {
      answer.detail = this.word("upload-offline");
    }
    whenComposed(view, () => this.settle(file, name, placeholder, answer));
  }

  async send(file, name) {
    const body = new FormData();
    body.append("file", file, name);
    const signal = AbortSignal.timeout(UPLOAD_MAX_MS);
    const response = await fetch(`${this.url}/files`, { method: "POST", body, headers: { "yagura-user": this.user }, redirect: "manual", signal });
    if (response.ok) return response.json();
    if (response.type === "opaqueredirect" || response.status === 401) return { detail: this.word("preview-signed-out"), isSignedOut: true };
    const { detail, title } = await response.json().catch(() => ({}));
    return { detail: detail ?? title ?? String(response.status) };
  }

  /** Puts the picture where its placeholder is. Where somebody took that away, the picture is not wanted. */
  settle(file, name, placeholder, { markdown, detail, isSignedOut }) {
    const view = this.view();
    const from = view.state.doc.toString().indexOf(placeholder);
    this.pending.delete(placeholder);
    const { main } = view.state.selection;
    const isBehind = main.empty && main.head === from + placeholder.length;
    if (from >= 0) view.dispatch({ changes: { from, to: from + placeholder.length }, annotations: UNREMEMBERED });
    if (markdown && from >= 0) {
      const selection = isBehind ? { anchor: from + markdown.length } : undefined;
      view.dispatch({ changes: { from, insert: markdown }, selection, userEvent: "input.paste" });
    }
    if (markdown) {
      if (from >= 0) this.note(this.word("upload-done", { n: name }), undefined, true);
      return;
    }
    const link = isSignedOut ? element("a", { href: signInUrl(), target: "_blank" }, this.word("sign-in")) : undefined;
    this.note(this.word("upload-failed", { n: name, detail }), file, false, link);
  }

  /** Says something below the text. With a file, it can be tried again. What went well is said only until the next. */
  note(text, file, isGood = false, ...more) {
    this.notes.querySelector(".is-good")?.remove();
    const note = element("p", { class: isGood ? "hint editor-note is-good" : "notice editor-note" }, text, ...more.filter(Boolean));
    if (file) {
      const again = button("plain", this.word("upload-again"), () => {
        note.remove();
        this.take([file]);
      });
      note.append(" ", again);
    }
    if (!isGood) note.append(" ", button("plain", this.word("dismiss"), () => note.remove()));
    this.notes.append(note);
  }
}
