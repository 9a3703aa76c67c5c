// Chromium with the dashboard, and what must not happen in it.
import axe from 'axe-core';
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import type { Site } from './dashboard-site.js';

/** A page that counts what it asks. */
export interface Dashboard {
  page: Page;
  /** The names of the queries and changes that it has sent, and the variables of the last one of each. */
  sent: { name: string; variables: Record<string, unknown> }[];
  /** The cursors after which it has subscribed. */
  subscribed: unknown[];
  go(hash: string): Promise<void>;
  /** Waits until the page that it went to is followed. */
  follows(): Promise<void>;
}

export interface Complaints {
  foreign: string[];
  policy: string[];
  console: string[];
}

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });

/** Opens the dashboard as somebody else would: with storage of its own. */
export async function open(browser: Browser, site: Site, complaints: Complaints, options: BrowserContextOptions = {}): Promise<Dashboard> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', ...options });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const { host } = new URL(site.address);
  const note = (url: string) => {
    const { protocol, host: asked } = new URL(url);
    if (/^(http|ws)s?:$/.test(protocol) && asked !== host) complaints.foreign.push(url);
  };
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      console.error(`content security policy: ${violatedDirective} ${blockedURI}`);
    });
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const dashboard: Dashboard = {
    page,
    sent: [],
    subscribed: [],
    async go(hash) {
      const address = `${site.address}${hash}`;
      const former = dashboard.subscribed.length;
      await (page.url() === address ? page.reload() : page.goto(address));
      await page.locator('main h1').waitFor();
      dashboard.follows = async () => {
        while (dashboard.subscribed.length === former) await setTimeout(20);
        await page.locator('.lamp', { hasText: /^Live$/ }).waitFor();
      };
    },
    follows: async () => {},
  };
  context.on('request', (request) => {
    note(request.url());
    if (!request.url().endsWith('/graphql') || request.method() !== 'POST') return;
    const { query, variables } = request.postDataJSON() as { query: string; variables: Record<string, unknown> };
    dashboard.sent.push({ name: /(?:query|mutation) (\w+)/.exec(query)?.[1] ?? query, variables });
  });
  page.on('websocket', (socket) => {
    note(socket.url());
    socket.on('framesent', ({ payload }) => {
      const { type, payload: operation } = JSON.parse(String(payload));
      if (type === 'subscribe') dashboard.subscribed.push(operation.variables.after);
    });
  });
  context.on('weberror', (error) => complaints.console.push(`${error.error()}`));
  context.on('console', (message) => {
    if (message.text().startsWith('content security policy')) complaints.policy.push(message.text());
    else if (['error', 'warning'].includes(message.type())) complaints.console.push(message.text());
  });
  return dashboard;
}

/** Serious and critical findings of axe. */
export async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

export async function assertFits(page: Page): Promise<void> {
  const [wide, seen] = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return [scrollWidth, clientWidth];
  });
  assert(wide <= seen, `${page.url()} is ${wide} wide, of which ${seen} are seen`);
}
