// Whoever marks words of a postmortem that they look over comments on these: what is marked is put into the form, with its language.

/** More is no passage. */
const LONGEST = 1000;

/** Follows what is marked on a page with a text to comment on. */
export function start() {
  const reading = document.querySelector("[data-quotes]");
  const form = document.querySelector(".comment-form");
  if (!reading || !form) return;
  document.addEventListener("selectionchange", () => {
    const marked = document.getSelection();
    const words = String(marked).trim();
    if (!words || words.length > LONGEST || !marked.anchorNode || !reading.contains(marked.anchorNode)) return;
    form.elements.quote.value = words;
    const language = marked.anchorNode.parentElement?.closest("[data-language]")?.dataset.language;
    if (language && form.elements.language?.tagName === "SELECT") form.elements.language.value = language;
  });
}
