// The forms of the dashboard: where the focus is, what Enter does, and when errors are shown.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Dashboard } from './dashboard-browser.js';
import { button, last, startSession, title, type Session } from './dashboard-steps.js';

let session: Session;
let ann: Dashboard;

before(async () => {
  session = await startSession();
  ann = await session.open();
});

after(() => session?.stop());

/** The label of the field that has the focus, and what is selected in it. */
const focused = ({ page }: Dashboard) =>
  page.evaluate(() => {
    const field = document.activeElement as HTMLInputElement;
    const label = field.labels?.[0]?.textContent ?? field.getAttribute('aria-label');
    return [label, field.value?.slice(field.selectionStart ?? 0, field.selectionEnd ?? 0)];
  });

test('a dialog begins in its first field, and Enter makes the change', async () => {
  await session.change('createStack', { name: 'shop' });
  await ann.go('#/stacks');
  await button(ann, 'New stack').click();
  assert.deepEqual(await focused(ann), ['Name', 'new-stack']);
  // As fast as it can be typed: no plan is there yet.
  await ann.page.keyboard.type('orders');
  await ann.page.keyboard.press('Enter');
  await title(ann, 'orders');
  assert((last(ann, 'CreateStack')?.variables['input'] as { planToken?: string }).planToken);
  for (const [label, field, text] of [
    ['Rename', 'Name', 'orders'],
    ['Fork', 'Name', 'orders-fork'],
    ['Duplicate', 'Name', 'orders-copy'],
    ['Describe', 'Description', ''],
  ] as const) {
    await button(ann, label).click();
    assert.deepEqual(await focused(ann), [field, text], label);
    await ann.page.keyboard.press('Escape');
  }
});

test('a change that destroys something waits until its plan has been seen', async () => {
  await session.change('createInstance', { stack: { name: 'shop' }, template: { name: 'redis' }, name: 'cache' });
  await ann.go('#/stacks/shop/instances/cache');
  await button(ann, 'Delete').click();
  const sheet = ann.page.getByRole('dialog');
  // Before its plan is there.
  await sheet.evaluate((dialog) => dialog.querySelector('form')?.requestSubmit());
  await sheet.locator('.outcome:not(.stale) .plan').getByText('destructive').first().waitFor();
  await ann.page.waitForTimeout(500);
  assert.equal(last(ann, 'SoftDeleteInstance'), undefined);
  await button(ann, 'Cancel').click();
});
