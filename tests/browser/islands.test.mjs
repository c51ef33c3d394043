// What the islands do, on sample data: days and charts that are read out, the zone, the theme, the filter, and that nothing of it is
// lost when an open page is patched.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, open, sample } from './support.mjs';

const PATIENCE = { timeout: 40_000 };
let browser;
let tower;

before(async () => {
  browser = await launch();
  tower = await sample(20, 'mixed');
});
after(async () => {
  await tower?.stop();
  await browser?.close();
});

async function visit(path, options) {
  const page = await open(browser, `${tower.url}${path}`, options);
  await page.waitForSelector('.live[data-state=live]', PATIENCE);
  return page;
}

const said = (page, id) => page.waitForFunction((name) => document.getElementById(name).textContent, id, PATIENCE).then((text) => text.jsonValue());

/// Brings fresh bytes to an open page, as a confirmed change does: the version of the page itself is made an old one.
async function patched(page) {
  await page.evaluate(() => {
    window.patches = 0;
    document.addEventListener('yagura:patched', () => { window.patches += 1; });
    document.getElementById('content').dataset.version = '1';
  });
  await tower.restart();
  await page.waitForFunction(() => window.patches > 0, undefined, { timeout: 60_000 });
}

test('a bar is one tab stop; arrow keys go from day to day, and each day is spoken', async () => {
  const page = await visit('/en/components/web');
  const bar = page.locator('.bar-link');
  await bar.focus();
  await page.keyboard.press('ArrowLeft');
  const today = await said(page, 'day-said');
  assert.match(today, /^\d{1,2} \w+ 20\d\d: \d+(\.\d\d)? % up/);
  assert.equal(await page.locator('#day-pop').textContent(), today, 'and shown');
  await page.keyboard.press('ArrowLeft');
  await page.waitForFunction((before) => document.getElementById('day-said').textContent !== before, today);
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowLeft');
  const first = await page.textContent('#day-said');
  const days = (Date.parse(`${today.split(':')[0]} UTC`) - Date.parse(`${first.split(':')[0]} UTC`)) / 86_400_000;
  assert.equal(days, 89, 'the bar begins 89 days before today');
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('#day-pop').isVisible(), false);
  assert.equal(await page.evaluate(() => document.querySelectorAll('.day-bar [tabindex], .day-bar a').length), 0);
  assert.match(await bar.locator('svg').getAttribute('aria-label'), /^Web site, last 90 days: uptime \d/);
});

test('a bad day says how long it was down, in both languages', async () => {
  for (const [language, words] of [['en', /: \d+\.\d\d % up, .*\d+ (s|min|h) down/], ['ja', /：稼働率 ?\d+\.\d\d%、.*停止/]]) {
    const page = await visit(`/${language}/components/web`);
    await page.locator('.bar-link').focus();
    await page.keyboard.press('End');
    let found = false;
    for (let day = 0; day < 90 && !found; day += 1) {
      found = words.test(await page.textContent('#day-said'));
      await page.keyboard.press('ArrowLeft');
    }
    assert.ok(found, `${language}: some day was bad; the last was ${await page.textContent('#day-said')}`);
    await page.context().close();
  }
});

test('the pointer tells the day under it, and leaves nothing behind', async () => {
  const page = await visit('/en/');
  const box = await page.locator('#component-web .day-bar').boundingBox();
  await page.mouse.move(box.x + box.width - 2, box.y + 10);
  await page.waitForSelector('#day-pop:not([hidden])');
  assert.equal(await page.textContent('#day-said'), '', 'who points does not need to be read to');
  await page.mouse.move(5, 5);
  await page.waitForSelector('#day-pop[hidden]', { state: 'attached' });
});

test('a finger picks a day first, and goes to the component with the second tap', async () => {
  const page = await visit('/en/', { hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 } });
  const bar = page.locator('#component-web .bar-link');
  await bar.scrollIntoViewIfNeeded();
  const box = await bar.boundingBox();
  assert.ok(box.height >= 24, `${box.height} px are high enough for a finger`);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.touchscreen.tap(x, y);
  await page.waitForSelector('#day-pop:not([hidden])');
  assert.equal(new URL(page.url()).pathname, '/en/');
  await page.touchscreen.tap(x, y);
  await page.waitForURL('**/en/components/web');
});

test('the chart has a reading line under the pointer and by keys', async () => {
  const page = await visit('/en/components/web');
  const chart = page.locator('.chart svg');
  await chart.scrollIntoViewIfNeeded();
  const box = await chart.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + 20);
  await page.waitForSelector('#chart-pop:not([hidden])');
  assert.match(await page.textContent('#chart-pop'), /^\d\d:\d\d \S+: median \d.* m?s, 95 % within .* m?s, \d+ up/);
  await chart.focus();
  await page.keyboard.press('Home');
  const first = await said(page, 'chart-said');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction((before) => document.getElementById('chart-said').textContent !== before, first);
  const minutes = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
  const second = await page.textContent('#chart-said');
  assert.equal((minutes(second) - minutes(first) + 1440) % 1440, 5, `${first} → ${second}`);
});

