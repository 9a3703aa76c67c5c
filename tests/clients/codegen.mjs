// @graphql-codegen as the example sets it up, over the schema, the tour's operations and those of the tests here.
import example from '../../examples/clients/codegen.mjs';

const [target] = Object.values(example.generates);

export default {
  schema: '../../schema.graphql',
  documents: ['generated/operations/*.graphql', '*.test.ts'],
  generates: { 'generated/graphql/': target },
  emitLegacyCommonJSImports: false,
};
