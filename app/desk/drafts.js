// What is typed into a form with `data-draft` is kept in the browser, under whoever is signed in, until it is saved: it survives a
// reload, a lost connection and an expired session. Passwords and files are never kept.

/** After so long what was typed and never sent is forgotten. */
const AGE_MAX_MS = 30 * 24 * 3600 * 1000;
const PREFIX = "draft:";
const SENT = "drafts-sent";

const key = (user, form) => `${PREFIX}${user}:${form.dataset.draft}`;

function fields(form) {
  const isKept = (field) => field.name && !["hidden", "password", "file", "submit", "button"].includes(field.type);
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

/** A form that was sent and whose answer says that it is saved has no draft any more. */
function forgetSaved() {
  const sent = load(SENT) ?? [];
  localStorage.removeItem(SENT);
  if (new URLSearchParams(location.search).has("done")) sent.forEach((name) => localStorage.removeItem(name));
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

/** Keeps what is typed on this page, and puts back what was typed before. `words`: `{restored, discard}`. */
export function start(user, words) {
  forgetOld();
  forgetSaved();
  for (const form of document.querySelectorAll("form[data-draft]")) {
    const name = key(user, form);
    const fresh = read(form);
    const kept = load(name);
    // A form that comes back with what is wrong has what was typed in it already.
    if (kept && form.dataset.draftAnswer === undefined && !form.querySelector(".form-errors") && !same(kept.values, fresh)) {
      write(form, kept.values);
      say(form, words.restored, words.discard, () => {
        write(form, fresh);
        localStorage.removeItem(name);
      });
    }
    const save = () => {
      try {
        if (same(read(form), fresh)) localStorage.removeItem(name);
        else localStorage.setItem(name, JSON.stringify({ at: Date.now(), values: read(form) }));
      } catch {
        // Storage is full or forbidden; the form itself still works.
      }
    };
    form.addEventListener("input", save);
    form.addEventListener("change", save);
    form.addEventListener("submit", () => {
      save();
      try {
        localStorage.setItem(SENT, JSON.stringify([...(load(SENT) ?? []), name]));
      } catch {
        // As above.
      }
    });
  }
}
