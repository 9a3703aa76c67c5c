// urql with its schema-aware cache, typed by code generation.
import type { Client } from '@urql/core';
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { makeClient as clientOf } from './generated/clients/urql.js';
import { graphql } from './generated/graphql/index.js';
import { embedded, introspection } from './schema.js';
import { endpoint, makeStack, recordingFetch } from './service.js';

// Where graphcache tells of what does not fit the schema, or cannot be kept.
const complaints = [mock.method(console, 'warn'), mock.method(console, 'error')];

function makeClient({ preferGetMethod = false } = {}) {
  const { fetch, methods } = recordingFetch();
  return { client: clientOf({ url: endpoint, introspection, embedded, fetch, preferGetMethod }), methods };
}

const list = graphql(`
  query UrqlInstances($stack: String!, $first: Int = 20, $after: String) {
    stack(name: $stack) {
      id
      instances(first: $first, after: $after) {
        edges { cursor node { id name containerName description enabled revision } }
        pageInfo { startCursor endCursor hasPreviousPage hasNextPage }
      }
    }
  }
`);

const update = graphql(`
  mutation UrqlUpdate($input: UpdateInstanceInput!) {
    updateInstance(input: $input) {
      instance { id name containerName description enabled revision }
      userErrors {
        __typename
        code
        path
        suggestion
        ... on NameTakenError { holder { __typename id ... on Instance { name containerName } } }
        ... on StaleRevisionError { currentRevision current { id ... on Instance { description revision } } }
      }
    }
  }
`);

const rename = graphql(`
  mutation UrqlRename($input: RenameInstanceInput!) {
    renameInstance(input: $input) { instance { id name containerName } userErrors { message } }
  }
`);

const create = graphql(`
  mutation UrqlCreate($input: CreateInstanceInput!) {
    createInstance(input: $input) {
      instance { id stack { id } }
      userErrors { message }
    }
  }
`);

const cached = { requestPolicy: 'cache-only' } as const;

async function instances(client: Client, variables: { stack: string; first?: number; after?: string }, context = {}) {
  const { data, error } = await client.query(list, variables, context).toPromise();
  assert.equal(error, undefined);
  return data?.stack?.instances.edges.map(({ node }) => node) ?? [];
}

test('a change that comes back updates the list that holds the instance', async () => {
  const stack = 'urql-cache';
  await makeStack(stack, ['one', 'two']);
  const { client, methods } = makeClient();
  const [one] = await instances(client, { stack });
  assert(one);

  const input = { instance: { id: one.id }, description: 'first of two', enabled: false };
  const { data } = await client.mutation(update, { input }).toPromise();
  assert.deepEqual(data?.updateInstance?.userErrors, []);
  assert.deepEqual((await instances(client, { stack }, cached))[0], {
    ...one,
    description: 'first of two',
    enabled: false,
    revision: one.revision + 1,
  });

  await client.mutation(rename, { input: { instance: { id: one.id }, name: 'uno' } }).toPromise();
  assert.equal((await instances(client, { stack }, cached))[0]?.containerName, `devarch-${stack}-uno`);
  assert.equal(methods.length, 3, 'the list was fetched once only');
});

test('what is created is in the list that shows its stack', async (t) => {
  const stack = 'urql-create';
  await makeStack(stack, ['one']);
  const { client } = makeClient();
  const shown: string[][] = [];
  const watch = client.query(list, { stack }).subscribe(({ data }) => {
    shown.push(data?.stack?.instances.edges.map(({ node }) => node.name) ?? []);
  });
  t.after(() => watch.unsubscribe());
  const last = async (names: string[]) => {
    for (let tries = 0; shown.at(-1)?.join() !== names.join(); tries += 1) {
      assert(tries < 500, `not shown within 5 s; instead ${JSON.stringify(shown)}`);
      await setTimeout(10);
    }
  };
  await last(['one']);
  const input = { stack: { name: stack }, template: { name: 'redis' }, name: 'two' };
  const { data } = await client.mutation(create, { input }).toPromise();
  assert.deepEqual(data?.createInstance?.userErrors, []);
  await last(['one', 'two']);
});

test('user errors are typed, and carry nodes that the cache takes over', async () => {
  const stack = 'urql-errors';
  await makeStack(stack, ['one', 'two']);
  const { client } = makeClient();
  const [one, two] = await instances(client, { stack });
  assert(one && two);

  const taken = await client.mutation(update, { input: { instance: { id: one.id }, name: 'two' } }).toPromise();
  assert.equal(taken.error, undefined);
  assert.equal(taken.data?.updateInstance?.instance, null);
  const error = taken.data?.updateInstance?.userErrors[0];
  assert(error?.__typename === 'NameTakenError');
  assert.equal(error.code, 'NAME_TAKEN');
  assert.deepEqual(error.path, ['input', 'name']);
  assert(error.holder?.__typename === 'Instance');
  assert.equal(error.holder.id, two.id);
  assert.equal(error.holder.name, 'two');

  // Somebody else, with a cache of their own, is quicker.
  const other = makeClient().client;
  await other.mutation(update, { input: { instance: { id: one.id }, description: 'by somebody else' } }).toPromise();
  const input = { instance: { id: one.id }, description: 'mine', expectedRevision: one.revision };
  const late = await client.mutation(update, { input }).toPromise();
  const stale = late.data?.updateInstance?.userErrors[0];
  assert(stale?.__typename === 'StaleRevisionError');
  assert.equal(stale.currentRevision, one.revision + 1);
  const [now] = await instances(client, { stack }, cached);
  assert.equal(now?.description, 'by somebody else');
  assert.equal(now.revision, one.revision + 1);
});

