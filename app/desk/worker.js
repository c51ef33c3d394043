// The desk's service worker, scope `/desk/`: pages that were open can be opened again without a network, and rows that wait are sent when there
// is one. It keeps pages of incidents, runs and *Now* only, drops them at sign-out, and changes no answer that the network gives.

import { flush } from "./queue.js";

const PAGES = "yagura-pages-1";
const FILES = "yagura-files-1";
/** Most pages that are kept; the oldest go. */
const PAGES_MAX = 30;
/** Most files: those of a few builds. */
const FILES_MAX = 40;
const KEPT = /^\/desk\/(incidents|(incidents|runs)\/\d+)?$/;
/** What an address may ask for and be the same page: that something is done, and how a run is shown, which the page itself sees to. */
const SAME_PAGE = ["done", "view", "step"];

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  const old = async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name !== PAGES && name !== FILES).map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(old());
});

async function keep(name, most, request, response) {
  const cache = await caches.open(name);
  // Put anew, so that the order is that of use.
  await cache.delete(request);
  await cache.put(request, response);
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - most)).map((key) => cache.delete(key)));
}

/** The address under which a page is kept; none for one that is not, such as a list that was filtered. */
function keptAs(url) {
  const isPlain = [...url.searchParams.keys()].every((name) => SAME_PAGE.includes(name));
  return isPlain && KEPT.test(url.pathname) ? new Request(url.origin + url.pathname) : null;
}

/** Keeps a page for the one it was made for; what somebody else saw in this browser is dropped. */
async function keepPage(key, response) {
  const owner = (await response.clone().text()).match(/<html[^>]* data-user="([^"]+)"/)?.[1];
  if (!owner) return;
  const note = new Request(new URL("/desk/-owner", self.location.origin));
  const cache = await caches.open(PAGES);
  const before = await (await cache.match(note))?.text();
  if (before !== owner) {
    await caches.delete(PAGES);
    await (await caches.open(PAGES)).put(note, new Response(owner));
  }
  await keep(PAGES, PAGES_MAX, key, response);
}

/** A page from the network, kept as it is now. */
async function fresh(event, url) {
  const key = keptAs(url);
  const response = await fetch(event.request);
  if (response.status === 401 || (response.ok && url.pathname.startsWith("/desk/sign-in"))) {
    // Nobody is signed in any more: what they saw is not for the next one.
    event.waitUntil(caches.delete(PAGES));
  } else if (key && response.ok && !response.redirected) {
    event.waitUntil(keepPage(key, response.clone()));
  }
  return response;
}

/** A page: from the network, else as it was when it was last open. */
async function page(event, url) {
  try {
    return await fresh(event, url);
  } catch (error) {
    const key = keptAs(url);
    const kept = key && (await (await caches.open(PAGES)).match(key));
    if (kept) return kept;
    throw error;
  }
}

/** Keeps a page that was open before there was a worker, and its files. */
async function keepOpened({ keep: address, files }) {
  const url = new URL(address);
  const key = keptAs(url);
  if (url.origin !== self.location.origin || !key) return;
  const response = await fetch(key, { redirect: "manual" });
  if (response.ok) await keepPage(key, response);
  const own = files.map((name) => new URL(name)).filter((name) => name.origin === self.location.origin && name.pathname.startsWith("/pkg/"));
  const kept = await caches.open(FILES);
  await Promise.all(own.map(async (name) => (await kept.match(name)) || kept.add(name).catch(() => {})));
}

/** A file with a hash in its name: never changes. */
async function file(event) {
  const cache = await caches.open(FILES);
  const kept = await cache.match(event.request);
  if (kept) return kept;
  const response = await fetch(event.request);
  if (response.ok) event.waitUntil(keep(FILES, FILES_MAX, event.request, response.clone()));
  return response;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && url.pathname.startsWith("/desk")) event.respondWith(page(event, url));
  // An open page asks for itself when something changed: what is kept is as new as what is shown.
  else if (keptAs(url)) event.respondWith(fresh(event, url));
  else if (url.pathname.startsWith("/pkg/")) event.respondWith(file(event));
});

self.addEventListener("sync", (event) => {
  if (event.tag === "queue") {
    const sent = async () => {
      if ((await flush()) === "offline") throw new Error("not yet");
    };
    event.waitUntil(sent());
  }
});

self.addEventListener("message", (event) => {
  if (event.data === "forget") event.waitUntil(caches.delete(PAGES));
  else if (event.data?.keep) event.waitUntil(keepOpened(event.data));
});
