// What the cache wants to know of the schema: the types and fields of the operations, and what stands behind abstract types.
// Without the rest the built page changes only when something changes that it uses.
import { minifyIntrospectionQuery } from '@urql/introspection';
import { buildSchema, introspectionFromSchema, isAbstractType, isObjectType, parse, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import fs from 'node:fs';
import path from 'node:path';

const schema = buildSchema(fs.readFileSync('../../schema.graphql', 'utf8'));
const folder = 'src/operations';
const documents = fs.readdirSync(folder).map((file) => parse(fs.readFileSync(path.join(folder, file), 'utf8')));

const used = new Map();
const keep = (type, field) => {
  if (!used.has(type.name)) used.set(type.name, new Set());
  if (field) used.get(type.name).add(field);
  if (isAbstractType(type)) for (const possible of schema.getPossibleTypes(type)) keep(possible, field);
};
const info = new TypeInfo(schema);
for (const document of documents) {
  visit(document, visitWithTypeInfo(info, {
    Field: ({ name }) => keep(info.getParentType(), name.value),
    InlineFragment: () => keep(info.getType()),
    FragmentDefinition: () => keep(info.getType()),
  }));
}

const { __schema } = minifyIntrospectionQuery(introspectionFromSchema(schema));
const types = __schema.types
  .filter(({ name }) => used.has(name))
  .map(({ fields, ...type }) => {
    if (!fields) return type;
    // Roots and objects alike: of arguments the cache has no need.
    return { ...type, fields: fields.filter(({ name }) => used.get(type.name).has(name)).map((field) => ({ ...field, args: [] })) };
  });

// Types without an id belong to what holds them.
const embedded = [...used.keys()]
  .map((name) => schema.getType(name))
  .filter((type) => isObjectType(type) && !('id' in type.getFields()) && !type.name.startsWith('__'))
  .map(({ name }) => name)
  .sort();

fs.mkdirSync('src/generated', { recursive: true });
fs.writeFileSync('src/generated/schema.json', JSON.stringify({ introspection: { __schema: { ...__schema, types } }, embedded }));
