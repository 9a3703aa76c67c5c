// The types of the operations, from the schema of the service.
export default {
  schema: '../../schema.graphql',
  documents: ['src/operations/*.graphql'],
  generates: {
    'src/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        scalars: {
          ChangeCursor: 'string',
          DateTime: 'string',
          Duration: 'string',
          ID: 'string',
          JSON: 'unknown',
          RestartPolicy: "'no' | 'always' | 'unless-stopped' | 'on-failure' | `on-failure:${number}`",
        },
        strictScalars: true,
        documentMode: 'string',
        useTypeImports: true,
        enumsAsTypes: true,
      },
    },
  },
};
