// What the cache wants to know of the schema: types and fields, without descriptions, arguments and inputs.
import { minifyIntrospectionQuery } from '@urql/introspection';
import { buildSchema, introspectionFromSchema, isObjectType } from 'graphql';
import fs from 'node:fs';

const schema = buildSchema(fs.readFileSync('../../schema.graphql', 'utf8'));
const introspection = minifyIntrospectionQuery(introspectionFromSchema(schema));

// Types without an id belong to what holds them.
const embedded = Object.values(schema.getTypeMap())
  .filter((type) => isObjectType(type) && !('id' in type.getFields()) && !type.name.startsWith('__'))
  .map(({ name }) => name);

fs.mkdirSync('src/generated', { recursive: true });
fs.writeFileSync('src/generated/schema.json', JSON.stringify({ introspection, embedded }));
