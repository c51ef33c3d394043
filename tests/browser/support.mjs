// What browser tests share: the browser, the real program on a free port with an empty data folder, and a service that can be told to
// misbehave. Packages come from the folder that `cargo xtask browser` installed them into.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const modules = process.env.YAGURA_NODE_MODULES;
if (!modules) throw new Error('run the browser tests by `cargo xtask browser`: it installs what they need');
const require = createRequire(join(modules, 'yagura.js'));
const { chromium } = require('playwright-core');
export const axeSource = require('axe-core').source;

const candidates = [process.env.YAGURA_BROWSER, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = candidates.find((path) => path && existsSync(path));
const program = process.env.YAGURA_PROGRAM;

/// Of everybody in these tests.
export const PASSWORD = 'correct horse battery';

export async function launch() {
  if (!executablePath) throw new Error('no Chromium found; install it, or name one with YAGURA_BROWSER');
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
}

export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/// A service whose answer can be changed while it runs: `service.answer = 'ok' | 'error' | 'hang'`.
export async function service() {
  const state = { answer: 'ok', requests: 0 };
  const server = http.createServer((request, response) => {
    state.requests += 1;
    if (state.answer === 'hang') return;
    response.writeHead(state.answer === 'ok' ? 200 : 503).end(state.answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  state.url = `http://127.0.0.1:${server.address().port}/`;
  state.close = () => { server.closeAllConnections(); server.close(); };
  return state;
}

/// Starts the program with this configuration, in which PORT stands for its port, and with these files beside it, by name; `stop()` ends it
/// and removes its folder.
export async function yagura(config, files = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'yagura-browser-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  writeFileSync(join(folder, 'yagura.yaml'), config);
  return serve(folder);
}

/// Starts the program on sample data: 90 days of so many components, ending as the story says.
export async function sample(components, story) {
  const folder = mkdtempSync(join(tmpdir(), 'yagura-sample-'));
  execFileSync(process.env.YAGURA_SAMPLE, [folder, String(components), story], { stdio: 'ignore' });
  return serve(folder);
}

async function serve(folder) {
  const file = join(folder, 'yagura.yaml');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('PORT', String(port)));
  const said = [];
  const start = () => {
    const started = spawn(program, ['serve', '--config', file, '--data', join(folder, 'data'), '--listen', `127.0.0.1:${port}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    started.stderr.on('data', (text) => {
      said.push(String(text));
      if (process.env.YAGURA_SHOW_LOG) process.stderr.write(text);
    });
    return started;
  };
  let child = start();
  const ready = async () => {
    for (let attempt = 0; attempt < 600; attempt += 1) {
      if (await fetch(`${url}/healthz`).then((answer) => answer.ok, () => false)) return;
      if (child.exitCode !== null) throw new Error(`yagura ended with ${child.exitCode}`);
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
    throw new Error('yagura did not start');
  };
  await ready();
  const end = async (how) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(how);
    await once(child, 'exit');
  };
  return {
    url,
    folder,
    file,
    /// Runs a command beside it, and gives what it prints.
    command: (...words) => execFileSync(program, [...words, '--data', join(folder, 'data')], { encoding: 'utf8' }),
    /// What it has printed so far.
    said: () => said.join(''),
    kill: () => end('SIGKILL'),
    restart: async () => { await end('SIGTERM'); child = start(); await ready(); },
    stop: async () => { await end('SIGTERM'); rmSync(folder, { recursive: true, force: true }); },
  };
}

/// Opens a page that fails the test when anything is written to the console as an error, or a request fails.
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', ...options });
  const page = await context.newPage();
  page.problems = [];
  page.on('console', (message) => { if (message.type() === 'error') page.problems.push(message.text()); });
  page.on('pageerror', (error) => page.problems.push(String(error)));
  await page.addInitScript(() => {
    window.reports = [];
    document.addEventListener('securitypolicyviolation', (event) => window.reports.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  await page.goto(url, { waitUntil: 'load' });
  return page;
}

/// What axe finds, and whether anything scrolls sideways.
export async function inspect(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  const found = violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(' ')}`);
  assert.deepEqual(found, [], page.url());
  const [inside, width] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  assert.ok(inside <= width, `${page.url()} is ${inside} px wide in ${width}`);
}

/// Signs somebody up by a link, which is the one that the tower printed unless one is given; gives their page.
export async function signUp(browser, tower, name, { link = tower.said(), ...options } = {}) {
  const address = new URL(link.match(/http:\S+\/desk\/set-up\/\S+/)[0]);
  const page = await open(browser, tower.url.replace('127.0.0.1', 'localhost') + address.pathname, options);
  if (await page.locator('[name=name]').count()) await page.fill('[name=name]', name);
  await page.fill('[name=password]', PASSWORD);
  await page.fill('[name=password_again]', PASSWORD);
  await Promise.all([page.waitForURL(/done=signed-up/), page.locator('form:has([name=password]) button[type=submit]').first().click()]);
  return page;
}

/// An API key, made by whoever is signed in.
export async function apiKey(page, name, scopes) {
  const made = await page.context().request.post(new URL('/api/v1/keys', page.url()).href, {
    data: { name, scopes },
    headers: { 'sec-fetch-site': 'same-origin' },
  });
  return (await made.json()).key;
}
