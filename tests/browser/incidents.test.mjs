// An incident as those live it who work it: a service goes down, the suggestion is accepted, rows are written on a phone and without a network,
// the public is told in both languages and sees it without reloading; then a timeline that was written elsewhere goes in with one paste.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inspect, launch, open, service, signUp, yagura } from './support.mjs';

const PHONE = { width: 360, height: 740 };
let browser;
let target;
let tower;
let base;

before(async () => {
  browser = await launch();
  target = await service();
  tower = await yagura(`
site: {name: {ja: 見張り台, en: Tower}, url: "http://localhost:PORT", time_zone: Asia/Tokyo}
components:
  - {slug: storage, name: {ja: 共有ストレージ, en: Shared storage}}
  - {slug: web, name: {ja: ウェブサイト, en: Website}, depends_on: [storage]}
probes:
  - slug: storage-http
    component: storage
    every: 5s
    timeout: 1s
    confirm: {down: 1, up: 1}
    http: {url: "${target.url}storage"}
  - slug: web-http
    component: web
    every: 5s
    timeout: 1s
    confirm: {down: 1, up: 1}
    http: {url: "${target.url}web"}
`);
  base = tower.url.replace('127.0.0.1', 'localhost');
});

after(async () => {
  await browser?.close();
  target?.close();
  await tower?.stop();
});

/// Sends the form with this action by its button, or by the one with this name.
async function send(page, action, button) {
  const form = page.locator(`form[action$="${action}"]`).first();
  // What asks before it does something is folded.
  if (!(await form.isVisible())) await page.locator(`details.ask:has(form[action$="${action}"]) > summary`).first().click();
  const main = (await form.locator('button.primary').count()) ? 'button.primary' : 'button[type=submit]';
  const pressed = form.locator(button ? `button[name="${button}"]` : main).first();
  await Promise.all([page.waitForNavigation(), pressed.click()]);
}

/// Errors of the console, without those of forms that are refused on purpose and of a network that is gone.
function problems(page) {
  return page.problems.filter((problem) => !/42[0-9]|409|ERR_INTERNET_DISCONNECTED|Failed to fetch|Failed to load resource/.test(problem));
}

async function compose(page, body, kind = 'note', at = '') {
  const bodies = await page.locator('#composer [name=body]');
  await bodies.fill(body);
  await page.locator('#composer [name=kind]').selectOption(kind);
  await page.locator('#composer [name=at]').fill(at);
  await page.locator('#composer button[type=submit]').first().click();
}

const rows = (page) => page.locator('#timeline li[id^="t-"]');
const row = (page, text) => rows(page).filter({ hasText: text });

