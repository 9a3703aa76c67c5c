// The rules of graphql-eslint for Relay, on schema.graphql: what is called a connection, an edge or a page is one.
import { parser, rules } from '@graphql-eslint/eslint-plugin';
import { Linter } from 'eslint';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sdl } from './service.js';

/** What a rule finds in a schema. */
function findings(schema: string, name: string, options: object[]): string[] {
  const linter = new Linter({ configType: 'flat' });
  const messages = linter.verify(
    schema,
    {
      files: ['**/*.graphql'],
      languageOptions: { parser: parser as Linter.Parser, parserOptions: { graphQLConfig: { schema } } },
      plugins: { graphql: { rules: rules as unknown as Record<string, never> } },
      rules: { [`graphql/${name}`]: ['error', ...options] },
    },
    { filename: 'schema.graphql' },
  );
  return messages.map(({ line, message }) => `${line}: ${message}`);
}

// Small collections are plain lists here, and so are the nodes of a page.
const edges = [{ listTypeCanWrapOnlyEdgeType: false }];
// Both directions are there, and neither has to be said.
const directions = [{ includeBoth: true }];

/** What the rules find although it is meant so, by the first line of what it is about. */
const meant: [string, RegExp][] = [
  // A place in a text, and what a search finds, have no id of their own.
  ['type ReferenceEdge {', /^Edge type's field `node` must implement `Node` interface\.$/],
  ['type SearchResultEdge {', /^Edge type's field `node` must implement `Node` interface\.$/],
  // The pages of a search lead forwards only.
  ['  search(', /`(last|before)`/],
];

/** Whether a finding is one of those, inside of the lines until the end of what it is about. */
function isMeant(finding: string): boolean {
  const lines = sdl.split('\n');
  const [line = '', message = ''] = finding.split(/: (.*)/s);
  return meant.some(([first, pattern]) => {
    const from = lines.indexOf(first);
    assert(from > 0, `the schema has no line ${first}`);
    const to = lines.findIndex((text, at) => at > from && /^ *[})]/.test(text));
    return Number(line) > from && Number(line) <= to + 1 && pattern.test(message);
  });
}

test('connections, edges and pages are what Relay calls so', () => {
  for (const [name, options] of [
    ['relay-edge-types', edges],
    ['relay-connection-types', []],
    ['relay-page-info', []],
    ['relay-arguments', directions],
  ] as const) {
    assert.deepEqual(findings(sdl, name, [...options]).filter((finding) => !isMeant(finding)), [], name);
  }
});

test('the rules see what is wrong', () => {
  const wrong = sdl.replace('type StackEdge {', 'type StackEdge { other: Int }\ntype OtherEdge { cursor: String! node: Trash! }\ntype Lost {');
  assert.notDeepEqual(findings(wrong, 'relay-edge-types', edges), []);
  const noNode = sdl.replace(/(type StackEdge \{[^}]*node: )Stack!/, '$1Trash!');
  assert.match(findings(noNode, 'relay-edge-types', edges).join(), /must implement `Node`/);
});
