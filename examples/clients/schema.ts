// What the caches of Apollo Client and urql want to know of the schema.
import { minifyIntrospectionQuery } from '@urql/introspection';
import { buildSchema, introspectionFromSchema, isAbstractType, isObjectType } from 'graphql';

/** Of the text of `schema.graphql`. Write it into a file when you generate types: the schema itself is large for a page. */
export function describeSchema(sdl: string) {
  const schema = buildSchema(sdl);
  const types = Object.values(schema.getTypeMap());
  return {
    /** For Apollo: which types an interface or a union stands for, which its cache cannot know from answers. */
    possibleTypes: Object.fromEntries(
      types.filter(isAbstractType).map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]),
    ),
    /** For urql: all of it. */
    introspection: minifyIntrospectionQuery(introspectionFromSchema(schema)),
    /** For urql: the types without an id, which belong to what holds them. */
    embedded: types
      .filter((type) => isObjectType(type) && !('id' in type.getFields()) && !type.name.startsWith('__'))
      .map(({ name }) => name),
  };
}
