// Relay: a network layer with queries over HTTP and subscriptions over the socket. `deletedIds @deleteRecord` in the
// document of a subscription takes what is gone out of the store.
import type { Client } from 'graphql-ws';
import {
  fetchQuery,
  Network,
  Observable,
  requestSubscription,
  type GraphQLResponse,
  type GraphQLTaggedNode,
  type IEnvironment,
  type INetwork,
  type OperationType,
} from 'relay-runtime';
import type { Page, StackEvent } from './follow.js';

export function makeNetwork(url: string, socket: Client): INetwork {
  return Network.create(
    async ({ text }, variables) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: text, variables }),
      });
      return response.json();
    },
    ({ text }, variables) =>
      Observable.create<GraphQLResponse>((sink) =>
        socket.subscribe({ query: text ?? '', variables }, {
          next: (result) => sink.next(result as GraphQLResponse),
          error: (cause) => sink.error(cause as Error),
          complete: () => sink.complete(),
        }),
      ),
  );
}

interface StackQuery extends OperationType {
  readonly variables: { stack: string };
  readonly response: { readonly stack: { readonly changeCursor: string } | null | undefined };
}

interface StackSubscription<Event> extends OperationType {
  readonly response: { readonly stackChanges: Event };
}

/** The page of a stack, whose components show what the store has. */
export function stackPage<Event extends StackEvent>(
  environment: IEnvironment,
  stack: string,
  query: GraphQLTaggedNode,
  subscription: GraphQLTaggedNode,
): Page<Event> {
  return {
    async load() {
      const data = await fetchQuery<StackQuery>(environment, query, { stack }).toPromise();
      return data?.stack?.changeCursor ?? null;
    },
    subscribe(after, { next, end }) {
      const events = requestSubscription<StackSubscription<Event>>(environment, {
        subscription,
        variables: { stack: { name: stack }, after },
        onNext: (data) => (data ? next(data.stackChanges) : end()),
        onError: end,
        onCompleted: end,
      });
      return () => events.dispose();
    },
    show() {},
  };
}
