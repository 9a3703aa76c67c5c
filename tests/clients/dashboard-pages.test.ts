// What the pages of the dashboard say, where it depends on the state of a stack.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, type Dashboard } from './dashboard-browser.js';
import { button, confirm, instance, row, startSession, title, type Session } from './dashboard-steps.js';

let session: Session;
let ann: Dashboard;

/** An instance of the stack `shop`. */
const create = (name: string, template: string, overrides: object = {}) =>
  session.change('createInstance', { stack: { name: 'shop' }, template: { name: template }, name, overrides });
const set = (name: string, ...entries: object[]) =>
  session.change('patchInstanceOverrides', { instance: instance(name), operations: entries.map((entry) => ({ set: entry })) });
const table = (name: string) => ann.page.getByRole('table', { name, exact: true });

before(async () => {
  session = await startSession();
  ann = await session.open();
  await session.change('createStack', { name: 'shop' });
  await create('db', 'postgres');
  await create('gone', 'postgres');
  await create('app', 'nginx');
  const password = '${{gone.POSTGRES_PASSWORD}}';
  await set('app', { envVar: { key: 'FIRST', value: password } }, { envVar: { key: 'SECOND', value: `of ${password}` } });
});

after(() => session?.stop());

test('the secrets of DevArch are no variables that a reader has to set', async () => {
  await ann.go('#/stacks/shop');
  await table('Secrets').getByText('DB__POSTGRES_PASSWORD', { exact: true }).waitFor();
  await ann.page.getByText('devarch up shop sets them').waitFor();
  assert.equal(await ann.page.getByText('Variables to set before it starts').count(), 0);
  await button(ann, 'Copy the command').click();
  await button(ann, 'Copied').waitFor();
  assert.equal(await ann.page.evaluate(() => navigator.clipboard.readText()), 'devarch up shop');
});

test('a reference without a value is told once, with its instance, apart from the variables', async () => {
  await session.change('softDeleteInstance', { instance: instance('gone') });
  await ann.go('#/stacks/shop');
  const missing = table('References without a value');
  await missing.getByText('UNRESOLVED__GONE_POSTGRES_PASSWORD').waitFor();
  assert.equal(await missing.getByText('app: Its reference ${{gone.POSTGRES_PASSWORD}} has no value').count(), 1);
  assert.equal(await table('Secrets').getByText('UNRESOLVED__').count(), 0);
  assert.equal(await ann.page.locator('.notice', { hasText: 'has no value' }).count(), 0);
});

test('a warning about the Compose file names its instance', async () => {
  await create('cache', 'redis');
  await set('app', { dependency: { instance: instance('cache') } });
  await session.change('updateInstance', { instance: instance('cache'), enabled: false });
  await ann.go('#/stacks/shop');
  await ann.page.locator('.notice').getByText('app: It depends on cache, which is disabled').waitFor();
});

test('a port that the engine chooses is shown in the list of stacks', async () => {
  await session.change('createStack', { name: 'orders' });
  await session.change('createInstance', { stack: { name: 'orders' }, template: { name: 'postgres' }, name: 'db', overrides: { ports: [{ containerPort: 5432 }] } });
  await ann.go('#/stacks');
  await row(ann, 'orders').getByText('auto → 5432').waitFor();
  await ann.go('#/stacks/orders/instances/db');
  await ann.page.getByText('1 override', { exact: true }).waitFor();
});

test('the slider of the versions stays at now when something changes', async () => {
  await ann.go('#/stacks/orders/history');
  await ann.follows();
  const slider = ann.page.getByRole('slider');
  const now = ann.page.locator('.slider').getByText(/^Now/);
  await now.getByText('created db').waitFor();
  await session.change('updateStack', { stack: { name: 'orders' }, description: 'by another person' });
  await now.getByText('changed orders').waitFor();
  // A version that is looked at stays, whatever is changed.
  await slider.press('Home');
  await ann.page.waitForURL(/at=/);
  await session.change('updateStack', { stack: { name: 'orders' }, description: 'once more' });
  await ann.page.getByRole('row').filter({ hasText: 'once more' }).waitFor();
  assert.equal(await slider.inputValue(), '0');
  await slider.press('End');
  await now.getByText('changed orders').waitFor();
});

test('the picture of a stack has all its instances', async () => {
  await ann.go('#/stacks/shop');
  await table('Instances').waitFor();
  const rows = await table('Instances').getByRole('row').count();
  assert.equal(await ann.page.locator('.graph a').count(), rows - 1);
  const boxes = await ann.page.locator('.graph rect').evaluateAll((all) => all.map((box) => `${box.getAttribute('x')} ${box.getAttribute('y')}`));
  assert.equal(new Set(boxes).size, boxes.length, 'no instance covers another one');
});

test('a deletion is undone where it is told', async () => {
  const told = ann.page.getByRole('status').filter({ hasText: 'is in the trash' });
  await session.change('createStack', { name: 'brief' });
  await session.change('createInstance', { stack: { name: 'brief' }, template: { name: 'redis' }, name: 'cache' });
  await ann.go('#/stacks/brief/instances/cache');
  await button(ann, 'Delete').click();
  await confirm(ann, 'Move to the trash', 'SoftDeleteInstance');
  await title(ann, 'brief');
  await told.getByText('cache').waitFor();
  await button(ann, 'Undo').click();
  await title(ann, 'cache');
  await button(ann, 'Add override').waitFor();

  await ann.go('#/stacks/brief');
  await button(ann, 'Delete').click();
  await confirm(ann, 'Move to the trash', 'SoftDeleteStack');
  await title(ann, 'Stacks');
  await told.getByText('brief').waitFor();
  assert.deepEqual(await findings(ann.page), []);
  // It is not told elsewhere, nor when one comes back.
  await ann.go('#/templates');
  await title(ann, 'Templates');
  await ann.go('#/stacks');
  await title(ann, 'Stacks');
  assert.equal(await told.count(), 0);
});

test('nothing is said to be missing before the service was asked', async () => {
  await ann.go('#/templates');
  await table('Templates').waitFor();
  await ann.page.evaluate(() => {
    new MutationObserver(() => {
      if (document.querySelector('main')?.textContent?.includes('There is no')) document.documentElement.dataset['missing'] = location.hash;
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  for (const [hash, name] of [['#/stacks/shop', 'shop'], ['#/templates/redis', 'redis'], ['#/stacks/shop/instances/app', 'app']] as const) {
    await ann.go(hash);
    await title(ann, name);
    await ann.page.locator('.toolbar, table').first().waitFor();
  }
  assert.equal(await ann.page.evaluate(() => document.documentElement.dataset['missing']), undefined);
});