test('an incident is worked on a phone, told to the public, and over', async (t) => {
  const desk = await signUp(browser, tower, 'mika', { viewport: PHONE });
  const visitor = await open(browser, `${base}/en/`);
  let number;
  let publicPage;

  await t.test('a service goes down and an incident is suggested, the suspect first', async () => {
    await desk.goto(`${base}/desk/`);
    await desk.locator('.live[data-state=live]').waitFor();
    target.answer = 'error';
    await desk.locator('form[action="/desk/suggestions/accept"]').first().waitFor({ state: 'attached' });
    await desk.getByText('Shared storage').first().waitFor();
    assert.equal(await desk.locator('form[action="/desk/suggestions/accept"]').count(), 1, 'both outages are one suggestion');
    await inspect(desk);
    await send(desk, '/desk/suggestions/accept');
    await desk.waitForURL(/\/desk\/incidents\/\d+/);
    number = new URL(desk.url()).pathname.split('/').pop();
    await row(desk, 'Shared storage').first().waitFor();
    await row(desk, 'Website').first().waitFor();
    await inspect(desk);
    assert.equal((await visitor.context().request.get(`${base}/en/incidents/1`)).status(), 404, 'it is internal');
  });

  await t.test('ten rows from a phone, three of them without a network', async () => {
    await desk.evaluate(() => navigator.serviceWorker.ready.then(() => true));
    await desk.reload();
    await desk.locator('#composer').waitFor();
    const kinds = ['observation', 'action', 'decision', 'hypothesis', 'next_action', 'change', 'communication'];
    for (const [index, kind] of kinds.entries()) {
      await compose(desk, `row ${index + 1}: ${kind}`, kind, index === 1 ? '-5m' : '');
      await row(desk, `row ${index + 1}: ${kind}`).waitFor();
    }
    // What was typed for a time is shown as it is understood.
    await desk.locator('#composer [name=at]').fill('2024-04-18 22:36 JST');
    await desk.locator('#composer-time').filter({ hasText: '2024-04-18 22:36' }).waitFor();
    await desk.locator('#composer [name=at]').fill('soon');
    await desk.locator('#composer-time.is-wrong').waitFor();
    await desk.locator('#composer [name=at]').fill('');
    await desk.context().setOffline(true);
    for (const index of [8, 9, 10]) await compose(desk, `row ${index}: without a network`, 'note');
    await desk.locator('#queue li').nth(2).waitFor();
    assert.equal(await desk.locator('#queue li').count(), 3);
    await inspect(desk);
    // The page itself can be opened again, and what waits is still there.
    await desk.reload();
    await desk.locator('#queue li').nth(2).waitFor();
    await desk.locator('#composer [name=body]').fill('typed and not sent');
    await desk.reload();
    assert.equal(await desk.locator('#composer [name=body]').inputValue(), 'typed and not sent');
    await desk.locator('#composer [name=body]').fill('');
    await desk.context().setOffline(false);
    for (const index of [8, 9, 10]) await row(desk, `row ${index}: without a network`).waitFor();
    await desk.locator('#queue li').first().waitFor({ state: 'detached' });
    const texts = await rows(desk).allInnerTexts();
    for (const index of [8, 9, 10]) assert.equal(texts.filter((text) => text.includes(`row ${index}:`)).length, 1, 'once');
    assert.ok(texts.findIndex((text) => text.includes('row 8')) < texts.findIndex((text) => text.includes('row 10')));
  });

  await t.test('rows wait while nobody is signed in, and are sent afterwards', async () => {
    const context = desk.context();
    const cookies = await context.cookies();
    await context.clearCookies();
    await compose(desk, 'row 11: the session had ended', 'note');
    await desk.locator('#queue li').waitFor();
    await desk.locator('#queue a[href^="/desk/sign-in"]').waitFor();
    await context.addCookies(cookies);
    await desk.goto(`${base}/desk/incidents/${number}`);
    await row(desk, 'row 11: the session had ended').waitFor();
  });

  await t.test('a row that looks like a secret comes back to be corrected, and is kept once', async () => {
    await compose(desk, 'row 12: password=hunter2-Aq9xZ', 'action', '-2m');
    await desk.locator('#queue li.is-refused').waitFor();
    await inspect(desk);
    await desk.locator('#queue li button').filter({ hasText: /^Edit$/ }).click();
    assert.equal(await desk.locator('#composer [name=at]').inputValue(), '-2m');
    await compose(desk, 'row 12: the password was changed', 'action', '-2m');
    await row(desk, 'row 12: the password was changed').waitFor();
    await desk.locator('#queue li').first().waitFor({ state: 'detached' });
    assert.equal(await row(desk, 'row 12').count(), 1);
  });

  await t.test('what was written for the public survives a preview, a session that ended, and a way back', async () => {
    const context = desk.context();
    const words = 'The whole story, which took an hour to write.';
    await desk.goto(`${base}/desk/incidents/${number}/updates/new`);
    await desk.fill('[name=body_ja]', words);
    await desk.fill('[name=body_en]', words);
    await send(desk, '/updates/new', 'preview');
    const cookies = await context.cookies();
    await context.clearCookies();
    await send(desk, '/updates/new');
    await desk.waitForURL(/\/desk\/sign-in/);
    await context.addCookies(cookies);
    await desk.goto(`${base}/desk/incidents/${number}/updates/new`);
    assert.equal(await desk.locator('[name=body_en]').inputValue(), words);
    await desk.locator('.draft-note button').click();
    assert.equal(await desk.locator('[name=body_en]').inputValue(), '');
    await desk.goto(`${base}/desk/incidents/${number}`);
  });

  await t.test('a second person sees it, and a stale edit loses neither text', async () => {
    const other = await desk.context().newPage();
    await other.setViewportSize({ width: 1280, height: 900 });
    await other.goto(`${base}/desk/incidents/${number}`);
    await other.locator('.live[data-state=live]').waitFor();
    await compose(desk, 'seen by both', 'note');
    await row(other, 'seen by both').waitFor();
    const id = (await row(other, 'seen by both').first().getAttribute('id')).slice(2);
    const edit = `/desk/incidents/${number}/entries/${id}`;
    await other.goto(base + edit);
    await desk.goto(base + edit);
    await inspect(desk);
    await desk.fill('[name=body]', 'their text');
    await send(desk, edit);
    await other.fill('[name=body]', 'my text');
    await send(other, edit);
    assert.ok((await other.locator('main').innerText()).includes('their text'));
    assert.equal(await other.locator('[name=body]').inputValue(), 'my text');
    await inspect(other);
    await send(other, edit);
    await row(other, 'my text').waitFor();
    await other.close();
    await desk.goto(`${base}/desk/incidents/${number}`);
  });

  await t.test('two updates in both languages, which a visitor sees without reloading', async () => {
    await visitor.locator('.live[data-state=live]').waitFor();
    await visitor.evaluate(() => { window.isTheSamePage = true; });
    await desk.goto(`${base}/desk/incidents/${number}/updates/new`);
    await desk.fill('[name=body_ja]', '保存領域の障害を**調査**しています。');
    await desk.fill('[name=body_en]', 'We are **looking into** the storage.');
    await inspect(desk);
    await send(desk, '/updates/new');
    await desk.locator('.form-errors').waitFor();
    await desk.check('[name=make_public]');
    await send(desk, '/updates/new', 'preview');
    assert.ok((await desk.locator('main').innerHTML()).includes('<strong>looking into</strong>'));
    await desk.check('[name=make_public]');
    await send(desk, '/updates/new');
    await desk.waitForURL(/done=update-published/);
    await visitor.getByText('looking into').first().waitFor();
    publicPage = await visitor.locator('#open-incidents a[href*="/incidents/"]').first().getAttribute('href');
    assert.equal(publicPage, '/en/incidents/1');
    const japanese = await open(browser, `${base}/ja/`);
    await japanese.getByText('保存領域の障害を').first().waitFor();
    await japanese.close();
    await desk.goto(`${base}/desk/incidents/${number}/updates/new?template=monitoring`);
    assert.ok((await desk.locator('[name=body_en]').inputValue()).length > 10, 'a template');
    await desk.fill('[name=body_en]', 'A new disk is in.');
    await desk.fill('[name=body_ja]', '新しいディスクに交換しました。');
    await send(desk, '/updates/new');
    await visitor.getByText('A new disk is in.').first().waitFor();
    assert.ok(await visitor.evaluate(() => window.isTheSamePage), 'without reloading');
    await inspect(visitor);
    await visitor.goto(base + publicPage);
    await inspect(visitor);
    const shown = await visitor.locator('main').innerText();
    assert.ok(shown.includes('A new disk is in.') && !shown.includes('row 1: observation'), 'internal rows are not shown');
  });

  await t.test('a row is made public, and another withheld', async () => {
    for (const [text, visibility] of [['row 2: action', 'public'], ['row 3: decision', 'redacted']]) {
      await desk.goto(`${base}/desk/incidents/${number}`);
      const id = (await row(desk, text).first().getAttribute('id')).slice(2);
      const edit = `/desk/incidents/${number}/entries/${id}`;
      await desk.goto(base + edit);
      const field = desk.locator('[name=visibility]');
      if ((await field.first().getAttribute('type')) === 'radio') await desk.check(`[name=visibility][value=${visibility}]`);
      else await field.selectOption(visibility);
      await send(desk, edit);
    }
    await visitor.getByText('row 2: action').first().waitFor();
    await visitor.getByText(/withheld/i).first().waitFor();
    const shown = await visitor.locator('main').innerText();
    assert.ok(!shown.includes('row 3: decision'), shown);
  });

  await t.test('it is over', async () => {
    target.answer = 'ok';
    await desk.goto(`${base}/desk/incidents/${number}`);
    await row(desk, 'operational again').first().waitFor();
    await desk.check('[name=to][value=resolved]');
    await send(desk, '/state');
    await visitor.goto(`${base}/en/`);
    await visitor.locator('#open-incidents article').first().waitFor({ state: 'detached' });
    await visitor.goto(`${base}/en/history`);
    await visitor.locator('main a[href="/en/incidents/1"]').first().waitFor();
    await inspect(visitor);
    await desk.goto(`${base}/desk/incidents?q=${encodeURIComponent('network')}`);
    await desk.locator('mark').first().waitFor();
    await inspect(desk);
  });

  assert.deepEqual(problems(desk), []);
  assert.deepEqual(problems(visitor), []);
  await visitor.close();

  await t.test('a timeline that was written elsewhere goes in with one paste', async () => {
    const page = await desk.context().newPage();
    page.problems = [];
    page.on('console', (message) => { if (message.type() === 'error') page.problems.push(message.text()); });
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(`${base}/desk/incidents/new`);
    await inspect(page);
    await page.fill('[name=title_ja]', '2024年4月18日のインシデント');
    await page.fill('[name=title_en]', 'The incident of 18 April 2024');
    await page.fill('[name=began]', '2024-04-18 22:36 JST');
    await send(page, '/desk/incidents/new');
    await page.waitForURL(/\/desk\/incidents\/\d+\?done/);
    const other = new URL(page.url()).pathname.split('/').pop();
    // Its moments are those of the write-up; the words are our own.
    const minutes = ['22:36', '22:38', '23:10', '23:12', '23:15', '23:16', '23:18', '23:21', '23:25', '23:36', '23:38', '23:39', '23:41', '23:44',
      '23:45', '23:52', '23:54', '23:56', '23:58', '00:02', '00:05', '00:09', '00:10', '00:13', '00:16', '00:18', '00:21', '00:21', '00:25',
      '00:31', '00:33', '00:34'];
    const day = (index) => (index < 19 ? '2024-04-18' : '2024-04-19');
    const text = minutes.map((minute, index) => `${day(index)} ${minute} JST step number ${index + 1}`);
    await page.goto(`${base}/desk/incidents/${other}/paste`);
    await page.fill('[name=text]', ['Timeline', ...text].join('\n'));
    await send(page, '/paste', 'look');
    assert.equal(await page.locator('[name^="take_"]').count(), 33, 'every line is there, also the one that is no row');
    assert.equal(await page.locator('[name^="take_"]:checked').count(), 32);
    await inspect(page);
    await page.setViewportSize(PHONE);
    await inspect(page);
    await page.setViewportSize({ width: 1280, height: 900 });
    await send(page, '/paste', 'save');
    await page.waitForURL(/done=timeline-pasted/);
    const steps = (await rows(page).allInnerTexts()).map((shown) => shown.match(/step number (\d+)/)?.[1]).filter(Boolean);
    assert.deepEqual(steps, minutes.map((_, index) => String(index + 1)), 'in its own order, with the two rows of 00:21');

    // The start that the text names, and the markers.
    await compose(page, 'the file server hung', 'observation', '2024-04-18 22:15 JST');
    await row(page, 'the file server hung').waitFor();
    for (const [shown, marker] of [['the file server hung', 'impact_start'], ['step number 1', 'detected'], ['step number 32', 'impact_end']]) {
      await page.goto(`${base}/desk/incidents/${other}`);
      const found = rows(page).filter({ hasText: new RegExp(`${shown}(?!\\d)`) });
      const id = (await found.first().getAttribute('id')).slice(2);
      const edit = `/desk/incidents/${other}/entries/${id}`;
      await page.goto(base + edit);
      await page.check(`[name=markers][value=${marker}]`);
      await send(page, edit);
    }
    await page.goto(`${base}/desk/incidents/${other}/edit`);
    await inspect(page);
    await page.fill('[name=stated_minutes]', '140');
    await send(page, '/edit');
    const strip = await page.locator('#incident-strip').innerText();
    for (const figure of [/21 min/, /2 h 19 min/, /2 h 20 min/]) assert.match(strip, figure);
    await inspect(page);
    assert.deepEqual(problems(page), []);
    await page.close();
  });
});
