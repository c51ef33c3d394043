// A postmortem as those live it who write it: half written from the record, typed in the browser, nothing lost, looked over by somebody else, published,
// corrected and compared; two people at once; and what is left to do afterwards.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiKey, inspect, launch, open, signUp, yagura } from './support.mjs';

const PHONE = { width: 360, height: 740 };

let browser;
let tower;
let base;
let mika;
let sato;

/// What stands in the editor.
const typed = (page, language) => page.locator(`[name=body_${language}]`).evaluate((area) => area.value);
const saved = (page) => page.waitForSelector('#editor-state[data-state=saved]');

/// Puts a text into the editor, as somebody who marks everything and types.
async function type(page, language, text) {
  const tab = page.locator(`[role=tab][data-language=${language}], [role=tab]:has-text("${language === 'ja' ? 'Japanese' : 'English'}")`).first();
  if (await tab.count()) await tab.click();
  await page.waitForSelector('.editor-form.is-awake');
  await page.evaluate(([language, text]) => {
    const view = document.querySelector('form[data-editor]').editorViews[language];
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
  }, [language, text]);
}

async function post(page, path, data, headers = {}) {
  const answer = await page.context().request.post(`${base}${path}`, { data, headers: { 'sec-fetch-site': 'same-origin', ...headers } });
  assert.ok(answer.ok(), `${path}: ${answer.status()} ${await answer.text()}`);
  return answer.json();
}

before(async () => {
  browser = await launch();
  tower = await yagura(`
site: {name: {ja: 見張り台, en: Tower}, url: "http://localhost:PORT", time_zone: Asia/Tokyo, languages: [en, ja]}
components:
  - {slug: web, name: {ja: ウェブサイト, en: Website}}
probes:
  - {slug: web-http, component: web, every: 5s, alert: none, http: {url: "http://127.0.0.1:PORT/healthz"}}
`);
  base = tower.url.replace('127.0.0.1', 'localhost');
  mika = await signUp(browser, tower, 'mika');
  const invited = tower.command('user', 'add', 'sato', '--role', 'maintainer');
  sato = await signUp(browser, tower, 'sato', { link: invited });
  const key = await apiKey(mika, 'story', ['incidents:write', 'timeline:write']);
  const by = { authorization: `Bearer ${key}` };
  const incident = await post(mika, '/api/v1/incidents', {
    title: { ja: '夜の障害', en: 'The night outage' }, severity: 'sev2', impact: 'major', components: { web: 'major_outage' },
  }, by);
  assert.equal(incident.number, 1);
  const row = (data) => post(mika, '/api/v1/incidents/1/timeline', data, by);
  await row({ body: 'The site does not answer', kind: 'observation', visibility: 'public', is_starred: true });
  await row({ body: 'db-7.internal was restarted', kind: 'action' });
  await row({ body: 'Perhaps the disk is full', kind: 'hypothesis', visibility: 'public' });
});

after(async () => {
  await browser?.close();
  await tower?.stop();
});

test('an incident that is over waits for its postmortem, and the draft is half written', async () => {
  await mika.goto(`${base}/desk/incidents/1`);
  await inspect(mika);
  await mika.check('input[name=to][value=resolved]');
  await mika.fill('#incident-state [name=reason]', 'it answers again');
  await Promise.all([mika.waitForURL(/done=/), mika.click('#incident-state button[type=submit]:enabled')]);
  await mika.goto(`${base}/desk/postmortems`);
  await inspect(mika);
  assert.match(await mika.locator('main').innerText(), /The night outage/);
  await mika.click('a.act[href="/desk/incidents/1/postmortem"]');
  await inspect(mika);
  await mika.check('input[value=hobby]');
  await Promise.all([mika.waitForURL(/\/desk\/postmortems\/1\/edit/), mika.click('main form button[type=submit]:enabled >> nth=0')]);
  await mika.waitForSelector('.editor-form.is-awake');
  assert.match(await typed(mika, 'en'), /\{\{timeline\}\}/);
  await mika.waitForFunction(() => document.querySelector('.editor-preview, [class*=preview]')?.innerText.includes('Website'));
  await inspect(mika);
  assert.deepEqual(mika.problems, []);
  assert.deepEqual(await mika.evaluate(() => window.reports), []);
});