test('queries go over GET and changes over POST', async () => {
  const stack = 'urql-get';
  await makeStack(stack, ['one']);
  const { client, methods } = makeClient({ preferGetMethod: true });
  assert.equal((await instances(client, { stack }))[0]?.name, 'one');
  const input = { instance: { byName: { stack, name: 'one' } }, name: 'uno' };
  const { data } = await client.mutation(rename, { input }).toPromise();
  assert.equal(data?.renameInstance?.instance?.name, 'uno');
  assert.deepEqual(methods, ['GET', 'POST']);
});

test('pages are joined', async () => {
  const stack = 'urql-pages';
  await makeStack(stack, ['a', 'b', 'c']);
  const { client } = makeClient();
  const { data } = await client.query(list, { stack, first: 2 }).toPromise();
  const after = data?.stack?.instances.pageInfo.endCursor;
  assert(after);
  const joined = await instances(client, { stack, first: 2, after });
  assert.deepEqual(joined.map(({ name }) => name), ['a', 'b', 'c']);
});

test('knowing the schema, the cache shows at once what it has', async () => {
  const stack = 'urql-schema';
  await makeStack(stack, ['one']);
  const { client, methods } = makeClient();
  const [one] = await instances(client, { stack });
  assert(one);
  const detail = graphql(`
    query UrqlDetail($stack: String!) {
      stack(name: $stack) {
        id
        instances(first: 20) { edges { node { id name healthcheck { test } } } }
      }
    }
  `);
  // The healthcheck has never been asked for, but may be null: the rest is not held back.
  const { data } = await client.query(detail, { stack }, cached).toPromise();
  assert.deepEqual(data?.stack?.instances.edges[0]?.node, { id: one.id, name: 'one', healthcheck: null });
  assert.equal(methods.length, 1);
});

test('everything that the cache holds can be read back', async () => {
  const stack = 'urql-embedded';
  await makeStack(stack, ['one']);
  const { client, methods } = makeClient();
  const add = graphql(`
    mutation UrqlAttributes($input: SetInstanceOverridesInput!) {
      setInstanceOverrides(input: $input) { instance { id } userErrors { message } }
    }
  `);
  const value = { deep: [1, { er: null }] };
  const overrides = { attributes: [{ name: 'x-note', value }] };
  const input = { instance: { byName: { stack, name: 'one' } }, overrides };
  const added = await client.mutation(add, { input }).toPromise();
  assert.deepEqual(added.data?.setInstanceOverrides?.userErrors, []);
  const detail = graphql(`
    query UrqlEffective($stack: String!) {
      instance(stack: $stack, name: "one") {
        id
        template { id ports { containerPort protocol } }
        effectiveConfig {
          imageName
          ports { containerPort origin shadows { containerPort } }
          labels { key value origin }
          attributes { name value }
          settings { imageTag { value origin } }
          removed { kind key entry { ... on Port { containerPort } ... on EnvVar { key isSet } } }
        }
        overrideStats { total byKind { kind total } }
      }
    }
  `);
  const fetched = await client.query(detail, { stack }).toPromise();
  assert.equal(fetched.data?.instance?.effectiveConfig.imageName, 'redis');
  assert.equal(fetched.data.instance.template.ports[0]?.containerPort, 6379);
  assert.deepEqual(fetched.data.instance.effectiveConfig.attributes, [{ name: 'x-note', value }]);
  const again = await client.query(detail, { stack }, cached).toPromise();
  assert.deepEqual(again.data, fetched.data);
  assert.deepEqual(methods, ['POST', 'POST']);
});

test('what the server refuses is an error with a code', async () => {
  const { client } = makeClient();
  const page = 'query ($first: Int) { stacks(first: $first) { nodes { id } } }';
  const { error } = await client.query(page, { first: 101 }).toPromise();
  assert.equal(error?.networkError, undefined);
  assert.equal(error?.graphQLErrors[0]?.extensions['code'], 'LIMIT_EXCEEDED');
});

test('graphcache had nothing to complain about', () => {
  assert.deepEqual(complaints.flatMap(({ mock }) => mock.calls.map((call) => call.arguments)), []);
});
