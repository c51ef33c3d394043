// Rows that were typed and are not known to be kept yet, in IndexedDB: they survive a lost signal, a reload, an expired session and the
// browser's end. Shared by pages of the desk and by their service worker. A row is sent as often as it takes; its `op` sees to it that the
// server keeps it once. Whose it is goes with it, so that it is never kept in somebody else's name.

const DATABASE = "yagura-desk";
const STORE = "queue";
const LOCK = "yagura-queue";
/** The bytes of a file are kept beside its row, under its name with this before it: behind all rows, so that those are read without them. */
const CONTENT = "~";
/** So long is waited for an answer, in milliseconds; longer for files. What hangs is tried again like what did not leave. */
const ANSWER_WITHIN_MS = 20000;
const FILE_WITHIN_MS = 120000;
/** What says that the server takes nothing from anybody now. */
const BUSY = [429, 503];
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

/** Rows, without the bytes of their files. */
const heads = (store) => store.getAll(IDBKeyRange.upperBound(CONTENT, true));

/** Keeps a row: `{op, user, url, body, made_at}`. Resolves once it is on the device's disk. */
export async function add(row) {
  if (!row.url) throw new Error("a row needs an address to go to");
  const { content, ...body } = row.body;
  const kept = content === undefined ? row : { ...row, body, has_content: true };
  await inStore("readwrite", (store) => {
    const known = heads(store);
    known.onsuccess = () => {
      const rows = known.result;
      // A clock that is set back does not put a new row before those that wait.
      const isNew = rows.every(({ op }) => op !== row.op);
      const made_at = isNew ? Math.max(row.made_at, ...rows.map((other) => other.made_at + 1)) : row.made_at;
      store.put({ ...kept, made_at });
      if (content !== undefined) store.put({ op: CONTENT + row.op, content });
    };
    return known;
  });
  tell();
}

/** Takes a row out; of one that was sent, tells what the server said. */
export async function remove(op, said) {
  await inStore("readwrite", (store) => {
    store.delete(CONTENT + op);
    return store.delete(op);
  });
  tell(said && { op, said });
}

/** Every row that waits, of one person or of all, in the order in which they were typed; of files all but their bytes. */
export async function waiting(user) {
  const rows = await inStore("readonly", heads);
  return rows.filter((row) => !user || row.user === user).sort((a, b) => a.made_at - b.made_at || (a.op < b.op ? -1 : 1));
}

/** How a row stands: undefined while it waits, or what the server said to it. */
async function note(row, problem) {
  await add({ ...row, problem });
}

/** What is sent of a row. */
async function bodyOf(row) {
  if (!row.has_content) return JSON.stringify(row.body);
  const file = await inStore("readonly", (store) => store.get(CONTENT + row.op));
  return JSON.stringify({ ...row.body, content: file?.content });
}

async function sendOne(row) {
  const headers = { "content-type": "application/json", "yagura-user": row.user };
  const body = await bodyOf(row);
  let response;
  try {
    const signal = AbortSignal.timeout(row.has_content ? FILE_WITHIN_MS : ANSWER_WITHIN_MS);
    response = await fetch(row.url, { method: "POST", headers, body, redirect: "error", signal });
  } catch {
    return "offline";
  }
  if (response.ok) {
    await remove(row.op, await response.json().catch(() => ({})));
    return "sent";
  }
  if (response.status === 401) return "signed-out";
  if (BUSY.includes(response.status)) return "offline";
  if (response.status >= 500) return "failed";
  const said = await response.json().catch(() => ({}));
  const errors = (said.errors ?? []).map((error) => ({ field: error.field, code: error.code, detail: error.detail }));
  await note(row, { status: response.status, detail: said.detail ?? String(response.status), errors, state: said.state });
  return "refused";
}

async function sendAll(user) {
  let outcome = "sent";
  let hasFailed = false;
  const away = new Set();
  const tried = new Set();
  for (;;) {
    // What was refused waits for its writer, and so do the rows of whoever has left this browser.
    const rows = (await waiting(user)).filter((row) => !row.problem && !away.has(row.user) && !tried.has(row.op));
    // Looked up anew each time: what is done while photos are sent goes before the next photo.
    const row = rows.find((row) => !row.has_content) ?? rows[0];
    // One at which the server breaks stops no other, and is tried again.
    if (!row) return hasFailed ? "offline" : outcome;
    tried.add(row.op);
    const result = await sendOne(row);
    if (result === "offline") return result;
    if (result === "failed") hasFailed = true;
    else if (result !== "sent") outcome = result;
    if (result === "signed-out") away.add(row.user);
  }
}

/**
 * Sends what waits, one after the other: words in order, then files. Gives `sent`, `refused`, `signed-out`, `offline`, or `busy` while
 * somebody else sends.
 */
export function flush(user) {
  if (!navigator.locks) return sendAll(user);
  return navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => (lock ? sendAll(user) : "busy"));
}
