// The dashboard in Chromium: each page, each change, two people at once, a restart of the service in between.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { assertFits, findings, launch, open, type Complaints, type Dashboard } from './dashboard-browser.js';
import { files, serveDashboard, type Site } from './dashboard-site.js';
import { button, chooseAndFill, confirm, drop, instance, last, row, title } from './dashboard-steps.js';
import { changeAt, startService, type OwnService } from './own-service.js';

const complaints: Complaints = { foreign: [], policy: [], console: [] };
let dir: string;
let service: OwnService;
let site: Site;
let browser: Browser;
let ann: Dashboard;
let bob: Dashboard;

const start = () => startService(dir, `sqlite://${dir}/devarch.db`);

before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'devarch-dashboard.'));
  service = await start();
  site = await serveDashboard(service.address);
  browser = await launch();
  ann = await open(browser, site, complaints);
  bob = await open(browser, site, complaints);
});

after(async () => {
  await browser?.close();
  site?.close();
  service?.kill();
  rmSync(dir, { recursive: true, force: true });
});

const change = (mutation: string, input: Record<string, unknown>) => changeAt(service.address, mutation, input);

test('an empty service offers a new stack, an example, and a place for a Compose file', async () => {
  await ann.go('#/');
  await title(ann, 'Stacks');
  await ann.page.getByText('Drop a compose.yaml here, or choose a file').waitFor();
  const paint = await ann.page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity);
  assert(paint < 1_000, `the first paint came after ${paint} ms`);
  await button(ann, 'New stack').click();
  await button(ann, 'Cancel').click();
  await button(ann, 'Make the example stack').click();
  await title(ann, 'example');
  await row(ann, 'postgres:').waitFor();
  assert.equal(await ann.page.locator('.graph a').count(), 4);
  assert.equal(await ann.page.locator('.graph path').count(), 3);
});

test('a Compose file is checked first, with what is lost, and then imported', async () => {
  await ann.go('#/stacks');
  await button(ann, 'Import').click();
  const text = [
    'name: shop',
    'services:',
    '  web: { image: "nginx:1", ports: ["8080:80"], depends_on: [db], scale: 2 }',
    '  db: { image: "postgres:17", environment: { POSTGRES_DB: orders } }',
    '',
  ].join('\n');
  await drop(ann, { 'compose.yaml': text });
  await button(ann, 'Check the file').click();
  await ann.page.locator('.report').getByText(/lost|nothing is lost/).first().waitFor();
  assert.equal((last(ann, 'ImportCompose')?.variables['input'] as { dryRun: boolean }).dryRun, true);
  assert(await ann.page.getByRole('table', { name: 'Cannot be held' }).getByText('services.web.scale').isVisible());
  await button(ann, 'Make the stack').click();
  await title(ann, 'shop');
  await row(ann, 'nginx:1').waitFor();
});

test('a page is one query and one subscription', async () => {
  for (const hash of pages) {
    const someone = await open(browser, site, complaints);
    await someone.go(hash);
    await someone.follows();
    await setTimeout(200);
    assert.equal(someone.sent.length, 1, `${hash} sent ${someone.sent.map(({ name }) => name)}`);
    assert.equal(someone.subscribed.length, 1, hash);
    assert(someone.subscribed[0], `${hash} subscribes after no cursor`);
    await someone.page.context().close();
  }
});

test('two people see what the other one does', async () => {
  await Promise.all([ann.go('#/stacks/shop'), bob.go('#/stacks/shop/instances/db')]);
  await Promise.all([ann.follows(), bob.follows()]);
  await button(bob, 'Override variable POSTGRES_DB').click();
  await bob.page.getByLabel('Value').fill('billing');
  await button(bob, 'Save').click();
  const variable = row(bob, 'POSTGRES_DB');
  await variable.getByText('instance', { exact: true }).waitFor();
  assert.equal(await variable.locator('del').innerText(), 'orders');
  await row(ann, 'postgres:17').getByText('1', { exact: true }).waitFor();

  await button(ann, 'New instance').click();
  await chooseAndFill(ann.page.getByLabel('Template'), 'redis');
  await confirm(ann, 'Create instance', 'CreateInstance');
  await row(ann, 'redis:').waitFor();
  await bob.go('#/stacks/shop');
  await row(bob, 'redis:').waitFor();
});

