// What every page of the desk does besides its islands: keeps what is typed, sends what waits, and starts the service worker.

import { start as startComposer } from "./compose.js";
import { start as startDrafts } from "./drafts.js";
import { flush } from "./queue.js";

const page = document.documentElement.dataset;

/** Service workers need HTTPS or this machine's own address. */
function startWorker() {
  const note = document.getElementById("offline-unavailable");
  if (!isSecureContext || !navigator.serviceWorker) {
    if (note) note.hidden = false;
    return;
  }
  navigator.serviceWorker.register("/desk/worker.js", { scope: "/desk/" }).catch(() => {
    if (note) note.hidden = false;
  });
}

/** Whoever signs out takes what they saw with them; what they typed and could not send stays, under their name. */
function forgetAtSignOut() {
  for (const form of document.querySelectorAll('form[action="/desk/sign-out"]')) {
    form.addEventListener("submit", () => navigator.serviceWorker?.controller?.postMessage("forget"));
  }
}

if (page.user) {
  startWorker();
  forgetAtSignOut();
  startDrafts(page.user, { restored: page.draftRestored, discard: page.draftDiscard });
  if (self.indexedDB) {
    startComposer(page.user);
    flush(page.user).catch(() => {});
  }
}
