// Makes the pictures in `public/` that are not drawn by hand: `node pictures.mjs FOLDER`. What links to the site show in chats and
// timelines, one per status and language, and the icons for home screens. Run it again when a colour, a shape or a word changes, on a
// machine with Noto Sans CJK JP.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { launch } from './support.mjs';

const BYTES_MAX = 25_000;
const root = new URL('../../', import.meta.url);
const read = (path) => readFileSync(new URL(path, root), 'utf8');

// From the sources, so that there is one truth for each: the light theme's colours, the shapes, the tower.
const light = read('style/tokens.css').split('@media')[0];
const color = (name) => light.match(new RegExp(`--${name}: (#[0-9a-f]+);`))[1];
const shape = (status) => read('app/src/parts/status_mark.rs').match(new RegExp(`<symbol id="s-${status}"[^>]*>(.*)</symbol>`))[1];
const tower = read('public/icon.svg').match(/<path.*(?=<\/svg>)/)[0];

// True of a site of which one component is concerned as well as of one of which all are, like the words of pages.ftl.
const statuses = {
  operational: { token: 'ok', en: 'All systems operational', ja: 'すべて正常に動いています' },
  degraded_performance: { token: 'slow', en: 'Degraded performance', ja: '性能が低下しています' },
  partial_outage: { token: 'partial', en: 'Partial outage', ja: '一部停止が発生しています' },
  major_outage: { token: 'down', en: 'Major outage', ja: '停止が発生しています' },
  under_maintenance: { token: 'work', en: 'Under maintenance', ja: 'メンテナンス中です' },
  unknown: { token: 'none', en: 'Status unknown', ja: '状態が分かりません' },
};

/// Shape over words, in the middle: so a thumbnail that is cut to a square still shows both.
function preview(status, language) {
  const { token, [language]: words } = statuses[status];
  return `<!DOCTYPE html><html lang="${language}"><meta charset="utf-8"><style>
    body { margin: 0; height: 630px; display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 44px;
      background: ${color('sheet')}; border-block-end: 28px solid ${color(`${token}-bar`)}; box-sizing: border-box; }
    svg { width: 230px; height: 230px; fill: ${color(token)}; }
    .ink { fill: none; stroke: ${color('sheet')}; stroke-width: 2; }
    .hole { fill: ${color('sheet')}; }
    .ring { fill: none; stroke: ${color(token)}; stroke-width: 2.5; stroke-dasharray: 3 2; }
    p { margin: 0; color: ${color('ink')}; font: 700 112px/1.2 "Noto Sans CJK JP"; white-space: nowrap; }
  </style><body><svg viewBox="0 0 16 16">${shape(status)}</svg><p>${words}</p>`;
}

/// Runs in the browser: makes a line that is too long smaller.
function fit() {
  const WIDTH_MAX = 1050;
  const line = document.querySelector('p');
  const { width } = line.getBoundingClientRect();
  if (width > WIDTH_MAX) line.style.fontSize = `${Math.floor((112 * WIDTH_MAX) / width)}px`;
}

/// The tower; `share` of the side is its, the rest is margin.
function icon(background, share) {
  const side = 32 / share;
  const edge = (32 - side) / 2;
  return `<!DOCTYPE html><style>body { margin: 0; background: ${background}; } svg { display: block; }</style>
    <svg width="100%" viewBox="${edge} ${edge} ${side} ${side}">${tower}</svg>`;
}

/// Runs in the browser: the pixels of a picture as indices into a palette. What fills areas keeps its colour, the shades at edges are
/// rounded to 16 steps.
async function indexed(picture) {
  const AREA_MIN = 1000;
  const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${picture}`)).blob());
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
  context.drawImage(bitmap, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const channels = (pixel) => [0, 8, 16].map((shift) => (pixel >>> shift) & 255);
  const places = new Map();
  const palette = [];
  for (const [pixel, count] of counts) {
    const color = channels(pixel).map((value) => (count >= AREA_MIN ? value : Math.round(value / 17) * 17));
    let place = palette.findIndex((known) => known.join() === color.join());
    if (place < 0) place = palette.push(color) - 1;
    places.set(pixel, place);
  }
  let indices = '';
  for (const pixel of pixels) indices += String.fromCharCode(places.get(pixel));
  return { width: bitmap.width, height: bitmap.height, palette: palette.flat(), indices: btoa(indices) };
}

/// A PNG of at most 256 colours: a third of what the browser writes.
function png({ width, height, palette, indices }) {
  if (palette.length > 3 * 256) throw new Error(`${palette.length / 3} colours are too many for a palette`);
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3], 8);
  const pixels = Buffer.from(indices, 'base64');
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) pixels.copy(rows, y * (width + 1) + 1, y * width, (y + 1) * width);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette)),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('usage: node pictures.mjs FOLDER');
mkdirSync(folder, { recursive: true });
const browser = await launch();
const page = await (await browser.newContext()).newPage();

async function take(name, html, width, height) {
  await page.setViewportSize({ width, height });
  await page.setContent(html);
  if (html.includes('<p>')) await page.evaluate(fit);
  const picture = await page.screenshot({ omitBackground: true });
  return { name, picture };
}

function write({ name, picture }) {
  if (picture.length > BYTES_MAX) throw new Error(`${name} has ${picture.length} bytes, more than ${BYTES_MAX}`);
  writeFileSync(join(folder, name), picture);
  console.log(`${name}: ${picture.length} bytes`);
}

for (const status of Object.keys(statuses)) {
  for (const language of ['en', 'ja']) {
    const { name, picture } = await take(`og-${status}-${language}.png`, preview(status, language), 1200, 630);
    write({ name, picture: png(await page.evaluate(indexed, picture.toString('base64'))) });
  }
}
write(await take('icon-192.png', icon('transparent', 0.94), 192, 192));
write(await take('icon-512.png', icon('transparent', 0.94), 512, 512));
// What a launcher may cut off is outside of a circle of 80 % of the side (W3C, "Web Application Manifest", maskable icons).
write(await take('icon-maskable-512.png', icon(color('paper'), 0.72), 512, 512));
await browser.close();
