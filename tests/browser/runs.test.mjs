// A runbook as those live it who follow it: one on a phone, offline for a while, one at a desk. Decisions, a skipped critical step, evidence,
// a paired undo, an edit on disk and a rebase; and the incident's timeline holds every tick once and in order.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { inspect, launch, open, service, signUp, yagura } from './support.mjs';

const PHONE = { width: 360, height: 740 };

const source = (language, wait) => `---
id: disk-full
title: { ja: "ディスクの空きがない", en: "The disk is full" }
lang: ${language}
alerts: [DiskFull]
components: [web]
owner: ops
params:
  - { name: host, label: { ja: "ホスト", en: "Host" }, from: "component.host", required: true }
  - { name: folder, label: { ja: "フォルダー", en: "Folder" }, pattern: "^/[a-z /]{1,60}$", required: true }
---
# disk-full

## Meaning

${language === 'ja' ? '書き込みができません。' : 'Nothing can be written.'}

## Diagnosis

- [ ] ${language === 'ja' ? '空きを見る' : 'Look at the room'} <!-- s:look needs=ssh -->
  \`\`\`sh
  ping -c 1 {{host}} && df -h {{folder}}
  \`\`\`
  \`\`\`expect
  Use% 100
  \`\`\`
- [ ] ${language === 'ja' ? '他の人に伝える' : 'Tell the others'} <!-- s:tell critical -->
- [ ] ${language === 'ja' ? '原因は何か' : 'What is the cause?'} <!-- s:cause decision logs=stop data=grow -->
  - \`logs\`: ${language === 'ja' ? 'ログ' : 'logs have grown'}
  - \`data\`: ${language === 'ja' ? 'データ' : 'data has grown'}

## Mitigation

- [ ] ${language === 'ja' ? '書き込みを止める' : 'Stop the writer'} <!-- s:stop risk=high undo=start when=cause:logs -->
- [ ] ${language === 'ja' ? 'ログを消す' : 'Delete old logs'} <!-- s:delete risk=destructive confirm=two-person when=cause:logs -->
- [ ] ${language === 'ja' ? 'ディスクを広げる' : 'Grow the disk'} <!-- s:grow risk=high when=cause:data -->

## Verification

- [ ] ${language === 'ja' ? '書き込みを再開する' : 'Start the writer again'} <!-- s:start -->
- [ ] ${wait} <!-- s:wait -->

## Escalation

${language === 'ja' ? '担当者を呼ぶ。' : 'Call the owner.'}
`;

let browser;
let target;
let tower;
let base;
let phone;
let desk;
let incident;
let run;

before(async () => {
  browser = await launch();
  target = await service();
  const files = { 'runbooks/disk-full.en.md': source('en', 'See that it is quiet'), 'runbooks/disk-full.ja.md': source('ja', '静かなことを確かめる') };
  tower = await yagura(`
site: {name: {ja: 見張り台, en: Tower}, url: "http://localhost:PORT", time_zone: Asia/Tokyo, languages: [en, ja]}
runbooks: {folder: runbooks, bundled: none}
components:
  - {slug: web, name: {ja: ウェブサイト, en: Website}}
probes:
  - slug: web-http
    component: web
    every: 5s
    timeout: 1s
    confirm: {down: 1, up: 1}
    http: {url: "${target.url}web"}
`, files);
  base = tower.url.replace('127.0.0.1', 'localhost');
});

after(async () => {
  await browser?.close();
  target?.close();
  await tower?.stop();
});

/// Opens an account by its link, and the desk with it.
/// Errors of the console, without those of a network that is gone and of what is refused on purpose.
function problems(page) {
  return page.problems.filter((problem) => !/409|42[0-9]|ERR_INTERNET_DISCONNECTED|Failed to fetch|Failed to load resource/.test(problem));
}

const stand = (page, step) => page.locator(`#step-${step}`).getAttribute('data-stand');
const until = (page, step, wanted) => page.locator(`#step-${step}[data-stand="${wanted}"]`).waitFor({ state: 'attached', timeout: 10_000 });
const focus = (page, step) => page.locator(`#run-act[data-step="${step}"]`).waitFor({ timeout: 10_000 });
const bar = (page, words) => page.locator('#run-act').getByRole('button', { name: words, exact: true }).filter({ visible: true }).first();
const shown = () => `${base}/desk/runs/${run}`;

