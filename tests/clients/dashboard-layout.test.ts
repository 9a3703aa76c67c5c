// How the pages of the dashboard fit their window.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertFits, type Dashboard } from './dashboard-browser.js';
import { button, drop, instance, row, startSession, type Session } from './dashboard-steps.js';

let session: Session;
let wide: Dashboard;
let telephone: Dashboard;

before(async () => {
  session = await startSession();
  wide = await session.open({ viewport: { width: 1400, height: 900 } });
  telephone = await session.open({ viewport: { width: 390, height: 600 } });
  await session.change('createStack', { name: 'shop' });
  const create = (name: string, template: string, overrides: object = {}) =>
    session.change('createInstance', { stack: { name: 'shop' }, template: { name: template }, name, overrides });
  await create('db', 'postgres');
  await create('web', 'nginx', {
    labels: [
      { key: 'org.opencontainers.image.title', value: 'A web server, with a title that is long enough to ask for the whole width of its column and more' },
      { key: 'traefik.http.routers.observability.middlewares', value: 'a'.repeat(300) },
    ],
    dependencies: [{ instance: instance('db'), condition: 'SERVICE_HEALTHY' }],
    envVars: ['FIRST', 'SECOND', 'THIRD', 'FOURTH'].map((key) => ({ key, value: `${key} \${{db.POSTGRES_PASSWORD}} \${{db:host}} \${{db:url(5432)}}` })),
  });
});

after(() => session?.stop());

/** Words of tables that are broken into two lines. Values may be. */
const broken = ({ page }: Dashboard) =>
  page.evaluate(() => {
    const found: string[] = [];
    const texts = document.createTreeWalker(document.querySelector('main') as Node, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      const parent = text.parentElement;
      if (!parent?.closest('td') || parent.closest('.value, del, ins')) continue;
      for (const { 0: word, index } of (text.textContent ?? '').matchAll(/[A-Za-z0-9]+/g)) {
        const range = document.createRange();
        range.setStart(text, index);
        range.setEnd(text, index + word.length);
        if (new Set(Array.from(range.getClientRects(), ({ top }) => top)).size > 1) found.push(word);
      }
    }
    return found;
  });

/** What stands out of its cell of a table. */
const clipped = ({ page }: Dashboard) =>
  page.locator('td *').evaluateAll((all) =>
    all.filter((one) => one.getBoundingClientRect().right > (one.closest('td')?.getBoundingClientRect().right ?? 0) + 1).map(({ textContent }) => textContent),
  );

const project =
  'services:\n  observability: { image: "nginx:1", scale: 2, environment: { A_VARIABLE_WITH_QUITE_A_LONG_NAME_THAT_IS_A_SECRET_TOKEN: x } }\n';

async function checkImport(dashboard: Dashboard): Promise<void> {
  await dashboard.go('#/stacks');
  await button(dashboard, 'Import').click();
  await drop(dashboard, { 'compose.yaml': project });
  await button(dashboard, 'Check the file').click();
  await dashboard.page.locator('.report td').first().waitFor();
}

test('no word is broken in the columns of a table', async () => {
  for (const hash of ['#/history', '#/templates', '#/stacks', '#/stacks/shop', '#/stacks/shop/instances/web', '#/stacks/shop/history']) {
    await wide.go(hash);
    await wide.page.locator('td').first().waitFor();
    assert.deepEqual(await broken(wide), [], hash);
    await assertFits(wide.page);
  }
  await checkImport(wide);
  assert.deepEqual(await broken(wide), [], 'the report of an import');
});

test('the ring of the focus does not cover the hint below', async () => {
  await wide.go('#/stacks/shop/instances/web');
  await button(wide, 'Add override').click();
  const value = wide.page.getByLabel('Value', { exact: true });
  await value.focus();
  const gap = await value.evaluate((field) => {
    const { outlineOffset, outlineWidth } = getComputedStyle(field);
    const hint = document.getElementById(field.getAttribute('aria-describedby') ?? '');
    return (hint?.getBoundingClientRect().top ?? 0) - (field.getBoundingClientRect().bottom + parseFloat(outlineOffset) + parseFloat(outlineWidth));
  });
  assert(gap >= -1, `the ring covers ${-gap} px`);
});

test('a picture that is wider than its frame says so', async () => {
  await telephone.go('#/stacks/shop');
  const graph = telephone.page.locator('.graph');
  const hint = telephone.page.getByText('scroll it sideways');
  await hint.waitFor();
  assert.equal(await graph.getAttribute('data-more'), 'right');
  await graph.evaluate((frame) => frame.scrollTo({ left: frame.scrollWidth }));
  await telephone.page.locator('.graph[data-more="left"]').waitFor();
  await telephone.page.setViewportSize({ width: 1200, height: 600 });
  await hint.waitFor({ state: 'detached' });
  await telephone.page.setViewportSize({ width: 390, height: 600 });
});

test('a dialog scrolls as one, with its buttons in sight, and tells each broken reference once', async () => {
  await telephone.go('#/stacks/shop/instances/db');
  await button(telephone, 'Delete').click();
  const sheet = telephone.page.getByRole('dialog');
  await sheet.locator('.outcome:not(.stale) .plan').waitFor();
  const [outer, ...inner] = await sheet.evaluate((dialog) =>
    [dialog, ...dialog.querySelectorAll('*')]
      .filter((element) => element.scrollHeight > element.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(element).overflowY))
      .map(({ tagName, className }) => `${tagName} ${className}`),
  );
  assert.deepEqual([outer, inner], ['DIALOG ', []]);
  const box = await sheet.getByRole('button', { name: 'Move to the trash' }).boundingBox();
  assert(box && box.y + box.height < 600, 'the button is out of sight');
  const text = await sheet.innerText();
  assert.equal(text.split('${{db:host}}').length - 1, 1);
  assert.match(text, /variable FIRST/);
  assert.doesNotMatch(text, /env_vars|New conflicts/);
  await sheet.getByRole('button', { name: 'Move to the trash' }).click();
  await sheet.waitFor({ state: 'detached' });
});

test('what a conflict or a report is about fits a telephone', async () => {
  await telephone.page.setViewportSize({ width: 360, height: 600 });
  await telephone.go('#/stacks/shop');
  await row(telephone, 'reference').first().waitFor();
  assert.deepEqual(await clipped(telephone), []);
  await assertFits(telephone.page);
  await checkImport(telephone);
  assert.deepEqual(await clipped(telephone), []);
});