test('an override is removed and reset in its place', async () => {
  await ann.go('#/stacks/shop/instances/db');
  await button(ann, 'Reset variable POSTGRES_DB').click();
  await row(ann, 'POSTGRES_DB').getByText('template', { exact: true }).waitFor();
  await button(ann, 'Remove variable POSTGRES_DB').click();
  await row(ann, 'POSTGRES_DB').getByText('removed', { exact: true }).waitFor();
  assert.equal(await row(ann, 'POSTGRES_DB').locator('del').innerText(), 'orders');
  await button(ann, 'Reset variable POSTGRES_DB').click();
  await button(ann, 'Override variable POSTGRES_DB').waitFor();
});

test('a variable of the stack is shown as one, as soon as it is set', async () => {
  await ann.go('#/stacks/shop/instances/db');
  await button(ann, 'Override variable POSTGRES_DB').waitFor();
  await change('setSharedVars', { stack: { name: 'shop' }, vars: [{ key: 'POSTGRES_DB', value: 'shared' }] });
  await row(ann, 'POSTGRES_DB').getByText('stack', { exact: true }).waitFor();
  assert.equal(await row(ann, 'POSTGRES_DB').locator('.current').innerText(), 'shared');
  assert.equal(await row(ann, 'POSTGRES_DB').locator('del').innerText(), 'orders');
  await change('setSharedVars', { stack: { name: 'shop' }, vars: [] });
  await row(ann, 'POSTGRES_DB').getByText('template', { exact: true }).waitFor();
});

test('variables of the stack are made, changed and removed', async () => {
  await ann.go('#/stacks/shop');
  await bob.go('#/stacks/shop/instances/db');
  const variable = ann.page.getByRole('table', { name: 'Variables of the stack' }).getByRole('row').filter({ hasText: 'REGION' });
  await button(ann, 'New variable').click();
  await ann.page.getByLabel('Name', { exact: true }).fill('REGION');
  await chooseAndFill(ann.page.getByLabel('Value', { exact: true }), 'eu');
  await confirm(ann, 'Save variable', 'SetSharedVars');
  await variable.getByText('eu', { exact: true }).waitFor();
  await row(bob, 'REGION').getByText('stack', { exact: true }).waitFor();
  await button(ann, 'Edit stack variable REGION').click();
  await ann.page.getByLabel('Secret', { exact: true }).check();
  await chooseAndFill(ann.page.getByLabel('Value', { exact: true }), 'us');
  await confirm(ann, 'Save variable', 'SetSharedVars');
  await variable.getByText('a secret', { exact: true }).waitFor();
  assert(!(await ann.page.content()).includes('>us<'));
  await button(ann, 'Remove stack variable REGION').click();
  await confirm(ann, 'Remove variable', 'SetSharedVars');
  await variable.waitFor({ state: 'detached' });
  await row(bob, 'REGION').waitFor({ state: 'detached' });
});

test('a reference shows its value and what it is made of, and is edited as it was written', async () => {
  const written = 'at ${{db:host}} in ${{db:container}}';
  const operations = (operation: object) => ({ instance: instance('redis'), operations: [operation] });
  await change('patchInstanceOverrides', operations({ set: { envVar: { key: 'DB_AT', value: written } } }));
  await ann.go('#/stacks/shop/instances/redis');
  await row(ann, 'DB_AT').getByText(written, { exact: true }).waitFor();
  assert.equal(await row(ann, 'DB_AT').locator('.current').innerText(), 'at db in devarch-shop-db');
  await button(ann, 'Edit variable DB_AT').click();
  assert.equal(await ann.page.getByLabel('Value', { exact: true }).inputValue(), written);
  // So are labels and commands, and a domain has its host name beside its key.
  const label = { key: 'db', value: 'on ${{db:host}}' };
  const domain = { domain: '${{db:host}}.test', proxyPort: 80 };
  const setting = { command: ['redis-server', '${{db:host}}'] };
  for (const set of [{ label }, { domain }, { setting }]) await change('patchInstanceOverrides', operations({ set }));
  await row(ann, 'db.test, port 80').getByText('${{db:host}}.test', { exact: true }).waitFor();
  await row(ann, 'redis-server db').getByText('redis-server "${{db:host}}"', { exact: true }).waitFor();
  assert.equal(await row(ann, 'on db').locator('.current').innerText(), 'on db');
  await button(ann, 'Edit label db').click();
  assert.equal(await ann.page.getByLabel('Value', { exact: true }).inputValue(), 'on ${{db:host}}');
  for (const entry of [{ label: 'db' }, { domain: domain.domain }, { setting: 'COMMAND' }]) {
    await change('patchInstanceOverrides', operations({ reset: { entry } }));
  }
  await ann.go('#/stacks/shop');
  const edge = ann.page.locator('.graph path.refers');
  await edge.waitFor({ state: 'attached' });
  assert.equal(await edge.count(), 1);
  await change('patchInstanceOverrides', operations({ reset: { entry: { envVar: 'DB_AT' } } }));
  await edge.waitFor({ state: 'detached' });
});

