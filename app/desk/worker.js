// The desk's service worker, scope `/desk/`: pages that were open can be opened again without a network, and rows that wait are sent when there
// is one. It keeps pages of incidents and *Now* only, drops them at sign-out, and changes no answer that the network gives.

import { flush } from "./queue.js";

const PAGES = "yagura-pages-1";
const FILES = "yagura-files-1";
/** Most pages that are kept; the oldest go. */
const PAGES_MAX = 30;
/** Most files: those of a few builds. */
const FILES_MAX = 40;
const KEPT = /^\/desk\/(incidents(\/\d+)?)?$/;

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

/** A page: from the network, else as it was when it was last open. */
async function page(event, url) {
  const key = new Request(url.origin + url.pathname);
  try {
    const response = await fetch(event.request);
    if (response.status === 401 || (response.type === "opaqueredirect" && KEPT.test(url.pathname))) {
      // Nobody is signed in any more: what they saw is not for the next one.
      event.waitUntil(caches.delete(PAGES));
    } else if (response.ok && !response.redirected && KEPT.test(url.pathname)) {
      event.waitUntil(keep(PAGES, PAGES_MAX, key, response.clone()));
    }
    return response;
  } catch (error) {
    const cache = await caches.open(PAGES);
    const kept = await cache.match(key);
    if (kept) return kept;
    throw error;
  }
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
});
