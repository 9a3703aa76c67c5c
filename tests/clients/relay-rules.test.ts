// The rules of graphql-eslint for Relay, on schema.graphql: what is called a connection, an edge or a page is one.
import { parser, rules } from '@graphql-eslint/eslint-plugin';
import { Linter } from 'eslint';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sdl } from './service.js';

/** Edges of what has no id, such as a place in a text. */
const values = /^type ReferenceEdge /;

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
  const lines = schema.split('\n');
  const isValue = ({ line, message }: Linter.LintMessage) => /must implement `Node`/.test(message) && values.test(lines[line - 1] ?? '');
  return messages.filter((message) => !isValue(message)).map(({ line, message }) => `${line}: ${message}`);
}

// Small collections are plain lists here, and so are the nodes of a page.
const edges = [{ listTypeCanWrapOnlyEdgeType: false }];
// Both directions are there, and neither has to be said.
const directions = [{ includeBoth: true }];

// What a search finds has no id of its own, so it is no node; and its pages lead forwards only.
const search = /^(Edge type's field `node` must implement `Node` interface\.|.*`(last|before)`.*)$/;

/** The lines of the schema about a search: the field, and the edge of its connection. */
function linesOfSearch(): Set<string> {
  const lines = sdl.split('\n');
  const end = (from: number, text: string) => lines.indexOf(text, from);
  const [field, edge] = [lines.indexOf('  search('), lines.indexOf('type SearchResultEdge {')];
  assert(field > 0 && edge > 0);
  const ranges = [[field, end(field, '  ): SearchResultConnection!')], [edge, end(edge, '}')]] as const;
  return new Set(ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => `${from + at + 1}`)));
}

test('connections, edges and pages are what Relay calls so', () => {
  const ofSearch = linesOfSearch();
  const isOfSearch = (finding: string) => {
    const [line = '', message = ''] = finding.split(/: (.*)/s);
    return ofSearch.has(line) && search.test(message);
  };
  for (const [name, options] of [
    ['relay-edge-types', edges],
    ['relay-connection-types', []],
    ['relay-page-info', []],
    ['relay-arguments', directions],
  ] as const) {
    assert.deepEqual(findings(sdl, name, [...options]).filter((finding) => !isOfSearch(finding)), [], name);
  }
});

test('the rules see what is wrong', () => {
  const wrong = sdl.replace('type StackEdge {', 'type StackEdge { other: Int }\ntype OtherEdge { cursor: String! node: Trash! }\ntype Lost {');
  assert.notDeepEqual(findings(wrong, 'relay-edge-types', edges), []);
  const noNode = sdl.replace(/(type StackEdge \{[^}]*node: )Stack!/, '$1Trash!');
  assert.match(findings(noNode, 'relay-edge-types', edges).join(), /must implement `Node`/);
});
