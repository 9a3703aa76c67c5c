// The types that @graphql-codegen makes of schema.graphql and of the tour's operations. Most of this is checked by
// tsc before anything runs: each @ts-expect-error is an error itself when the types let the line pass.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { buildClientSchema, buildSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema } from 'graphql';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as generated from './generated/graphql/graphql.js';
import { getFragmentData, graphql } from './generated/graphql/index.js';
import { ask, makeStack, refusal, sdl } from './service.js';

test('introspection tells what schema.graphql says', async () => {
  const everything = { specifiedByUrl: true, directiveIsRepeatable: true, inputValueDeprecation: true, oneOf: true };
  const print = (schema: Parameters<typeof printSchema>[0]) => printSchema(lexicographicSortSchema(schema)).split('\n');
  const told = print(buildClientSchema(await ask(getIntrospectionQuery(everything))));
  const written = print(buildSchema(sdl));
  const at = told.findIndex((line, at) => line !== written[at]);
  assert.equal(told[at], written[at], 'the first line that differs');
  assert.equal(told.length, written.length);
});

test('every operation of the tour has types, and runs', async () => {
  const blocks = readFileSync('../../docs/tour.md', 'utf8').match(/^```graphql$/gm)?.length;
  const documents = Object.entries(generated).filter(([name]) => /^Readme.*Document$/.test(name));
  assert.equal(documents.length, blocks);

  const createStack = await ask(generated.ReadmeCreateStackDocument);
  const revision: number | undefined = createStack.createInstance?.instance?.revision;
  assert.equal(revision, 1);

  const mistakes = await ask(generated.ReadmeCreateInstanceDocument);
  const codes: generated.UserErrorCode[] = mistakes.createInstance?.userErrors.map(({ code }) => code) ?? [];
  assert.deepEqual(codes, ['NAME_INVALID', 'INVALID_VALUE']);

  await ask(generated.ReadmeDuplicateInstanceDocument);
  const { second } = await ask(generated.ReadmeSetInstanceOverridesDocument);
  const stale = second?.userErrors[0];
  // @ts-expect-error Only one of the errors has it.
  stale?.currentRevision;
  assert(stale && 'currentRevision' in stale);
  const currentRevision: number = stale.currentRevision;
  assert.equal(currentRevision, 2);

  const { template } = await ask(generated.ReadmeTemplateDocument);
  const hostPort: number | null | undefined = template?.ports[0]?.hostPort;
  assert.equal(hostPort, null);
  // @ts-expect-error Not asked for.
  template?.imageTag;

  const ran = ['CreateStack', 'CreateInstance', 'DuplicateInstance', 'SetInstanceOverrides', 'Template'];
  for (const [name, document] of documents) {
    if (!ran.some((done) => name === `Readme${done}Document`)) {
      await ask(document as TypedDocumentNode<Record<string, unknown>, Record<string, never>>);
    }
  }
});

const create = graphql(`
  mutation CodegenCreate($input: CreateInstanceInput!) {
    createInstance(input: $input) {
      instance { ...CodegenRow createdAt }
      userErrors {
        __typename
        message
        ... on NameTakenError { holder { __typename ... on Instance { containerName } } }
        ... on InUseError { userCount }
      }
    }
  }
`);

const row = graphql(`
  fragment CodegenRow on Instance { id name }
`);

test('user errors are told apart by their types', async () => {
  const stack = 'codegen-errors';
  await makeStack(stack, ['one']);
  const input = { stack: { name: stack }, template: { name: 'redis' }, name: 'one' };
  const { createInstance } = await ask(create, { input });
  const told = createInstance?.userErrors.map((error): string => {
    switch (error.__typename) {
      case 'NameTakenError':
        return error.holder?.__typename === 'Instance' ? error.holder.containerName : 'somebody else';
      case 'InUseError':
        return `${error.userCount}`;
      case 'InputError':
      case 'StaleRevisionError':
      case 'ConflictError':
      case 'OwnedByOtherError':
      case 'PlanChangedError':
        return error.message;
      default:
        return error satisfies never;
    }
  });
  assert.deepEqual(told, [`devarch-${stack}-one`]);
});

test('a fragment shows its fields to its owner only', async () => {
  const stack = 'codegen-fragment';
  await makeStack(stack, []);
  const input = { stack: { name: stack }, template: { name: 'redis' }, name: 'one' };
  const { createInstance } = await ask(create, { input });
  const instance = createInstance?.instance;
  assert(instance);
  const createdAt: string = instance.createdAt;
  assert(Math.abs(Date.parse(createdAt) - Date.now()) < 60_000, createdAt);
  // @ts-expect-error It belongs to the fragment.
  instance.name;
  assert.equal(getFragmentData(row, instance).name, 'one');
});

test('what the types refuse, the service refuses', async () => {
  type Input = generated.CreateInstanceInput;
  const good = { stack: { name: 'nowhere' }, template: { name: 'redis' }, name: 'one' } satisfies Input;
  const refused: unknown[] = [
    // @ts-expect-error A reference is exactly one of its fields.
    { ...good, stack: { name: 'shop', id: 'x' } } satisfies Input,
    // @ts-expect-error At least one, too.
    { ...good, stack: {} } satisfies Input,
    // @ts-expect-error The name is missing.
    { stack: good.stack, template: good.template } satisfies Input,
    // @ts-expect-error There is no such field.
    { ...good, revision: 1 } satisfies Input,
    // @ts-expect-error There is no such protocol.
    { ...good, overrides: { ports: [{ containerPort: 1, protocol: 'ICMP' }] } } satisfies Input,
    // @ts-expect-error A list has no holes.
    { ...good, overrides: { ports: [null] } } satisfies Input,
  ];
  for (const input of refused) {
    assert.equal(await refusal(create, { input }), 'BAD_REQUEST', JSON.stringify(input));
  }
});
