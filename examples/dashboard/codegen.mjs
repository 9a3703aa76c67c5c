// The types of the operations, from the schema of the service; the scalars are those of the example for other front ends.
import example from '../clients/codegen.mjs';

const [{ config: { scalars } }] = Object.values(example.generates);

export default {
  schema: '../../schema.graphql',
  documents: ['src/operations/*.graphql'],
  generates: {
    'src/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        scalars,
        strictScalars: true,
        documentMode: 'string',
        useTypeImports: true,
        enumsAsTypes: true,
      },
    },
  },
};
