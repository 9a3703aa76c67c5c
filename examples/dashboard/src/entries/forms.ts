// How each kind of entry is written in a form, and what the form gives.
import type { EntryFragment, OverrideEntryInput, OverrideKeyInput, OverrideKind, SettingsInput } from '../generated/graphql';
import { argumentFields, settingNames } from './text';

export type Values = Record<string, string | boolean>;

export interface FieldSpec {
  /** As in the input, so that problems find their field. */
  name: string;
  label: string;
  type: 'text' | 'number' | 'area' | 'lines' | 'json' | 'check' | 'select' | 'instance';
  options?: readonly string[];
  initial?: string | boolean;
  hint?: string;
  /** Part of the key, which stays as it is when an entry is overridden. */
  isKey?: boolean;
  optional?: boolean;
}

interface Form {
  fields: readonly FieldSpec[];
  input(values: Reader, former: EntryFragment | undefined): OverrideEntryInput;
  key(entry: EntryFragment): OverrideKeyInput;
}

/** Reads the values of a form. */
class Reader {
  constructor(private readonly values: Values) {}
  text = (name: string) => String(this.values[name] ?? '');
  optional = (name: string) => this.text(name) || null;
  number = (name: string) => Number(this.text(name));
  optionalNumber = (name: string) => (this.text(name) === '' ? null : Number(this.text(name)));
  check = (name: string) => this.values[name] === true;
  lines = (name: string) => this.text(name).split('\n').filter(Boolean);
  choice = <Choice>(name: string) => this.text(name) as Choice;
}

type Name = EntryFragment['__typename'];
const as = <N extends Name>(entry: EntryFragment | undefined, name: N) =>
  entry?.__typename === name ? (entry as Extract<EntryFragment, { __typename: N }>) : undefined;

const field = (name: string, label: string, type: FieldSpec['type'] = 'text', more: Partial<FieldSpec> = {}): FieldSpec => ({
  name,
  label,
  type,
  ...more,
});
const choice = (name: string, label: string, options: readonly string[], more: Partial<FieldSpec> = {}) =>
  field(name, label, 'select', { options, initial: options[0] ?? '', ...more });
const key = { isKey: true };
const optional = { optional: true };

