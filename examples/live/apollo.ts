// Apollo Client: queries over HTTP, subscriptions over the socket.
import { ApolloClient, ApolloLink, HttpLink } from '@apollo/client';
import type { ApolloCache, TypedDocumentNode, TypePolicies } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import type { Client } from 'graphql-ws';
import type { Page, StackEvent } from './follow.js';

/** For `typePolicies` of the cache: an event takes the place of the one before. Without that the cache warns. */
export const eventPolicies: TypePolicies = {
  Subscription: { fields: { stackChanges: { merge: false }, changes: { merge: false } } },
};

export function makeClient(url: string, socket: Client, cache: ApolloCache): ApolloClient {
  const isSubscription = ({ operationType }: ApolloLink.Operation) => operationType === OperationTypeNode.SUBSCRIPTION;
  const link = ApolloLink.split(isSubscription, new GraphQLWsLink(socket), new HttpLink({ uri: url }));
  return new ApolloClient({ link, cache });
}

/** The page of a stack, whose components show what the cache has. */
export function stackPage<Event extends StackEvent & { deletedIds?: readonly string[] }>(
  client: ApolloClient,
  stack: string,
  query: TypedDocumentNode<{ stack?: { changeCursor: string } | null }, { stack: string }>,
  subscription: TypedDocumentNode<{ stackChanges: Event }, { stack: { name: string }; after: string }>,
): Page<Event> {
  return {
    async load() {
      // Past the cache: its cursor would be as old as it is.
      const { data } = await client.query({ query, variables: { stack }, fetchPolicy: 'network-only' });
      return data?.stack?.changeCursor ?? null;
    },
    subscribe(after, { next, end }) {
      const variables = { stack: { name: stack }, after };
      const events = client.subscribe({ query: subscription, variables }).subscribe({
        next: ({ data }) => (data ? next(data.stackChanges as Event) : end()),
        error: end,
        complete: end,
      });
      return () => events.unsubscribe();
    },
    show({ deletedIds = [] }) {
      // The cache has already taken over the objects of the event. It cannot know what is gone.
      for (const id of deletedIds) {
        for (const type of ['Stack', 'Instance', 'Template']) client.cache.evict({ id: `${type}:${id}` });
      }
      client.cache.gc();
    },
  };
}