test('times change to the visitor’s zone and back, and the choice is kept', async () => {
  const page = await visit('/en/components/web', { timezoneId: 'America/New_York' });
  const shown = () => page.textContent('.last time');
  const written = await shown();
  assert.match(written, /JST$/);
  await page.click('#zone');
  assert.match(await shown(), /(GMT-[45]|E[SD]T)$/);
  assert.match(await page.textContent('#zone'), /site’s zone/);
  await page.reload();
  await page.waitForSelector('.live[data-state=live]', PATIENCE);
  assert.match(await shown(), /(GMT-[45]|E[SD]T)$/);
  await page.click('#zone');
  assert.match(await shown(), /JST$/);
});

test('how long ago a check was is told in the browser, and grows', async () => {
  const page = await visit('/ja/');
  const age = () => page.textContent('#component-web time[data-ago]');
  assert.match(await age(), /^\d+ ?(秒|分)前$/);
  const before = await age();
  await page.waitForFunction((text) => document.querySelector('#component-web time[data-ago]').textContent !== text, before, PATIENCE);
});

test('the theme is chosen, kept, and set before anything is painted', async () => {
  const page = await visit('/en/', { colorScheme: 'light' });
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  await page.selectOption('#theme', 'dark');
  const dark = await paper();
  assert.notEqual(light, dark);
  await page.goto(`${tower.url}/en/history`, { waitUntil: 'commit' });
  await page.waitForSelector('body', { state: 'attached' });
  assert.equal(await page.getAttribute('html', 'data-theme'), 'dark', 'by the script in the head, not by an island');
  await page.waitForSelector('.live[data-state=live]', PATIENCE);
  assert.equal(await paper(), dark);
  await page.selectOption('#theme', '');
  assert.equal(await paper(), light);
});

test('the filter finds by name, address and full-width letters, and opens what it finds in', async () => {
  const page = await visit('/en/');
  const shown = () => page.locator('.component:visible').count();
  for (const typed of ['cdn', 'ＣＤＮ', '  CDN ']) {
    await page.fill('#filter', typed);
    assert.equal(await shown(), 1, typed);
  }
  assert.match(await page.textContent('#filter-shown'), /^1 of 20 shown$/);
  await page.fill('#filter', 'no such thing');
  assert.equal(await shown(), 0);
  assert.match(await page.textContent('#filter-shown'), /None matches/);
  await page.fill('#filter', '');
  await page.check('#only-troubled');
  const troubled = await shown();
  assert.ok(troubled >= 4 && troubled <= 6, `${troubled} are in trouble`);
  assert.equal(await page.locator('.component.operational:visible').count(), 0);
});

test('only those in trouble can be shown without a script too', async () => {
  const page = await open(browser, `${tower.url}/en/`, { javaScriptEnabled: false });
  assert.equal(await page.locator('.filter-text').isVisible(), false, 'what cannot work is not there');
  await page.check('#only-troubled');
  assert.equal(await page.locator('.component.operational:visible').count(), 0);
  assert.ok(await page.locator('.component.major_outage').first().isVisible());
});

test('a change on the server leaves the visitor’s focus, filter, zone and folds as they are', async () => {
  const page = await visit('/en/', { timezoneId: 'America/New_York' });
  await page.click('#zone');
  await page.fill('#filter', 'mail');
  await page.locator('#component-mail .bar-link').focus();
  await page.evaluate(() => { window.focused = document.activeElement; document.querySelector('.formula').open = true; });
  await patched(page);
  assert.equal(await page.evaluate(() => document.activeElement === window.focused), true, 'the focus is where it was');
  assert.equal(await page.locator('.component:visible').count(), 1);
  assert.match(await page.textContent('#taken time'), /(GMT-[45]|E[SD]T)$/);
  assert.equal(await page.evaluate(() => document.querySelector('.formula').open), true);
  await page.keyboard.press('ArrowLeft');
  assert.match(await said(page, 'day-said'), / up/);
});

test('groups fold when all is well and are open when not', async () => {
  const page = await open(browser, `${tower.url}/en/`, { javaScriptEnabled: false });
  const groups = await page.locator('details.group').evaluateAll((all) => all.map((group) => [group.className.includes('operational'), group.open]));
  assert.ok(groups.length >= 3);
  for (const [isWell, isOpen] of groups) assert.equal(isOpen, !isWell);
});

test('at 1280 × 900 fourteen components with their bars are on the first screen', async () => {
  const page = await visit('/en/');
  const count = await page.evaluate(() => [...document.querySelectorAll('.component .day-bar')]
    .filter((bar) => bar.getBoundingClientRect().bottom <= window.innerHeight).length);
  assert.ok(count >= 14, `${count} are`);
});