export const forms: Record<OverrideKind, Form> = {
  SETTING: {
    fields: [
      choice('field', 'Setting', Object.keys(settingNames), key),
      field('value', 'Value', 'lines', { hint: 'Of the command and the entrypoint: one argument a line; of the restart policy: no, always, unless-stopped or on-failure' }),
    ],
    input(values) {
      const name = values.choice<keyof typeof settingNames>('field');
      const value = argumentFields.includes(name) ? values.lines('value') : values.text('value');
      return { setting: { [settingNames[name]]: value } as SettingsInput };
    },
    key: (entry) => ({ setting: as(entry, 'Setting')?.field ?? 'IMAGE_TAG' }),
  },
  PORT: {
    fields: [
      field('hostPort', 'Host port', 'number', { hint: 'Empty: chosen at start', ...optional }),
      field('containerPort', 'Container port', 'number', key),
      choice('protocol', 'Protocol', ['TCP', 'UDP', 'SCTP'], key),
      field('hostIp', 'Host address', 'text', { initial: '0.0.0.0' }),
    ],
    input: (values) => ({
      port: {
        hostPort: values.optionalNumber('hostPort'),
        containerPort: values.number('containerPort'),
        protocol: values.choice('protocol'),
        hostIp: values.text('hostIp'),
      },
    }),
    key(entry) {
      const { containerPort = 0, protocol = 'TCP' } = as(entry, 'Port') ?? {};
      return { port: { containerPort, protocol } };
    },
  },
  VOLUME: {
    fields: [
      field('target', 'Path in the container', 'text', key),
      choice('volumeType', 'Type', ['VOLUME', 'BIND', 'TMPFS', 'IMAGE']),
      field('source', 'Source', 'text', { hint: 'Name of the volume, or folder of the host', ...optional }),
      choice('scope', 'Scope', ['INSTANCE', 'STACK', 'HOST']),
      field('readOnly', 'Read-only', 'check'),
      field('isExternal', 'External', 'check'),
    ],
    input(values, former) {
      const { options, definition } = as(former, 'Volume') ?? {};
      return {
        volume: {
          target: values.text('target'),
          volumeType: values.choice('volumeType'),
          source: values.text('source'),
          scope: values.choice('scope'),
          readOnly: values.check('readOnly'),
          isExternal: values.check('isExternal'),
          options: options ?? null,
          definition: definition ?? null,
        },
      };
    },
    key: (entry) => ({ volume: as(entry, 'Volume')?.target ?? '' }),
  },
  ENV_VAR: {
    fields: [
      field('key', 'Name', 'text', key),
      field('value', 'Value', 'area', { hint: 'A secret that is left empty keeps its value', ...optional }),
      field('isSecret', 'Secret', 'check'),
      field('generate', 'Generate a new secret', 'check', { hint: 'A random value in place of the one above' }),
    ],
    input(values, former) {
      // Null in place of the value draws it anew.
      if (values.check('generate')) return { envVar: { key: values.text('key'), generate: {}, value: null } };
      const isSecret = values.check('isSecret');
      const value = values.text('value');
      const variable = { key: values.text('key'), isSecret };
      // A secret without a value keeps the one that it has. Null takes the value from the shell.
      if (isSecret && value === '') return { envVar: variable };
      const isFromShell = value === '' && as(former, 'EnvVar')?.text === null;
      return { envVar: { ...variable, value: isFromShell ? null : value } };
    },
    key: (entry) => ({ envVar: as(entry, 'EnvVar')?.key ?? '' }),
  },
  DOMAIN: {
    fields: [field('domain', 'Domain', 'text', key), field('proxyPort', 'Port', 'number', optional)],
    input: (values) => ({ domain: { domain: values.text('domain'), proxyPort: values.optionalNumber('proxyPort') } }),
    key: (entry) => ({ domain: as(entry, 'Domain')?.domain ?? '' }),
  },
  DEPENDENCY: {
    fields: [
      field('instance', 'Instance', 'instance', key),
      choice('condition', 'Waits until it is', ['SERVICE_STARTED', 'SERVICE_HEALTHY', 'SERVICE_COMPLETED_SUCCESSFULLY']),
      field('required', 'Required', 'check', { initial: true }),
      field('restart', 'Restarts with it', 'check'),
    ],
    input: (values) => ({
      dependency: {
        instance: { id: values.text('instance') },
        condition: values.choice('condition'),
        required: values.check('required'),
        restart: values.check('restart'),
      },
    }),
    key: (entry) => ({ dependency: { id: as(entry, 'Dependency')?.instance?.id ?? '' } }),
  },
  HEALTHCHECK: {
    fields: [
      field('test', 'Test', 'lines', { hint: 'CMD or CMD-SHELL, then one argument a line' }),
      field('intervalSeconds', 'Interval (s)', 'number', { initial: '30' }),
      field('timeoutSeconds', 'Timeout (s)', 'number', { initial: '10' }),
      field('retries', 'Retries', 'number', { initial: '3' }),
      field('startPeriodSeconds', 'Start period (s)', 'number', { initial: '0' }),
      field('startIntervalSeconds', 'Start interval (s)', 'number', optional),
    ],
    input: (values) => ({
      healthcheck: {
        test: values.lines('test'),
        intervalSeconds: values.number('intervalSeconds'),
        timeoutSeconds: values.number('timeoutSeconds'),
        retries: values.number('retries'),
        startPeriodSeconds: values.number('startPeriodSeconds'),
        startIntervalSeconds: values.optionalNumber('startIntervalSeconds'),
      },
    }),
    key: () => ({ healthcheck: true }),
  },
  RESOURCE_LIMITS: {
    fields: [field('cpu', 'CPU', 'text', optional), field('memory', 'Memory', 'text', { hint: 'Such as 512m', ...optional })],
    input: (values) => ({ resourceLimits: { cpu: values.optional('cpu'), memory: values.optional('memory') } }),
    key: () => ({ resourceLimits: true }),
  },
  CONFIG_FILE: {
    fields: [
      field('filePath', 'Path', 'text', key),
      field('content', 'Content', 'area', optional),
      field('fileMode', 'Mode', 'text', { initial: '0644' }),
      field('isTemplate', 'Has variables', 'check'),
    ],
    input: (values) => ({
      configFile: {
        filePath: values.text('filePath'),
        content: values.text('content'),
        fileMode: values.text('fileMode'),
        isTemplate: values.check('isTemplate'),
      },
    }),
    key: (entry) => ({ configFile: as(entry, 'ConfigFile')?.filePath ?? '' }),
  },
  NETWORK: {
    fields: [
      field('name', 'Name', 'text', key),
      field('aliases', 'Aliases', 'lines', { hint: 'One a line', ...optional }),
      field('isExternal', 'External', 'check'),
    ],
    input(values, former) {
      const { options, definition } = as(former, 'Network') ?? {};
      return {
        network: {
          name: values.text('name'),
          aliases: values.lines('aliases'),
          isExternal: values.check('isExternal'),
          options: options ?? null,
          definition: definition ?? null,
        },
      };
    },
    key: (entry) => ({ network: as(entry, 'Network')?.name ?? '' }),
  },
  ATTRIBUTE: {
    fields: [field('name', 'Name', 'text', key), field('value', 'Value', 'json', { hint: 'JSON' })],
    input: (values) => ({ attribute: { name: values.text('name'), value: parse(values.text('value')) } }),
    key: (entry) => ({ attribute: as(entry, 'Attribute')?.name ?? '' }),
  },
  LABEL: {
    fields: [field('key', 'Key', 'text', key), field('value', 'Value', 'text', optional)],
    input: (values) => ({ label: { key: values.text('key'), value: values.text('value') } }),
    key: (entry) => ({ label: as(entry, 'Label')?.key ?? '' }),
  },
};

