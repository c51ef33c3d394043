// What a first visit costs a browser: `node visit.mjs URL` prints one line of JSON. Bytes are those on the wire, headers included, by type
// of resource: `needed` is what the page itself names, `later` what its scripts load when the browser is idle. Paints are counted from
// the navigation, on an unthrottled local connection; `empty_fcp_ms` is the same for a page with nothing in it.

import { launch } from './support.mjs';

const LOADS = 5;
/// How long after the last islands woke a late paint or a shift still counts.
const SETTLE_MS = 500;
const EMPTY = 'data:text/html,<!DOCTYPE html><title>empty</title><p>empty';

const [url] = process.argv.slice(2);
if (!url) throw new Error('usage: node visit.mjs URL');

/// Runs in the page before anything of it.
function observe() {
  const seen = { fcp: null, lcp: null, cls: 0 };
  window.yaguraSeen = seen;
  const each = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  each('paint', (entry) => { if (entry.name === 'first-contentful-paint') seen.fcp = entry.startTime; });
  each('largest-contentful-paint', (entry) => { seen.lcp = entry.startTime; });
  each('layout-shift', (entry) => { if (!entry.hadRecentInput) seen.cls += entry.value; });
}

/// Bytes by type of everything that came, apart by who asked for it.
async function watchBytes(context, page) {
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  const requests = new Map();
  const bytes = { needed: {}, later: {} };
  session.on('Network.requestWillBeSent', ({ requestId, initiator }) => {
    requests.set(requestId, { when: initiator.type === 'script' ? 'later' : 'needed', type: 'Other' });
  });
  session.on('Network.responseReceived', ({ requestId, type, response }) => {
    const request = requests.get(requestId);
    if (request) request.type = response.mimeType === 'application/wasm' ? 'WASM' : type;
  });
  // The stream of events never finishes, and is not counted.
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const request = requests.get(requestId);
    if (!request) return;
    const sums = bytes[request.when];
    sums[request.type] = (sums[request.type] ?? 0) + encodedDataLength;
  });
  return bytes;
}

async function visit(browser, address, waitFor) {
  // A context of its own each time: nothing is in its cache.
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(observe);
  const bytes = await watchBytes(context, page);
  await page.goto(address, { waitUntil: 'load' });
  if (waitFor) await page.waitForSelector(waitFor);
  await page.waitForTimeout(SETTLE_MS);
  const seen = await page.evaluate(() => window.yaguraSeen);
  await context.close();
  return { ...seen, ...bytes };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/// The median of each type over all visits.
function medians(visits, when) {
  const types = new Set(visits.flatMap((seen) => Object.keys(seen[when])));
  return Object.fromEntries([...types].map((type) => [type, median(visits.map((seen) => seen[when][type] ?? 0))]));
}

const browser = await launch();
const visits = [];
const empty = [];
try {
  for (let load = 0; load < LOADS; load += 1) {
    visits.push(await visit(browser, url, '.live[data-state=live]'));
    empty.push(await visit(browser, EMPTY));
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify({
  loads: LOADS,
  fcp_ms: median(visits.map((seen) => seen.fcp)),
  lcp_ms: median(visits.map((seen) => seen.lcp)),
  cls: Math.max(...visits.map((seen) => seen.cls)),
  empty_fcp_ms: median(empty.map((seen) => seen.fcp)),
  needed: medians(visits, 'needed'),
  later: medians(visits, 'later'),
}));
