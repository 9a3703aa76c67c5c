// Types of the operations in `src`: `graphql-codegen --config codegen.mjs`.
export default {
  schema: 'schema.graphql',
  documents: ['src/**/*.{ts,tsx}', '!src/generated/**'],
  generates: {
    'src/generated/': {
      preset: 'client',
      // `useFragment` would be taken for a hook of React.
      presetConfig: { fragmentMasking: { unmaskFunctionName: 'getFragmentData' } },
      config: {
        // Every scalar of the service. A new one without a type here is an error, not `any`.
        scalars: {
          ChangeCursor: 'string',
          DateTime: 'string',
          Duration: 'string',
          ID: 'string',
          JSON: 'unknown',
          RestartPolicy: "'no' | 'always' | 'unless-stopped' | 'on-failure' | `on-failure:${number}`",
        },
        strictScalars: true,
        // For `verbatimModuleSyntax`, which Vite's projects have.
        useTypeImports: true,
      },
    },
  },
};
