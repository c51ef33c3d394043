// An open page follows what is confirmed, without a reload.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, open, service, yagura } from './support.mjs';

const PATIENCE = { timeout: 40_000 };
let browser;

before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

const config = (target) => `
site: {name: {ja: 試験, en: Test}, time_zone: Asia/Tokyo}
components:
  - {slug: web, name: {ja: ウェブ, en: Web}}
probes:
  - slug: web-http
    component: web
    every: 5s
    timeout: 1s
    confirm: {down: 1, up: 1}
    http: {url: "${target.url}"}
`;

const summary = (page, name) => page.waitForSelector(`#summary.${name}`, PATIENCE);

test('a service that goes down turns the open page red, with the right start time, and recovery likewise', async () => {
  const target = await service();
  const tower = await yagura(config(target));
  try {
    const page = await open(browser, `${tower.url}/en/`);
    await page.waitForSelector('.live[data-state=live]', PATIENCE);
    await summary(page, 'operational');
    await page.evaluate(() => { window.stillTheSamePage = true; });

    const before = Date.now();
    target.answer = 'error';
    await summary(page, 'major_outage');
    assert.match(await page.textContent('#summary h1'), /One component of 1 is down/);
    const since = Date.parse(await page.getAttribute('#summary time', 'datetime'));
    assert.ok(since >= before - 1 && since <= Date.now(), 'it began with the first bad check');
    assert.match(await page.textContent('#component-web .status-word'), /Major outage/);
    assert.match(await page.getAttribute('#icon', 'href'), /icon-major_outage/, 'the tab shows it too');
    assert.match(await page.title(), /is down/);

    target.answer = 'ok';
    await summary(page, 'operational');
    assert.equal(await page.evaluate(() => window.stillTheSamePage), true, 'the page was never reloaded');
    assert.deepEqual(page.problems.filter((problem) => !problem.includes('ERR_')), []);
  } finally {
    await tower.stop();
    target.close();
  }
});

test('a lost connection is said, and a page that comes back catches up', async () => {
  const target = await service();
  const tower = await yagura(config(target));
  try {
    const page = await open(browser, `${tower.url}/en/components/web`);
    await page.waitForSelector('.live[data-state=live]', PATIENCE);
    await page.waitForSelector('#now .operational', PATIENCE);
    await page.evaluate(() => { window.stillTheSamePage = true; });
    await tower.kill();
    await page.waitForSelector('.live[data-state=lost]', PATIENCE);
    assert.match(await page.textContent('.live'), /may be out of date/);
    target.answer = 'hang';
    await tower.restart();
    await page.waitForSelector('.live[data-state=live]', PATIENCE);
    await page.waitForSelector('#now .major_outage', PATIENCE);
    await page.waitForSelector('#outages .outage', PATIENCE);
    assert.equal(await page.evaluate(() => window.stillTheSamePage), true);
  } finally {
    await tower.stop();
    target.close();
  }
});