test('an error stands at its field, with a value that would do', async () => {
  await ann.go('#/stacks/shop/instances/web');
  await button(ann, 'Override port 80/tcp').click();
  const port = ann.page.getByLabel('Host port');
  await port.fill('99999');
  await button(ann, 'Save').click();
  await ann.page.locator('.field.invalid', { hasText: 'Host port' }).getByText('The host port is 1 to 65535').waitFor();
  assert.equal(await port.getAttribute('aria-invalid'), 'true');
  await port.fill('8080');
  await button(ann, 'Free port').click();
  await ann.page.waitForFunction(() => document.querySelector<HTMLInputElement>('.editor input')?.value === '8081');
  await button(ann, 'Save').click();
  await row(ann, '80/tcp').getByText('8081').waitFor();

  await button(ann, 'Rename').click();
  const name = ann.page.getByRole('dialog').getByLabel('Name');
  await chooseAndFill(name, 'Front End');
  await button(ann, 'Use front-end').click();
  await confirm(ann, 'Rename instance', 'RenameInstance');
  await title(ann, 'front-end');
});

test('a conflict of ports is solved in one click', async () => {
  await change('patchInstanceOverrides', { instance: instance('web', 'example'), operations: [{ set: { port: { hostPort: 8081, containerPort: 80 } } }] });
  // What another stack claims is no event of this one.
  await ann.page.reload();
  await ann.page.locator('.notice', { hasText: '8081' }).waitFor();
  await button(ann, 'Use a free port').click();
  await ann.page.locator('.notice', { hasText: '8081' }).waitFor({ state: 'detached' });
  await row(ann, '80/tcp').getByText('8082').waitFor();
});

test('a stale write shows what has changed meanwhile', async () => {
  await ann.go('#/stacks/shop/instances/db');
  await button(ann, 'Override variable POSTGRES_DB').click();
  await ann.page.getByLabel('Value').fill('mine');
  await change('patchInstanceOverrides', { instance: instance('db'), operations: [{ set: { envVar: { key: 'POSTGRES_DB', value: 'theirs' } } }] });
  await row(ann, 'POSTGRES_DB').getByText('theirs').waitFor();
  await button(ann, 'Save').click();
  const meanwhile = ann.page.locator('.meanwhile');
  await meanwhile.getByText('theirs').waitFor();
  assert.match(await meanwhile.innerText(), /variable POSTGRES_DB/);
  await button(ann, 'Save mine over it').click();
  await row(ann, 'POSTGRES_DB').getByText('mine').waitFor();
});

test('fork, duplicate, rename, disable and delete show their plan and send its token', async () => {
  await ann.go('#/stacks/shop');
  await button(ann, 'Fork').click();
  const lease = ann.page.getByRole('dialog').getByLabel('Lease');
  assert.equal(await lease.inputValue(), '', 'a fork stays, as on the command line');
  await lease.selectOption('P7D');
  await setTimeout(300);
  await confirm(ann, 'Fork stack', 'ForkStack');
  await title(ann, 'shop-fork');
  await ann.page.getByText('ends in 7 days').waitFor();
  await button(ann, 'Rename').click();
  await chooseAndFill(ann.page.getByRole('dialog').getByLabel('Name'), 'shop');
  await ann.page.locator('.field.invalid', { hasText: 'Name' }).waitFor();
  await chooseAndFill(ann.page.getByRole('dialog').getByLabel('Name'), 'shop-login');
  await bob.go('#/stacks/shop-fork');
  await bob.follows();
  await confirm(ann, 'Rename stack', 'RenameStack');
  await Promise.all([title(ann, 'shop-login'), title(bob, 'shop-login')]);

  await button(ann, 'Duplicate').click();
  await confirm(ann, 'Duplicate stack', 'DuplicateStack');
  await title(ann, 'shop-login-copy');
  await ann.page.getByRole('heading', { name: 'Conflicts' }).waitFor();
  await button(ann, 'Disable').click();
  await confirm(ann, 'Disable stack', 'UpdateStack');
  await button(ann, 'Enable').waitFor();
  await button(ann, 'Delete').click();
  await confirm(ann, 'Move to the trash', 'SoftDeleteStack');
  await title(ann, 'Stacks');
  await ann.page.getByRole('link', { name: 'shop-login', exact: true }).waitFor();
  assert.equal(await ann.page.getByRole('link', { name: 'shop-login-copy', exact: true }).count(), 0);
});

