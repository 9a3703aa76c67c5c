// Subscriptions with the clients whose protocols they follow: graphql-ws and graphql-sse.
import { createClient as createEventSource } from 'graphql-sse';
import { createClient as createSocket } from 'graphql-ws';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import WebSocket from 'ws';
import { endpoint } from './service.js';

interface Result {
  data?: Record<string, any> | null | undefined;
  errors?: readonly { extensions?: Record<string, unknown> | undefined }[] | undefined;
}

interface Sink {
  next(value: Result): void;
  error(cause: unknown): void;
  complete(): void;
}

interface Subscriber {
  subscribe(payload: { query: string }, sink: Sink): () => void;
}

/** All results of an operation that ends by itself. */
function results(client: Subscriber, query: string): Promise<Result[]> {
  return new Promise((resolve, reject) => {
    const seen: Result[] = [];
    client.subscribe({ query }, { next: (value) => seen.push(value), error: reject, complete: () => resolve(seen) });
  });
}

/** The first event of a subscription, which is completed then. */
function first(client: Subscriber, query: string): Promise<Result> {
  return new Promise((resolve, reject) => {
    const sink: Sink = { next: (value) => { resolve(value); setTimeout(stop); }, error: reject, complete() {} };
    const stop = client.subscribe({ query }, sink);
  });
}

const beat = 'subscription { changes { __typename ... on HeartbeatEvent { cursor at } } }';

function isBeat({ data }: Result) {
  assert.equal(data?.['changes'].__typename, 'HeartbeatEvent');
  assert.ok(data['changes'].cursor.length > 0 && Date.parse(data['changes'].at) > 0);
}

test('graphql-ws runs queries, is refused, and follows changes', async () => {
  const client = createSocket({ url: endpoint.replace(/^http/, 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
  assert.deepEqual(await results(client, '{ __typename }'), [{ data: { __typename: 'Query' } }]);
  const refused = await results(client, '{ nothing }').catch((errors) => errors);
  assert.equal(refused[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
  isBeat(await first(client, beat));
  await client.dispose();
});

test('graphql-sse runs queries, is refused, and follows changes', async () => {
  const client = createEventSource({ url: endpoint, retryAttempts: 0 });
  assert.deepEqual(await results(client, '{ __typename }'), [{ data: { __typename: 'Query' } }]);
  const [refused] = await results(client, '{ nothing }');
  assert.equal(refused?.errors?.[0]?.extensions?.['code'], 'GRAPHQL_VALIDATION_FAILED');
  isBeat(await first(client, beat));
  client.dispose();
});