/// Opens what asks for a reason, and gives one.
async function because(page, what, reason) {
  const details = page.locator(`#run-act details[data-can="${what}"]`);
  if (!(await details.evaluate((element) => element.open))) await details.locator('summary').click();
  await details.locator('[name=text]').fill(reason);
  await details.locator('button[type=submit]').click();
}

/// Looks at a page in the four ways in which it is seen.
async function look(page) {
  await inspect(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  await inspect(page);
  await page.emulateMedia({ colorScheme: 'light' });
}

test('a runbook is followed by two, one of them offline for a while', async (t) => {
  phone = await signUp(browser, tower, 'mika', { viewport: PHONE, hasTouch: true });
  desk = await signUp(browser, tower, 'ken', { link: tower.command('user', 'add', 'ken', '--role', 'responder') });

  await t.test('an incident offers it, and one tap begins a run with the values filled in', async () => {
    await phone.goto(`${base}/desk/incidents/new`);
    await phone.fill('[name=title_ja]', '空きがない');
    await phone.fill('[name=title_en]', 'No room left');
    await phone.locator('[name=status_web]').first().selectOption('major_outage').catch(() => phone.check('[name=status_web][value=major_outage]'));
    await Promise.all([phone.waitForNavigation(), phone.locator('form[action="/desk/incidents/new"] button.primary').click()]);
    incident = new URL(phone.url()).pathname.split('/').pop();
    await inspect(phone);
    await Promise.all([phone.waitForNavigation(), phone.locator(`form[action="/desk/incidents/${incident}/runs"] button`).first().click()]);
    run = new URL(phone.url()).pathname.split('/').pop();
    await focus(phone, 'look');
    await look(phone);
    // One value is known, the other asked for; without it nothing can be copied.
    assert.equal(await phone.locator('#step-look button.copy').first().isEnabled(), false);
    await phone.fill('[name=param_folder]', '/var/log; rm');
    await Promise.all([phone.waitForNavigation(), phone.locator(`form[action$="/runs/${run}/params"] button[type=submit]`).first().click()]);
    assert.ok(await phone.locator('.form-errors, .field-error').count(), 'a value that does not look as it must is refused');
    await phone.fill('[name=param_folder]', '/var/my log');
    await Promise.all([phone.waitForNavigation(), phone.locator(`form[action$="/runs/${run}/params"] button[type=submit]`).first().click()]);
    await focus(phone, 'look');
    const code = await phone.locator('#step-look pre code').first().innerText();
    assert.match(code, /ping -c 1 127\.0\.0\.1 && df -h '\/var\/my log'/);
    await phone.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await phone.locator('#step-look button.copy').first().click();
    await phone.locator('[role=status]', { hasText: /copied/i }).first().waitFor({ state: 'attached' });
    assert.equal((await phone.evaluate(() => navigator.clipboard.readText())).trim(), "ping -c 1 127.0.0.1 && df -h '/var/my log'");
  });

  await t.test('both see each other and their ticks', async () => {
    await desk.goto(shown());
    await desk.locator('.live[data-state=live]').waitFor();
    await look(desk);
    await desk.locator('#run-people', { hasText: 'mika' }).waitFor();
    await bar(phone, 'Done').click();
    await focus(phone, 'tell');
    await until(desk, 'look', 'done');
    await desk.locator('#step-look', { hasText: 'mika' }).waitFor({ state: 'attached' });
  });

  await t.test('a critical step is skipped only with a reason', async () => {
    // What somebody else did moves nobody on: the way to what is next is one tap.
    await desk.locator('#run-ahead').click();
    await focus(desk, 'tell');
    await because(desk, 'skip-why', 'they are all here');
    await until(desk, 'tell', 'skipped');
    await until(phone, 'tell', 'skipped');
    await phone.locator('#step-tell', { hasText: 'they are all here' }).waitFor({ state: 'attached' });
  });

  await t.test('evidence is kept with its step', async () => {
    await phone.goto(`${shown()}?step=look`);
    await phone.locator('#run-act details', { has: phone.locator('#act-output') }).locator('summary').first().click();
    await phone.fill('#act-output', '/dev/sda1 40G 40G 0 100% /');
    await phone.locator('#run-act form[data-act=file] button[type=submit]').click();
    await phone.locator('#step-look .evidence a').first().waitFor({ state: 'attached' });
    const kept = await phone.context().request.get(new URL(await phone.locator('#step-look .evidence a').first().getAttribute('href'), base).href);
    assert.match(await kept.text(), /40G 40G 0 100%/);
    await phone.goto(shown());
    await focus(phone, 'cause');
  });

  await t.test('without a network the phone goes on, and the other way round nothing is lost', async () => {
    await phone.evaluate(() => navigator.serviceWorker.ready.then(() => true));
    await phone.reload();
    await focus(phone, 'cause');
    await look(phone);
    await phone.context().setOffline(true);
    await phone.locator('#run-act, #step-cause').locator('button[name=answer][value=logs]').filter({ visible: true }).first().click();
    await focus(phone, 'stop');
    await until(phone, 'grow', 'not_applicable');
    await bar(phone, 'Done').click();
    await focus(phone, 'delete');
    await phone.locator('#run-kept', { hasText: '2' }).waitFor();
    await look(phone);
    // The page can be opened again, and stands where it stood.
    await phone.reload();
    await focus(phone, 'delete');
    assert.equal(await stand(phone, 'stop'), 'done');
    assert.equal(await stand(desk, 'stop'), 'open', 'nobody else knows yet');
    // Meanwhile somebody else notes something.
    await desk.goto(`${shown()}?step=cause`);
    await desk.locator('#run-act details', { has: desk.locator('#act-note') }).locator('summary').first().click();
    await desk.fill('#act-note', 'journald is not limited');
    await desk.locator('#run-act button[name=deed][value=wrong]').click();
    await desk.locator('#step-cause', { hasText: 'journald is not limited' }).waitFor({ state: 'attached' });
    await phone.context().setOffline(false);
    await until(desk, 'stop', 'done');
    await until(desk, 'grow', 'not_applicable');
    await phone.locator('#run-kept').waitFor({ state: 'hidden' });
    await phone.locator('#step-cause', { hasText: 'journald is not limited' }).waitFor({ state: 'attached' });
  });

  await t.test('two do the same step at once: it is done once, and the second is told by whom', async () => {
    await phone.goto(shown());
    await focus(phone, 'delete');
    await phone.context().setOffline(true);
    await desk.goto(`${shown()}?step=delete`);
    await bar(desk, 'Done').click();
    await until(desk, 'delete', 'awaiting');
    await bar(phone, 'Done').click();
    await phone.context().setOffline(false);
    await phone.locator('[role=status], [aria-live]', { hasText: 'ken' }).first().waitFor({ state: 'attached' });
    await until(phone, 'delete', 'awaiting');
    // The second person confirms.
    await phone.goto(`${shown()}?step=delete`);
    await phone.locator('#run-act button[name=deed][value=confirm]').filter({ visible: true }).first().click();
    await until(phone, 'delete', 'done');
    await until(desk, 'delete', 'done');
  });

  await t.test('an edit on disk changes no run, until somebody goes on with it', async () => {
    writeFileSync(join(tower.folder, 'runbooks/disk-full.en.md'), source('en', 'See that it is quiet for an hour'));
    writeFileSync(join(tower.folder, 'runbooks/disk-full.ja.md'), source('ja', '一時間静かなことを確かめる'));
    await desk.goto(`${shown()}?step=wait`);
    await bar(desk, 'Done').click();
    await until(desk, 'wait', 'done');
    await desk.goto(shown());
    const newer = desk.locator(`a[href="/desk/runs/${run}/rebase"]`).first();
    for (let attempt = 0; attempt < 40 && !(await newer.count()); attempt += 1) {
      await desk.waitForTimeout(250);
      await desk.goto(shown());
    }
    assert.ok(!(await desk.locator('#step-wait').innerText()).includes('for an hour'), 'the run stays on its version');
    await newer.click();
    await desk.waitForURL(/\/rebase/);
    await look(desk);
    await Promise.all([desk.waitForNavigation(), desk.locator(`form[action="/desk/runs/${run}/rebase"] button[type=submit]`).click()]);
    await until(desk, 'wait', 'recheck');
    await until(phone, 'wait', 'recheck');
    assert.equal(await stand(desk, 'look'), 'done', 'what is the same stays ticked');
    assert.ok((await desk.locator('#step-wait').innerText()).includes('for an hour'));
  });

  await t.test('what was done is taken back before it ends', async () => {
    await desk.goto(`${shown()}?step=wait`);
    await bar(desk, 'Done').click();
    await until(desk, 'wait', 'done');
    await desk.goto(`${shown()}?view=list`);
    await look(desk);
    await phone.goto(`${shown()}?view=list`);
    await look(phone);
    const end = `form[action="/desk/runs/${run}/finish"]`;
    await phone.goto(shown());
    await focus(phone, 'start');
    const alarm = phone.locator('#run-alarms .run-unpaired');
    assert.ok(await alarm.isVisible() && (await alarm.textContent()).includes('Stop the writer'), 'what is still stopped is in sight');
    await bar(phone, 'Done').click();
    await until(phone, 'start', 'done');
    await phone.goto(shown());
    await phone.locator(`${end} [name=outcome][value=resolved]`).check();
    await Promise.all([phone.waitForNavigation(), phone.locator(`${end} button[type=submit]`).last().click()]);
    await phone.locator('.run-ended').waitFor();
    await look(phone);
    await desk.goto(shown());
    assert.equal(await desk.locator('#run-act').filter({ visible: true }).count(), 0, 'it is over');
  });

  await t.test('the timeline holds every tick once and in order', async () => {
    await desk.goto(`${base}/desk/incidents/${incident}`);
    await inspect(desk);
    await desk.evaluate(() => document.querySelectorAll('.entry-fold details').forEach((details) => { details.open = true; }));
    const texts = (await desk.locator('#timeline li[id^="t-"]').allInnerTexts()).filter((text) => text.includes(`RUN-${run}`));
    const steps = ['began', 'done: Look', 'skipped: Tell', 'evidence', 'What is the cause? → logs', 'done: Stop', 'wrong at', 'done: Delete',
      'confirmed: Delete', 'done: See that', 'goes on with version', 'done: See that', 'done: Start', 'ended'];
    let from = 0;
    for (const step of steps.filter((_, index) => index !== 6)) {
      const found = texts.findIndex((text, index) => index >= from && text.includes(step));
      assert.ok(found >= 0, `${step} comes after the others\n${texts.join('\n')}`);
      from = found + 1;
    }
    assert.ok(texts.some((text) => text.includes('wrong at')));
    for (const once of ['done: Look', 'done: Stop', 'done: Delete', 'confirmed: Delete', 'done: Start']) {
      assert.equal(texts.filter((text) => text.includes(once)).length, 1, once);
    }
  });

  await t.test('the runbook remembers', async () => {
    await desk.goto(`${base}/desk/runbooks/disk-full`);
    await look(desk);
    const words = await desk.locator('main').innerText();
    assert.ok(words.includes('journald is not limited') && words.includes(`RUN-${run}`), words);
    for (const path of ['/desk/runbooks', '/desk/coverage', '/desk/runbooks/disk-full/diff', '/desk/runbooks/disk-full/run', '/desk/runbooks/write',
      '/desk/runbooks/for/kubernetes/KubePodCrashLooping']) {
      await desk.goto(base + path);
      await look(desk);
    }
    await phone.goto(`${base}/desk/runbooks/disk-full`);
    await inspect(phone);
    await phone.emulateMedia({ media: 'print' });
    assert.ok(await phone.locator('main').isVisible());
    await phone.emulateMedia({ media: 'screen' });
  });

  assert.deepEqual(problems(desk), []);
  assert.deepEqual(problems(phone), []);
});

test('every name of an alert has a page, which is the same for everybody', async () => {
  const page = await open(browser, `${base}/en/runbooks/kubernetes/KubePodCrashLooping`);
  await look(page);
  const words = await page.locator('main').innerText();
  assert.ok(words.includes('KubePodCrashLooping'), words);
  assert.ok(await page.locator('a[href="https://runbooks.prometheus-operator.dev/runbooks/kubernetes/kubepodcrashlooping"]').count());
  assert.ok(await page.locator('a[href="/desk/runbooks/for/kubernetes/KubePodCrashLooping"]').count());
  // One that is internal looks like one that is not there.
  const ask = async (address) => (await page.context().request.get(base + address)).text();
  const [known, unknown] = [await ask('/en/runbooks/mine/DiskFull'), await ask('/en/runbooks/mine/NoSuchA')];
  assert.equal(known.replaceAll('DiskFull', 'X').replaceAll('diskfull', 'x'), unknown.replaceAll('NoSuchA', 'X').replaceAll('nosucha', 'x'));
  await page.goto(`${base}/ja/runbooks`);
  await look(page);
  assert.deepEqual(problems(page), []);
});
