// The copy of what is typed on this device: which one is newer, the server's or this, is decided here.

/** After so long what was typed and never sent is forgotten. */
const AGE_MAX_MS = 30 * 24 * 3600 * 1000;
const PREFIX = "editor:";
/** drafts.js, on every page of the desk, forgets what is named here when the next page says that it is saved. */
const SENT = "drafts-sent";

/** What is kept, of the fields that a form has. */
export const FIELDS = ["base", "title_ja", "title_en", "body_ja", "body_en", "only", "message"];

/** True when two say the same, whatever they are based on. */
export const same = (a, b) => FIELDS.every((name) => name === "base" || (a[name] ?? "").replace(/\r\n?/g, "\n") === (b[name] ?? "").replace(/\r\n?/g, "\n"));

/** The copy of one form. `{at, values, sentAt, savedAt, other}`: when it was typed, what, which of it the server has, since when, and another text
    that gave way to it, `{at, values}`, until somebody says that it is not needed. */
export class Local {
  constructor(user, url) {
    this.key = `${PREFIX}${user}:${url}`;
    this.forgetOld();
  }

  forgetOld() {
    try {
      for (const name of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
        const kept = this.load(name);
        if (!kept || Date.now() - kept.at > AGE_MAX_MS) localStorage.removeItem(name);
      }
    } catch {
      // Storage is forbidden.
    }
  }

  load(name = this.key) {
    try {
      const kept = JSON.parse(localStorage.getItem(name));
      return kept?.values ? kept : null;
    } catch {
      return null;
    }
  }

  /** False when this device keeps nothing: storage is full or forbidden. */
  save(copy) {
    try {
      localStorage.setItem(this.key, JSON.stringify(copy));
      return true;
    } catch {
      return false;
    }
  }

  /** What to do with the copy when the page shows `values`, which the server got at `bufferAt` (0: never): take it, offer it, or nothing. */
  judge(kept, values, bufferAt) {
    if (!kept || same(kept.values, values)) return "same";
    const isUnsent = kept.at > (kept.sentAt ?? 0);
    // Clocks differ: whether the server's is the very text that this one goes on from says more than times.
    if (isUnsent) return bufferAt === (kept.savedAt ?? 0) || kept.at > bufferAt ? "take" : "offer";
    // It was sent, and the server has it no more: it was saved or thrown away elsewhere.
    return bufferAt < (kept.savedAt ?? 0) ? "offer" : "same";
  }

  /** The form is on its way; if the next page says that it is done, the copy is forgotten. */
  leave() {
    try {
      sessionStorage.setItem(SENT, this.key);
    } catch {
      // As above; the copy equals what is saved, and nobody sees it.
    }
  }
}
