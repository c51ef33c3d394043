// The editor of postmortems: wakes every form with `data-editor`. Without this script the form has text areas and works.

import { Keep } from "./keep.js";
import { loader } from "./mentions.js";
import { Pane } from "./pane.js";
import { setText } from "./view.js";
import { element, reader, rove } from "./words.js";

/** The pane that people meet first: what is wrong, what was asked for, their language if something stands there, or what has a text. */
function firstOf(panes) {
  const own = panes.find((pane) => pane.language === document.documentElement.lang);
  return (
    panes.find((pane) => pane.place.querySelector(".is-wrong, .field-error") || pane.place.matches(".is-wrong")) ??
    panes.find((pane) => location.hash === `#${pane.area.id}`) ??
    [own, ...panes].find((pane) => pane?.area.value.trim()) ??
    own ??
    panes[0]
  );
}

/** Tabs for the languages. Gives a function that shows one. */
function createTabs(panes, word) {
  const box = element("div", { class: "editor-tabs", role: "tablist", "aria-label": word("languages") });
  const tabs = panes.map((pane) => {
    pane.place.id ||= `editor-language-${pane.language}`;
    const tab = element("button", { type: "button", class: "editor-tab", role: "tab", id: `editor-tab-${pane.language}`, "aria-controls": pane.place.id }, word(`language-${pane.language}`));
    pane.place.setAttribute("role", "tabpanel");
    pane.place.setAttribute("aria-labelledby", tab.id);
    return tab;
  });
  const show = (shown) => {
    panes.forEach((pane, index) => {
      pane.place.hidden = pane !== shown;
      tabs[index].setAttribute("aria-selected", String(pane === shown));
      tabs[index].tabIndex = pane === shown ? 0 : -1;
    });
    shown.shown();
  };
  tabs.forEach((tab, index) => tab.addEventListener("click", () => show(panes[index])));
  show(firstOf(panes));
  rove(box, tabs, (tab) => show(panes[tabs.indexOf(tab)]));
  box.append(...tabs);
  panes[0].place.before(box);
  return show;
}

function start(form) {
  const url = form.dataset.editor;
  const user = form.dataset.user ?? "";
  const word = reader(form);
  const load = loader(url, user);
  const panes = [];
  let keep;
  for (const place of form.querySelectorAll(".editor-language")) {
    panes.push(new Pane({ place, url, user, word, load, onTyped: () => keep?.changed() }));
  }
  if (!panes.length) return;
  const paneOf = (name) => panes.find((pane) => pane.area.name === name);
  keep = new Keep({
    form,
    url,
    user,
    word,
    texts: Object.fromEntries(panes.map((pane) => [pane.area.name, () => pane.text()])),
    write: (name, text) => {
      const pane = paneOf(name);
      if (pane) setText(pane.view, text);
      else form.elements[name].value = text;
    },
    onReached: () => panes.filter((pane) => !pane.place.hidden).forEach((pane) => pane.preview.render()),
    isUploading: () => panes.some((pane) => pane.files.pending.size > 0),
  });
  const show = panes.length > 1 ? createTabs(panes, word) : (pane) => pane.shown();
  if (panes.length === 1) show(panes[0]);

  // Links to a field, from a list of what is wrong, lead into its editor.
  document.addEventListener("click", (event) => {
    const goal = event.target.closest?.("a[href^='#']")?.getAttribute("href").slice(1);
    const pane = goal && panes.find(({ area }) => area.id === goal);
    if (!pane) return;
    event.preventDefault();
    show(pane);
    pane.view.focus();
  });
  form.addEventListener("keydown", (event) => {
    const isMod = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (!isMod || event.isComposing) return;
    if (event.key === "s") {
      event.preventDefault();
      keep.saveNow();
    } else if (event.key === "Enter" && !event.repeat) {
      event.preventDefault();
      form.requestSubmit(form.querySelector('button[type="submit"]:not([disabled])'));
    }
  });
  form.classList.add("is-awake");
  form.editorViews = Object.fromEntries(panes.map((pane) => [pane.language, pane.view]));
}

for (const form of document.querySelectorAll("form[data-editor]")) start(form);
