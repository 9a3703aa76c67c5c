// Relay: the environment. Lists are connections (`@connection`, `@refetchable`), and `@appendNode` and `@deleteEdge` change them.
import { Environment, Network, RecordSource, Store, type GraphQLResponse } from 'relay-runtime';

/** `uri` is where the service answers, such as http://localhost:8080/graphql; `key` the API key, if it requires one. */
export function makeEnvironment({ uri, key }: { uri: string; key?: string }): Environment {
  const network = Network.create(async ({ text }, variables): Promise<GraphQLResponse> => {
    const response = await fetch(uri, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) },
      body: JSON.stringify({ query: text, variables }),
    });
    return response.json();
  });
  return new Environment({ network, store: new Store(new RecordSource()) });
}
