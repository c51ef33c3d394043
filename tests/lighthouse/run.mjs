// Lighthouse as it judges phones, five times per address, each in a browser with a fresh profile: `cargo xtask lighthouse URL…`. Prints the
// median of each category and every audit that was not perfect; exit code 1 when a median is below 99.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const RUNS = 5;
const SCORE_MIN = 0.99;
/// Those of the browser tests (tests/browser/support.mjs), and no window.
const FLAGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];
/// Audits that judge nothing.
const SILENT = ['informative', 'notApplicable', 'manual'];

const { YAGURA_NODE_MODULES: modules, YAGURA_BROWSER: chromePath } = process.env;
if (!modules || !chromePath) throw new Error('run this by `cargo xtask lighthouse URL…`: it installs what is needed');
const urls = process.argv.slice(2);
if (urls.length === 0) throw new Error('usage: cargo xtask lighthouse URL…');

const require = createRequire(join(modules, 'yagura.js'));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { launch } = await load('chrome-launcher');
const { default: lighthouse } = await load('lighthouse');

async function run(url) {
  // The launcher makes a folder for the profile and removes it.
  const chrome = await launch({ chromePath, chromeFlags: FLAGS, logLevel: 'error' });
  try {
    const { lhr } = await lighthouse(url, { port: chrome.port, output: 'json', logLevel: 'error' });
    if (lhr.runtimeError) throw new Error(`${url}: ${lhr.runtimeError.message}`);
    return lhr;
  } finally {
    chrome.kill();
  }
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const percent = (score) => String(Math.round(score * 100));

/// Audits that some run found wanting: the worst score, and what was said then.
function wanting(reports) {
  const worst = new Map();
  for (const audit of reports.flatMap((report) => Object.values(report.audits))) {
    const failed = audit.scoreDisplayMode === 'error';
    if (SILENT.includes(audit.scoreDisplayMode) || (!failed && (audit.score === null || audit.score >= 1))) continue;
    const score = audit.score ?? 0;
    const known = worst.get(audit.id);
    const count = (known?.count ?? 0) + 1;
    const said = failed ? audit.errorMessage : audit.displayValue;
    const isWorse = !known || score < known.score;
    worst.set(audit.id, isWorse ? { id: audit.id, score, title: audit.title, said, count } : { ...known, count });
  }
  return [...worst.values()].sort((a, b) => a.score - b.score);
}

let isGood = true;
for (const url of urls) {
  const reports = [];
  for (let n = 0; n < RUNS; n += 1) reports.push(await run(url));
  console.log(`\n${url} (median of ${RUNS})`);
  for (const [id, { title }] of Object.entries(reports[0].categories)) {
    const scores = reports.map((report) => report.categories[id].score ?? 0);
    const score = median(scores);
    isGood &&= score >= SCORE_MIN;
    console.log(`  ${percent(score).padStart(3)}  ${title}  (${scores.map(percent).join(', ')})${score < SCORE_MIN ? '  BELOW 99' : ''}`);
  }
  const audits = wanting(reports);
  if (audits.length > 0) console.log('  audits below 100, at their worst:');
  for (const { id, score, title, said, count } of audits) {
    console.log(`  ${percent(score).padStart(3)}  ${id}: ${title}${said ? `, ${said}` : ''}  (${count} of ${RUNS})`);
  }
  for (const warning of new Set(reports.flatMap((report) => report.runWarnings))) console.log(`  warning: ${warning}`);
}
process.exitCode = isGood ? 0 : 1;
