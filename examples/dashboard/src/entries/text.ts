// Entries of a configuration as text.
import type { EntryFragment, OverrideKind } from '../generated/graphql';

const names: Record<OverrideKind, string> = {
  SETTING: 'setting',
  PORT: 'port',
  VOLUME: 'volume',
  ENV_VAR: 'variable',
  LABEL: 'label',
  DOMAIN: 'domain',
  HEALTHCHECK: 'healthcheck',
  CONFIG_FILE: 'config file',
  RESOURCE_LIMITS: 'limits',
  ATTRIBUTE: 'attribute',
  NETWORK: 'network',
  DEPENDENCY: 'dependency',
};

export const kinds = Object.keys(names) as OverrideKind[];
export const kindName = (kind: OverrideKind) => names[kind];

export const settingNames = {
  IMAGE_NAME: 'imageName',
  IMAGE_TAG: 'imageTag',
  RESTART_POLICY: 'restartPolicy',
  USER: 'user',
  WORKING_DIR: 'workingDir',
  COMMAND: 'command',
  ENTRYPOINT: 'entrypoint',
} as const;

/** Settings that are lists of arguments; as text they are JSON. */
export const argumentFields: readonly string[] = ['COMMAND', 'ENTRYPOINT'];

/** Arguments as one would type them. */
export function argumentText(json: string): string {
  const list: unknown = JSON.parse(json);
  if (!Array.isArray(list)) return json;
  return list.length === 0 ? '(none)' : list.map((part: string) => (/^[\w@%+=:,./-]+$/.test(part) ? part : JSON.stringify(part))).join(' ');
}

type Of<Name extends EntryFragment['__typename']> = Extract<EntryFragment, { __typename: Name }>;

function portText({ hostIp, hostPort }: Of<'Port'>): string {
  if (hostPort == null) return 'chosen at start';
  return hostIp === '0.0.0.0' ? `${hostPort}` : `${hostIp}:${hostPort}`;
}

function volumeText({ volumeType, source, scope, readOnly, isExternal }: Of<'Volume'>): string {
  const marks = [
    volumeType.toLowerCase(),
    scope !== 'INSTANCE' && `scope ${scope.toLowerCase()}`,
    readOnly && 'read-only',
    isExternal && 'external',
  ].filter(Boolean);
  return `${source || '(no name)'} (${marks.join(', ')})`;
}

function variableText({ text, isSecret, isSet }: Of<'EnvVar'>): string {
  if (isSecret) return isSet ? '••••••••' : '(secret without a value)';
  return text ?? '(from the shell)';
}

function sharedText(variable: Of<'SharedVar'>): string {
  const marks = [variable.inject === 'ON_REFERENCE' && 'not injected', variable.locked && 'locked'].filter(Boolean);
  return variableText({ ...variable, __typename: 'EnvVar' }) + (marks.length > 0 ? ` (${marks.join(', ')})` : '');
}

function healthcheckText({ test, intervalSeconds, timeoutSeconds, retries }: Of<'Healthcheck'>): string {
  return `${test.join(' ')} (every ${intervalSeconds} s, ${timeoutSeconds} s at most, ${retries} times)`;
}

function dependencyText({ condition, required, restart }: Of<'Dependency'>): string {
  const state = condition.replace('SERVICE_', '').replaceAll('_', ' ').toLowerCase();
  return [state, !required && 'optional', restart && 'restarts with it'].filter(Boolean).join(', ');
}

/** The value of an entry, without its key. */
export function entryText(entry: EntryFragment): string {
  switch (entry.__typename) {
    case 'Port':
      return portText(entry);
    case 'Volume':
      return volumeText(entry);
    case 'EnvVar':
      return variableText(entry);
    case 'SharedVar':
      return sharedText(entry);
    case 'Label':
      return entry.value;
    case 'Setting':
      return argumentFields.includes(entry.field) ? argumentText(entry.value) : entry.value;
    case 'Domain':
      return entry.proxyPort ? `port ${entry.proxyPort}` : 'any port';
    case 'Healthcheck':
      return healthcheckText(entry);
    case 'ConfigFile':
      return `${entry.content.length} characters, mode ${entry.fileMode}${entry.isTemplate ? ', template' : ''}`;
    case 'ResourceLimits':
      return [entry.cpu && `${entry.cpu} CPU`, entry.memory].filter(Boolean).join(', ');
    case 'Attribute':
      return JSON.stringify(entry.json);
    case 'Network':
      return [entry.isExternal && 'external', ...entry.aliases].filter(Boolean).join(', ') || 'no aliases';
    case 'Dependency':
      return dependencyText(entry);
  }
}

/** What an entry is found by, for people. */
export function entryKey(entry: EntryFragment): string {
  switch (entry.__typename) {
    case 'Port':
      return `${entry.containerPort}/${entry.protocol.toLowerCase()}`;
    case 'Volume':
      return entry.target;
    case 'EnvVar':
    case 'SharedVar':
    case 'Label':
      return entry.key;
    case 'Domain':
      return entry.domain;
    case 'ConfigFile':
      return entry.filePath;
    case 'Attribute':
    case 'Network':
      return entry.name;
    case 'Setting':
      return settingNames[entry.field];
    case 'Dependency':
      return entry.instance?.name ?? '(gone)';
    default:
      return '';
  }
}
