// What the caches of clients want to know of the schema.
import { minifyIntrospectionQuery } from '@urql/introspection';
import { buildSchema, introspectionFromSchema, isAbstractType, isObjectType } from 'graphql';
import { sdl } from './service.js';

const schema = buildSchema(sdl);
const types = Object.values(schema.getTypeMap());

/** For Apollo: which types an interface or a union stands for, which its cache cannot know from answers. */
export const possibleTypes = Object.fromEntries(
  types.filter(isAbstractType).map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]),
);

/** For urql: all of it. */
export const introspection = minifyIntrospectionQuery(introspectionFromSchema(schema));

/** For urql: types without an id belong to what holds them; the cache is told so once for all of them. */
export const keys = Object.fromEntries(
  types
    .filter((type) => isObjectType(type) && !('id' in type.getFields()) && !type.name.startsWith('__'))
    .map(({ name }) => [name, () => null]),
);