test('a plan that is no longer true is shown anew', async () => {
  await ann.go('#/stacks/shop-login');
  await button(ann, 'Delete').click();
  const sheet = ann.page.getByRole('dialog');
  await sheet.locator('.outcome:not(.stale) .plan').waitFor();
  const before = await sheet.locator('.effects li').count();
  await change('createInstance', { stack: { name: 'shop-login' }, template: { name: 'mailpit' }, name: 'mail' });
  await sheet.getByRole('button', { name: 'Move to the trash' }).click();
  await sheet.getByRole('alert').waitFor();
  assert(await sheet.locator('.effects li').count() > before);
  await button(ann, 'Cancel').click();
});

test('instances are duplicated and deleted', async () => {
  await ann.go('#/stacks/shop-login/instances/mail');
  await button(ann, 'Duplicate').click();
  await confirm(ann, 'Duplicate instance', 'DuplicateInstance');
  await title(ann, 'mail-copy');
  await button(ann, 'Disable').click();
  await confirm(ann, 'Disable instance', 'UpdateInstance');
  await button(ann, 'Enable').waitFor();
  await button(ann, 'Delete').click();
  await confirm(ann, 'Move to the trash', 'SoftDeleteInstance');
  await title(ann, 'shop-login');
});

test('the Compose file is looked at and copied, with the secrets that it does not contain', async () => {
  await ann.go('#/stacks/example');
  await ann.page.getByRole('table', { name: 'Secrets' }).getByText('DB__POSTGRES_PASSWORD').waitFor();
  await button(ann, 'Copy').click();
  await button(ann, 'Copied').waitFor();
  assert.match(await ann.page.evaluate(() => navigator.clipboard.readText()), /^name: "?devarch-example/m);
  const [download] = await Promise.all([ann.page.waitForEvent('download'), button(ann, 'Download').click()]);
  assert.equal(download.suggestedFilename(), 'compose.yaml');
});

test('an edit of a template shows whom it reaches', async () => {
  await ann.go('#/templates/mailpit');
  await button(ann, 'Edit').click();
  await chooseAndFill(ann.page.getByRole('dialog').getByLabel('Tag'), 'v1.30');
  await ann.page.getByRole('dialog').getByText('mail').first().waitFor();
  await confirm(ann, 'Save template', 'UpdateTemplate');
  await ann.page.getByText('axllent/mailpit:v1.30').waitFor();

  await button(ann, 'Add entry').click();
  const sheet = ann.page.getByRole('dialog');
  await sheet.getByLabel('Name').fill('TZ');
  await chooseAndFill(sheet.getByLabel('Value'), 'UTC');
  await confirm(ann, 'Save template', 'UpdateTemplate');
  await row(ann, 'TZ').getByText('UTC').waitFor();
  await bob.go('#/stacks/shop-login/instances/mail');
  await row(bob, 'TZ').getByText('template', { exact: true }).waitFor();
});

test('two stacks are compared, and a stack with what it was', async () => {
  await ann.go('#/compare');
  await ann.page.getByRole('group', { name: 'First side' }).getByLabel('Stack').selectOption('shop');
  await ann.page.getByRole('group', { name: 'Second side' }).getByLabel('Stack').selectOption('shop-login');
  await button(ann, 'Compare').click();
  await ann.page.getByRole('heading', { name: /^mail only in shop-login$/i }).waitFor();
});

test('the history goes back through versions, and undoes changes', async () => {
  await ann.go('#/stacks/shop/instances/db/history');
  const slider = ann.page.getByRole('slider');
  await slider.focus();
  await slider.press('Home');
  await button(ann, 'Bring this version back').waitFor();
  await ann.page.locator('section', { hasText: 'Versions' }).locator('.edits').first().getByText('mine').waitFor();

  // The change to `theirs` was overwritten since.
  await row(ann, 'theirs').last().getByRole('button', { name: 'Undo' }).click();
  await button(ann, 'Go back all the same').click();
  await confirm(ann, 'Undo this change', 'RevertChange');
  await ann.page.getByRole('row', { name: /undid a change of/ }).waitFor();

  await slider.focus();
  await slider.press('Home');
  await button(ann, 'Bring this version back').click();
  await confirm(ann, 'Bring this version back', 'RestoreVersion').catch(async (error) => {
    // It may be as it was by now.
    assert.match(await ann.page.getByRole('dialog').innerText(), /changes nothing/);
    throw error;
  });
});

test('the trash gives back, and purges', async () => {
  await ann.go('#/trash');
  await button(ann, 'Restore shop-login-copy').click();
  await confirm(ann, 'Restore stack', 'RestoreStack');
  await button(ann, 'Purge mail-copy').click();
  await ann.page.getByRole('dialog').getByText('destructive').first().waitFor();
  await confirm(ann, 'Delete for good', 'PurgeInstance');
  await ann.page.getByText('The trash is empty.').waitFor();
});

test('stacks are made, described and purged, leases renewed, settings and entries added', async () => {
  await ann.go('#/stacks');
  await button(ann, 'New stack').click();
  await chooseAndFill(ann.page.getByRole('dialog').getByLabel('Name'), 'short-lived');
  await confirm(ann, 'Create stack', 'CreateStack');
  await title(ann, 'short-lived');
  await button(ann, 'Describe').click();
  await chooseAndFill(ann.page.getByRole('dialog').getByLabel('Description'), 'Soon gone');
  await confirm(ann, 'Save description', 'UpdateStack');
  await ann.page.getByText('Soon gone').waitFor();
  await button(ann, 'Delete').click();
  await confirm(ann, 'Move to the trash', 'SoftDeleteStack');
  await ann.go('#/trash');
  await button(ann, 'Purge short-lived').click();
  await confirm(ann, 'Delete for good', 'PurgeStack');
  await ann.page.getByText('The trash is empty.').waitFor();

  await ann.go('#/stacks/shop-login');
  await button(ann, 'Renew').click();
  await ann.page.getByRole('dialog').getByLabel('Lease').selectOption('P30D');
  await setTimeout(300);
  await confirm(ann, 'Renew lease', 'RenewLease');
  await ann.page.getByText('ends in 30 days').waitFor();

  await ann.go('#/stacks/shop-login/instances/mail');
  await button(ann, 'Delete').click();
  await confirm(ann, 'Move to the trash', 'SoftDeleteInstance');
  await ann.go('#/trash');
  await button(ann, 'Restore mail').click();
  await confirm(ann, 'Restore instance', 'RestoreInstance');
  await ann.go('#/stacks/shop-login/instances/mail');
  // The page shows what it had at first, and an override of that revision would be refused as stale.
  await ann.page.getByLabel('Latest changes').locator('li').first().filter({ hasText: 'restored' }).waitFor();
  await button(ann, 'Override setting imageTag').click();
  await ann.page.getByLabel('Value').fill('edge');
  await button(ann, 'Save').click();
  await row(ann, 'imageTag').getByText('edge').waitFor();
  await button(ann, 'Add override').click();
  await ann.page.getByLabel('Kind').selectOption('DEPENDENCY');
  await ann.page.getByLabel('Instance', { exact: true }).selectOption('db');
  await button(ann, 'Save').click();
  await row(ann, 'dependency').getByText('started').waitFor();
});

test('the search finds names, images and what entries say, with one query', async () => {
  await ann.go('#/');
  assert.match((await ann.page.getByLabel('Search').getAttribute('placeholder')) ?? '', /Enter/);
  await ann.page.keyboard.press('/');
  await ann.page.keyboard.type('postgis');
  await ann.page.keyboard.press('Enter');
  await title(ann, 'Search: postgis');
  await row(ann, 'imageName = postgis/postgis').waitFor();
  await change('setSharedVars', { stack: { name: 'example' }, vars: [{ key: 'MOTTO', value: 'Seek & find' }] });
  await ann.go('#/search?q=seek%20%26');
  await row(ann, 'MOTTO = Seek & find').getByRole('link', { name: 'example' }).click();
  await title(ann, 'example');
});

test('the keyboard is enough', async () => {
  await ann.go('#/stacks/shop');
  await ann.follows();
  await ann.page.keyboard.press('Tab');
  await ann.page.getByRole('link', { name: 'Skip to content' }).press('Enter');
  assert.equal(await ann.page.evaluate(() => document.activeElement?.id), 'main');
  await button(ann, 'Rename').press('Enter');
  const sheet = ann.page.getByRole('dialog');
  for (let steps = 0; steps < 12; steps += 1) {
    await ann.page.keyboard.press('Tab');
    const isOutside = await ann.page.evaluate(() => {
      const { activeElement } = document;
      return activeElement !== document.body && !activeElement?.closest('dialog');
    });
    assert(!isOutside, 'the focus left the dialog');
  }
  await ann.page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  assert.equal(await ann.page.evaluate(() => document.activeElement?.textContent), 'Rename');
});

test('each table leads to its query in GraphiQL', async () => {
  await ann.go('#/stacks/shop');
  const link = ann.page.getByRole('link', { name: 'Query of Instances in GraphiQL' });
  const href = new URL((await link.getAttribute('href')) ?? '', ann.page.url());
  assert.equal(href.href.split('?')[0], `${site.address}graphiql`);
  assert.match(href.searchParams.get('query') ?? '', /query StackPage/);
  const body = JSON.stringify({ query: href.searchParams.get('query'), variables: JSON.parse(href.searchParams.get('variables') ?? '') });
  const response = await fetch(`${service.address}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  assert.equal(((await response.json()) as { data: { stack: { name: string } } }).data.stack.name, 'shop');
});

test('a restart of the service in between is made up for', async () => {
  await Promise.all([ann.go('#/stacks/shop/instances/db'), bob.go('#/stacks/shop')]);
  await Promise.all([ann.follows(), bob.follows()]);
  const queries = bob.sent.length;
  await service.stop();
  await ann.page.locator('.lamp', { hasText: 'Not live' }).waitFor();
  service = await start();
  // Made before any page is connected again.
  await change('updateInstance', { instance: instance('db'), description: 'Changed while nobody looked' });
  site.target = service.address;
  await Promise.all([ann, bob].map(({ page }) => page.getByText('Changed while nobody looked').waitFor({ timeout: 30_000 })));
  // It goes on after its last cursor: there is no second query but the one that the change asks for.
  assert.equal(bob.subscribed.length >= 2, true);
  assert(bob.subscribed.at(-1));
  assert(bob.sent.length - queries <= 2, `${bob.sent.length - queries} queries`);
  // What the browser says about a service that does not answer.
  const isExpected = (text: string) => /WebSocket connection to|Failed to load resource/.test(text);
  complaints.console = complaints.console.filter((text) => !isExpected(text));
});

const pages = [
  '#/',
  '#/stacks/shop',
  '#/stacks/shop/history',
  '#/stacks/shop/instances/db',
  '#/stacks/shop/instances/db/history',
  '#/templates',
  '#/templates/postgres',
  '#/templates/postgres/history',
  '#/compare?a=shop&b=example',
  '#/history',
  '#/trash',
  '#/keys',
  '#/search?q=db',
];

for (const colorScheme of ['light', 'dark'] as const) {
  test(`each page is accessible and fits a telephone, ${colorScheme}`, async () => {
    for (const width of [1280, 360]) {
      const viewer = await open(browser, site, complaints, { colorScheme, viewport: { width, height: 800 } });
      for (const hash of pages) {
        await viewer.go(hash);
        await viewer.page.waitForLoadState('networkidle');
        await viewer.page.locator('.empty', { hasText: 'Loading' }).waitFor({ state: 'detached' });
        assert.deepEqual(await findings(viewer.page), [], `${hash}, ${width}`);
        await assertFits(viewer.page);
      }
      await viewer.go('#/stacks/shop');
      await button(viewer, 'Delete').click();
      await viewer.page.locator('.plan').waitFor();
      assert.deepEqual(await findings(viewer.page), [], `the sheet, ${width}`);
      await viewer.go('#/stacks/shop/instances/db');
      await button(viewer, 'Add override').click();
      assert.deepEqual(await findings(viewer.page), [], `the editor, ${width}`);
      await assertFits(viewer.page);
      await viewer.page.context().close();
    }
  });
}

test('the switch of colours holds', async () => {
  await ann.go('#/');
  const ground = () => ann.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await button(ann, 'Colours: system').click();
  await button(ann, 'Colours: light').click();
  await button(ann, 'Colours: dark').waitFor();
  assert.notEqual(await ground(), light);
  await ann.page.reload();
  assert.notEqual(await ground(), light);
  await button(ann, 'Colours: dark').click();
});

test('the page is light', () => {
  const sizes = readdirSync(files)
    .filter((name) => !name.startsWith('licences'))
    .map((name) => gzipSync(readFileSync(join(files, name))).length);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  assert(all < 300_000, `${all} bytes packed`);
});

const pictures = process.env['DASHBOARD_PICTURES'];

test('pictures for the README', { skip: !pictures && 'DASHBOARD_PICTURES is not set' }, async () => {
  const folder = '../../docs/pictures';
  mkdirSync(folder, { recursive: true });
  await change('patchInstanceOverrides', {
    instance: instance('db', 'example'),
    operations: [
      { set: { port: { hostPort: 15432, containerPort: 5432 } } },
      { set: { envVar: { key: 'POSTGRES_DB', value: 'orders' } } },
      { set: { setting: { imageTag: '16.9' } } },
      { remove: { envVar: 'POSTGRES_INITDB_ARGS' } },
    ],
  });
  const shots = [
    ['stack', '#/stacks/example', 'light'],
    ['instance', '#/stacks/example/instances/db', 'dark'],
  ] as const;
  for (const [name, hash, colorScheme] of shots) {
    const viewer = await open(browser, site, complaints, { colorScheme, viewport: { width: 1120, height: 760 } });
    await viewer.go(hash);
    await viewer.follows();
    const path = join(folder, `dashboard-${name}.png`);
    await viewer.page.screenshot({ path });
    assert(statSync(path).size < 150_000);
    await viewer.page.context().close();
  }
});

test('keys are made and revoked, and asked for once', async () => {
  await ann.go('#/keys');
  await button(ann, 'New key').click();
  await ann.page.getByLabel('Name').fill('ann');
  await button(ann, 'Create key').click();
  const token = await ann.page.locator('.token').innerText();
  assert.match(token, /^devarch_/);
  // Every request needs a key by now, and the token is still there.
  await setTimeout(2_000);
  assert.equal(await ann.page.locator('.token').innerText(), token);
  await button(ann, 'Done').click();
  await row(ann, 'this one').waitFor();
  await ann.follows();

  await bob.go('#/stacks');
  await bob.page.reload();
  await title(bob, 'API key');
  await bob.page.getByLabel('Key').fill('devarch_wrong');
  await button(bob, 'Continue').click();
  await bob.page.getByText('The key is not valid').waitFor();
  await bob.page.getByLabel('Key').fill(token);
  await button(bob, 'Continue').click();
  await title(bob, 'Stacks');
  await bob.follows();
  await bob.page.reload();
  await title(bob, 'Stacks');
  await bob.follows();

  await button(ann, 'New key').click();
  await ann.page.getByLabel('Name').fill('reader');
  await button(ann, 'Create key').click();
  const reader = await ann.page.locator('.token').innerText();
  await button(ann, 'Done').click();
  await row(ann, 'reader').waitFor();
  const carl = await open(browser, site, complaints);
  await carl.go('#/stacks/shop/instances/db');
  await carl.page.getByLabel('Key').fill(reader);
  await button(carl, 'Continue').click();
  await title(carl, 'db');
  assert.equal(await button(carl, 'Add override').count(), 0);

  await button(ann, 'Revoke reader').click();
  await button(ann, 'Revoke key').click();
  await row(ann, 'revoked').waitFor();
  await title(carl, 'API key');
  complaints.console = complaints.console.filter((text) => !/status of 401/.test(text));
});

test('no other host was asked, and no policy was broken', () => {
  assert.deepEqual(complaints, { foreign: [], policy: [], console: [] });
});
