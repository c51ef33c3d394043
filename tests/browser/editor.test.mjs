// The editor as those use it who type: keys and not a program, an input method, the toolbar, mentions, pictures, a connection that comes and goes, a
// session that ends in the middle of a sentence, and an older revision that is made the newest once more.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, beforeEach, test } from 'node:test';
import { PASSWORD, apiKey, launch, signUp, yagura } from './support.mjs';

const PICTURE = readFileSync(new URL('../../public/og-unknown-en.png', import.meta.url)).toString('base64');
const EDIT = '/desk/postmortems/1/edit';

let browser;
let tower;
let base;
let mika;

const text = () => mika.locator('[name=body_en]').evaluate((area) => area.value);
const state = (name) => mika.waitForSelector(`#editor-state[data-state=${name}]`);
const area = () => mika.locator('.cm-content[lang=en], .cm-content').first();
const until = (is) => mika.waitForFunction(is);

/// Opens the editor with an English text, typed by keys.
async function write(words) {
  await mika.goto(`${base}${EDIT}`);
  await mika.waitForSelector('.editor-form.is-awake');
  await area().click();
  await mika.keyboard.press('Control+a');
  await mika.keyboard.press('Delete');
  if (words) await mika.keyboard.type(words);
}

before(async () => {
  browser = await launch();
  tower = await yagura(`
site: {name: Tower, url: "http://localhost:PORT", time_zone: Asia/Tokyo, languages: [en]}
components:
  - {slug: web, name: Website}
probes:
  - {slug: web-http, component: web, every: 60s, alert: none, http: {url: "http://127.0.0.1:PORT/healthz"}}
`);
  base = tower.url.replace('127.0.0.1', 'localhost');
  mika = await signUp(browser, tower, 'mika');
  const key = await apiKey(mika, 'story', ['incidents:write', 'timeline:write']);
  const headers = { authorization: `Bearer ${key}`, 'sec-fetch-site': 'same-origin' };
  const post = async (path, data) => {
    const answer = await mika.context().request.post(`${base}${path}`, { data, headers });
    assert.ok(answer.ok(), `${path}: ${await answer.text()}`);
  };
  await post('/api/v1/incidents', { title: 'Disk full', severity: 'sev3', impact: 'major', components: { web: 'major_outage' } });
  await post('/api/v1/incidents/1/timeline', { body: 'The site does not answer', visibility: 'public' });
  await mika.goto(`${base}/desk/incidents/1/postmortem`);
  await mika.check('input[value=hobby]');
  await Promise.all([mika.waitForURL(/\/edit/), mika.click('main form button[type=submit]:enabled >> nth=0')]);
});

after(async () => {
  await browser?.close();
  await tower?.stop();
});

beforeEach(() => {
  mika.problems = [];
});

test('what is typed by keys is Markdown, and lists go on by themselves', async () => {
  await write('## Why\n\n- it was full\nnobody looked\n\n\nThe end');
  assert.equal(await text(), '## Why\n\n- it was full\n- nobody looked\n\nThe end');
  await until(() => document.querySelector('.editor-counts')?.textContent === 'Characters 34 · Words 8 · Lines 6');
  await mika.click('.editor-outline summary');
  await mika.waitForSelector('.editor-outline-go:has-text("Why")');
  await mika.waitForFunction(() => [...document.querySelectorAll('.editor-preview li, [class*=preview] li')].some((item) => item.textContent.includes('nobody looked')));
  assert.deepEqual(mika.problems, []);
});

test('the toolbar and its keys do the same, and can be undone', async () => {
  await write('full');
  await mika.keyboard.press('Shift+Home');
  await mika.keyboard.press('Control+b');
  assert.equal(await text(), '**full**');
  await mika.keyboard.press('Control+b');
  assert.equal(await text(), 'full');
  await mika.click('[data-tool=bold]');
  assert.equal(await text(), '**full**');
  await mika.keyboard.press('Control+z');
  assert.equal(await text(), 'full');
  await mika.keyboard.press('End');
  await mika.click('[data-tool=table]');
  assert.match(await text(), /^full\n\n\| Column 1 \| Column 2 \|\n\| --- \| --- \|/);
  await mika.keyboard.press('Control+End');
  await mika.click('[data-tool=blocks]');
  await mika.click('.editor-block:has-text("{{metrics}}")');
  assert.match(await text(), /\{\{metrics\}\}/);
  await write('one');
  await mika.keyboard.press('Control+Shift+9');
  assert.equal(await text(), '- [ ] one');
  await mika.keyboard.press('Control+Alt+w');
  assert.match(await text(), /\|\|/, 'a passage can be withheld by keys');
});

test('a number sign and a letter offer what can be mentioned', async () => {
  await write('It began with #Web');
  await mika.click('.cm-tooltip-autocomplete li:has-text("Website")');
  assert.match(await text(), /^It began with \[Website\]\(http.*\/components\/web\)/);
  await write('then #answer');
  await mika.click('.cm-tooltip-autocomplete li:has-text("The site does not answer")');
  assert.match(await text(), /^then \d\d:\d\d The site does not answer/);
  await write('#');
  assert.equal(await mika.locator('.cm-tooltip-autocomplete').count(), 0, 'at the beginning of a line it becomes a heading');
});

