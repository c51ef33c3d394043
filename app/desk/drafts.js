// What is typed into a form with `data-draft` is kept in the browser, under whoever is signed in, until it is saved: it survives a
// reload, a lost connection and an expired session. Passwords and files are never kept.

/** After so long what was typed and never sent is forgotten. */
const AGE_MAX_MS = 30 * 24 * 3600 * 1000;
const PREFIX = "draft:";
const SENT = "drafts-sent";

const key = (user, form) => `${PREFIX}${user}:${form.dataset.draft}`;

/** What was looked at when it was typed, so that the server can tell that somebody changed it meanwhile. */
const BASES = ["revision", "version"];
/** Which lines a pasted timeline has, so that corrections find theirs. */
const OF_LINES = /^(count|(line|number)_\d+)$/;
const isHidden = (name) => BASES.includes(name) || OF_LINES.test(name);

function fields(form) {
  const isKept = (field) =>
    field.name && (field.type === "hidden" ? isHidden(field.name) : !["password", "file", "submit", "button"].includes(field.type));
  return [...form.elements].filter(isKept);
}

/** What stands in a form. */
export function read(form) {
  return fields(form).map((field) => [field.name, field.type === "checkbox" || field.type === "radio" ? [field.value, field.checked] : field.value]);
}

/** Puts back what stood in a form. */
export function write(form, values) {
  for (const [name, value] of values) {
    for (const field of fields(form).filter((field) => field.name === name)) {
      if (!Array.isArray(value)) field.value = value;
      else if (field.value === value[0]) field.checked = value[1];
    }
  }
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
/** What people typed of what is kept. */
const typed = (values) => values.filter(([name]) => !isHidden(name));

function load(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}

/** Forgets what was kept of a form. */
export function forget(user, form) {
  localStorage.removeItem(key(user, form));
}

function forgetOld() {
  for (const name of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
    const kept = load(name);
    if (!kept || Date.now() - kept.at > AGE_MAX_MS) localStorage.removeItem(name);
  }
}

/** The form that was sent last, if its answer says that it is saved, has no draft any more. Per tab: another's answer says nothing of it. */
function forgetSaved() {
  const sent = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  const isAnswer = performance.getEntriesByType("navigation")[0]?.type === "navigate";
  if (sent && isAnswer && new URLSearchParams(location.search).has("done")) localStorage.removeItem(sent);
}

function say(form, text, discard, undo) {
  const note = document.createElement("p");
  note.className = "notice draft-note";
  note.setAttribute("role", "status");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = discard;
  button.addEventListener("click", () => {
    undo();
    note.remove();
  });
  note.append(text, " ", button);
  form.prepend(note);
}

/** Lines of a pasted timeline that were corrected stand on a page that only the server can make: they are sent to be looked at again. */
function bringBackLines(form, values) {
  if (form.elements.count || !values.some(([name]) => name === "count")) return false;
  const add = (name, value) => {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  };
  const own = new Set([...form.elements].map((field) => field.name));
  for (const [name, value] of values.filter(([name]) => !own.has(name))) {
    if (!Array.isArray(value)) add(name, value);
    else if (value[1]) add(name, value[0]);
  }
  write(form, values);
  add("correct", "yes");
  form.submit();
  return true;
}

/** Keeps what is typed on this page, and puts back what was typed before. `words`: `{restored, discard}`. */
export function start(user, words) {
  forgetOld();
  forgetSaved();
  for (const form of document.querySelectorAll("form[data-draft]")) {
    const name = key(user, form);
    const fresh = read(form);
    const kept = load(name);
    const isAnswer = form.dataset.draftAnswer !== undefined || form.querySelector(".form-errors") !== null;
    // A form that comes back with what is wrong has what was typed in it already.
    if (kept && !isAnswer && !same(typed(kept.values), typed(fresh))) {
      if (bringBackLines(form, kept.values)) return;
      write(form, kept.values);
      say(form, words.restored, words.discard, () => {
        write(form, fresh);
        localStorage.removeItem(name);
      });
    }
    const keep = () => {
      try {
        localStorage.setItem(name, JSON.stringify({ at: Date.now(), values: read(form) }));
      } catch {
        // Storage is full or forbidden; the form itself still works.
      }
    };
    const save = () => {
      // What came back from the server is nowhere else.
      if (!kept && !isAnswer && same(read(form), fresh)) localStorage.removeItem(name);
      else keep();
    };
    form.addEventListener("input", save);
    form.addEventListener("change", save);
    form.addEventListener("submit", () => {
      keep();
      // Rows of a queue are forgotten by it.
      if (form.dataset.queue && self.indexedDB) return;
      try {
        sessionStorage.setItem(SENT, name);
      } catch {
        // As above.
      }
    });
  }
}