test('nothing that is typed is lost, when the page is closed or the server is killed', async () => {
  await type(mika, 'en', '## Summary\n\nThe disk was full.\n\n{{timeline}}\n');
  await saved(mika);
  await mika.close({ runBeforeUnload: false });
  const again = await mika.context().newPage();
  await again.goto(`${base}/desk/postmortems/1/edit`);
  await again.waitForSelector('.editor-form.is-awake');
  assert.match(await typed(again, 'en'), /The disk was full/);
  // The server is gone while somebody types, and the browser keeps it.
  await tower.kill();
  await type(again, 'en', '## Summary\n\nThe disk was full since noon.\n\n{{timeline}}\n');
  await again.waitForSelector('#editor-state[data-state=problem]');
  await tower.restart();
  await again.close({ runBeforeUnload: false });
  mika = await again.context().newPage();
  mika.problems = [];
  await mika.goto(`${base}/desk/postmortems/1/edit`);
  await mika.waitForSelector('.editor-form.is-awake');
  assert.match(await typed(mika, 'en'), /since noon/);
  await type(mika, 'ja', '## 概要\n\nディスクがいっぱいでした。||db-7.internal|| で見つけました。\n\n{{timeline}}\n');
  await mika.fill('[name=title_ja]', '夜の障害');
  await mika.fill('[name=title_en]', 'The night the disk was full');
  // Enter in a title is no button.
  await mika.press('[name=title_en]', 'Enter');
  await mika.fill('[name=message]', 'First version');
  await saved(mika);
  await Promise.all([mika.waitForURL(/done=postmortem-saved/), mika.click('.editor-form button[type=submit]:enabled')]);
  await inspect(mika);
  assert.match(await mika.locator('.revisions').innerText(), /First version/);
});

test('two people who write at once lose nothing', async () => {
  const edit = async (page) => {
    await page.goto(`${base}/desk/postmortems/1/edit`);
    await page.waitForSelector('.editor-form.is-awake');
  };
  await edit(mika);
  await edit(sato);
  const text = await typed(mika, 'ja');
  await type(mika, 'ja', text.replace('## 概要', '## 概要（mika）'));
  await mika.fill('[name=message]', 'Mika');
  await Promise.all([mika.waitForURL(/done=postmortem-saved/), mika.click('.editor-form button[type=submit]:enabled')]);
  await type(sato, 'ja', text.replace('いっぱいでした', '満杯でした').replace('## 概要', '## 概要（sato）'));
  await sato.fill('[name=message]', 'Sato');
  await sato.click('.editor-form button[type=submit]:enabled');
  await sato.waitForSelector('.merge-conflict');
  await inspect(sato);
  await sato.check('.merge-conflict input[value=theirs]');
  await Promise.all([sato.waitForURL(/done=postmortem-merged/), sato.click('main form button[type=submit]:enabled >> nth=0')]);
  await sato.waitForSelector('.editor-form.is-awake');
  const merged = await typed(sato, 'ja');
  assert.match(merged, /概要（mika）/);
  assert.match(merged, /満杯でした/);
  await saved(sato);
  await Promise.all([sato.waitForURL(/done=postmortem-saved/), sato.click('.editor-form button[type=submit]:enabled')]);
});

test('somebody else looks it over, comments on a passage, and it is published after the list', async () => {
  await mika.goto(`${base}/desk/postmortems/1`);
  await Promise.all([mika.waitForURL(/done=postmortem-submitted/), mika.click('form[action$="/submit"] button')]);
  await mika.fill('.comment-form [name=quote]', 'ディスクが満杯でした');
  await mika.selectOption('.comment-form [name=language]', 'ja');
  await mika.fill('.comment-form [name=body]', 'Since when?');
  await Promise.all([mika.waitForURL(/done=postmortem-commented/), mika.click('.comment-form button[type=submit]:enabled')]);
  await inspect(mika);
  assert.match(await mika.locator('.comments').innerText(), /ディスクが満杯でした[^]*Since when\?/);
  await Promise.all([mika.waitForURL(/done=postmortem-comment-resolved/), mika.click('form[action$="/resolve"] button')]);
  // Sato wrote the newest revision, so Mika approves it.
  await mika.check('input[name=verdict][value=approve]');
  await Promise.all([mika.waitForURL(/done=postmortem-reviewed/), mika.click('form[action$="/review"] button[type=submit]:enabled')]);
  await mika.click('a.primary[href$="/publish"]');
  await inspect(mika);
  assert.match(await mika.locator('.check-blocks').innerText(), /action item/i, 'at least one action item, or why there is none');
  await mika.goto(`${base}/desk/action-items/new?incident=1`);
  await inspect(mika);
  await mika.fill('[name=text]', 'Tell somebody when the disk is nearly full');
  await Promise.all([mika.waitForURL(/done=action-made/), mika.click('.edit-form button[type=submit]:enabled')]);
  await inspect(mika);
  await mika.goto(`${base}/desk/postmortems/1/publish`);
  assert.equal(await mika.locator('.check-blocks').count(), 0, await mika.locator('.check-list').innerText());
  for (const box of await mika.locator('[name=decided]').all()) await box.check();
  await Promise.all([mika.waitForURL(/done=postmortem-published/), mika.click('button.primary')]);
});

