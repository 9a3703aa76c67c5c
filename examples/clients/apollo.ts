// Apollo Client: a cache that knows the interfaces of the schema, its lists, and the objects without an id.
import { ApolloClient, HttpLink, InMemoryCache, type ApolloCache } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';

export interface Settings {
  /** Where the service answers, such as http://localhost:8080/graphql. */
  uri: string;
  /** `possibleTypes` of `schema.ts`. */
  possibleTypes: Record<string, string[]>;
  /** The API key, if the service requires one. */
  key?: string;
  /** Whether queries go over GET. */
  useGETForQueries?: boolean;
  /** Instead of the global one. */
  fetch?: typeof globalThis.fetch;
}

export function makeClient({ uri, possibleTypes, key, useGETForQueries = false, fetch = globalThis.fetch }: Settings): ApolloClient {
  // Arguments that make another list; those of the page do not.
  const instances = relayStylePagination(['search', 'enabled']);
  const history = relayStylePagination(['kinds', 'key', 'actions', 'actor']);
  const cache = new InMemoryCache({
    possibleTypes,
    typePolicies: {
      Query: {
        fields: {
          stacks: relayStylePagination(['search', 'enabled']),
          templates: relayStylePagination(['search', 'category']),
          changes: history,
          search: relayStylePagination(['text', 'kinds']),
        },
      },
      Stack: { fields: { instances, history } },
      Template: { fields: { instances, history } },
      Instance: { fields: { history } },
      // It has no id, so one query's fields of it would take the place of another's.
      EffectiveConfig: { merge: true },
    },
  });
  const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
  return new ApolloClient({ link: new HttpLink({ uri, headers, fetch, useGETForQueries }), cache });
}

/**
 * For `update` of `createInstance` and `duplicateInstance`: puts the new instance at the end of the lists of its stack. The mutation has
 * to select what the lists show.
 */
export function appendInstance(cache: ApolloCache, stack: string, instance: string): void {
  cache.modify({
    id: cache.identify({ __typename: 'Stack', id: stack }) ?? '',
    fields: {
      instances(list, { toReference }) {
        const node = toReference({ __typename: 'Instance', id: instance });
        // Before the end of the list is loaded, it comes with its page.
        if (!node || list.pageInfo?.hasNextPage) return list;
        return { ...list, edges: [...list.edges, { __typename: 'InstanceEdge', cursor: '', node }] };
      },
    },
  });
}
