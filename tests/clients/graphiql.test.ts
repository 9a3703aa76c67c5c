// The page at / in a real browser that reaches nothing but the service.
import { buildSchema, parse, validate } from 'graphql';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { chromium, type Browser, type Page } from 'playwright-core';
import { page as address, sdl } from './service.js';

const { hostname, host } = new URL(address);

let browser: Browser;
let page: Page;
// What must not happen, in the browser's own words.
const foreign: string[] = [];
const failed: string[] = [];
const complaints: string[] = [];

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // Below the route handler: no other name is resolved, whoever asks.
      `--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE ${hostname}`,
    ],
  });
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      console.error(`content security policy: ${violatedDirective} ${blockedURI}`);
    });
  });
  const isForeign = (url: string) => /^(http|ws)s?:$/.test(new URL(url).protocol) && new URL(url).host !== host;
  await context.route(({ href }) => isForeign(href), (route) => route.abort());
  context.on('request', (request) => {
    if (isForeign(request.url())) foreign.push(request.url());
  });
  context.on('requestfailed', (request) => {
    const cause = request.failure()?.errorText;
    // A subscription is stopped.
    if (request.url().endsWith('/graphql') && cause === 'net::ERR_ABORTED') return;
    failed.push(`${request.url()}: ${cause}`);
  });
  context.on('response', (response) => {
    const { pathname } = new URL(response.url());
    // What /graphql refuses is looked at below.
    if (!response.ok() && pathname !== '/graphql') failed.push(`${pathname}: ${response.status()}`);
  });
  context.on('weberror', (error) => complaints.push(`${error.error()}`));
  context.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type())) return;
    complaints.push(`${message.location().url}: ${message.text()}`);
  });
  page = await context.newPage();
  page.on('websocket', (socket) => foreign.push(socket.url()));
  page.setDefaultTimeout(20_000);
});

after(() => browser?.close());

/** What an editor shows, without white space: long lines are broken. */
const shown = async (editor: string) => (await page.locator(`${editor} .view-lines`).innerText()).replace(/\s/g, '');

async function until(editor: string, is: (text: string) => boolean, most = 200): Promise<void> {
  for (let tries = 0; !is(await shown(editor)); tries += 1) {
    assert(tries < most, `${editor} shows ${await shown(editor)}`);
    await setTimeout(50);
  }
}

/** Pastes a query in place of what is there, and runs it. */
async function run(name: string, fields: string, kind = 'query'): Promise<void> {
  const query = `${kind} ${name} { ${fields} }`;
  await page.evaluate((text) => navigator.clipboard.writeText(text), query);
  await page.locator('.graphiql-query-editor .view-lines').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Control+V');
  await until('.graphiql-query-editor', (text) => text === query.replace(/\s/g, ''));
  // Its tab has the name as soon as the page has read the query.
  await page.locator('.graphiql-tab-active').getByText(name, { exact: true }).waitFor();
  await page.locator('.graphiql-execute-button').click();
}

test('the page loads', async () => {
  const response = await page.goto(new URL('/graphiql', address).href);
  assert.equal(response?.status(), 200);
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  await until('.graphiql-query-editor', (text) => text.includes('queryFirstLook{'));
});

test('the tabs of a first visit run', async () => {
  assert.equal(await page.locator('.graphiql-tab').count(), 4);
  for (const name of ['first-look', 'origins', 'import']) {
    const query = readFileSync(`../../.graphiql/${name}.graphql`, 'utf8');
    const response = await fetch(new URL('/graphql', address), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = (await response.json()) as { data: Record<string, { userErrors?: unknown[] }>; errors?: unknown };
    assert.equal(errors, undefined, name);
    for (const payload of Object.values(data)) assert.deepEqual(payload.userErrors ?? [], [], name);
  }
  // It changes something, so it is only checked.
  assert.deepEqual(validate(buildSchema(sdl), parse(readFileSync('../../.graphiql/first-stack.graphql', 'utf8'))), []);
});

test('a query runs', async () => {
  await run('Image', 'template(name: "postgres") { imageName }');
  const expected = JSON.stringify({ data: { template: { imageName: 'postgres' } } });
  await until('.graphiql-response', (text) => text === expected);
});

test('a subscription shows its events until it is stopped', async () => {
  await run('Beats', 'changes { __typename }', 'subscription');
  const expected = JSON.stringify({ data: { changes: { __typename: 'HeartbeatEvent' } } });
  await until('.graphiql-response', (text) => text === expected, 400);
  await page.locator('.graphiql-execute-button').click();
  const metrics = async () => (await fetch(new URL('/metrics', address))).text();
  for (let tries = 0; !(await metrics()).includes('devarch_subscriptions{transport="sse"} 0'); tries += 1) {
    assert(tries < 400);
    await setTimeout(50);
  }
});

test('the documentation shows what the schema says', async () => {
  const field = buildSchema(sdl).getQueryType()?.getFields()['stacks'];
  assert(field?.description);
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  const docs = page.locator('.graphiql-doc-explorer');
  await docs.getByText('Query', { exact: true }).click();
  await docs.getByText('stacks', { exact: true }).click();
  await docs.getByText(field.description).waitFor();
  for (const { name, description } of field.args) {
    assert(description);
    assert((await docs.innerText()).includes(description), `the argument ${name} is not described`);
  }
});

test('a mistake is marked in the editor, and told when it runs', async () => {
  await run('Mistake', 'nothing');
  await until('.graphiql-response', (text) => /^{"errors":\[{"message":"[^"]*nothing/.test(text));
  assert.match(await shown('.graphiql-response'), /"code":"GRAPHQL_VALIDATION_FAILED"}}\]}$/);
  // The editor knows by itself, in a worker.
  await page.locator('.graphiql-query-editor .squiggly-error').first().waitFor();
});

test('nothing went wrong meanwhile', () => {
  assert.deepEqual(failed, []);
  // The browser's own line about the mistake above.
  const [refused, ...rest] = complaints;
  assert.match(refused ?? '', /\/graphql: Failed to load resource: the server responded with a status of 400/);
  assert.deepEqual(rest, []);
});

test('no other host was asked, and would not have answered', async () => {
  assert.deepEqual(foreign, []);
  const elsewhere = await page.context().newPage();
  await assert.rejects(elsewhere.goto('http://elsewhere.example/'), /ERR_FAILED/);
  assert.deepEqual(foreign, ['http://elsewhere.example/']);
});
