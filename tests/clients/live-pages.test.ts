// Pages that stay current, with the files of examples/live: a page queries, subscribes, loses its connection, sleeps through
// changes, and shows each of them once.
import { InMemoryCache } from '@apollo/client';
import { cacheExchange } from '@urql/exchange-graphcache';
import { print } from 'graphql';
import { createClient, type Client } from 'graphql-ws';
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, mock, test, type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { chromium, type Browser } from 'playwright-core';
import { createOperationDescriptor, Environment, RecordSource, Store, type ConcreteRequest } from 'relay-runtime';
import WebSocket from 'ws';
// The operations of docs/live.md.
import { StackChangesDocument as subscription, StackPageDocument as query } from './generated/graphql/graphql.js';
import * as apollo from './generated/live/apollo.js';
import { follow, type Page, type StackEvent } from './generated/live/follow.js';
import * as relay from './generated/live/relay.js';
import { createSocket, fromLatestCursor } from './generated/live/socket.js';
import * as urql from './generated/live/urql.js';
import liveQuery, { type liveQuery$data } from './generated/relay/liveQuery.graphql';
import liveSubscription from './generated/relay/liveSubscription.graphql';
import { changeAt, startService, type OwnService } from './own-service.js';
import { introspection, keys, possibleTypes } from './schema.js';

interface Event extends StackEvent {
  change?: { id: string; message?: string | null | undefined } | undefined;
}

// As in a browser: Node.js 20 has none, and the link of Apollo Client looks there.
Object.assign(globalThis, { WebSocket });

// Where clients tell of what they did not expect.
const complaints = [mock.method(console, 'warn'), mock.method(console, 'error')];

/** The network between a page and the service. */
class Network {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #port = 0;
  target = '';

  constructor() {
    this.#server = createServer((client) => {
      const { hostname, port } = new URL(this.target);
      const service = connect(Number(port), hostname);
      for (const [from, to] of [[client, service], [service, client]] as const) {
        this.#open.add(from);
        from.pipe(to);
        from.on('error', () => {});
        from.on('close', () => {
          this.#open.delete(from);
          to.destroy();
        });
      }
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/graphql`;
  }

  /** Takes connections, at the port of the last time. */
  async mend(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Cuts all connections, and refuses others. */
  cut(): void {
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
  }

  /** Forgets all connections without a word. New ones are taken. */
  forget(): void {
    for (const socket of this.#open) socket.unpipe().pause();
  }
}

let dir: string;
let browser: Browser;
let service: OwnService;
const networks = new Set<Network>();

const start = async () => {
  service = await startService(dir, `sqlite://${dir}/devarch.db`);
  for (const network of networks) network.target = service.address;
};

before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'devarch-live.'));
  await start();
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
});

after(async () => {
  await browser?.close();
  service?.kill();
  for (const network of networks) network.cut();
  rmSync(dir, { recursive: true, force: true });
});

/** Makes a change that no page knows of. */
const change = (mutation: string, input: Record<string, unknown>) => changeAt(service.address, mutation, input);

/** A page that is open. */
interface OpenPage {
  /** The instances on show: their names and descriptions. */
  shown(): Promise<Record<string, string>>;
  close(): Promise<void>;
}

/** What a test wants to know of a page. */
interface Spy {
  /** The page has been fetched. What is returned is the cursor after which it subscribes. */
  loaded(cursor: string | null): Promise<string | null>;
  /** The page shows a change. */
  changed(event: Event): void;
}

type Row = { name: string; description: string } | null;
const table = (rows: readonly Row[] = []) =>
  Object.fromEntries(rows.flatMap((row) => (row ? [[row.name, row.description]] : [])));

const spied = (page: Page<Event>, spy: Spy): Page<Event> => ({
  ...page,
  load: async () => spy.loaded(await page.load()),
  show(event) {
    page.show(event);
    spy.changed(event);
  },
});

const socketOf = (url: string): Client =>
  createSocket({ url: url.replace(/^http/, 'ws'), keepAlive: 500, patience: 500 });

