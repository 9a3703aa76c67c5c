// What the tests of the dashboard do again and again.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { BrowserContextOptions, Locator } from 'playwright-core';
import { launch, open, type Complaints, type Dashboard } from './dashboard-browser.js';
import { serveDashboard } from './dashboard-site.js';
import { changeAt, startService } from './own-service.js';

export const instance = (name: string, stack = 'shop') => ({ byName: { stack, name } });
export const button = ({ page }: Dashboard, name: string, exact = true) => page.getByRole('button', { name, exact });
export const row = ({ page }: Dashboard, text: string) => page.getByRole('row').filter({ hasText: text });
export const title = ({ page }: Dashboard, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
export const last = ({ sent }: Dashboard, name: string) => sent.findLast((operation) => operation.name === name);

/** Waits for the plan of the sheet that is open, and makes the change with its token. */
export async function confirm(dashboard: Dashboard, label: string, mutation: string): Promise<void> {
  const sheet = dashboard.page.getByRole('dialog');
  await sheet.locator('.outcome:not(.stale) .plan').waitFor();
  await sheet.getByRole('button', { name: label, exact: true }).click();
  await sheet.waitFor({ state: 'detached' });
  const { planToken } = last(dashboard, mutation)?.variables['input'] as { planToken?: string };
  assert(planToken, `${mutation} was sent without the token of its plan`);
}

export const chooseAndFill = async (field: Locator, text: string) => {
  await field.fill(text);
  await setTimeout(300);
};

/** Drops files on the field of the import. */
export async function drop({ page }: Dashboard, files: Record<string, string>): Promise<void> {
  const transfer = await page.evaluateHandle((files) => {
    const transfer = new DataTransfer();
    for (const [name, text] of Object.entries(files)) transfer.items.add(new File([text], name, { type: 'text/yaml' }));
    return transfer;
  }, files);
  await page.locator('.drop').dispatchEvent('drop', { dataTransfer: transfer });
}

/** A service of its own and a browser. `stop` fails when something that must not happen has happened. */
export async function startSession() {
  const dir = mkdtempSync(join(tmpdir(), 'devarch-dashboard.'));
  const service = await startService(dir, `sqlite://${dir}/devarch.db`);
  const site = await serveDashboard(service.address);
  const browser = await launch();
  const complaints: Complaints = { foreign: [], policy: [], console: [] };
  return {
    open: (options?: BrowserContextOptions) => open(browser, site, complaints, options),
    change: (mutation: string, input: Record<string, unknown>) => changeAt(service.address, mutation, input),
    async stop() {
      await browser.close();
      site.close();
      service.kill();
      rmSync(dir, { recursive: true, force: true });
      assert.deepEqual(complaints, { foreign: [], policy: [], console: [] });
    },
  };
}

export type Session = Awaited<ReturnType<typeof startSession>>;
