// Random operations, answered by the service and by graphql-js over the same data: the answers have to be the same bytes.
// The service is one of this test's own, so that nothing else changes what is in it.
//
// DIFFERENTIAL_COUNT and DIFFERENTIAL_SEED make it longer, or another one; DIFFERENTIAL_DATABASE_URL asks another database.
import { execute, parse, print, validate, type ExecutionResult } from 'graphql';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Snapshot } from './graphqljs.js';
import { Dice, grow, type Operation } from './grow.js';
import { startService, type OwnService } from './own-service.js';
import { sdl } from './service.js';

const count = Number(process.env['DIFFERENTIAL_COUNT'] ?? 400);
const seed = Number(process.env['DIFFERENTIAL_SEED'] ?? 1);

interface Answer {
  data?: unknown;
  errors?: { message: string; path?: (string | number)[]; extensions?: { code?: string } }[];
}

/** Runs something beside a service of its own. */
async function beside(work: (post: (body: unknown) => Promise<Answer>) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'devarch-differential.'));
  const url = process.env['DIFFERENTIAL_DATABASE_URL'] ?? `sqlite://${dir}/devarch.db`;
  const limits = ['--max-aliases', '2000', '--max-cost', '1000000000', '--max-depth', '30', '--max-directives', '1000'];
  let service: OwnService | undefined;
  try {
    service = await startService(dir, url, limits);
    const endpoint = `${service.address}/graphql`;
    const headers = { 'content-type': 'application/json' };
    await work(async (body) => {
      const response = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(body) });
      const text = await response.text();
      try {
        return JSON.parse(text) as Answer;
      } catch {
        return { data: `no JSON: ${text}` };
      }
    });
  } finally {
    service?.kill();
    rmSync(dir, { recursive: true, force: true });
  }
}

const MAKE = `mutation ($s: String!) { createStack(input: { name: $s, description: "é 😀 \\" \\\\ \\n" }) { userErrors { message } } }`;
const ADD = `mutation ($input: CreateInstanceInput!) { createInstance(input: $input) { userErrors { message } } }`;

async function fill(post: (body: unknown) => Promise<Answer>): Promise<void> {
  const done = async (query: string, variables: unknown) => {
    const { data, errors } = await post({ query, variables });
    assert.equal(errors, undefined);
    for (const { userErrors } of Object.values(data as Record<string, any>)) assert.deepEqual(userErrors, []);
  };
  for (const [stack, instances] of [['shop', 7], ['blog', 2], ['empty', 0]] as const) {
    await done(MAKE, { s: stack });
    for (let n = 0; n < instances; n++) {
      const overrides = {
        ports: [{ hostPort: 6379 + (n % 3), containerPort: 6379 }, { containerPort: 80 + n, protocol: 'UDP' }],
        envVars: [{ key: 'A', value: 'é😀"\\\n' }, { key: 'B', value: null }, { key: 'S', value: 's3cret', isSecret: true }],
        labels: n % 2 ? [] : [{ key: 'a.b', value: '' }],
        volumes: [{ source: '/srv/data', target: `/data${n}` }],
        attributes: [{ name: 'x-a', value: { b: [1, 2.5, null, true], a: {} } }],
        healthcheck: { test: ['CMD', 'true'], retries: n },
      };
      const template = { name: n % 3 === 2 ? 'postgres' : 'redis' };
      const input = { stack: { name: stack }, template, name: `${stack}-${n}`, ...(n % 4 === 3 ? {} : { overrides }) };
      await done(ADD, { input });
    }
  }
  await done(
    `mutation ($i: InstanceRef!) { a: updateInstance(input: { instance: $i, enabled: false }) { userErrors { message } }
      b: patchInstanceOverrides(input: { instance: $i, operations: [{ remove: { envVar: "X" } }, { replace: PORT }] }) { userErrors { message } } }`,
    { i: { byName: { stack: 'shop', name: 'shop-1' } } },
  );
}

/** What of an answer has to be the same: its data, and where its errors are. */
function told({ data, errors }: Answer | ExecutionResult): string {
  // Without data nothing ran, or nothing is left of it.
  return JSON.stringify({ data: data ?? null, errors: data == null ? (errors?.length ?? 0) > 0 : errors?.map(({ path }) => path) });
}

function expected(snapshot: Snapshot, { bare, variables }: Operation): { valid: boolean; answer: Answer | ExecutionResult } {
  const document = parse(bare);
  const errors = validate(snapshot.schema, document);
  if (errors.length) return { valid: false, answer: { errors: errors.map(({ message }) => ({ message })) } };
  const answer = execute({ schema: snapshot.schema, document, variableValues: variables });
  assert(!(answer instanceof Promise));
  const lost = answer.errors?.find(({ originalError }) => originalError instanceof assert.AssertionError);
  assert.equal(lost, undefined, print(document));
  return { valid: true, answer };
}

test('random operations are answered as graphql-js answers them', { timeout: 3_600_000 }, async () => {
  await beside(async (post) => {
    await fill(post);
    const snapshot = await Snapshot.read(sdl, async (query) => {
      const { data, errors } = await post({ query });
      assert.equal(errors, undefined, query);
      return data as Record<string, any>;
    });
    const dice = new Dice(seed);
    const seen = { same: 0, withErrors: 0, invalid: 0, limited: 0 };
    const wrong: string[] = [];
    const started = performance.now();
    for (let n = 0; n < count; n++) {
      const operation = grow(dice, snapshot);
      const answer = await post({ query: operation.query, variables: operation.variables });
      const code = answer.errors?.[0]?.extensions?.code;
      const { valid, answer: wanted } = expected(snapshot, operation);
      const show = () => `${JSON.stringify(operation.variables)}\n${operation.query}\n`;
      if (code === 'LIMIT_EXCEEDED' && answer.data === undefined) {
        seen.limited += 1;
      } else if (!valid || code === 'GRAPHQL_VALIDATION_FAILED' || code === 'GRAPHQL_PARSE_FAILED') {
        seen.invalid += 1;
        if (process.env['DIFFERENTIAL_INVALID']) console.log(JSON.stringify(wanted.errors?.slice(0, 2)));
        const agreed = !valid && code === 'GRAPHQL_VALIDATION_FAILED';
        if (!agreed) wrong.push(`${show()}${code}, and graphql-js says ${JSON.stringify(wanted.errors)}`);
      } else if (told(answer) === told(wanted)) {
        seen.same += 1;
        seen.withErrors += wanted.errors ? 1 : 0;
      } else {
        wrong.push(`${show()}service:    ${told(answer)}\ngraphql-js: ${told(wanted)}\n${JSON.stringify(answer.errors?.[0])}`);
      }
    }
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`seed ${seed}: ${wrong.length} of ${count} differ, ${JSON.stringify(seen)}, ${seconds} s`);
    assert.equal(wrong.length, 0, `${wrong.length} of ${count} differ, among them:\n\n${wrong.slice(0, 5).join('\n\n')}`);
    assert(seen.same > count / 2 && seen.withErrors > count / 50, JSON.stringify(seen));
  });
});
