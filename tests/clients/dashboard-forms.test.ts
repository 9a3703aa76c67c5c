// The forms of the dashboard: where the focus is, what Enter does, and when errors are shown.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { findings, type Dashboard } from './dashboard-browser.js';
import { button, drop, last, row, startSession, title, type Session } from './dashboard-steps.js';

let session: Session;
let ann: Dashboard;

before(async () => {
  session = await startSession();
  ann = await session.open();
  await session.change('createStack', { name: 'shop' });
});

after(() => session?.stop());

/** The label of the field that has the focus, and what is selected in it. */
const focused = ({ page }: Dashboard) =>
  page.evaluate(() => {
    const field = document.activeElement as HTMLInputElement;
    const label = field.labels?.[0]?.textContent ?? field.getAttribute('aria-label');
    return [label, field.value?.slice(field.selectionStart ?? 0, field.selectionEnd ?? 0)];
  });

/** Holds all plans back for a moment, so that something is done before they are there. */
const slowPlans = ({ page }: Dashboard) =>
  page.route('**/graphql', async (route) => {
    if (route.request().postData()?.includes('MakePlan')) await setTimeout(500);
    await route.fallback();
  });

test('a dialog begins in its first field, and Enter makes the change', async () => {
  await ann.go('#/stacks');
  await button(ann, 'New stack').click();
  assert.deepEqual(await focused(ann), ['Name', 'new-stack']);
  await slowPlans(ann);
  await ann.page.keyboard.type('orders');
  await ann.page.keyboard.press('Enter');
  await title(ann, 'orders');
  await ann.page.unroute('**/graphql');
  assert((last(ann, 'CreateStack')?.variables['input'] as { planToken?: string }).planToken);
  for (const [label, field, text] of [
    ['Rename', 'Name', 'orders'],
    ['Fork', 'Name', 'orders-fork'],
    ['Duplicate', 'Name', 'orders-copy'],
    ['Describe', 'Description', ''],
    ['New instance', 'Template', ''],
    ['New variable', 'Name', ''],
  ] as const) {
    await button(ann, label).click();
    assert.deepEqual(await focused(ann), [field, text], label);
    await ann.page.keyboard.press('Escape');
  }
});

test('a change that destroys something waits until its plan has been seen', async () => {
  await session.change('createInstance', { stack: { name: 'shop' }, template: { name: 'redis' }, name: 'cache' });
  await ann.go('#/stacks/shop/instances/cache');
  await slowPlans(ann);
  await button(ann, 'Delete').click();
  const sheet = ann.page.getByRole('dialog');
  await sheet.evaluate((dialog) => dialog.querySelector('form')?.requestSubmit());
  await sheet.locator('.outcome:not(.stale) .plan').getByText('destructive').first().waitFor();
  await setTimeout(200);
  assert.equal(last(ann, 'SoftDeleteInstance'), undefined);
  await button(ann, 'Cancel').click();
  await ann.page.unroute('**/graphql');
});

test('an override file is laid over the file, and the name of the project is proposed', async () => {
  await ann.go('#/stacks');
  await button(ann, 'Import').click();
  const name = ann.page.getByLabel('Name of the stack');
  await drop(ann, {
    'compose.override.yaml': 'services: { api: { environment: { MODE: debug } } }\n',
    'compose.yaml': 'name: my_api\nservices: { api: { image: "nginx:1", environment: { MODE: quiet } } }\n',
  });
  assert.equal(await name.inputValue(), 'my-api');
  await button(ann, 'Check the file').click();
  await ann.page.locator('.report').waitFor();
  const { files, overrides } = last(ann, 'ImportCompose')?.variables['input'] as Record<string, { name: string }[]>;
  assert.deepEqual([files, overrides].map((list) => list?.map(({ name }) => name)), [['compose.yaml'], ['compose.override.yaml']]);
  await button(ann, 'Make the stack').click();
  await title(ann, 'my-api');
  await ann.go('#/stacks/my-api/instances/api');
  assert.equal(await row(ann, 'MODE').locator('.current').innerText(), 'debug');

  // What has been typed stays when other files are chosen.
  await ann.go('#/stacks');
  await button(ann, 'Import').click();
  await drop(ann, { 'a.yaml': 'services: { api: { image: "nginx:1" } }\n' });
  assert.equal(await name.inputValue(), 'imported');
  await name.fill('mine');
  await drop(ann, { 'b.yaml': 'name: other\nservices: { api: { image: "nginx:1" } }\n' });
  await ann.page.locator('.drop').getByText('b.yaml').waitFor();
  assert.equal(await name.inputValue(), 'mine');
});

