// The entries of a template, and the collections of an edit of it.
import { entryInput, forms, valuesOf, type Values } from '../../entries/forms';
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

export type TemplateKind = keyof typeof collections;
export const templateKinds = Object.keys(collections) as TemplateKind[];

const listOf = (template: TemplateDetails, kind: TemplateKind): EntryFragment[] => {
  const stored = template[collections[kind][0]];
  return (Array.isArray(stored) ? stored : stored ? [stored] : []) as EntryFragment[];
};

export const entriesOf = (template: TemplateDetails) =>
  templateKinds.flatMap((kind) => listOf(template, kind).map((entry) => ({ kind, entry })));

/**
 * The collection with one entry written, added (`former` is undefined) or left out (`values` is undefined): an edit
 * replaces collections as a whole. Secrets that are sent without a value keep it.
 */
export function editedCollection(
  template: TemplateDetails,
  kind: TemplateKind,
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
export const collectionOf = (kind: TemplateKind) => collections[kind][0];
