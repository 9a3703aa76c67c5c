// urql with its schema-aware cache.
import { Client, fetchExchange } from '@urql/core';
import { cacheExchange, type Cache, type CacheExchangeOpts } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';

export interface Settings {
  /** Where the service answers, such as http://localhost:8080/graphql. */
  url: string;
  /** `introspection` of `schema.ts`. */
  introspection: NonNullable<CacheExchangeOpts['schema']>;
  /** `embedded` of `schema.ts`. */
  embedded: readonly string[];
  /** The API key, if the service requires one. */
  key?: string;
  /** Whether queries go over GET. */
  preferGetMethod?: boolean;
  /** Instead of the global one. */
  fetch?: typeof globalThis.fetch;
}

export function makeClient({ url, introspection, embedded, key, preferGetMethod = false, fetch = globalThis.fetch }: Settings): Client {
  // With `first` given, pages of a list are joined.
  const list = relayPagination();
  const cache = cacheExchange({
    schema: introspection,
    keys: Object.fromEntries(embedded.map((type) => [type, () => null])),
    resolvers: {
      Query: { stacks: list, templates: list, changes: list, search: list },
      Stack: { instances: list, history: list },
      Template: { instances: list, history: list },
      Instance: { history: list },
    },
    updates: {
      Mutation: {
        createInstance: (result, _, cache) => instancesChanged(result['createInstance'], cache),
        duplicateInstance: (result, _, cache) => instancesChanged(result['duplicateInstance'], cache),
      },
    },
  });
  const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
  return new Client({ url, fetch, fetchOptions: { headers }, preferGetMethod, exchanges: [cache, fetchExchange] });
}

/** Lets the lists of the stack be loaded again. The mutation has to select `instance { stack { id } }`. */
function instancesChanged(payload: unknown, cache: Cache): void {
  const { instance } = (payload ?? {}) as { instance?: { stack?: { id: string } } | null };
  if (!instance?.stack) return;
  const stack = { __typename: 'Stack', id: instance.stack.id };
  for (const { fieldName, arguments: given } of cache.inspectFields(stack)) {
    if (fieldName === 'instances') cache.invalidate(stack, fieldName, given);
  }
}
