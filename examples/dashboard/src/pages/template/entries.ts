// The entries of a template, and the collections of an edit of it.
import { entryInput, forms, valuesOf, type Values } from '../../entries/forms';
import { settingNames } from '../../entries/text';
import type { EntryFragment, OverrideEntryInput, OverrideKind, UpdateTemplateInput } from '../../generated/graphql';
import type { TemplateDetails } from '../template';

/** Where a template has the entries of a kind, and their field in the input of an entry. Settings are plain fields. */
const collections = {
  PORT: ['ports', 'port'],
  VOLUME: ['volumes', 'volume'],
  ENV_VAR: ['envVars', 'envVar'],
  DOMAIN: ['domains', 'domain'],
  HEALTHCHECK: ['healthcheck', 'healthcheck'],
  RESOURCE_LIMITS: ['resourceLimits', 'resourceLimits'],
  CONFIG_FILE: ['configFiles', 'configFile'],
  NETWORK: ['networks', 'network'],
  ATTRIBUTE: ['attributes', 'attribute'],
  LABEL: ['labels', 'label'],
} as const satisfies Partial<Record<OverrideKind, readonly [keyof TemplateDetails & keyof UpdateTemplateInput, keyof OverrideEntryInput]>>;

type CollectionKind = keyof typeof collections;
export type TemplateKind = CollectionKind | 'SETTING';
const collectionKinds = Object.keys(collections) as CollectionKind[];
export const templateKinds: readonly TemplateKind[] = [...collectionKinds, 'SETTING'];

/** The settings that say something; of others the image decides. */
function settingsOf(template: TemplateDetails): EntryFragment[] {
  return Object.entries(settingNames).flatMap(([field, name]) => {
    const value = template[name];
    if (value == null) return [];
    return [{ __typename: 'Setting', field: field as keyof typeof settingNames, value: typeof value === 'string' ? value : JSON.stringify(value) }];
  });
}

const listOf = (template: TemplateDetails, kind: CollectionKind): EntryFragment[] => {
  const stored = template[collections[kind][0]];
  return (Array.isArray(stored) ? stored : stored ? [stored] : []) as EntryFragment[];
};

export const entriesOf = (template: TemplateDetails): { kind: TemplateKind; entry: EntryFragment }[] => [
  ...settingsOf(template).map((entry) => ({ kind: 'SETTING' as const, entry })),
  ...collectionKinds.flatMap((kind) => listOf(template, kind).map((entry) => ({ kind, entry }))),
];

/** What an edit sends for one entry. Null brings back a setting of the image. */
export function edit(
  template: TemplateDetails,
  kind: TemplateKind,
  former: EntryFragment | undefined,
  values: Values | undefined,
): Partial<UpdateTemplateInput> {
  if (kind !== 'SETTING') return editedCollection(template, kind, former, values);
  if (values) return entryInput(kind, values, former).setting as Partial<UpdateTemplateInput>;
  return former?.__typename === 'Setting' ? { [settingNames[former.field]]: null } : {};
}

/**
 * The collection with one entry written, added (`former` is undefined) or left out (`values` is undefined): an edit
 * replaces collections as a whole. Secrets that are sent without a value keep it.
 */
function editedCollection(
  template: TemplateDetails,
  kind: CollectionKind,
  former: EntryFragment | undefined,
  values: Values | undefined,
): Partial<UpdateTemplateInput> {
  const [collection, field] = collections[kind];
  const inputOf = (entry: EntryFragment | undefined, values: Values) => entryInput(kind, values, entry)[field];
  const list = listOf(template, kind);
  const kept = list.flatMap((entry) => {
    if (entry !== former) return [inputOf(entry, valuesOf(kind, entry))];
    return values ? [inputOf(entry, values)] : [];
  });
  const all = former || !values ? kept : [...kept, inputOf(undefined, values)];
  const isSingle = kind === 'HEALTHCHECK' || kind === 'RESOURCE_LIMITS';
  return { [collection]: isSingle ? (all.at(-1) ?? null) : all } as Partial<UpdateTemplateInput>;
}

export const fieldsOf = (kind: TemplateKind) => forms[kind].fields;
/** The fields of the input whose problems stand at the fields of the form. */
export const inputFieldsOf = (kind: TemplateKind) => (kind === 'SETTING' ? [] : [collections[kind][0]]);
