// All audits of the npm package graphql-http: what a server MUST, SHOULD and MAY do.
import { serverAudits } from 'graphql-http';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpoint } from './service.js';

const audits = serverAudits({ url: endpoint });
const passed = { MUST: 0, SHOULD: 0, MAY: 0 };

for (const { id, name, fn } of audits) {
  test(`${id}: ${name}`, async () => {
    const result = await fn();
    assert.equal(result.status, 'ok', 'reason' in result ? result.reason : '');
    passed[name.split(' ')[0] as keyof typeof passed] += 1;
  });
}

test('these were all 61', () => {
  assert.equal(audits.length, 61);
  assert.deepEqual(passed, { MUST: 13, SHOULD: 23, MAY: 25 });
});
