// The client of the API: urql with its normalising cache, and a socket for subscriptions. Another API key reaches other
// things, so it gets a client of its own.
import { Client, fetchExchange, subscriptionExchange, type CombinedError } from '@urql/core';
import { cacheExchange, type Cache } from '@urql/exchange-graphcache';
import type { Client as Socket } from 'graphql-ws';
import { createSocket } from '../../../live/socket.js';
import schema from '../generated/schema.json';
import { makeStore } from './store';

/** Idle: the page has nothing to follow. */
export type Lamp = 'idle' | 'connecting' | 'live' | 'lost';
export const lamp = makeStore<Lamp>('idle');

/** Whether the service has asked for a key that this tab does not have. */
export const needsKey = makeStore(false);

const endpoint = new URL('graphql', document.baseURI).href;
const place = 'devarch-key';

const keys = Object.fromEntries(schema.embedded.map((type) => [type, () => null]));

/** What a change has deleted is no longer shown by any page. */
function dropDeleted(result: Record<string, unknown>, _: unknown, cache: Cache): void {
  for (const event of Object.values(result) as ({ deletedIds?: string[] } | null)[]) {
    for (const id of event?.deletedIds ?? []) {
      for (const __typename of ['Stack', 'Instance', 'Template']) cache.invalidate({ __typename, id });
    }
  }
}

function makeCache() {
  return cacheExchange({
    schema: schema.introspection as never,
    keys,
    updates: { Subscription: { stackChanges: dropDeleted, changes: dropDeleted } },
  });
}

function makeClient(key: string | null, socket: Socket): Client {
  const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
  const subscriptions = subscriptionExchange({
    forwardSubscription: ({ query = '', variables }) => ({
      subscribe: (sink) => ({
        unsubscribe: socket.subscribe({ query, variables: variables as Record<string, unknown> }, {
          next: (result) => sink.next(result as Parameters<typeof sink.next>[0]),
          error: (cause) => sink.error(cause),
          complete: () => sink.error(new Error('The stream has ended.')),
        }),
      }),
    }),
  });
  return new Client({
    url: endpoint,
    preferGetMethod: false,
    fetchOptions: { headers },
    exchanges: [makeCache(), subscriptions, fetchExchange],
  });
}

function connect(key: string | null) {
  const socket = createSocket({
    url: endpoint.replace(/^http/, 'ws'),
    ...(key ? { connectionParams: { Authorization: `Bearer ${key}` } } : {}),
    // The next page takes over the socket of the last one.
    lazyCloseTimeout: 3_000,
  });
  socket.on('connecting', () => lamp.get() === 'idle' && lamp.set('connecting'));
  socket.on('connected', () => lamp.set('live'));
  socket.on('closed', (event) => lamp.set((event as CloseEvent).code === 1000 ? 'idle' : 'lost'));
  return { key, client: makeClient(key, socket), socket };
}

export const connection = makeStore(connect(sessionStorage.getItem(place)));

/** Uses another API key from now on, in this tab only. */
export function setKey(key: string | null): void {
  if (key) sessionStorage.setItem(place, key);
  else sessionStorage.removeItem(place);
  const former = connection.get();
  needsKey.set(false);
  wasRefused = false;
  void former.socket.dispose();
  lamp.set('idle');
  connection.set(connect(key));
}

/** How many dialogs show or make a key that is nowhere else yet. Until they are done, no page takes their place. */
let holds = 0;
let wasRefused = false;

export const isHeld = () => holds > 0;

/** Keeps the pages as they are, until what it returns is called. */
export function hold(): () => void {
  holds += 1;
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    holds -= 1;
    if (holds > 0 || !wasRefused) return;
    wasRefused = false;
    needsKey.set(true);
  };
}

/** Takes note when the service wants a key, or another one than this client has. */
export function noteRefusal(error: CombinedError, client: Client): void {
  const isRefused =
    error.graphQLErrors.some(({ extensions }) => extensions['code'] === 'UNAUTHENTICATED') ||
    (error.response as Response | undefined)?.status === 401;
  // Another client has taken its place.
  if (!isRefused || client !== connection.get().client) return;
  if (isHeld()) wasRefused = true;
  else needsKey.set(true);
}

/** One sentence about what went wrong. */
export function sentence(error: unknown): string {
  const { graphQLErrors = [], networkError } = error as Partial<CombinedError>;
  if (graphQLErrors[0]) return graphQLErrors[0].message;
  if (networkError) return 'The service does not answer. Trying again.';
  return error instanceof Error ? error.message : String(error);
}
