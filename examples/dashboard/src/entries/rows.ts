// The effective configuration as rows of one table. A table that only shows them needs `effectiveConfig.entries`, where each is text;
// the forms of this one need the fields of each kind.
import type { EffectiveFragment, EntryFragment, Origin, OverrideKind, SinceFragment } from '../generated/graphql';
import { entryKey, entryText, settingNames } from './text';

export interface Row {
  kind: OverrideKind;
  key: string;
  /** What would run; of a removed row what the template has. */
  entry: EntryFragment;
  text: string;
  /** The value as it was written, with references; undefined without references. */
  written?: string | undefined;
  /** Whether a reference in it has no value. */
  isUnresolved?: boolean;
  origin: Origin | 'REMOVED';
  shadows: string[];
  since: SinceFragment | null | undefined;
}

interface Effective {
  /** As it was written, for kinds whose entries may contain references. */
  written?: EntryFragment;
  origin: Origin;
  since?: SinceFragment | null | undefined;
  shadows: readonly EntryFragment[];
}

/** An entry, which is edited as it was written. */
function rowOf(kind: OverrideKind, value: Effective, runs: EntryFragment): Row {
  const { origin, since, shadows, written: entry = runs } = value;
  const [text, written] = [entryText(runs), entryText(entry)];
  const row = { kind, key: entryKey(entry), entry, text, origin, since, shadows: shadows.map(entryText) };
  return written === text ? row : { ...row, written };
}

/** A domain, whose key may contain references: the row shows the host name beside it. */
function domainRow(domain: EffectiveFragment['domains'][number]): Row {
  const row = rowOf('DOMAIN', domain, { ...domain, __typename: 'Domain' });
  return row.key === domain.domain ? row : { ...row, text: `${domain.domain}, ${row.text}` };
}

interface EffectiveValue {
  value?: string | readonly string[] | null;
  written?: string | readonly string[] | null;
  shadows?: string | readonly string[] | null;
  origin: Origin;
  since?: SinceFragment | null | undefined;
}

const asText = (value: string | readonly string[]) => (typeof value === 'string' ? value : JSON.stringify(value));

function settingRows(settings: EffectiveFragment['settings']): Row[] {
  return Object.entries(settingNames).flatMap(([field, name]) => {
    const { value, written = value, shadows, origin, since }: EffectiveValue = settings[name];
    // Nothing is said, so the image decides.
    if (value == null && shadows == null) return [];
    const settingOf = (value: string | readonly string[] | null | undefined) =>
      ({ __typename: 'Setting', field: field as keyof typeof settingNames, value: value == null ? '' : asText(value) }) as const;
    const entry = settingOf(written);
    const text = value == null ? '(that of the image)' : entryText(settingOf(value));
    const refers = value != null && entryText(entry) !== text ? { written: entryText(entry) } : {};
    return [
      { kind: 'SETTING', key: name, entry, text, ...refers, origin, since, shadows: shadows == null ? [] : [entryText(settingOf(shadows))] },
    ];
  });
}

/** A variable, which is edited as it was written. */
function variableRow(variable: EffectiveFragment['envVars'][number]): Row {
  const { wrote: written, text, isSecret, isSet, state } = variable;
  const row = rowOf('ENV_VAR', variable, { ...variable, __typename: 'EnvVar' });
  if (variable.generate) return { ...row, text: `${row.text} (generated)` };
  if (written === null || (written === text && state === 'RESOLVED')) return row;
  const isUnresolved = state === 'UNRESOLVED';
  const entry = { ...variable, text: written, isSecret: false, isSet: true, __typename: 'EnvVar' } as const;
  const shown = isUnresolved ? '(no value)' : entryText({ ...variable, isSecret, isSet, __typename: 'EnvVar' });
  return { ...row, entry, text: shown, written, isUnresolved };
}

export function rowsOf(config: EffectiveFragment): Row[] {
  const { healthcheck, resourceLimits, dependencies } = config;
  const rows = [
    ...settingRows(config.settings),
    ...config.ports.map((port) => rowOf('PORT', port, { ...port, __typename: 'Port' })),
    ...config.volumes.map((volume) => rowOf('VOLUME', volume, { ...volume, __typename: 'Volume' })),
    ...config.envVars.map(variableRow),
    ...config.domains.map(domainRow),
    ...dependencies.map((dependency) => rowOf('DEPENDENCY', dependency, { ...dependency, __typename: 'Dependency' })),
    ...(healthcheck ? [rowOf('HEALTHCHECK', healthcheck, { ...healthcheck, __typename: 'Healthcheck' })] : []),
    ...(resourceLimits ? [rowOf('RESOURCE_LIMITS', resourceLimits, { ...resourceLimits, __typename: 'ResourceLimits' })] : []),
    ...config.configFiles.map((file) => rowOf('CONFIG_FILE', file, { ...file, __typename: 'ConfigFile' })),
    ...config.networks.map((network) => rowOf('NETWORK', network, { ...network, __typename: 'Network' })),
    ...config.attributes.map((attribute) => rowOf('ATTRIBUTE', attribute, { ...attribute, __typename: 'Attribute' })),
    ...config.labels.map((label) => rowOf('LABEL', label, { ...label, __typename: 'Label' })),
  ] as Row[];
  const isSystem = ({ origin }: Row) => origin === 'SYSTEM';
  // What nobody can change comes last.
  return [...rows.filter((row) => !isSystem(row)), ...config.removed.map(removedRow), ...rows.filter(isSystem)];
}

function removedRow({ kind, entry }: EffectiveFragment['removed'][number]): Row {
  return { kind, key: entryKey(entry), entry, text: entryText(entry), origin: 'REMOVED', shadows: [], since: undefined };
}
