// The three stories of the demo, written by hand: by somebody who has nothing but a browser in Japanese, from the incident to the corrected postmortem,
// as those would who lived them. What ships in `example/demo` is only read here; the program gets all of it through its forms.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { inspect, launch, open, signUp, yagura } from './support.mjs';

const { parse } = createRequire(join(process.env.YAGURA_NODE_MODULES, 'yagura.js'))('yaml');
const file = (name) => readFileSync(new URL(`../../example/demo/${name}`, import.meta.url), 'utf8');
const ZONE = 'Asia/Tokyo';
/** `2024-04-18 22:36` in Japan. */
const clock = (at) => new Date(new Date(at).getTime() + 9 * 3600 * 1000).toISOString().slice(0, 16).replace('T', ' ');

let browser;
let tower;
let base;
let page;

before(async () => {
  browser = await launch();
  const components = ['pasokey', 'misskey-staging', 'web-sites', 'object-storage'];
  tower = await yagura(`
site: {name: {ja: 見張り台, en: Tower}, url: "http://localhost:PORT", time_zone: ${ZONE}, languages: [ja, en]}
components:
${components.map((slug) => `  - {slug: ${slug}, name: ${slug}}`).join('\n')}
probes:
  - {slug: self, component: pasokey, every: 60s, alert: none, http: {url: "http://127.0.0.1:PORT/healthz"}}
`);
  base = tower.url.replace('127.0.0.1', 'localhost');
  page = await signUp(browser, tower, 'untenin', { locale: 'ja-JP', viewport: { width: 1280, height: 900 } });
});

after(async () => {
  await browser?.close();
  await tower?.stop();
});

/** Sends the form that a button belongs to, and waits for the page that says so. */
const send = (button, done) => Promise.all([page.waitForURL(new RegExp(`done=${done}`)), page.locator(button).first().click()]);
const go = (path) => page.goto(`${base}${path}`);

/** The incident, with the rows of its timeline; gives its number. */
async function tell(story) {
  await go('/desk/incidents/new');
  await page.fill('[name=title_ja]', story.title.ja);
  await page.fill('[name=title_en]', story.title.en);
  await page.fill('[name=began]', clock(story.opened));
  await page.check(`[name=severity][value=${story.severity}]`);
  await page.check(`[name=impact][value=${story.impact}]`);
  for (const { slug, status } of story.components) await page.selectOption(`[name=status_${slug}]`, status);
  await Promise.all([page.waitForURL(/\/desk\/incidents\/\d+/), page.click('.edit-form button[type=submit]:enabled')]);
  const number = Number(new URL(page.url()).pathname.split('/').pop());
  // All rows in one go, as they stood in somebody's notes; then what each of them is.
  await go(`/desk/incidents/${number}/paste`);
  await page.fill('[name=text]', story.timeline.map((row) => `${clock(row.at)} ${row.body}`).join('\n'));
  await page.click('button[name=look]');
  await page.waitForSelector('.paste-lines');
  assert.equal(await page.locator('.paste-lines > li').count(), story.timeline.length);
  assert.equal(await page.locator('.paste-why').count(), 0, 'each of them is understood');
  for (const [place, row] of story.timeline.entries()) await page.selectOption(`[name=kind_${place}]`, row.kind);
  await Promise.all([page.waitForURL(/\/desk\/incidents\/\d+\?done=/), page.click('button[name=save]')]);
  await choose(number, story);
  await refine(number, story);
  await page.goto(`${base}/desk/incidents/${number}/edit`);
  if (story.stated_minutes) await page.fill('[name=stated_minutes]', String(story.stated_minutes));
  await page.check('[name=shows_metrics]');
  await Promise.all([page.waitForURL(/done=/), page.click('.edit-form button[type=submit]:enabled')]);
  await go(`/desk/incidents/${number}`);
  await page.check('input[name=to][value=resolved]');
  await page.fill('#incident-state [name=moved_at]', clock(story.resolved));
  await Promise.all([page.waitForURL(/done=/), page.click('#incident-state button[type=submit]:enabled')]);
  await page.click('details.ask:has(form[action$="/public"]) > summary');
  await Promise.all([page.waitForURL(/done=/), page.click('form[action$="/public"] button[type=submit]:enabled')]);
  return number;
}

/** Everybody may read all rows; some of them stand out. */
async function choose(number, story) {
  await go(`/desk/incidents/${number}/entries/choose`);
  await inspect(page);
  await page.selectOption('[name=all]', 'public');
  for (const row of story.timeline.filter((one) => one.starred)) {
    await page.locator('.entries-choose > li', { hasText: row.body.replace(/[*`]/g, '').slice(0, 18) }).first().locator('[type=checkbox]').check();
  }
  await send('.entries-form button[type=submit]:enabled', 'entries-chosen');
}

/** What is known of single rows: what became of a hypothesis, what was decided against, which moments they stand for. */
async function refine(number, story) {
  const markers = Object.entries(story.markers);
  for (const row of story.timeline) {
    const here = markers.filter(([, at]) => at === row.at).map(([name]) => name);
    if (!here.length && !row.rejected && !(row.hypothesis && row.hypothesis !== 'open')) continue;
    await go(`/desk/incidents/${number}`);
    const shown = page.locator('li.entry, .timeline li', { hasText: row.body.replace(/[*`]/g, '').slice(0, 18) }).first();
    const href = await shown.locator('.entry-choices a').getAttribute('href');
    await go(href);
    if (row.rejected) await page.fill('[name=rejected]', row.rejected.join('\n'));
    if (row.hypothesis && row.hypothesis !== 'open') await page.selectOption('[name=hypothesis]', row.hypothesis);
    for (const name of here) await page.check(`[name=markers][value=${name}]`);
    await Promise.all([page.waitForURL(/done=entry-changed/), page.click('.edit-form button[type=submit]:enabled, form.form button[type=submit]:enabled')]);
  }
}