test('an empty field is no error before something was typed', async () => {
  await ann.go('#/stacks/shop');
  await button(ann, 'New variable').click();
  const name = ann.page.getByRole('dialog').getByLabel('Name', { exact: true });
  const error = ann.page.getByRole('dialog').locator('.problem, .notice.bad');
  const isPlanned = () => ann.page.locator('.outcome:not(.stale)').waitFor({ state: 'attached' });
  await isPlanned();
  assert.equal(await error.count(), 0);
  await name.fill('1A');
  await error.first().waitFor();
  await name.fill('');
  await error.first().waitFor();
  await ann.page.keyboard.press('Escape');

  await button(ann, 'New variable').click();
  await isPlanned();
  await name.press('Enter');
  await error.first().waitFor();
  await ann.page.keyboard.press('Escape');
});

test('the template of an instance is searched for', async () => {
  await ann.go('#/stacks/shop');
  await button(ann, 'New instance').click();
  const template = ann.page.getByLabel('Template');
  const proposals = await template.evaluate((field: HTMLInputElement) => Array.from(field.list?.options ?? [], ({ value, label }) => ({ value, label })));
  assert.match(proposals.find(({ value }) => value === 'redis')?.label ?? '', /^redis – cache – ./);
  // A part of a name is no error while it is typed, only when it is sent.
  const sheet = ann.page.getByRole('dialog');
  await ann.page.keyboard.type('valk');
  await setTimeout(600);
  assert.equal(await sheet.locator('.problem').count(), 0);
  await ann.page.keyboard.press('Enter');
  await sheet.locator('.problem').waitFor();
  assert.deepEqual(await findings(ann.page), []);
  await ann.page.keyboard.type('ey');
  const name = sheet.getByLabel('Name');
  assert.equal(await name.inputValue(), 'valkey');
  await ann.page.keyboard.press('Enter');
  await row(ann, 'valkey').first().waitFor();
});

test('a reference is chosen and put at the cursor', async () => {
  await session.change('createInstance', { stack: { name: 'shop' }, template: { name: 'postgres' }, name: 'db' });
  await session.change('createInstance', { stack: { name: 'shop' }, template: { name: 'nginx' }, name: 'app' });
  await ann.go('#/stacks/shop/instances/app');
  await button(ann, 'Add override').click();
  await ann.page.getByLabel('Name', { exact: true }).fill('ADDRESS');
  const value = ann.page.getByLabel('Value', { exact: true });
  await value.fill('at :5432');
  await value.press('Home');
  for (let steps = 0; steps < 3; steps += 1) await value.press('ArrowRight');
  assert.equal(last(ann, 'References'), undefined, 'asked for before it is wanted');
  await button(ann, 'Refer to…').click();
  const names = ann.page.getByLabel('Refer to');
  await ann.page.locator('datalist option[value="${{db:host}}"]').waitFor({ state: 'attached' });
  const proposals = await names.evaluate((field: HTMLInputElement) => Array.from(field.list?.options ?? [], ({ value }) => value));
  for (const text of ['${{db.POSTGRES_PASSWORD}}', '${{self:host}}']) assert(proposals.includes(text), text);
  // Neither Enter nor a part of a name is a choice.
  await ann.page.keyboard.type('${{db:ho');
  await ann.page.keyboard.press('Enter');
  assert.equal(await value.inputValue(), 'at :5432');
  await names.fill('${{db:host}}');
  assert.equal(await value.inputValue(), 'at ${{db:host}}:5432');
  assert.deepEqual(await focused(ann), ['Value', '']);
  assert.deepEqual(await findings(ann.page), []);
  await button(ann, 'Save').click();
  assert.equal(await row(ann, 'ADDRESS').locator('.current').innerText(), 'at db:5432');

  await ann.go('#/stacks/shop');
  await button(ann, 'New variable').click();
  await button(ann, 'Refer to…').click();
  await names.press('Escape');
  await names.waitFor({ state: 'detached' });
  assert.deepEqual(await focused(ann), ['Value', '']);
  await ann.page.keyboard.press('Escape');
});

test('a secret is generated in the form of a variable', async () => {
  await session.change('createInstance', { stack: { name: 'shop' }, template: { name: 'postgres' }, name: 'store' });
  await ann.go('#/stacks/shop/instances/store');
  await row(ann, 'POSTGRES_PASSWORD').getByText('(generated)').waitFor();
  await button(ann, 'Override variable POSTGRES_PASSWORD').click();
  await ann.page.getByLabel('Generate a new secret').check();
  await button(ann, 'Save').click();
  await row(ann, 'POSTGRES_PASSWORD').getByText('instance', { exact: true }).waitFor();
  await row(ann, 'POSTGRES_PASSWORD').getByText('(generated)').first().waitFor();
});
