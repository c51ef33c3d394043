// Mounts CodeMirror's styles as constructed style sheets: the policy of the desk forbids the <style> elements that style-mod would write.

import { StyleModule } from "style-mod";

/** A sheet for each module, made once. */
const sheets = new WeakMap();

function sheet(module) {
  if (!sheets.has(module)) {
    const made = new CSSStyleSheet();
    made.replaceSync(module.getRules());
    sheets.set(module, made);
  }
  return sheets.get(module);
}

/** Later modules win over earlier ones, and ours over the page's own sheets. */
StyleModule.mount = (root, modules) => {
  const own = [modules].flat().map(sheet);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets.filter((other) => !own.includes(other)), ...own];
};
