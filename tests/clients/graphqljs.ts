// graphql-js over the data of a running service: a snapshot of everything that there is, read with plain queries (no
// variables, no directives, no aliases that could matter), and resolvers that read from it. What the service answers to any
// other document has to be what graphql-js makes of the snapshot.
import {
  buildSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import assert from 'node:assert/strict';

export type Row = Record<string, any>;
export type Ask = (query: string) => Promise<Row>;

/** Fields that take arguments of their own, show what is not live, or lead around; the generator leaves them out, too. */
const LEFT_OUT = new Set([
  'Query.apiKeys', 'Query.viewer', 'Query.trash', 'Query.suggestHostPort', 'Query.diffStacks', 'Query.plan',
  'Reference.target', 'ReferenceSegment.target', 'SharedVar.usedBy',
  'Query.search',
]);

/** Fields that lead to the history. The snapshot is of one moment; the history has tests of its own. */
const leadsToHistory = (field: AnyField) => /^(Change|ChangeConnection|InstanceVersion|StackVersion)$/.test(getNamedType(field.type).name);

type AnyField = GraphQLField<unknown, unknown>;

const isPage = (field: AnyField) => getNamedType(field.type).name.endsWith('Connection');

/** What a cursor says: the kind of its order, and the values in it. */
function sortKey(cursor: string): (string | number)[] {
  const [kind, ...values] = Buffer.from(cursor, 'base64url').toString().split(':');
  return [kind!, ...values.map((value) => (kind === 'name' ? value : Number(value)))];
}

function compare(a: (string | number)[], b: (string | number)[]): number {
  const at = a.findIndex((value, at) => value !== b[at]);
  return at < 0 ? 0 : a[at]! < b[at]! ? -1 : 1;
}

export class Snapshot {
  readonly schema: GraphQLSchema;
  /** Stacks, instances and templates by their ids. */
  readonly rows = new Map<string, Row>();
  /** Names of stacks and templates, in the order of their lists. */
  private lists: Record<string, { cursor: string; id: string }[]> = {};
  private changeCursor = '';
  /** Of the service: its version, and the categories of its templates. */
  private about: Row = {};

  private constructor(sdl: string) {
    this.schema = buildSchema(sdl);
    for (const type of Object.values(this.schema.getTypeMap())) {
      if (isObjectType(type) && !type.name.startsWith('__')) {
        for (const field of Object.values(type.getFields())) {
          field.resolve = (source, args) => this.resolve(type, field, source, args);
        }
      }
    }
  }

  static async read(sdl: string, ask: Ask): Promise<Snapshot> {
    const snapshot = new Snapshot(sdl);
    for (const [list, type] of [['stacks', 'Stack'], ['templates', 'Template']] as const) {
      const { edges } = (await ask(`{ ${list}(first: 100) { edges { cursor node { id } } } }`))[list];
      snapshot.lists[list] = edges.map(({ cursor, node }: Row) => ({ cursor, id: node.id }));
      await snapshot.readAll(type, snapshot.lists[list]!.map(({ id }) => id), ask);
    }
    snapshot.changeCursor = (await ask('{ changeCursor }'))['changeCursor'];
    snapshot.about = await ask('{ version categories }');
    const instances = [...snapshot.rows.values()].flatMap((row) => row['instances'].map(({ id }: Row) => id));
    await snapshot.readAll('Instance', [...new Set(instances)], ask);
    return snapshot;
  }

  /** Whether the snapshot knows a field, by its type. */
  knows(type: GraphQLNamedType, field: AnyField): boolean {
    if (LEFT_OUT.has(`${type.name}.${field.name}`) || leadsToHistory(field)) return false;
    if (type.name === 'Query' || (type.name === 'Stack' && field.name === 'instance')) return true;
    return isPage(field) || field.args.every((arg) => isEnumType(getNamedType(arg.type)) || arg.name === 'revealSecrets');
  }

  /** Names and cursors for arguments. */
  pool(kind: 'stack' | 'instance' | 'template' | 'id' | 'cursor'): string[] {
    if (kind === 'id') return [...this.rows.keys()];
    if (kind === 'cursor') {
      const inside = [...this.rows.values()].flatMap((row) => row['instances'] ?? []);
      return [...Object.values(this.lists).flat(), ...inside].map(({ cursor }) => cursor);
    }
    const type = { stack: 'Stack', instance: 'Instance', template: 'Template' }[kind];
    return [...this.rows.values()].filter((row) => row['__typename'] === type).map((row) => row['name']);
  }

  private async readAll(type: string, ids: string[], ask: Ask): Promise<void> {
    for (const id of ids) this.rows.set(id, { __typename: type });
    const of = this.schema.getType(type) as GraphQLObjectType;
    const fields = Object.values(of.getFields()).filter((field) => this.knows(of, field) && field.name !== 'instance');
    for (let at = 0; at < ids.length; at += 25) {
      const some = JSON.stringify(ids.slice(at, at + 25));
      for (const field of [...fields, ...(type === 'Stack' ? [of.getFields()['instance']!] : [])]) {
        const texts = field.name === 'instance' && type === 'Stack' ? [] : this.plain(field);
        for (const text of texts) {
          const { nodes } = await ask(`{ nodes(ids: ${some}) { id ... on ${type} { ${text} } } }`);
          for (const { id, ...read } of nodes) {
            for (const [key, value] of Object.entries<any>(read)) {
              const page = isPage(field) && key === field.name;
              this.rows.get(id)![key] = page ? value.edges.map((edge: Row) => ({ cursor: edge.cursor, id: edge.node.id })) : value;
            }
            this.rows.get(id)!['id'] = id;
          }
        }
      }
    }
  }

  /** What is asked of a field for the snapshot: one text, or one for each value of an enum argument. */
  private plain(field: AnyField): string[] {
    if (isPage(field)) return [`${field.name}(first: 100) { edges { cursor node { id } } }`];
    const inside = this.inside(getNamedType(field.type), []);
    const words = field.args.map((arg) => getNamedType(arg.type)).find(isEnumType);
    if (!words) return [`${field.name} ${inside}`];
    const arg = field.args.find(({ type }) => getNamedType(type) === words)!;
    return words.getValues().map(({ name }) => `${field.name}_${name}: ${field.name}(${arg.name}: ${name}) ${inside}`);
  }

  private isNode(type: GraphQLNamedType): boolean {
    const node = this.schema.getType('Node');
    return type === node || (isObjectType(type) && type.getInterfaces().some((known) => known === node));
  }

  private inside(type: GraphQLNamedType, above: string[]): string {
    if (isLeafType(type)) return '';
    if (this.isNode(type)) return isInterfaceType(type) ? '{ __typename id }' : '{ id }';
    assert(!above.includes(type.name), `${type.name} leads to itself`);
    if (isUnionType(type)) {
      // Fields of one name and several types cannot stand side by side.
      const each = type.getTypes().map((member) => `... on ${member.name} { ${this.fieldsOf(member, above, `${member.name}_`)} }`);
      return `{ __typename ${each.join(' ')} }`;
    }
    assert(isObjectType(type), `${type.name} is no object`);
    return `{ ${this.fieldsOf(type, above, '')} }`;
  }

  private fieldsOf(type: GraphQLObjectType, above: string[], prefix: string): string {
    const fields = Object.values(type.getFields()).filter((field) => this.knows(type, field));
    const text = (field: AnyField) => this.plain0(field, [...above, type.name]);
    return fields.map((field) => `${prefix && `${prefix}${field.name}: `}${text(field)}`).join(' ');
  }

  private plain0(field: AnyField, above: string[]): string {
    return `${field.name} ${this.inside(getNamedType(field.type), above)}`;
  }

  private resolve(type: GraphQLObjectType, field: AnyField, source: any, args: Row): unknown {
    if (type.name === 'Query') return this.root(field.name, args);
    if (type.name === 'Stack' && field.name === 'instance') {
      const own = source['instances'].map(({ id }: Row) => this.rows.get(id));
      return own.find((row: Row) => row['name'] === args['name']) ?? null;
    }
    if (isPage(field)) return this.page(field.name === 'forks' ? 'name' : 'age', source[field.name], args);
    const word = field.args.find((arg) => isEnumType(getNamedType(arg.type)));
    const keys = word ? [`${field.name}_${args[word.name]}`] : [`${type.name}_${field.name}`, field.name];
    const key = keys.find((key) => key in source);
    assert(key !== undefined, `the snapshot has no ${type.name}.${field.name}`);
    return this.found(field.type, source[key]);
  }

  /** Where the snapshot has an id only, the row. */
  private found(type: any, value: any): any {
    if (value === null) return null;
    if (isNonNullType(type)) return this.found(type.ofType, value);
    if (isListType(type)) return value.map((item: any) => this.found(type.ofType, item));
    return isCompositeType(type) && this.isNode(type) ? this.row(value.id) : value;
  }

  private row(id: string): Row {
    const row = this.rows.get(id);
    assert(row, `the snapshot has no ${id}`);
    return row;
  }

  private root(name: string, args: Row): unknown {
    const named = (type: string, name: string) =>
      [...this.rows.values()].find((row) => row['__typename'] === type && row['name'] === name) ?? null;
    switch (name) {
      case 'changeCursor':
        return this.changeCursor;
      case 'version':
      case 'categories':
        return this.about[name];
      case 'node':
        return this.rows.get(args['id']) ?? null;
      case 'nodes':
        return args['ids'].map((id: string) => this.rows.get(id) ?? null);
      case 'stackByRef':
      case 'templateByRef':
      case 'instanceByRef': {
        const { id, byName, name: of } = args['ref'];
        const type = { stackByRef: 'Stack', templateByRef: 'Template', instanceByRef: 'Instance' }[name];
        if (id == null) return byName ? this.root('instance', byName) : named(type, of);
        return this.rows.get(id)?.['__typename'] === type ? this.rows.get(id) : null;
      }
      case 'stack':
        return named('Stack', args['name']);
      case 'template':
        return named('Template', args['name']);
      case 'instance': {
        const stack = named('Stack', args['stack']);
        const own: Row[] = stack ? stack['instances'].map(({ id }: Row) => this.rows.get(id)) : [];
        return own.find((row) => row['name'] === args['name']) ?? null;
      }
      default:
        return this.page('name', this.lists[name]!, args);
    }
  }

  private page(kind: 'name' | 'age', list: { cursor: string; id: string }[], args: Row): unknown {
    const { first, last, after, before, search, enabled, category } = args;
    if (first != null && last != null) throw new GraphQLError('first or last');
    const count = last ?? first ?? 20;
    if (count < 1 || count > 100) throw new GraphQLError('1 to 100');
    const all = list.filter(({ id }) => {
      const row = this.row(id);
      const fits = search == null || row['name'].includes(search.toLowerCase());
      return fits && (enabled == null || row['enabled'] === enabled) && (category == null || row['category'] === category);
    });
    // Cursors are places in an order: those of another list with the same order will do.
    const key = (cursor: string) => {
      const key = sortKey(cursor);
      if (key[0] !== kind) throw new GraphQLError('no cursor of this list');
      return key;
    };
    const [from, to] = [after, before].map((cursor) => (cursor == null ? undefined : key(cursor)));
    const range = all.filter(({ cursor }) => {
      const own = key(cursor);
      return (!from || compare(own, from) > 0) && (!to || compare(own, to) < 0);
    });
    const edges = last != null ? range.slice(-count) : range.slice(0, count);
    const more = range.length > edges.length;
    return {
      edges: edges.map(({ cursor, id }) => ({ cursor, node: { id } })),
      nodes: edges.map(({ id }) => ({ id })),
      totalCount: all.length,
      pageInfo: {
        hasNextPage: last != null ? before != null : more,
        hasPreviousPage: last != null ? more : after != null,
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
    };
  }
}
