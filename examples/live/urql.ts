// urql: subscriptions over the socket, everything else over HTTP.
import { Client, fetchExchange, subscriptionExchange, type Exchange, type TypedDocumentNode } from '@urql/core';
import type { Cache } from '@urql/exchange-graphcache';
import type { Client as Socket } from 'graphql-ws';
import type { Page, StackEvent } from './follow.js';

export function makeClient(url: string, socket: Socket, cache: Exchange): Client {
  const subscriptions = subscriptionExchange({
    forwardSubscription: ({ query = '', variables }) => ({
      subscribe: (sink) => ({
        unsubscribe: socket.subscribe({ query, variables: variables as Record<string, unknown> }, {
          next: (result) => sink.next(result as Parameters<typeof sink.next>[0]),
          error: (cause) => sink.error(cause),
          // urql reports an error, but not the end of a stream without events.
          complete: () => sink.error(new Error('The stream has ended.')),
        }),
      }),
    }),
  });
  return new Client({ url, exchanges: [cache, subscriptions, fetchExchange] });
}

/** For `updates` of graphcache, which cannot know what is gone: `updates: { Subscription: { stackChanges } }`. */
export function stackChanges(result: { stackChanges?: { deletedIds?: readonly string[] } }, _: unknown, cache: Cache): void {
  for (const id of result.stackChanges?.deletedIds ?? []) {
    for (const type of ['Stack', 'Instance', 'Template']) cache.invalidate({ __typename: type, id });
  }
}

/** The page of a stack, whose components show what the cache has. */
export function stackPage<Event extends StackEvent>(
  client: Client,
  stack: string,
  query: TypedDocumentNode<{ stack?: { changeCursor: string } | null }, { stack: string }>,
  subscription: TypedDocumentNode<{ stackChanges: Event }, { stack: { name: string }; after: string }>,
): Page<Event> {
  return {
    async load() {
      // Past the cache: its cursor would be as old as it is.
      const { data, error } = await client.query(query, { stack }, { requestPolicy: 'network-only' }).toPromise();
      if (error) throw error;
      return data?.stack?.changeCursor ?? null;
    },
    subscribe(after, { next, end }) {
      const events = client.subscription(subscription, { stack: { name: stack }, after }).subscribe(({ data, error }) => {
        // A result with an error has the data of the one before.
        if (data && !error) next(data.stackChanges);
        else end();
      });
      return () => events.unsubscribe();
    },
    show() {},
  };
}
