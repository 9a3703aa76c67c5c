// relay-compiler's artefacts in Relay's own store: connections that grow page by page and follow what changes.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import {
  commitMutation,
  ConnectionHandler,
  fetchQuery,
  getSingularSelector,
  type Environment,
  type GraphQLTaggedNode,
  type MutationParameters,
  type OperationType,
} from 'relay-runtime';
import { makeEnvironment } from './generated/clients/relay.js';
import instancesCreate, { type instancesCreateMutation } from './generated/relay/instancesCreateMutation.graphql';
import instancesList, { type instancesList$data } from './generated/relay/instancesList.graphql';
import instancesPage, { type instancesPageQuery } from './generated/relay/instancesPageQuery.graphql';
import instancesFirst, { type instancesQuery } from './generated/relay/instancesQuery.graphql';
import instancesDelete, { type instancesDeleteMutation } from './generated/relay/instancesDeleteMutation.graphql';
import instancesUpdate, { type instancesUpdateMutation } from './generated/relay/instancesUpdateMutation.graphql';
import stacksList, { type stacksList$data } from './generated/relay/stacksList.graphql';
import stacksPage, { type stacksPageQuery } from './generated/relay/stacksPageQuery.graphql';
import stacksFirst, { type stacksQuery } from './generated/relay/stacksQuery.graphql';
import templatesList, { type templatesList$data } from './generated/relay/templatesList.graphql';
import templatesPage, { type templatesPageQuery } from './generated/relay/templatesPageQuery.graphql';
import templatesFirst, { type templatesQuery } from './generated/relay/templatesQuery.graphql';
import { endpoint, makeStack } from './service.js';

// Where Relay tells of answers that its store did not expect.
const complaints = [mock.method(console, 'warn'), mock.method(console, 'error')];

async function load<Query extends OperationType>(
  environment: Environment,
  query: GraphQLTaggedNode,
  variables: Query['variables'],
): Promise<Query['response']> {
  const response = await fetchQuery<Query>(environment, query, variables).toPromise();
  assert(response);
  return response;
}

const commit = <Mutation extends MutationParameters>(
  environment: Environment,
  mutation: GraphQLTaggedNode,
  variables: Mutation['variables'],
) =>
  new Promise<Mutation['response']>((onCompleted, onError) => {
    commitMutation<Mutation>(environment, { mutation, variables, onCompleted, onError });
  });

/** What a component with this fragment shows. */
function show<Data>(environment: Environment, fragment: typeof instancesList, reference: unknown): Data {
  const selector = getSingularSelector(fragment, reference);
  assert(selector);
  return environment.lookup(selector).data as Data;
}

test('a list of templates grows by a page', async () => {
  const environment = makeEnvironment({ uri: endpoint });
  const variables = { count: 3, category: 'database' };
  const reference = await load<templatesQuery>(environment, templatesFirst, variables);
  const shown = () => show<templatesList$data>(environment, templatesList, reference).templates;
  const first = shown();
  assert.equal(first.edges.length, 3);

  const cursor = first.pageInfo.endCursor ?? null;
  await load<templatesPageQuery>(environment, templatesPage, { ...variables, cursor });
  assert.equal(shown().edges.length, 6);
  assert.deepEqual(shown().edges.slice(0, 3), first.edges);
});

test('a list of stacks grows to its end', async () => {
  const names = ['relay-stacks-a', 'relay-stacks-b', 'relay-stacks-c'];
  for (const name of names) await makeStack(name, []);
  const environment = makeEnvironment({ uri: endpoint });
  const variables = { count: 2, search: 'relay-stacks-' };
  const reference = await load<stacksQuery>(environment, stacksFirst, variables);
  const shown = () => show<stacksList$data>(environment, stacksList, reference).stacks;
  const { totalCount, pageInfo } = shown();
  assert.equal(totalCount, 3);
  assert.equal(pageInfo.hasNextPage, true);

  await load<stacksPageQuery>(environment, stacksPage, { ...variables, cursor: pageInfo.endCursor ?? null });
  assert.deepEqual(shown().edges.map(({ node }) => node.name), names);
  assert.equal(shown().pageInfo.hasNextPage, false);
});

async function instancesOf(stack: string, count: number) {
  const environment = makeEnvironment({ uri: endpoint });
  const response = await load<instancesQuery>(environment, instancesFirst, { stack, count });
  assert(response.stack);
  const reference = response.stack;
  const shown = () => show<instancesList$data>(environment, instancesList, reference).instances;
  const names = () => shown().edges.map(({ node }) => node.name);
  return { environment, stackId: reference.id, shown, names };
}

test('the next page of a stack comes by its id', async () => {
  const stack = 'relay-pages';
  await makeStack(stack, ['a', 'b', 'c', 'd', 'e']);
  const { environment, stackId, shown, names } = await instancesOf(stack, 2);
  for (const expected of [['a', 'b'], ['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'd', 'e']]) {
    assert.deepEqual(names(), expected);
    const cursor = shown().pageInfo.endCursor ?? null;
    await load<instancesPageQuery>(environment, instancesPage, { id: stackId, count: 2, cursor });
  }
  assert.deepEqual(names(), ['a', 'b', 'c', 'd', 'e']);
});

test('what changes, comes or goes does so in the list', async () => {
  const stack = 'relay-changes';
  await makeStack(stack, ['one', 'two']);
  const { environment, stackId, shown, names } = await instancesOf(stack, 20);
  const [one, two] = shown().edges.map(({ node }) => node);
  assert(one && two);

  const updated = await commit<instancesUpdateMutation>(environment, instancesUpdate, {
    input: { instance: { id: one.id }, name: 'uno', description: 'first of two' },
  });
  assert.deepEqual(updated.updateInstance?.userErrors, []);
  const { name, containerName, description } = shown().edges[0]?.node ?? {};
  assert.deepEqual([name, containerName, description], ['uno', `devarch-${stack}-uno`, 'first of two']);

  const connections = [ConnectionHandler.getConnectionID(stackId, 'instancesList_instances')];
  await commit<instancesCreateMutation>(environment, instancesCreate, {
    input: { stack: { name: stack }, template: { name: 'redis' }, name: 'three' },
    connections,
  });
  assert.deepEqual(names(), ['uno', 'two', 'three']);

  await commit<instancesDeleteMutation>(environment, instancesDelete, {
    input: { instance: { id: two.id } },
    connections,
  });
  assert.deepEqual(names(), ['uno', 'three']);
});

test('user errors are typed', async () => {
  const stack = 'relay-errors';
  await makeStack(stack, ['one', 'two']);
  const { environment, shown } = await instancesOf(stack, 20);
  const [one, two] = shown().edges.map(({ node }) => node);
  assert(one && two);
  const { updateInstance } = await commit<instancesUpdateMutation>(environment, instancesUpdate, {
    input: { instance: { id: one.id }, name: 'two' },
  });
  assert.equal(updateInstance?.instance, null);
  const error = updateInstance?.userErrors[0];
  assert.equal(error?.code, 'NAME_TAKEN');
  assert.deepEqual(error.holder, { id: two.id, name: 'two' });
});

test('Relay had nothing to complain about', () => {
  assert.deepEqual(complaints.flatMap(({ mock }) => mock.calls.map((call) => call.arguments)), []);
});
