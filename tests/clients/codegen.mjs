// @graphql-codegen: the client preset, over the schema, the tour's operations and those of the tests here.
export default {
  schema: '../../schema.graphql',
  documents: ['generated/operations/*.graphql', '*.test.ts'],
  generates: {
    'generated/graphql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: { unmaskFunctionName: 'getFragmentData' } },
      config: {
        // Every scalar of the service. A new one without a type here is an error, not `any`.
        scalars: { ChangeCursor: 'string', DateTime: 'string', Duration: 'string', ID: 'string', JSON: 'unknown' },
        strictScalars: true,
        useTypeImports: true,
      },
    },
  },
  emitLegacyCommonJSImports: false,
};
