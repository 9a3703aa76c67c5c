// Apollo Client with its normalised cache, typed by code generation.
import { CombinedGraphQLErrors, type ApolloClient } from '@apollo/client';
import { parse } from 'graphql';
import assert from 'node:assert/strict';
import { mock, test, type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { appendInstance, makeClient as clientOf } from './generated/clients/apollo.js';
import { graphql } from './generated/graphql/index.js';
import type { ApolloInstancesQuery, ApolloInstancesQueryVariables } from './generated/graphql/graphql.js';
import { possibleTypes } from './schema.js';
import { endpoint, makeStack, recordingFetch } from './service.js';

function makeClient({ useGETForQueries = false } = {}) {
  const { fetch, methods } = recordingFetch();
  return { client: clientOf({ uri: endpoint, possibleTypes, fetch, useGETForQueries }), methods };
}

// Where Apollo tells of what its cache cannot keep.
const complaints = [mock.method(console, 'warn'), mock.method(console, 'error')];

const list = graphql(`
  query ApolloInstances($stack: String!, $first: Int, $after: String) {
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
  mutation ApolloUpdate($input: UpdateInstanceInput!) {
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
  mutation ApolloRename($input: RenameInstanceInput!) {
    renameInstance(input: $input) { instance { id name containerName } userErrors { message } }
  }
`);

const create = graphql(`
  mutation ApolloCreate($input: CreateInstanceInput!) {
    createInstance(input: $input) {
      instance { id name containerName description enabled revision stack { id } }
      userErrors { message }
    }
  }
`);

type Row = NonNullable<ApolloInstancesQuery['stack']>['instances']['edges'][number]['node'];
const rows = (data: ApolloInstancesQuery | undefined): Row[] =>
  data?.stack?.instances.edges.map(({ node }) => node) ?? [];

/** A list on show: its rows as soon as one is what is waited for. */
function show(t: TestContext, client: ApolloClient, variables: ApolloInstancesQueryVariables) {
  const query = client.watchQuery({ query: list, variables });
  let shown: Row[] = [];
  const subscription = query.subscribe(({ data, dataState }) => {
    if (dataState === 'complete') shown = rows(data);
  });
  t.after(() => subscription.unsubscribe());
  const until = async (is: (row: Row) => boolean) => {
    for (let tries = 0; !shown.some(is); tries += 1) {
      assert(tries < 500, `not shown within 5 s; instead ${JSON.stringify(shown)}`);
      await setTimeout(10);
    }
    return shown;
  };
  return { query, until };
}

test('a change that comes back updates the list that shows the instance', async (t) => {
  const stack = 'apollo-cache';
  await makeStack(stack, ['one', 'two']);
  const { client, methods } = makeClient();
  const shown = show(t, client, { stack });
  const one = (await shown.until(({ name }) => name === 'one'))[0];
  assert(one);
  assert.equal(one.description, '');

  const described = shown.until(({ description }) => description === 'first of two');
  const input = { instance: { id: one.id }, description: 'first of two', enabled: false };
  const updated = await client.mutate({ mutation: update, variables: { input } });
  assert.deepEqual(updated.data?.updateInstance?.userErrors, []);
  assert.deepEqual((await described)[0], {
    ...one,
    description: 'first of two',
    enabled: false,
    revision: one.revision + 1,
  });

  const renamed = shown.until(({ name }) => name === 'uno');
  await client.mutate({ mutation: rename, variables: { input: { instance: { id: one.id }, name: 'uno' } } });
  assert.equal((await renamed)[0]?.containerName, `devarch-${stack}-uno`);

  assert.equal(methods.length, 3, 'the list was fetched once only');
});

test('what is created is in the list that shows its stack', async (t) => {
  const stack = 'apollo-create';
  await makeStack(stack, ['one']);
  const { client, methods } = makeClient();
  const shown = show(t, client, { stack });
  await shown.until(({ name }) => name === 'one');
  const appended = shown.until(({ name }) => name === 'two');
  await client.mutate({
    mutation: create,
    variables: { input: { stack: { name: stack }, template: { name: 'redis' }, name: 'two' } },
    update: (cache, { data }) => {
      const instance = data?.createInstance?.instance;
      assert(instance);
      appendInstance(cache, instance.stack.id, instance.id);
    },
  });
  assert.deepEqual((await appended).map(({ name }) => name), ['one', 'two']);
  assert.equal(methods.length, 2, 'the list was fetched once only');
});

test('user errors are typed, and carry nodes that the cache takes over', async (t) => {
  const stack = 'apollo-errors';
  await makeStack(stack, ['one', 'two']);
  const { client } = makeClient();
  const shown = show(t, client, { stack });
  const [one, two] = await shown.until(({ name }) => name === 'two');
  assert(one && two);

  const taken = await client.mutate({
    mutation: update,
    variables: { input: { instance: { id: one.id }, name: 'two' } },
  });
  assert.equal(taken.data?.updateInstance?.instance, null);
  const error = taken.data?.updateInstance?.userErrors[0];
  assert(error?.__typename === 'NameTakenError');
  assert.equal(error.code, 'NAME_TAKEN');
  assert.deepEqual(error.path, ['input', 'name']);
  assert.equal(error.suggestion, 'two-2');
  assert(error.holder?.__typename === 'Instance');
  assert.equal(error.holder.id, two.id);
  assert.equal(error.holder.name, 'two');

  // Somebody else, with a cache of their own, is quicker.
  const other = await makeClient().client.mutate({
    mutation: update,
    variables: { input: { instance: { id: one.id }, description: 'by somebody else' } },
  });
  assert.deepEqual(other.data?.updateInstance?.userErrors, []);
  const current = shown.until(({ description }) => description === 'by somebody else');
  const late = await client.mutate({
    mutation: update,
    variables: { input: { instance: { id: one.id }, description: 'mine', expectedRevision: one.revision } },
  });
  const stale = late.data?.updateInstance?.userErrors[0];
  assert(stale?.__typename === 'StaleRevisionError');
  assert.equal(stale.currentRevision, one.revision + 1);
  assert.equal((await current)[0]?.revision, one.revision + 1);
});

test('queries go over GET and changes over POST', async () => {
  const stack = 'apollo-get';
  await makeStack(stack, ['one']);
  const { client, methods } = makeClient({ useGETForQueries: true });
  const [one] = rows((await client.query({ query: list, variables: { stack } })).data);
  assert.equal(one?.name, 'one');
  const input = { instance: { byName: { stack, name: 'one' } }, name: 'uno' };
  const { data } = await client.mutate({ mutation: rename, variables: { input } });
  assert.equal(data?.renameInstance?.instance?.name, 'uno');
  assert.deepEqual(methods, ['GET', 'POST']);
});

test('fetchMore joins pages', async (t) => {
  const stack = 'apollo-pages';
  await makeStack(stack, ['a', 'b', 'c', 'd', 'e']);
  const { client } = makeClient();
  const shown = show(t, client, { stack, first: 2 });
  assert.equal((await shown.until(({ name }) => name === 'b')).length, 2);
  let page = (await client.query({ query: list, variables: { stack, first: 2 } })).data?.stack;
  let pages = 1;
  while (page?.instances.pageInfo.hasNextPage) {
    const { data } = await shown.query.fetchMore({ variables: { after: page.instances.pageInfo.endCursor } });
    page = data?.stack;
    pages += 1;
  }
  assert.equal(pages, 3);
  assert.deepEqual((await shown.until(({ name }) => name === 'e')).map(({ name }) => name), ['a', 'b', 'c', 'd', 'e']);
});

test('what has no id is merged as the policy says', async () => {
  const stack = 'apollo-merge';
  await makeStack(stack, ['one']);
  const { client, methods } = makeClient();
  const image = graphql(`
    query ApolloImage($stack: String!) {
      instance(stack: $stack, name: "one") { id effectiveConfig { imageName ports { containerPort origin } } }
    }
  `);
  const restart = graphql(`
    query ApolloRestart($stack: String!) {
      instance(stack: $stack, name: "one") { id effectiveConfig { restartPolicy } }
    }
  `);
  const variables = { stack };
  const first = await client.query({ query: image, variables });
  await client.query({ query: restart, variables });
  const again = await client.query({ query: image, variables });
  assert.equal(again.data?.instance?.effectiveConfig.imageName, 'redis');
  assert.deepEqual(again.data, first.data);
  assert.equal(methods.length, 2);
});

test('fragments on interfaces and unions match by the possible types', async () => {
  assert.deepEqual(Object.keys(possibleTypes).sort(), ['ChangeSubject', 'ConfigEntry', 'Effect', 'Effective', 'Node', 'ReferenceTarget', 'Segment', 'StackEvent', 'UserError', 'Versioned']);
  const { client } = makeClient();
  const { data } = await client.query({
    query: graphql(`
      query ApolloNode($name: String!) { template(name: $name) { id } }
    `),
    variables: { name: 'postgres' },
  });
  const id = data?.template?.id;
  assert(id);
  const { data: found } = await client.query({
    query: graphql(`
      query ApolloNodes($ids: [ID!]!) { nodes(ids: $ids) { ... on Node { id ... on Template { imageName } } } }
    `),
    variables: { ids: [id] },
  });
  assert.deepEqual(found?.nodes, [{ __typename: 'Template', id, imageName: 'postgres' }]);
});

test('what the server refuses is an error with a code', async () => {
  const { client } = makeClient();
  const code = async (document: string, variables = {}) => {
    const { error } = await client.query({ query: parse(document), variables, errorPolicy: 'all' });
    assert(CombinedGraphQLErrors.is(error), `${error}`);
    return error.errors[0]?.extensions?.['code'];
  };
  const page = 'query ($first: Int) { stacks(first: $first) { nodes { id } } }';
  assert.equal(await code('{ nothing }'), 'GRAPHQL_VALIDATION_FAILED');
  assert.equal(await code(page, { first: 'x' }), 'BAD_REQUEST');
  assert.equal(await code(page, { first: 101 }), 'LIMIT_EXCEEDED');
});

test('Apollo had nothing to complain about', () => {
  assert.deepEqual(complaints.flatMap(({ mock }) => mock.calls.map((call) => call.arguments)), []);
});