test('an input method is never interrupted, however long it takes', async () => {
  await write('');
  const keys = await mika.context().newCDPSession(mika);
  const compose = (words) => keys.send('Input.imeSetComposition', { text: words, selectionStart: words.length, selectionEnd: words.length });
  for (const words of ['し', 'しょ', 'しょう', 'しょうが', 'しょうがい']) await compose(words);
  // Meanwhile the draft is kept, the preview is made, and what others do is heard of: none of it may touch what is being composed.
  const sent = mika.waitForResponse((answer) => answer.url().endsWith('/buffer'));
  await compose('障害');
  await sent;
  assert.equal(await mika.evaluate(() => document.querySelector('form[data-editor]').editorViews.en.composing), true, 'it goes on');
  await compose('障害が');
  await keys.send('Input.insertText', { text: '障害が' });
  for (const words of ['お', 'おき', '起き']) await compose(words);
  await keys.send('Input.insertText', { text: '起きた' });
  await mika.keyboard.type('.');
  assert.equal(await text(), '障害が起きた.');
  // A tool that is pressed in the middle waits until it is over.
  await compose('ふくきゅう');
  await mika.click('[data-tool=heading]');
  await until(() => document.querySelector('[name=body_en]').value.startsWith('#'));
  assert.match(await text(), /^#+ 障害が起きた\.ふくきゅう$/);
  await state('saved');
  await mika.reload();
  await mika.waitForSelector('.editor-form.is-awake');
  assert.match(await text(), /障害が起きた\.ふくきゅう\s*$/);
});

test('a picture is pasted and stands in the text, in the preview and at the server', async () => {
  await write('Look: ');
  await mika.evaluate((picture) => {
    const bytes = Uint8Array.from(atob(picture), (c) => c.charCodeAt(0));
    const files = new DataTransfer();
    files.items.add(new File([bytes], 'disk.png', { type: 'image/png' }));
    document.querySelector('.cm-content').dispatchEvent(new ClipboardEvent('paste', { clipboardData: files, bubbles: true, cancelable: true }));
  }, PICTURE);
  await until(() => /!\[disk\.png\]\(files\/[0-9a-f-]{36}\)/.test(document.querySelector('[name=body_en]').value));
  const shown = mika.locator('img[src*="/files/"]');
  await shown.waitFor();
  await mika.waitForFunction(() => document.querySelector('img[src*="/files/"]')?.naturalWidth > 0);
  await mika.evaluate(() => {
    const files = new DataTransfer();
    files.items.add(new File(['x'], 'notes.pdf', { type: 'application/pdf' }));
    document.querySelector('.cm-content').dispatchEvent(new ClipboardEvent('paste', { clipboardData: files, bubbles: true, cancelable: true }));
  });
  await mika.waitForSelector('.editor-note:has-text("notes.pdf is not a picture")');
  await state('saved');
});

test('an hour without a connection loses nothing', async () => {
  await write('before');
  await state('saved');
  await mika.context().setOffline(true);
  await mika.keyboard.type(' and in the tunnel');
  await state('problem');
  // The device has it.
  await until(() => JSON.stringify(Object.values(localStorage)).includes('and in the tunnel'));
  await mika.keyboard.type(', on and on');
  await mika.context().setOffline(false);
  await state('saved');
  const page = await mika.context().request.get(`${base}${EDIT}`);
  assert.match(await page.text(), /before and in the tunnel, on and on/, 'and so has the server');
});

test('a session that ends in the middle of a sentence ends nothing else', async () => {
  await write('half a');
  await state('saved');
  const cookies = await mika.context().cookies();
  await mika.context().clearCookies();
  await mika.keyboard.type(' sentence');
  await state('problem');
  const link = mika.locator('#editor-state a[href^="/desk/sign-in"]');
  const [again] = await Promise.all([mika.context().waitForEvent('page'), link.click()]);
  await again.waitForLoadState();
  await again.fill('[name=name]', 'mika');
  await again.fill('[name=password]', PASSWORD);
  await Promise.all([again.waitForURL(/\/edit/), again.click('main form button[type=submit]:enabled >> nth=0')]);
  await again.close();
  assert.notDeepEqual(await mika.context().cookies(), cookies);
  await mika.bringToFront();
  await area().click();
  await mika.keyboard.press('Control+End');
  await mika.keyboard.type('.');
  await mika.keyboard.press('Control+s');
  await state('saved');
  const page = await mika.context().request.get(`${base}${EDIT}`);
  assert.match(await page.text(), /half a sentence\./);
});

test('an older revision is made the newest once more, and both can be compared inline and side by side', async () => {
  await write('The first words.');
  await mika.fill('[name=message]', 'First words');
  await Promise.all([mika.waitForURL(/done=postmortem-saved/), mika.click('.editor-form button[type=submit]:enabled')]);
  await write('The second words.');
  await Promise.all([mika.waitForURL(/done=postmortem-saved/), mika.click('.editor-form button[type=submit]:enabled')]);
  await mika.goto(`${base}/desk/postmortems/1/compare?from=2&to=3`);
  const [before, after] = [mika.locator('.compare .differs td').nth(0), mika.locator('.compare .differs td').nth(1)];
  const beside = async () => {
    const [left, right] = [await before.boundingBox(), await after.boundingBox()];
    return Math.abs(left.y - right.y) < 2;
  };
  assert.equal(await beside(), true);
  await mika.check('.compare-inline input');
  assert.equal(await beside(), false, 'one below the other');
  assert.equal(await before.locator('del').innerText(), 'first');
  await mika.click('details.ask:has(form[action$="/restore"]) > summary');
  await Promise.all([mika.waitForURL(/done=postmortem-restored/), mika.click('form[action$="/restore"] button')]);
  await mika.goto(`${base}${EDIT}`);
  await mika.waitForSelector('.editor-form.is-awake');
  assert.equal((await text()).trim(), 'The first words.');
});
