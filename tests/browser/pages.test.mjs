// Public pages in a browser: with and without JavaScript, desktop and 360 px, light and dark, both languages.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axeSource, launch, open, service, yagura } from './support.mjs';

const PHONE = { width: 360, height: 740 };
const DESKTOP = { width: 1280, height: 900 };
let browser;
let target;
let tower;

before(async () => {
  browser = await launch();
  target = await service();
  const probes = (slug, url) => `
  - slug: ${slug}-http
    component: ${slug}
    every: 5s
    timeout: 1s
    confirm: {down: 1, up: 1}
    http: {url: "${url}"}`;
  tower = await yagura(`
site: {name: {ja: 見張り台, en: Tower}, description: {ja: 説明, en: A description}, time_zone: Asia/Tokyo}
groups:
  - {slug: core, name: {ja: 中核, en: Core}}
components:
  - {slug: web, name: {ja: ウェブサイト, en: Website}, group: core, depends_on: [database]}
  - {slug: database, name: {ja: データベース, en: A database with quite a long name that must wrap somewhere}, group: core}
  - {slug: backup, name: {ja: 夜間バックアップ, en: Nightly backup}}
probes:${probes('web', target.url)}${probes('database', 'http://127.0.0.1:9/')}
  - slug: backup-call
    component: backup
    heartbeat: {token: 5f6b2c1e-8a54-4d3e-9b1a-0c2d4e6f8a10, period: 1h}
`);
  // Every state that the pages can show is there before anything looks.
  const page = await open(browser, `${tower.url}/en/`);
  await page.waitForSelector('#component-database .major_outage', { timeout: 40_000 });
  await page.waitForSelector('#component-web .operational', { timeout: 40_000 });
  await page.close();
});
after(async () => {
  await tower?.stop();
  target?.close();
  await browser?.close();
});

test('without JavaScript the page is complete and says nothing that needs it', async () => {
  const page = await open(browser, `${tower.url}/en/`, { javaScriptEnabled: false });
  assert.match(await page.textContent('h1'), /One component of 3 is down/);
  assert.equal(await page.locator('.component').count(), 3);
  assert.equal(await page.locator('.bar-link svg[role=img]').count(), 3);
  assert.equal(await page.locator('.live').isVisible(), false);
  await page.click('text=Website');
  assert.match(await page.textContent('h1'), /Website/);
  assert.equal(await page.locator('table.days tbody tr').count(), 1, 'a day for each on which it was watched');
  assert.ok(await page.locator('#check-1').isVisible());
  await page.goto(`${tower.url}/en/components/database`);
  assert.match(await page.textContent('#outages'), /Not over yet/);
  await page.click('text=All outages by month');
  assert.match(await page.textContent('main'), /A database with quite a long name.*Major outage/);
  await page.goto(`${tower.url}/en/nothing-here`);
  await page.click('text=All components');
  assert.match(await page.textContent('h1'), /is down/);
  assert.equal(await page.locator('button:visible, select:visible').count(), 0, 'what does nothing is not there');
});

test('nothing scrolls sideways at 360 px', async () => {
  for (const path of ['/en/', '/ja/', '/en/components/database', '/ja/components/database', '/en/history', '/ja/history', '/en/nothing-here', '/en/embed']) {
    const page = await open(browser, `${tower.url}${path}`, { viewport: PHONE });
    await page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
    const { scroll, width } = await page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, width: window.innerWidth }));
    assert.ok(scroll <= width, `${path} is ${scroll} px wide`);
    await page.close();
  }
});

test('axe finds nothing, in any size, theme and language', async () => {
  for (const path of ['/', '/components/database', '/components/backup', '/history', '/nothing-here', '/embed']) {
    for (const language of ['en', 'ja']) {
      for (const [viewport, colorScheme] of [[PHONE, 'light'], [DESKTOP, 'dark'], [DESKTOP, 'light'], [PHONE, 'dark']]) {
        const page = await open(browser, `${tower.url}/${language}${path}`, { viewport, colorScheme, bypassCSP: true });
        await page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
        await page.addScriptTag({ content: axeSource });
        const found = await page.evaluate(() => window.axe.run());
        const told = found.violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(' | ')}`);
        assert.deepEqual(told, [], `${language}${path} ${viewport.width} ${colorScheme}`);
        await page.context().close();
      }
    }
  }
});

test('the policy blocks nothing of ours: no error reaches the console', async () => {
  for (const path of ['/en/', '/ja/components/web']) {
    const page = await open(browser, `${tower.url}${path}`);
    await page.waitForSelector('.live[data-state=live]', { timeout: 40_000 });
    assert.deepEqual(page.problems, []);
    assert.deepEqual(await page.evaluate(() => window.reports), [], 'no report of the content security policy');
    await page.close();
  }
});

test('a page that says that nothing is there asks for nothing more', async () => {
  const page = await open(browser, `${tower.url}/en/nothing-here`);
  let asked = 0;
  page.on('request', (request) => { if (/events|nothing-here/.test(request.url())) asked += 1; });
  await page.waitForSelector('.live[hidden]', { state: 'attached', timeout: 40_000 });
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  assert.equal(asked, 0);
});

test('the language switch leads to the same page in the other language, and the keyboard reaches it', async () => {
  const page = await open(browser, `${tower.url}/en/components/web`);
  await page.keyboard.press('Tab');
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Skip to content/);
  for (let stop = 0; stop < 3; stop += 1) await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), '日本語');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${tower.url}/ja/components/web`);
  assert.match(await page.textContent('h1'), /ウェブサイト/);
});

test('nothing moves while the page loads', async () => {
  const page = await open(browser, `${tower.url}/en/`);
  await page.waitForSelector('.live[data-state=live]', { timeout: 40_000 });
  const shift = await page.evaluate(() => new Promise((resolve) => {
    let sum = 0;
    new PerformanceObserver((list) => { list.getEntries().forEach((entry) => { sum += entry.value; }); })
      .observe({ type: 'layout-shift', buffered: true });
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
  }));
  assert.ok(shift < 0.01, `layout shift of ${shift}`);
});
