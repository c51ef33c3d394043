// Where the steps of a run stand: the browser's own rules come to what the server's come to. The cases are made and checked by a test of the
// crate `domain` (`YAGURA_UPDATE_VECTORS=1 cargo test -p domain vectors` writes them again). Needs no browser.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

const read = (path) => readFile(new URL(path, import.meta.url), 'utf8');
// No package.json says that scripts of the desk are modules, so it is said here.
const { fold, mayTick } = await import(`data:text/javascript,${encodeURIComponent(await read('../../app/desk/steps.js'))}`);
const { plans, cases } = JSON.parse(await read('steps.vectors.json'));

test('there are cases for every plan', () => {
  assert.ok(cases.length >= 200);
  assert.deepEqual([...new Set(cases.map((given) => given.plan))].sort(), plans.map((_, place) => place));
});

test('steps stand where the server says they stand', () => {
  for (const [number, { plan, events, progress }] of cases.entries()) {
    assert.deepEqual(fold(plans[plan], events), progress, `case ${number} of plan ${plan}`);
  }
});

test('what may be ticked or answered is what the server grants', () => {
  for (const [number, { plan, progress, may }] of cases.entries()) {
    const granted = plans[plan].steps.map((_, place) => place).filter((place) => mayTick(plans[plan], progress, place));
    assert.deepEqual(granted, may, `case ${number} of plan ${plan}`);
  }
});

test('nothing that is given is changed', () => {
  for (const { plan, events } of cases) {
    const before = structuredClone({ plan: plans[plan], events });
    fold(plans[plan], events);
    assert.deepEqual({ plan: plans[plan], events }, before);
  }
});
