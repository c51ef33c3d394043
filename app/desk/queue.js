// Rows that were typed and are not known to be kept yet, in IndexedDB: they survive a lost signal, a reload, an expired session and the
// browser's end. Shared by pages of the desk and by their service worker. A row is sent as often as it takes; its `op` sees to it that the
// server keeps it once. Whose it is goes with it, so that it is never kept in somebody else's name.

const DATABASE = "yagura-desk";
const STORE = "queue";
const LOCK = "yagura-queue";
/** Told to all pages when the queue changed; of a row that was sent `{op, said}`, what the server said to it. */
export const CHANNEL = "yagura-queue";

/** A name for a row that nobody else gives. */
export function operation() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "op" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function inStore(mode, work) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode, { durability: "strict" });
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

function tell(news = "changed") {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(news);
  channel.close();
}

/** Keeps a row: `{op, user, url, body, made_at}`. Resolves once it is on the device's disk. */
export async function add(row) {
  await inStore("readwrite", (store) => store.put(row));
  tell();
}

/** Takes a row out; of one that was sent, tells what the server said. */
export async function remove(op, said) {
  await inStore("readwrite", (store) => store.delete(op));
  tell(said && { op, said });
}

/** Every row that waits, of one person or of all, in the order in which they were typed. */
export async function waiting(user) {
  const rows = await inStore("readonly", (store) => store.getAll());
  return rows.filter((row) => !user || row.user === user).sort((a, b) => a.made_at - b.made_at || (a.op < b.op ? -1 : 1));
}

/** How a row stands: undefined while it waits, or what the server said to it. */
async function note(row, problem) {
  await add({ ...row, problem });
}

async function sendOne(row) {
  const headers = { "content-type": "application/json", "yagura-user": row.user };
  let response;
  try {
    response = await fetch(row.url, { method: "POST", headers, body: JSON.stringify(row.body), redirect: "error" });
  } catch {
    return "offline";
  }
  if (response.ok) {
    await remove(row.op, await response.json().catch(() => ({})));
    return "sent";
  }
  if (response.status === 401) return "signed-out";
  if (response.status === 429 || response.status >= 500) return "offline";
  const said = await response.json().catch(() => ({}));
  const errors = (said.errors ?? []).map((error) => ({ field: error.field, code: error.code, detail: error.detail }));
  await note(row, { status: response.status, detail: said.detail ?? String(response.status), errors, state: said.state });
  return "refused";
}

async function sendAll(user) {
  let outcome = "sent";
  const away = new Set();
  for (const row of await waiting(user)) {
    // What was refused waits for its writer, and so do the rows of whoever has left this browser.
    if (row.problem || away.has(row.user)) continue;
    const result = await sendOne(row);
    if (result === "offline") return result;
    if (result === "signed-out") away.add(row.user);
    if (result !== "sent") outcome = result;
  }
  return outcome;
}

/** Sends what waits, one after the other, in order. Gives `sent`, `refused`, `signed-out`, `offline`, or `busy` while somebody else sends. */
export function flush(user) {
  if (!navigator.locks) return sendAll(user);
  return navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => (lock ? sendAll(user) : "busy"));
}