test('everybody reads exactly what was published, without JavaScript too', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: PHONE });
  const page = await context.newPage();
  await page.goto(`${base}/en/postmortems`);
  await page.click('.postmortem-name a');
  const text = await page.locator('main').innerText();
  assert.match(text, /The night the disk was full/);
  assert.match(text, /The disk was full since noon/);
  await context.close();
  const slug = new URL(page.url()).pathname.split('/').pop();
  for (const [language, options] of [['ja', { viewport: PHONE, colorScheme: 'dark' }], ['en', {}]]) {
    const shown = await open(browser, `${base}/${language}/postmortems/${slug}`, options);
    await inspect(shown);
    assert.ok(!(await shown.content()).includes('db-7'), 'what is withheld is nowhere');
    assert.deepEqual(shown.problems, []);
    await shown.context().close();
  }
  const answer = async (end) => (await fetch(`${base}/ja/postmortems/${slug}${end}`)).text();
  for (const end of ['.md', '.html', '.json']) {
    const file = await answer(end);
    assert.ok(file.includes('満杯でした') && !file.includes('db-7'), `${end}: ${file.slice(0, 400)}`);
  }
  assert.match(await (await fetch(`${base}/en/history.atom`)).text(), /The night the disk was full/);
});

test('a correction takes its place, the old one stays readable, and everybody sees what changed', async () => {
  await mika.goto(`${base}/desk/postmortems/1/edit`);
  await mika.waitForSelector('.editor-form.is-awake');
  await type(mika, 'ja', (await typed(mika, 'ja')).replace('満杯', '99 % まで使用'));
  await mika.fill('[name=message]', 'How full');
  await Promise.all([mika.waitForURL(/done=postmortem-saved/), mika.click('.editor-form button[type=submit]:enabled')]);
  await mika.goto(`${base}/desk/postmortems/1/compare?from=2&to=4`);
  await inspect(mika);
  assert.match(await mika.locator('.compare ins').first().innerText(), /99|mika|満/);
  await mika.goto(`${base}/desk/postmortems/1`);
  await Promise.all([mika.waitForURL(/done=postmortem-submitted/), mika.click('form[action$="/submit"] button')]);
  await sato.goto(`${base}/desk/postmortems/1`);
  await sato.check('input[name=verdict][value=approve]');
  await Promise.all([sato.waitForURL(/done=postmortem-reviewed/), sato.click('form[action$="/review"] button[type=submit]:enabled')]);
  await sato.goto(`${base}/desk/postmortems/1/publish`);
  for (const box of await sato.locator('[name=decided]').all()) await box.check();
  await sato.fill('[name=message]', 'How full it was');
  await Promise.all([sato.waitForURL(/done=postmortem-published/), sato.click('button.primary')]);
  const page = await open(browser, `${base}/ja/postmortems`);
  await page.click('.postmortem-name a');
  assert.match(await page.locator('article').innerText(), /99 % まで使用/);
  assert.match(await page.locator('.postmortem-history').innerText(), /How full it was/);
  await page.click('.postmortem-history a[href$="/2/changes"]');
  await inspect(page);
  assert.match(await page.locator('.compare ins').allInnerTexts().then((all) => all.join(' ')), /99/);
  await page.goBack();
  await page.click('.postmortem-history a[href$="/1"]');
  assert.match(await page.locator('article').innerText(), /満杯でした/);
  await page.context().close();
});

test('what is left to do is found again: on the board, with the next incident, in what it adds up to', async () => {
  await mika.goto(`${base}/desk/action-items`);
  await inspect(mika);
  await mika.goto(`${base}/desk/action-items/1`);
  await mika.check('input[name=step][value=defer]');
  await mika.fill('[name=reason]', 'after the move');
  await mika.fill('[name=until]', '2031-01-31');
  await Promise.all([mika.waitForURL(/done=action-moved/), mika.click('form[action$="/step"] button[type=submit]:enabled')]);
  assert.match(await mika.locator('main').innerText(), /after the move/);
  const key = await apiKey(mika, 'again', ['incidents:write']);
  await post(mika, '/api/v1/incidents', { title: 'Again', severity: 'sev3', impact: 'minor', components: { web: 'degraded_performance' } }, { authorization: `Bearer ${key}` });
  await mika.goto(`${base}/desk/incidents/2`);
  assert.match(await mika.locator('#incident-after').innerText(), /Tell somebody when the disk is nearly full/);
  await inspect(mika);
  await mika.goto(`${base}/desk/insight`);
  await inspect(mika);
  const csv = await mika.context().request.get(`${base}/desk/insight.csv?months=3`);
  assert.match(await csv.text(), /^incident,began_at/);
});

test('one that was written elsewhere comes in with its timeline', async () => {
  await mika.setViewportSize(PHONE);
  await mika.goto(`${base}/desk/postmortems/import`);
  await mika.fill('[name=text]', '# Old story\n\n## Timeline\n\n- 22:15 it began\n- 22:30 it was seen\n- 23:05 it was over\n\n## Lessons\n\nNone.\n');
  await mika.fill('[name=day]', '2024-04-18');
  await mika.click('.form button[type=submit]:enabled >> nth=0');
  await mika.waitForSelector('.import-rows');
  await inspect(mika);
  assert.equal(await mika.locator('.import-rows li').count(), 3);
  await Promise.all([mika.waitForURL(/done=postmortem-imported/), mika.click('button[name=keep]')]);
  await mika.waitForSelector('.editor-form.is-awake');
  assert.match(await typed(mika, 'en'), /\{\{timeline\}\}/);
  await inspect(mika);
});