const clients: Record<string, (url: string, stack: string, spy: Spy) => Promise<OpenPage>> = {
  async Apollo(url, stack, spy) {
    const socket = socketOf(url);
    const client = apollo.makeClient(url, socket, new InMemoryCache({ possibleTypes, typePolicies: apollo.eventPolicies }));
    const stop = follow(spied(apollo.stackPage(client, stack, query, subscription), spy));
    return {
      shown: async () => table(client.readQuery({ query, variables: { stack } })?.stack?.instances.nodes),
      close: async () => stop(),
    };
  },

  async urql(url, stack, spy) {
    const socket = socketOf(url);
    const updates = { Subscription: { stackChanges: urql.stackChanges } };
    const cache = cacheExchange({ schema: introspection, keys, updates });
    const client = urql.makeClient(url, socket, cache);
    // A query on show is fetched anew when something in it is gone.
    let rows: Row[] | undefined;
    const view = client.query(query, { stack }).subscribe(({ data }) => { rows = data?.stack?.instances.nodes; });
    const stop = follow(spied(urql.stackPage(client, stack, query, subscription), spy));
    return {
      shown: async () => table(rows),
      async close() {
        stop();
        view.unsubscribe();
      },
    };
  },

  async Relay(url, stack, spy) {
    const socket = socketOf(url);
    const environment = new Environment({
      network: relay.makeNetwork(url, socket),
      store: new Store(new RecordSource()),
    });
    const operation = createOperationDescriptor(liveQuery as unknown as ConcreteRequest, { stack });
    const retained = environment.retain(operation);
    const stop = follow(spied(relay.stackPage(environment, stack, liveQuery, liveSubscription), spy));
    return {
      async shown() {
        const data = environment.lookup(operation.fragment).data as liveQuery$data | undefined;
        return table(data?.stack?.instances?.nodes);
      },
      async close() {
        stop();
        retained.dispose();
      },
    };
  },

  // The browser's own, in a page of the service's origin.
  async EventSource(url, stack, spy) {
    const page = await browser.newPage();
    const empty = new URL('/live', url).href;
    await page.route(empty, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
    await page.exposeFunction('loaded', spy.loaded);
    await page.exposeFunction('changed', spy.changed);
    await page.goto(empty);
    const texts = { query: print(query), subscription: print(subscription) };
    const modules = ['follow', 'event-source'].map((name) => readFileSync(`build/generated/live/${name}.js`, 'utf8'));
    await page.evaluate(({ url, stack, texts, modules }) => {
      const exports: any = {};
      for (const module of modules) new Function('exports', module)(exports);
      const { follow, stackPage } = exports;
      const { loaded, changed } = window as unknown as Spy;
      const rows = new Map<string, NonNullable<Row>>();
      const show = () => { document.body.textContent = JSON.stringify([...rows.values()]); };
      const page: Page<Event> = stackPage(url, stack, texts.query, texts.subscription, {
        render(data: any) {
          rows.clear();
          for (const row of data.stack?.instances.nodes ?? []) rows.set(row.id, row);
          show();
        },
        show({ instance, deletedIds }: any) {
          for (const id of deletedIds) rows.delete(id);
          if (instance) rows.set(instance.id, instance);
          show();
        },
        silence: 1_500,
      });
      follow({
        ...page,
        load: async () => loaded(await page.load()),
        show(event: Event) {
          page.show(event);
          changed(event);
        },
      });
    }, { url, stack, texts, modules });
    return {
      shown: async () => table(JSON.parse((await page.innerText('body')) || '[]')),
      close: () => page.close(),
    };
  },
};

/** A stack with the instance `one`, and a page that shows it through a network of its own. */
async function open(t: TestContext, client: string, stack: string, loaded: Spy['loaded']) {
  const network = new Network();
  networks.add(network);
  network.target = service.address;
  await network.mend();
  await change('createStack', { name: stack });
  for (const name of ['one', 'two']) {
    await change('createInstance', { stack: { name: stack }, template: { name: 'redis' }, name });
  }
  const events: Event[] = [];
  const opened = clients[client];
  assert(opened);
  const page = await opened(network.url, stack, { loaded, changed: (event) => void events.push(event) });
  t.after(async () => {
    await page.close();
    network.cut();
    networks.delete(network);
  });
  const instance = (name: string) => ({ instance: { byName: { stack, name } } });
  return {
    network,
    /** Changes the description of `one`, and says so in the message. */
    describe: (text: string) => change('updateInstance', { ...instance('one'), description: text, message: text }),
    remove: (name: string) => change('softDeleteInstance', { ...instance(name), message: `without ${name}` }),
    /** Waits until the page shows what is expected, and has shown the changes with these messages and no others. */
    async until(expected: Record<string, string>, messages: string[]): Promise<void> {
      const wanted = JSON.stringify(expected);
      for (let tries = 0; JSON.stringify(await page.shown()) !== wanted || events.length < messages.length; tries += 1) {
        assert(tries < 1000, `not shown within 20 s; instead ${JSON.stringify([await page.shown(), events])}`);
        await setTimeout(20);
      }
      assert.deepEqual(events.map(({ change }) => change?.message), messages);
    },
  };
}

/** The same cursor of a database with another history. */
function elsewhere(cursor: string): string {
  const bytes = Buffer.from(cursor, 'base64url');
  bytes[1]! ^= 1;
  return bytes.toString('base64url');
}

describe('a page', { concurrency: true }, () => {
  for (const client of Object.keys(clients)) {
    test(`of ${client} shows each change once, whatever its connection does`, async (t) => {
      let loads = 0;
      const made: string[] = [];
      const page = await open(t, client, `live-${client.toLowerCase()}`, async (cursor) => {
        loads += 1;
        await page.describe('between the query and the subscription');
        return cursor;
      });
      const say = async (text: string) => {
        made.push(text);
        await page.describe(text);
      };
      const untilShown = () => page.until({ one: made.at(-1) ?? '', two: '' }, made);

      made.push('between the query and the subscription');
      await untilShown();
      await say('while it looks');
      await untilShown();

      page.network.cut();
      for (let n = 1; n <= 3; n += 1) await say(`${n}, without a network`);
      // It has tried to come back, and was refused.
      await setTimeout(1_500);
      await page.network.mend();
      await untilShown();

      page.network.forget();
      for (let n = 1; n <= 3; n += 1) await say(`${n}, while it sleeps`);
      await untilShown();

      await page.remove('two');
      made.push('without two');
      const last = { one: '3, while it sleeps' };
      await page.until(last, made);
      // Nothing comes late.
      await setTimeout(1_000);
      await page.until(last, made);
      assert.equal(loads, 1, 'the page was fetched once only');
    });

    test(`of ${client} that is told of missing changes is fetched anew, and goes on`, async (t) => {
      let loads = 0;
      const page = await open(t, client, `live-anew-${client.toLowerCase()}`, async (cursor) => {
        loads += 1;
        if (loads > 1) return cursor;
        await page.describe('missed');
        return elsewhere(cursor ?? '');
      });
      await page.until({ one: 'missed', two: '' }, []);
      assert.equal(loads, 2);
      await page.describe('after that');
      await page.until({ one: 'after that', two: '' }, ['after that']);
      assert.equal(loads, 2);
    });

    test(`of ${client} is not disturbed by heartbeats`, async (t) => {
      const page = await open(t, client, `live-beats-${client.toLowerCase()}`, async (cursor) => cursor);
      await page.until({ one: '', two: '' }, []);
      await page.describe('before a heartbeat');
      await page.until({ one: 'before a heartbeat', two: '' }, ['before a heartbeat']);
      // They come every 15 seconds.
      await setTimeout(16_000);
      page.network.cut();
      await page.describe('after it');
      await page.network.mend();
      await page.until({ one: 'after it', two: '' }, ['before a heartbeat', 'after it']);
    });

    test(`of ${client} ends when its stack is gone`, async (t) => {
      const stack = `live-gone-${client.toLowerCase()}`;
      const loads: boolean[] = [];
      const page = await open(t, client, stack, async (cursor) => {
        loads.push(cursor !== null);
        return cursor;
      });
      await page.until({ one: '', two: '' }, []);
      page.network.cut();
      await change('softDeleteStack', { stack: { name: stack } });
      await page.network.mend();
      // The stream is refused, and the query tells why.
      await page.until({}, []);
      await setTimeout(2_500);
      assert.deepEqual(loads, [true, false]);
    });
  }
});

test('pages outlive the service', async (t) => {
  const pages = await Promise.all(
    Object.keys(clients).map((client) =>
      open(t, client, `live-restart-${client.toLowerCase()}`, async (cursor) => cursor),
    ),
  );
  await Promise.all(pages.map((page) => page.until({ one: '', two: '' }, [])));
  for (const page of pages) await page.describe('before');
  await Promise.all(pages.map((page) => page.until({ one: 'before', two: '' }, ['before'])));
  await service.stop();
  await start();
  for (const page of pages) await page.describe('after');
  await Promise.all(pages.map((page) => page.until({ one: 'after', two: '' }, ['before', 'after'])));
});

test('graphql-ws alone gets again what it had', async (t) => {
  const stack = 'live-alone';
  const page = await open(t, 'Relay', stack, async (cursor) => cursor);
  await page.until({ one: '', two: '' }, []);
  const { data } = await (await fetch(`${page.network.url}?query={stack(name:"${stack}"){changeCursor}}`)).json();
  const payload = { query: print(subscription), variables: { stack: { name: stack }, after: data.stack.changeCursor } };
  const alone = createClient({
    url: page.network.url.replace(/^http/, 'ws'),
    shouldRetry: () => true,
    retryWait: () => setTimeout(100),
  });
  const follow = (client: Client) => {
    const seen: string[] = [];
    const next = ({ data }: { data?: any }) => void (data.stackChanges.change && seen.push(data.stackChanges.change.message));
    return { seen, stop: client.subscribe(payload, { next, error: (cause) => void seen.push(`${cause}`), complete() {} }) };
  };
  const [stock, latest] = [follow(alone), follow(fromLatestCursor(alone))];
  const until = async (expected: string[][]) => {
    const seen = () => JSON.stringify([stock.seen, latest.seen]);
    for (let tries = 0; seen() !== JSON.stringify(expected); tries += 1) {
      assert(tries < 500, seen());
      await setTimeout(20);
    }
  };
  await page.describe('1');
  await until([['1'], ['1']]);
  page.network.cut();
  await page.network.mend();
  await page.describe('2');
  await until([['1', '1', '2'], ['1', '2']]);
  stock.stop();
  latest.stop();
});

test('no client had anything to complain about', () => {
  assert.deepEqual(complaints.flatMap(({ mock }) => mock.calls.map((call) => call.arguments)), []);
});
