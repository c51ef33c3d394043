// Who is told of alerts, as a maintainer sees it who sets up the channels, and as a responder sees it at night: a test for each channel, what was
// said, what could not be said and why, and sending that again.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { apiKey, inspect, launch, signUp, yagura } from './support.mjs';

const PHONE = { width: 360, height: 740 };

let browser;
let tower;
let base;
let desk;
let key;
let phone;
let chat;

/// A receiver that says what it is told to say, and keeps what it got.
const receiver = async (status) => {
  const self = { status, got: [] };
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      self.got.push({ id: request.headers['webhook-id'], body: JSON.parse(Buffer.concat(chunks).toString()) });
      response.writeHead(self.status).end(self.status === 204 ? undefined : 'no such room');
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  self.url = `http://127.0.0.1:${server.address().port}/`;
  self.stop = () => server.close();
  return self;
};

const report = async (name, labels) => {
  const alert = { status: 'firing', labels: { alertname: name, ...labels }, annotations: { summary: `${name} is wrong` }, startsAt: new Date().toISOString() };
  const answer = await fetch(`${base}/hooks/alertmanager`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ version: '4', alerts: [alert] }),
  });
  assert.equal(answer.status, 200, await answer.text());
};

before(async () => {
  browser = await launch();
  phone = await receiver(204);
  chat = await receiver(404);
  tower = await yagura(`
site: {name: {ja: 見張り台, en: Tower}, url: "http://localhost:PORT", time_zone: Asia/Tokyo, languages: [en, ja]}
components:
  - {slug: db, name: {ja: データベース, en: Database}}
notifications:
  gather: 0s
  channels:
    - {slug: phone, name: {ja: 当番の電話, en: The phone on duty}, webhook: {url: "${phone.url}"}}
    - {slug: chat, webhook: {url: "${chat.url}"}}
  routes:
    - {channels: [phone, chat], repeat: never}
`);
  base = tower.url.replace('127.0.0.1', 'localhost');
  desk = await signUp(browser, tower, 'mika');
  key = await apiKey(desk, 'prometheus', ['alerts:write']);
});

after(async () => {
  await browser?.close();
  await tower?.stop();
  phone?.stop();
  chat?.stop();
});

test('each channel can be tried, and one that does not work says why', async () => {
  await desk.goto(`${base}/desk/alerts`);
  await desk.getByRole('link', { name: 'Who is told of alerts' }).click();
  const channel = (name) => desk.locator('.channel', { hasText: name });
  await inspect(desk);
  await Promise.all([
    desk.waitForURL(/done=channel-tried/),
    channel('The phone on duty').getByRole('button', { name: 'Send a test' }).click(),
  ]);
  assert.match(await desk.locator('body').innerText(), /The test arrived/);
  assert.match(phone.got[0].body.data.title, /Tower: this is a test/);
  await Promise.all([
    desk.waitForURL(/refused=channel-trial/),
    channel('chat').getByRole('button', { name: 'Send a test' }).click(),
  ]);
  assert.match(await channel('chat').innerText(), /status 404: no such room/);
  await inspect(desk);
});

test('an open page shows who was told, and what was given up is sent again', async () => {
  await report('DiskFull', { component: 'db', severity: 'critical' });
  await desk.goto(`${base}/desk/alerts/1`);
  await desk.getByText('arrived', { exact: true }).waitFor();
  await desk.getByText('given up', { exact: true }).waitFor();
  await inspect(desk);
  const told = phone.got.at(-1);
  assert.equal(told.body.data.title, 'Database: DiskFull');
  assert.equal(told.body.data.url, `${base}/desk/alerts/1`);
  chat.status = 204;
  await Promise.all([desk.waitForURL(/done=notification-resent/), desk.getByRole('button', { name: 'Send it again' }).click()]);
  const said = desk.locator('.notification', { hasText: 'chat' }).first();
  await said.getByText('arrived', { exact: true }).waitFor();
  assert.equal(chat.got.at(-1).id, 'alert-1-chat-1');
  await desk.goto(`${base}/desk/`);
  assert.doesNotMatch(await desk.locator('main').innerText(), /do not reach the people/);
});

test('it reads on a phone, in Japanese and in the dark', async () => {
  const context = await browser.newContext({
    viewport: PHONE,
    locale: 'ja-JP',
    colorScheme: 'dark',
    storageState: await desk.context().storageState(),
  });
  const page = await context.newPage();
  await desk.context().request.put(`${base}/api/v1/account/language`, {
    data: { language: 'ja' },
    headers: { 'sec-fetch-site': 'same-origin' },
  });
  for (const [path, words] of [
    ['/desk/notifications', '当番の電話'],
    ['/desk/notifications?state=dead', '断念した通知はありません'],
    ['/desk/alerts/1', '送信済み'],
  ]) {
    await page.goto(`${base}${path}`);
    assert.match(await page.locator('main').innerText(), new RegExp(words), path);
    await inspect(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    assert.equal(wide, false, `${path} is wider than the phone`);
  }
  await context.close();
});
