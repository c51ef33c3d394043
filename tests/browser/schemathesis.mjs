// Sends the API what its own document allows and what it forbids (schemathesis), with a key that may do everything: no answer may be a
// server's error or one that the document does not know. `cargo xtask schemathesis` installs what it needs.
//
// Two things are tested elsewhere (`tests/it/api_access.rs`), because they would end this test at once without a word: that nothing is let
// through without the key (wrong keys are soon answered 429, and the good one with them), and that keys can be revoked (this one would be).

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PASSWORD, yagura } from './support.mjs';

const CHECKS = [
  'not_a_server_error', 'status_code_conformance', 'content_type_conformance', 'response_headers_conformance',
  'response_schema_conformance', 'unsupported_method',
];

const tower = await yagura(`
site: {name: Test, url: "http://localhost:PORT"}
components:
  - {slug: web, name: Web}
probes:
  - slug: web-call
    component: web
    heartbeat: {token: 5f6b2c1e-8a54-4d3e-9b1a-0c2d4e6f8a10, period: 1h}
`);
let code = 1;
try {
  const form = (fields) => ({ method: 'POST', redirect: 'manual', body: new URLSearchParams(fields) });
  const link = new URL(tower.said().match(/http:\S+\/desk\/set-up\/\S+/)[0]);
  const made = await fetch(tower.url + link.pathname, form([['name', 'mika'], ['password', PASSWORD], ['password_again', PASSWORD]]));
  const cookie = made.headers.get('set-cookie').split(';')[0];
  const keys = await fetch(`${tower.url}/desk/keys`, {
    ...form([['name', 'schemathesis'], ['scopes', 'admin'], ['expires', '30d']]), headers: { cookie },
  });
  const key = (await keys.text()).match(/ygr_[\w-]+/)[0];
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const make = async (path, body) => {
    const answer = await fetch(tower.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
  };
  // Something to work on: what is asked about INC-1 and about run 1 is answered.
  await make('/api/v1/incidents', { title: 'Hung', severity: 'sev3', impact: 'minor', components: { web: 'major_outage' } });
  await make('/api/v1/runs', { runbook: 'nfs-hang', incident: 1 });
  // Not waited for in one breath: connections that the server closes meanwhile have to be noticed.
  const running = spawn(process.env.YAGURA_SCHEMATHESIS, [
    'run', `${tower.url}/api/openapi.json`, '--url', tower.url, '--header', `Authorization: Bearer ${key}`,
    '--checks', CHECKS.join(','), '--exclude-operation-id', 'revoke_key', '--max-examples', '15', '--seed', '1', '--workers', '2',
    '--request-timeout', '20', '--suppress-health-check', 'all', '--no-color',
  ], { stdio: 'inherit', cwd: tower.folder });
  const [status] = await once(running, 'exit');
  code = status ?? 1;
  const { status: known } = await fetch(`${tower.url}/api/v1/runs/1`, { headers });
  if (known !== 200) throw new Error(`the key is not good any more (${known}): what came after that was refused unread`);
} finally {
  await tower.stop();
}
process.exit(code);
