// What a value can refer to, asked for only when a user wants to choose.
import { ReferencesDocument, type ReferencesQuery, type ReferencesQueryVariables } from '../generated/graphql';
import { connection } from './connection';

export interface Reference {
  /** As it is written in a value. */
  text: string;
  /** What it stands for. */
  meaning: string;
}

interface Variable {
  key: string;
  isSecret: boolean;
  text?: string | null;
}

const variables = (owner: string, list: readonly Variable[]): Reference[] =>
  list.map(({ key, isSecret, text }) => ({ text: `\${{${owner}.${key}}}`, meaning: isSecret ? 'a secret' : (text ?? 'from the shell') }));

/** What the instance, or the stack itself, can refer to: of the first 100 instances of the stack. */
export async function referencesFor(stackName: string, instance: string | undefined): Promise<Reference[]> {
  const { data } = await connection
    .get()
    .client.query<ReferencesQuery, ReferencesQueryVariables>(ReferencesDocument.toString(), { stack: stackName }, { requestPolicy: 'network-only' })
    .toPromise();
  if (!data?.stack) return [];
  const { sharedVars, instances } = data.stack;
  return [
    ...variables('shared', sharedVars),
    ...instances.nodes.flatMap(({ id, name, endpoints, effectiveConfig }) => {
      // An instance calls itself so, and goes on to do so in a copy with another name.
      const owner = id === instance ? 'self' : name;
      return [
        ...endpoints.map(({ reference, value }) => ({ text: reference.replace(`{{${name}:`, `{{${owner}:`), meaning: value })),
        ...variables(owner, effectiveConfig.envVars),
      ];
    }),
  ];
}