/** JSON as far as it is JSON; anything else is a text. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What a form shows at first. */
export function valuesOf(kind: OverrideKind, entry: EntryFragment | undefined): Values {
  const { fields } = forms[kind];
  const fresh = Object.fromEntries(fields.map(({ name, initial, type }) => [name, initial ?? (type === 'check' ? false : '')]));
  return entry ? { ...fresh, ...written(entry, fields) } : fresh;
}

function written(entry: EntryFragment, fields: readonly FieldSpec[]): Values {
  if (entry.__typename === 'Setting') return { field: entry.field, value: argumentLines(entry.field, entry.value) };
  if (entry.__typename === 'Dependency') return { ...pick(entry, fields), instance: entry.instance?.id ?? '' };
  if (entry.__typename === 'EnvVar') return { key: entry.key, value: entry.text ?? '', isSecret: entry.isSecret };
  if (entry.__typename === 'Attribute') return { name: entry.name, value: JSON.stringify(entry.json) };
  return pick(entry, fields);
}

function argumentLines(name: string, value: string): string {
  const list = argumentFields.includes(name) ? parse(value) : undefined;
  return Array.isArray(list) ? list.join('\n') : value;
}

function pick(entry: object, fields: readonly FieldSpec[]): Values {
  const stored = entry as Record<string, unknown>;
  return Object.fromEntries(
    fields.map(({ name }) => {
      const value = stored[name];
      if (Array.isArray(value)) return [name, value.join('\n')];
      return [name, typeof value === 'boolean' ? value : String(value ?? '')];
    }),
  );
}

export const entryInput = (kind: OverrideKind, values: Values, former: EntryFragment | undefined): OverrideEntryInput =>
  forms[kind].input(new Reader(values), former);

export const keyInput = (kind: OverrideKind, entry: EntryFragment): OverrideKeyInput => forms[kind].key(entry);
