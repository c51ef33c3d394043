// What every page of the desk does besides its islands: keeps what is typed, sends what waits, copies commands, quotes what is marked, and starts
// the service worker.

import { start as startComposer } from "./compose.js";
import { start as startCopying } from "./copy.js";
import { start as startDrafts } from "./drafts.js";
import { flush } from "./queue.js";
import { start as startQuotes } from "./quote.js";
import { start as startRun } from "./run.js";

/** What the worker calls the pages that it keeps. */
const PAGES = "yagura-pages-1";
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
  // The first page that is opened was there before its worker.
  if (!navigator.serviceWorker.controller) {
    const files = [...document.querySelectorAll("link[href], script[src]")].map((element) => element.href || element.src);
    const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
    navigator.serviceWorker.ready.then((worker) => worker.active?.postMessage({ keep: location.href, files: [...new Set([...files, ...loaded])] }));
  }
}

/** A page that answers a form has that form's address, at which nothing can be read. It takes the address of what it shows. */
function takeOwnAddress() {
  const { incident, run } = document.getElementById("content")?.dataset ?? {};
  const own = incident ? `/desk/incidents/${incident}` : run && `/desk/runs/${run}`;
  if (own && location.pathname !== own) history.replaceState(null, "", own);
}

/** Whoever signs out takes what they saw with them; what they typed and could not send stays, under their name. */
function forgetAtSignOut() {
  for (const form of document.querySelectorAll('form[action="/desk/sign-out"]')) {
    form.addEventListener("submit", () => {
      navigator.serviceWorker?.controller?.postMessage("forget");
      self.caches?.delete(PAGES);
    });
  }
}

takeOwnAddress();
startCopying();
startQuotes();
if (page.user) {
  startWorker();
  forgetAtSignOut();
  startDrafts(page.user, { restored: page.draftRestored, discard: page.draftDiscard });
  if (self.indexedDB) {
    startComposer(page.user);
    startRun(page.user);
    flush(page.user).catch(() => {});
  }
}
