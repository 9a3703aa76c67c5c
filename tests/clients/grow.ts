// Operations that are grown from the schema: aliases, fragments, merged selections, `__typename`, directives, and arguments
// as literals, as variables, as defaults, or both. The same seed grows the same operations.
import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
} from 'graphql';
import type { Snapshot } from './graphqljs.js';

/** Numbers that look like chance (mulberry32). */
export class Dice {
  constructor(private state: number) {}

  below(n: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n);
  }

  chance(n: number): boolean {
    return this.below(n) === 0;
  }

  oneOf<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

export interface Operation {
  query: string;
  /** The same without descriptions, which graphql-js 16 does not read yet. */
  bare: string;
  variables: Record<string, unknown>;
}

/** A description, between marks that tell where it is. */
const note = (text: string) => `\ue000${text}\ue001`;

/** A text with some of its characters escaped, in one of the ways that there are. */
function quoted(dice: Dice, text: string): string {
  if (dice.chance(8) && !/["\\]|^\s|\s$|[\0-\x1f]/.test(text)) return `"""${dice.oneOf(['', '\n  '])}${text}"""`;
  const escaped = [...text].map((c) => {
    const code = c.codePointAt(0)!;
    if (!dice.chance(6) && !/["\\]|[\0-\x1f]/.test(c)) return c;
    if (dice.chance(2)) return `\\u{${dice.oneOf(['', '0', '000'])}${code.toString(16)}}`;
    return [...Array(c.length).keys()].map((at) => `\\u${c.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
  });
  return `"${escaped.join('')}"`;
}

class Grower {
  readonly declared: string[] = [];
  readonly variables: Record<string, unknown> = {};
  readonly fragments: string[] = [];
  /** Names of fragments, with the types that they are on. */
  private readonly named: [string, string][] = [];

  constructor(
    private readonly dice: Dice,
    private readonly snapshot: Snapshot,
  ) {}

  /** A variable of a type with a value, in one of the ways that lead to that value. */
  private variable(type: string, literal: string, value: unknown, other: string): string {
    const name = `v${this.declared.length}`;
    const about = this.dice.chance(12) ? note(`${this.dice.oneOf(['"$x: Int"', '"""query { "a" }"""', '"😀 \\""'])} `) : '';
    const way = this.dice.below(4);
    // With a default that is not null a nullable variable fits where null does not; it is never given as null here.
    if (way > 0 && type.endsWith('!') && this.dice.chance(3)) type = type.slice(0, -1);
    switch (way) {
      case 0:
        this.declared.push(`${about}$${name}: ${type}`);
        this.variables[name] = value;
        break;
      case 1:
        this.declared.push(`${about}$${name}: ${type} = ${literal}`);
        break;
      case 2:
        this.declared.push(`${about}$${name}: ${type} = ${literal}`);
        this.variables[name] = value;
        break;
      default:
        this.declared.push(`${about}$${name}: ${type} = ${other}`);
        this.variables[name] = value;
    }
    return `$${name}`;
  }

  private directives(): string {
    if (!this.dice.chance(5)) return '';
    let text = '';
    for (const name of this.dice.chance(6) ? ['skip', 'include'] : [this.dice.oneOf(['skip', 'include'])]) {
      // Mostly so that something is left.
      const flag = (name === 'include') !== this.dice.chance(3);
      const written = String(flag);
      const condition = this.dice.chance(3) ? written : this.variable('Boolean!', written, flag, String(!flag));
      text += ` @${name}(if: ${condition})`;
    }
    return text;
  }

  /** A value for an argument: as a literal and as JSON. */
  private value(arg: GraphQLArgument, type: GraphQLInputType, root: string): [string, unknown] {
    const { dice, snapshot } = this;
    if (isListType(type)) {
      const items = [...Array(dice.below(4)).keys()].map(() => this.value(arg, getNullableType(type.ofType), root));
      if (items.length === 1 && dice.chance(2)) return items[0]!;
      return [`[${items.map(([literal]) => literal).join(dice.oneOf([', ', ' ']))}]`, items.map(([, value]) => value)];
    }
    const text = (value: string): [string, unknown] => [quoted(dice, value), value];
    switch (arg.name) {
      case 'first':
      case 'last': {
        const count = dice.oneOf([1, 1, 2, 2, 3, 5, 20, 100, dice.chance(4) ? 0 : 4, dice.chance(4) ? 101 : 6]);
        return [String(count), dice.chance(5) ? Number(count.toFixed(1)) : count];
      }
      case 'after':
      case 'before':
        return text(dice.chance(12) ? 'no cursor' : dice.oneOf(snapshot.pool('cursor')));
      case 'search':
        return text(dice.oneOf(['', 's', 'E', 'e-', '1', '%', '_', 'nothing', '"', '\\u{1F600}', '😀é']));
      case 'id':
      case 'ids':
        if (dice.chance(10)) return ['7', 7];
        return text(dice.chance(6) ? 'no id' : dice.oneOf(snapshot.pool('id')));
      case 'category':
        return text(dice.oneOf(['database', 'Databases', '']));
      case 'stack':
        return text(dice.chance(8) ? 'nowhere' : dice.oneOf(snapshot.pool('stack')));
      case 'name': {
        const kind = root === 'template' ? 'template' : root === 'stack' ? 'stack' : 'instance';
        return text(dice.chance(8) ? 'nothing' : dice.oneOf(snapshot.pool(kind)));
      }
      case 'ref': {
        const id = dice.chance(6) ? 'no id' : dice.oneOf(snapshot.pool('id'));
        if (dice.chance(2)) return [`{ id: ${quoted(dice, id)} }`, { id }];
        const pick = (kind: 'stack' | 'instance' | 'template') => (dice.chance(8) ? 'nothing' : dice.oneOf(snapshot.pool(kind)));
        if (root !== 'instanceByRef') {
          const name = pick(root === 'stackByRef' ? 'stack' : 'template');
          return [`{ name: ${quoted(dice, name)} }`, { name }];
        }
        const [stack, name] = [pick('stack'), pick('instance')];
        return [`{byName: {stack: ${quoted(dice, stack)}, name: ${quoted(dice, name)}}}`, { byName: { stack, name } }];
      }
      case 'mode': {
        const word = dice.oneOf(['FLAT', 'LAYERED']);
        return [word, word];
      }
      default:
        return dice.chance(2) ? ['true', true] : ['false', false];
    }
  }

  private arguments(field: GraphQLField<unknown, unknown>): string {
    const given: string[] = [];
    for (const arg of field.args) {
      if (arg.name === 'revealSecrets') continue;
      const needed = isNonNullType(arg.type) && arg.defaultValue === undefined;
      // Pages are mostly short: rows multiply.
      const wanted = needed || this.dice.chance(arg.name === 'first' ? 2 : 6);
      if (!wanted) continue;
      const nullable = !isNonNullType(arg.type);
      const [literal, value] = this.value(arg, getNullableType(arg.type), field.name);
      const [other] = this.value(arg, getNullableType(arg.type), field.name);
      const type = String(arg.type);
      let text = literal;
      if (nullable && this.dice.chance(8)) {
        text = this.dice.chance(2) ? 'null' : this.variable(type, 'null', null, literal);
      } else if (nullable && this.dice.chance(10)) {
        // Declared and never given.
        text = `$v${this.declared.length}`;
        this.declared.push(`${text}: ${type}`);
      } else if (this.dice.chance(2)) {
        text = this.variable(type, literal, value, other);
      } else if (isListType(getNullableType(arg.type)) && this.dice.chance(2)) {
        // A variable inside a list.
        const [literal, value] = this.value(arg, getNullableType((getNullableType(arg.type) as any).ofType), field.name);
        text = `[${this.variable('ID!', literal, value, literal)}]`;
      }
      given.push(`${arg.name}: ${text}`);
    }
    return given.length ? `(${given.join(this.dice.oneOf([', ', ' ', '\n']))})` : '';
  }

  /** Rarely one that another field may have as well: graphql-js says whether that can be. */
  private alias(name: string): string {
    if (this.dice.chance(150)) return `${this.dice.oneOf(['x', 'id', 'name'])}: `;
    return this.dice.chance(8) ? `${name}${this.dice.oneOf(['2', 'Too', '_'])}: ` : '';
  }

  private field(type: GraphQLNamedType, depth: number): string {
    const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
    const known = fields.filter((field) => this.snapshot.knows(type, field));
    const fitting = known.filter((field) => depth > 0 || isLeafType(getNamedType(field.type)));
    if (!fitting.length || this.dice.chance(9)) return `${this.dice.oneOf(['', '', 't: ', 'name2: '])}__typename`;
    // At the root and between lists, mostly what leads on.
    const on = fitting.filter((field) => !isLeafType(getNamedType(field.type)));
    const field = this.dice.oneOf(on.length && this.dice.chance(2) ? on : fitting);
    const args = this.arguments(field);
    // With an argument it has a key of its own, mostly: others may have chosen another value.
    const alias = args && !this.dice.chance(15) ? `a${this.declared.length}_${this.dice.below(1e6)}: ` : this.alias(field.name);
    const inner = getNamedType(field.type);
    const inside = () => (isLeafType(inner) ? '' : ` ${this.set(inner, depth - 1)}`);
    const first = `${alias}${field.name}${args}${this.directives()}${inside()}`;
    // The same key again, with more to ask.
    return this.dice.chance(6) ? `${first} ${alias}${field.name}${args}${this.directives()}${inside()}` : first;
  }

  /** Types on which a fragment may stand inside of one. */
  private conditions(type: GraphQLNamedType): string[] {
    if (isAbstractType(type)) return [type.name, ...this.snapshot.schema.getPossibleTypes(type).map(({ name }) => name)];
    return isObjectType(type) ? [type.name, type.name, ...type.getInterfaces().map(({ name }) => name)] : [type.name];
  }

  /** A selection of a type: so deep in fields, and with fragments so deep in each other. */
  set(type: GraphQLNamedType, depth: number, wraps = 2): string {
    const parts: string[] = [];
    for (let n = this.dice.below(3); n >= 0; n--) {
      const condition = this.dice.oneOf(this.conditions(type));
      const on = this.snapshot.schema.getType(condition)!;
      switch (wraps > 0 && this.fragments.length < 12 ? this.dice.below(isAbstractType(type) ? 7 : 12) : 3) {
        case 0:
          parts.push(`...${this.directives()} ${this.set(type, depth, wraps - 1)}`);
          break;
        case 1:
        case 5:
        case 6:
          parts.push(`... on ${condition}${this.directives()} ${this.set(on, depth, wraps - 1)}`);
          break;
        case 2: {
          const known = this.named.filter(([, of]) => this.conditions(type).includes(of));
          if (known.length && this.dice.chance(2)) {
            parts.push(`...${this.dice.oneOf(known)[0]}${this.directives()}`);
            break;
          }
          const name = this.dice.oneOf(['F', 'query', 'fragment', 'type']) + this.fragments.length;
          const at = this.fragments.push('') - 1;
          const about = this.dice.chance(6) ? note('"What it is for: { } \\" $v0"\n') : '';
          this.fragments[at] = `${about}fragment ${name} on ${condition} ${this.set(on, Math.min(depth, 2), wraps - 1)}`;
          this.named.push([name, condition]);
          parts.push(`...${name}${this.directives()}`);
          break;
        }
        default:
          parts.push(this.field(type, depth));
      }
    }
    return `{ ${parts.join(this.dice.oneOf([' ', '\n', ', ', ' # " { \n']))} }`;
  }
}

export function grow(dice: Dice, snapshot: Snapshot): Operation {
  const grower = new Grower(dice, snapshot);
  const set = grower.set(snapshot.schema.getQueryType()!, 2 + dice.below(5));
  const declared = grower.declared.length ? `(${grower.declared.join(', ')})` : '';
  const name = dice.oneOf(['', ' Q', ' query', ' mutation']);
  const about = dice.chance(6) ? note('"""\nAn operation: "query" \\"""\n"""\n') : '';
  const text = [`${about}query${name}${declared} ${set}`, ...grower.fragments].join('\n');
  const [query, bare] = [text.replaceAll(/[\ue000\ue001]/g, ''), text.replaceAll(/\ue000[^\ue001]*\ue001/g, '')];
  return { query, bare, variables: grower.variables };
}