/** What is left to do, and what became of it so far. */
async function follow(number, story) {
  for (const item of story.actions) {
    await go(`/desk/action-items/new?incident=${number}`);
    await page.fill('[name=text]', item.text);
    for (const field of ['kind', 'horizon', 'priority']) await page.selectOption(`[name=${field}]`, item[field]);
    if (['p0', 'p1'].includes(item.priority)) await page.selectOption('[name=owner]', 'untenin');
    if (item.due) await page.fill('[name=due]', item.due);
    if (item.url) await page.fill('[name=url]', item.url);
    await send('.edit-form button[type=submit]:enabled', 'action-made');
    const step = { done: 'finish', in_progress: 'begin', deferred: 'defer' }[item.standing];
    if (!step) continue;
    await page.check(`input[name=step][value=${step}]`);
    if (item.reason) await page.fill('[name=reason]', item.reason);
    if (item.until) await page.fill('[name=until]', item.until);
    await send('form[action$="/step"] button[type=submit]:enabled', 'action-moved');
  }
}

/** Puts one revision of a text into the editor, as whoever wrote it on paper first, and publishes it. */
async function publish(pm, story, revision, isFirst) {
  await go(`${pm}/edit`);
  await page.waitForSelector('.editor-form.is-awake');
  await page.locator('.cm-content').first().click();
  await page.keyboard.press('Control+a');
  await page.evaluate((text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', text);
    document.querySelector('.cm-content').dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, file(revision.file));
  await page.fill('[name=title_ja]', story.postmortem.title.ja);
  await page.selectOption('[name=only]', 'ja').catch(() => page.check('[name=only][value=ja]'));
  await page.fill('[name=message]', revision.message);
  await page.waitForSelector('#editor-state[data-state=saved]');
  await send('.editor-form button[type=submit]:enabled', 'postmortem-saved');
  await send('form[action$="/submit"] button', 'postmortem-submitted');
  await page.check('input[name=verdict][value=approve]');
  await send('form[action$="/review"] button[type=submit]:enabled', 'postmortem-reviewed');
  if (isFirst) {
    const facts = page.locator('form[action$="/facts"]');
    if (!(await facts.isVisible())) await page.locator('details:has(form[action$="/facts"]) > summary').click();
    await facts.locator('[name=slug]').fill(story.postmortem.slug);
    await facts.locator(`[name=analysis][value=${story.postmortem.analysis}]`).check().catch(() => facts.locator('[name=analysis]').selectOption(story.postmortem.analysis));
    await send('form[action$="/facts"] button[type=submit]:enabled', 'postmortem-facts');
  }
  await go(`${pm}/publish`);
  await inspect(page);
  assert.equal(await page.locator('.check-blocks').count(), 0, await page.locator('.check-list').innerText());
  for (const box of await page.locator('[name=decided]').all()) await box.check();
  await page.fill('[name=message]', revision.message);
  await send('button.primary', 'postmortem-published');
}

/** What everybody reads. */
async function read(story) {
  const revisions = story.postmortem.revisions.filter((revision) => revision.file.endsWith('.ja.md'));
  const shown = await open(browser, `${base}/ja/postmortems/${story.postmortem.slug}`, { locale: 'ja-JP', viewport: { width: 360, height: 740 } });
  await shown.waitForFunction((message) => document.querySelector('.postmortem-history')?.textContent.includes(message), revisions.at(-1).message);
  await inspect(shown);
  const text = await shown.locator('main').innerText();
  for (const heading of file(revisions.at(-1).file).match(/^## .+$/gm)) assert.ok(text.includes(heading.slice(3)), heading);
  for (const item of story.actions.filter((one) => one.reason)) assert.ok(text.includes(item.reason), item.reason);
  const history = await shown.locator('.postmortem-history').innerText();
  for (const revision of revisions) assert.ok(history.includes(revision.message), history);
  await shown.click(`.postmortem-history a[href$="/${revisions.length}/changes"]`);
  assert.ok((await shown.locator('.compare ins').count()) > 0);
  await shown.context().close();
  return text;
}

for (const name of ['pasokey', 'etcd', 'reshard']) {
  test(`${name} is retold by hand`, async () => {
    const story = parse(file(`${name}.yaml`));
    const number = await tell(story);
    await follow(number, story);
    await go(`/desk/incidents/${number}/postmortem`);
    await page.check('input[value=hobby]');
    await Promise.all([page.waitForURL(/\/desk\/postmortems\/\d+\/edit/), page.click('main form button[type=submit]:enabled >> nth=0')]);
    const pm = new URL(page.url()).pathname.replace('/edit', '');
    const revisions = story.postmortem.revisions.filter((revision) => revision.file.endsWith('.ja.md'));
    for (const [place, revision] of revisions.entries()) await publish(pm, story, revision, place === 0);
    const text = await read(story);
    if (name === 'pasokey') assert.match(text, /2 ?時間 ?20 ?分|140 ?分/, 'as long as its author says');
    if (name === 'etcd') assert.match(text, /14 ?日|2 ?週間/);
    if (name === 'reshard') assert.match(text, /仮説 ?3/);
    assert.deepEqual(page.problems, []);
  });
}
