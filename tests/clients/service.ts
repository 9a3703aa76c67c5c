// The running service, and the data that a test starts from. Every test has stacks of its own, so they may run at once.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print, type DocumentNode } from 'graphql';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const { DEVARCH_URL } = process.env;
assert(DEVARCH_URL, 'DEVARCH_URL is not set; .ci/clients starts a service and sets it');

export const page = new URL('/', DEVARCH_URL).href;
export const endpoint = new URL('/graphql', DEVARCH_URL).href;

export const sdl = readFileSync('../../schema.graphql', 'utf8');

interface Answer<Data> {
  data?: Data;
  errors?: { message: string; extensions: { code: string } }[];
}

async function post<Data>(document: string | DocumentNode, variables: unknown): Promise<Answer<Data>> {
  const query = typeof document === 'string' ? document : print(document);
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

/** The data, without any client library. */
export async function ask<Data = Record<string, any>, Variables = Record<string, unknown>>(
  document: string | TypedDocumentNode<Data, Variables>,
  variables?: Variables,
): Promise<Data> {
  const { data, errors } = await post<Data>(document, variables);
  assert.equal(errors, undefined);
  assert(data);
  return data;
}

/** The code with which a request is refused. */
export async function refusal(document: DocumentNode, variables: unknown): Promise<string | undefined> {
  const { data, errors } = await post(document, variables);
  assert.equal(data, undefined);
  return errors?.[0]?.extensions.code;
}

/** A stack with instances. */
export async function makeStack(name: string, instances: string[]): Promise<void> {
  const { createStack } = await ask(
    'mutation ($input: CreateStackInput!) { createStack(input: $input) { userErrors { message } } }',
    { input: { name } },
  );
  assert.deepEqual(createStack.userErrors, []);
  for (const instance of instances) {
    const { createInstance } = await ask(
      'mutation ($input: CreateInstanceInput!) { createInstance(input: $input) { userErrors { message } } }',
      { input: { stack: { name }, template: { name: 'redis' }, name: instance } },
    );
    assert.deepEqual(createInstance.userErrors, []);
  }
}

/** A fetch that writes down what it sends: a test counts what a cache answers by itself. */
export function recordingFetch(): { fetch: typeof fetch; methods: string[] } {
  const methods: string[] = [];
  return {
    methods,
    fetch: (input, init) => {
      methods.push(init?.method ?? 'GET');
      return fetch(input, init);
    },
  };
}
