// Buttons that copy a command. Without a script they would do nothing, so pages have them hidden and this shows them. What is copied stands in
// `data-copy`: it is not always what is seen, since prompts are left out. A button without it says what is missing, and stays disabled.

/** How long a button says what it did. */
const SAID_FOR_MS = 3000;
const HIDDEN = "button.copy[hidden]";

function reveal(root) {
  for (const button of root.querySelectorAll(HIDDEN)) button.hidden = false;
}

/** The one place that says what was copied to those who do not see it. */
function announcer() {
  const region = document.createElement("p");
  region.className = "spoken";
  region.setAttribute("role", "status");
  document.getElementById("content").append(region);
  return (words) => {
    // The same words once more are only said when they were gone in between.
    region.textContent = "";
    setTimeout(() => {
      region.textContent = words;
    }, 100);
  };
}

/** Selects the command, so that it can be copied by hand. */
function select(button) {
  const code = button.closest("figure")?.querySelector("code");
  if (code) getSelection().selectAllChildren(code);
}

const labels = new WeakMap();

/** Says on the button what it did, for a while. */
function say(button, words) {
  const { label, timer } = labels.get(button) ?? { label: button.textContent };
  clearTimeout(timer);
  button.textContent = words;
  const back = () => {
    button.textContent = label;
    labels.delete(button);
  };
  labels.set(button, { label, timer: setTimeout(back, SAID_FOR_MS) });
}

async function copy(button, announce) {
  const { copy: command, copied, selected } = button.dataset;
  let words = copied;
  try {
    // Not there without HTTPS, and it may be forbidden.
    await navigator.clipboard.writeText(command);
    // Whoever follows a run notes that it was copied.
    button.dispatchEvent(new CustomEvent("copied", { bubbles: true }));
  } catch {
    select(button);
    words = selected;
  }
  say(button, words);
  announce(words);
}

/** Shows the copy buttons of this page, also those that come into it later, and lets them copy. */
export function start() {
  const content = document.getElementById("content");
  if (!content) return;
  let announce;
  reveal(content);
  new MutationObserver((changes) => {
    if (changes.some((change) => change.addedNodes.length > 0)) reveal(content);
  }).observe(content, { childList: true, subtree: true });
  content.addEventListener("click", (event) => {
    const button = event.target.closest("button.copy[data-copy]");
    if (!button) return;
    announce ??= announcer();
    copy(button, announce);
  });
}
