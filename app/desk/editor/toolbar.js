// The toolbar over the text, the list of live blocks below it, and the keys that do the same.

import { redo, undo } from "@codemirror/commands";
import { openSearchPanel } from "@codemirror/search";
import { block, code, codeBlock, heading, indentItems, link, list, outdentItems, quote, wrap } from "./commands.js";
import { icon } from "./icons.js";
import { isComposing, whenComposed } from "./view.js";
import { button, element, rove } from "./words.js";

/** What can stand in a text as `{{…}}`. */
const BLOCKS = ["timeline", "timeline starred", "timeline public", "metrics", "impact", "updates", "runs", "actions"];

const isApple = /Mac|iP(hone|ad|od)/.test(navigator.platform);
/** How the key is called that shortcuts are made with. */
export const MOD = isApple ? "⌘" : "Ctrl";

/** `Mod-Shift-k` as people read it, and as `aria-keyshortcuts` wants it. */
function keysOf(key) {
  const parts = key.split("-").map((part) => (part.length === 1 ? part.toUpperCase() : part));
  const named = parts.map((part) => (part === "Mod" ? (isApple ? "Meta" : "Control") : part));
  const read = parts.map((part) => (part === "Mod" ? MOD : part));
  return { aria: named.join("+"), read: read.join(isApple ? " " : "+") };
}

function table(word) {
  const column = word("table-column");
  const row = (...cells) => `| ${cells.join(" | ")} |`;
  const text = [row(`${column} 1`, `${column} 2`), row("---", "---"), row("", ""), row("", "")].join("\n");
  return block(text, { from: 2, to: 2 + column.length + 2 });
}

/** The tools in groups: `[name, command, key]`. */
function groupsOf(word) {
  return [
    [
      ["heading", heading, "Mod-Alt-h"],
      ["bold", wrap("**"), "Mod-b"],
      ["italic", wrap("*"), "Mod-i"],
      ["code", code, "Mod-e"],
      ["link", link, "Mod-k"],
      ["withhold", wrap("||"), "Mod-Alt-w"],
    ],
    [
      ["bullets", list("bullets"), "Mod-Shift-8"],
      ["numbers", list("numbers"), "Mod-Shift-7"],
      ["tasks", list("tasks"), "Mod-Shift-9"],
      ["quote", quote],
      ["code-block", codeBlock],
      ["table", table(word)],
    ],
    [["picture"], ["blocks"]],
    [
      ["find", openSearchPanel, "Mod-f"],
      ["undo", undo, "Mod-z"],
      ["redo", redo, isApple ? "Mod-Shift-z" : "Mod-y"],
    ],
  ];
}

/** The keys of the tools, and those of lists. Where no item of a list is, Tab moves on to what comes next. */
export function keysOfTools(word) {
  const tools = groupsOf(word).flat().filter(([, run, key]) => run && key);
  return [
    ...tools.filter(([name]) => !["find", "undo", "redo"].includes(name)).map(([, run, key]) => ({ key, run, preventDefault: true })),
    { key: "Tab", run: indentItems, shift: outdentItems },
    // The page sends the form with it.
    { key: "Mod-Enter", run: () => true },
  ];
}

/** The list of live blocks, which the toolbar's button opens below it. */
function blockList({ id, opener, word, use }) {
  const close = () => {
    box.hidden = true;
    opener.setAttribute("aria-expanded", "false");
  };
  const buttons = BLOCKS.map((name) => {
    const made = button("plain editor-block", word(`block-${name.replace(" ", "-")}`), () => {
      close();
      use(block(`{{${name}}}`));
    });
    made.append(" ", element("code", {}, `{{${name}}}`));
    return made;
  });
  const box = element("div", { class: "editor-blocks", id, role: "group", "aria-label": word("blocks-title"), hidden: "" }, ...buttons);
  opener.setAttribute("aria-expanded", "false");
  opener.setAttribute("aria-controls", id);
  opener.addEventListener("click", () => {
    if (!box.hidden) return close();
    box.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    buttons[0].focus();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    close();
    opener.focus();
  });
  rove(box, buttons);
  return box;
}

/** The toolbar and what belongs to it. `view()` is the editor that it works on, `pick(files)` takes pictures. */
export function createToolbar({ language, word, view, pick }) {
  const use = (run) =>
    whenComposed(view(), () => {
      run(view());
      if (run !== openSearchPanel) view().focus();
    });
  const picker = element("input", { type: "file", accept: "image/*", multiple: "", hidden: "", tabindex: "-1", "aria-label": word("picture") });
  picker.addEventListener("change", () => {
    pick([...picker.files]);
    picker.value = "";
  });
  // Not a field of the form.
  picker.addEventListener("input", (event) => event.stopPropagation());
  const buttons = [];
  const groups = groupsOf(word).map((tools) => {
    const made = tools.map(([name, run, key]) => {
      const keys = key && keysOf(key);
      const tool = button("editor-tool", icon(name), () => (run ? use(run) : name === "picture" && picker.click()));
      const label = word(name);
      tool.setAttribute("aria-label", label);
      tool.title = keys ? `${label} (${keys.read})` : label;
      if (keys) tool.setAttribute("aria-keyshortcuts", keys.aria);
      tool.dataset.tool = name;
      // The keyboard of a phone stays, and the selection too; a composition ends by itself when the focus goes.
      tool.addEventListener("mousedown", (event) => view().hasFocus && !isComposing(view()) && event.preventDefault());
      buttons.push(tool);
      return tool;
    });
    return element("div", { class: "editor-tools" }, ...made);
  });
  const bar = element("div", { class: "editor-toolbar", role: "toolbar", "aria-label": word(`toolbar-${language}`) }, ...groups);
  rove(bar, buttons);
  const opener = buttons.find((tool) => tool.dataset.tool === "blocks");
  opener.append(element("span", { "aria-hidden": "true" }, word("blocks")));
  const blocks = blockList({ id: `editor-blocks-${language}`, opener, word, use });
  return [bar, blocks, picker];
}
