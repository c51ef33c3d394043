// Takes the screenshots of a running Yagura: `node shots.mjs URL FOLDER [PATH…]`; phone and desktop, light and dark, both languages.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from './support.mjs';

const [url, folder, ...paths] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await launch();
for (const path of paths.length ? paths : ['/']) {
  for (const language of ['en', 'ja']) {
    for (const colorScheme of ['light', 'dark']) {
      for (const [size, viewport] of [['phone', { width: 360, height: 740 }], ['desktop', { width: 1280, height: 900 }]]) {
        const context = await browser.newContext({ viewport, colorScheme, deviceScaleFactor: size === 'phone' ? 2 : 1 });
        const page = await context.newPage();
        await page.goto(`${url}/${language}${path}`, { waitUntil: 'load' });
        await page.waitForSelector('.live[data-state=live]');
        const name = path === '/' ? 'status' : path.split('/').at(-1);
        await page.screenshot({ path: join(folder, `${name}-${language}-${colorScheme}-${size}.png`), fullPage: size === 'phone' });
        await context.close();
      }
    }
  }
}
await browser.close();
