// Alerts as somebody sees them who was woken: they come up by themselves on an open page, what has one cause is one row, one tap follows the
// runbook with the values filled in, and everything can be read on a phone and heard by those who do not see it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiKey, inspect, launch, open, signUp, yagura } from './support.mjs';

const PHONE = { width: 360, height: 740 };

let browser;
let tower;
let base;
let desk;
let key;

/// An alert as Alertmanager sends it, which began so many minutes ago.
const alert = (name, labels, summary, minutes, status = 'firing') => ({
  status,
  labels: { alertname: name, ...labels },
  annotations: { summary },
  startsAt: new Date(Date.now() - minutes * 60_000).toISOString(),
  endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : new Date().toISOString(),
  generatorURL: 'https://prometheus.example/graph',
});

const report = async (...alerts) => {
  const answer = await fetch(`${base}/hooks/alertmanager`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ version: '4', alerts }),
  });
  assert.equal(answer.status, 200, await answer.text());
};

before(async () => {
  browser = await launch();
  tower = await yagura(`
site: {name: {ja: 見張り台, en: Tower}, url: "http://localhost:PORT", time_zone: Asia/Tokyo, languages: [en, ja]}
components:
  - {slug: kubernetes, name: Kubernetes}
  - {slug: db, name: {ja: データベース, en: Database}}
alert_types:
  - {slug: disk, name: {ja: ディスク満杯, en: Disk is nearly full}, alerts: DiskFull, severity: sev2, component: db, waiver: {reason: being written, until: 2099-12-31}}
  - {slug: gone, alerts: Gone, runbook: no-such-runbook}
`);
  base = tower.url.replace('127.0.0.1', 'localhost');
  desk = await signUp(browser, tower, 'mika');
  key = await apiKey(desk, 'prometheus', ['alerts:write']);
});

after(async () => {
  await browser?.close();
  await tower?.stop();
});

test('where nothing can ring yet, the page says how to begin', async () => {
  await desk.goto(`${base}/desk/alerts`);
  assert.match(await desk.locator('main').innerText(), /alerts:write/);
  await inspect(desk);
});

test('an alert comes up on an open page by itself, and goes when it is over', async () => {
  await desk.goto(`${base}/desk/`);
  await desk.waitForSelector('.live[data-state=live]');
  const etcd = alert('etcdNoLeader', { cluster: 'home', severity: 'critical', component: 'kubernetes' }, 'etcd has no leader', 14);
  await report(etcd);
  await desk.getByText('etcd has no leader').waitFor();
  await desk.goto(`${base}/desk/alerts`);
  await desk.waitForSelector('.live[data-state=live]');
  await report({ ...etcd, status: 'resolved', endsAt: new Date().toISOString() });
  await desk.getByText('Nothing rings.').waitFor();
  assert.deepEqual(desk.problems, []);
});

test('what has one cause is one row, which can be opened', async () => {
  const nodes = Array.from({ length: 30 }, (_, n) => alert('KubeNodeUnreachable', { cluster: 'work', node: `node-${n}`, severity: 'warning' }, `node-${n} does not answer`, 12));
  const api = alert('KubeAPIDown', { cluster: 'work', severity: 'critical', namespace: 'kube-system', pod: 'kube-apiserver-cp-1' }, 'The API is gone', 13);
  await report(api, ...nodes);
  await desk.goto(`${base}/desk/alerts`);
  const row = desk.locator('.alert-row', { hasText: 'The API is gone' });
  await row.getByText('30 more under it').click();
  assert.equal(await row.locator('.alert-under li').count(), 21, 'twenty of them, and where the others are');
  await inspect(desk);
});

test('on a phone one tap follows the runbook, with the values of the labels in its commands', async () => {
  const storageState = await desk.context().storageState();
  const phone = await open(browser, `${base}/desk/`, { viewport: PHONE, hasTouch: true, isMobile: true, storageState });
  await inspect(phone);
  await phone.getByRole('link', { name: /KubeAPIDown/ }).click();
  await inspect(phone);
  await Promise.all([phone.waitForURL(/\/desk\/runs\/1/), phone.getByRole('button', { name: /^Follow: / }).click()]);
  await phone.goto(`${base}/desk/runs/1?view=list`);
  assert.match(await phone.locator('main').innerText(), /kube-apiserver-cp-1/);
  await phone.goto(`${base}/desk/alerts`);
  const row = phone.locator('.alert-row', { hasText: 'The API is gone' });
  await row.getByRole('button', { name: 'I am on it' }).click();
  await phone.waitForURL(/done=alert-acknowledged/);
  assert.match(await phone.locator('main').innerText(), /mika is on it/);
  assert.deepEqual(phone.problems, []);
  await phone.context().close();
});

test('every page of alerts is in order in both languages, on a phone and dark', async () => {
  await report(alert('DiskFull', { severity: 'warning', instance: 'db-1:9100' }, 'ディスクの空きが 2% です '.repeat(30), 40), alert('Mystery'.repeat(14), { x: 'y'.repeat(400) }, 'z'.repeat(900), 3));
  const storageState = await desk.context().storageState();
  for (const options of [{ viewport: PHONE }, { viewport: PHONE, colorScheme: 'dark' }, { colorScheme: 'dark' }]) {
    const page = await open(browser, `${base}/desk/alerts`, { ...options, storageState });
    for (const language of ['ja', 'en']) {
      await page.evaluate((tag) => fetch('/desk/language', { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: `language=${tag}` }), language);
      for (const path of ['/desk/', '/desk/alerts', '/desk/alerts/1', '/desk/alerts/2', '/desk/alerts/33', '/desk/alerts/34', '/desk/alerts/new', '/desk/coverage', '/desk/runbooks/for/alert/DiskFull']) {
        await page.goto(base + path);
        await inspect(page);
      }
    }
    assert.deepEqual(page.problems, []);
    await page.context().close();
  }
});

test('somebody raises one by hand, is told what is missing, opens an incident and says that it is over', async () => {
  await desk.goto(`${base}/desk/alerts/new`);
  await desk.click('main form button[type=submit]');
  assert.match(await desk.locator('main').innerText(), /Give it a name/);
  await inspect(desk);
  await desk.fill('[name=name]', 'Users say that mail is late');
  await desk.fill('[name=summary]', 'Three calls since nine');
  await Promise.all([desk.waitForURL(/done=alert-raised/), desk.click('main form button[type=submit]')]);
  await Promise.all([desk.waitForURL(/\/desk\/incidents\/1/), desk.getByRole('button', { name: 'Open an incident' }).click()]);
  assert.match(await desk.locator('h1').innerText(), /Users say that mail is late/);
  await desk.locator('#incident-alerts').getByRole('link', { name: /ALERT-/ }).click();
  await desk.getByText('It is over', { exact: true }).first().click();
  await desk.getByRole('button', { name: 'It is over' }).last().click();
  await desk.waitForURL(/done=alert-ended/);
  assert.match(await desk.locator('main').innerText(), /ended by mika/);
  await inspect(desk);
  // The redirect of a form that was refused is no failure of a request; 422 is written to the console all the same.
  assert.deepEqual(desk.problems.filter((problem) => !problem.includes('422')), []);
});
