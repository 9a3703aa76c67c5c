// Changes, and what they would do.
import * as operations from '../generated/graphql';
import type { PlanPartsFragment, ProblemFragment, TypedDocumentString } from '../generated/graphql';
import { connection, noteRefusal, sentence } from './connection';

const documents = {
  createStack: operations.CreateStackDocument,
  createInstance: operations.CreateInstanceDocument,
  updateStack: operations.UpdateStackDocument,
  renameStack: operations.RenameStackDocument,
  duplicateStack: operations.DuplicateStackDocument,
  forkStack: operations.ForkStackDocument,
  renewLease: operations.RenewLeaseDocument,
  softDeleteStack: operations.SoftDeleteStackDocument,
  restoreStack: operations.RestoreStackDocument,
  purgeStack: operations.PurgeStackDocument,
  patchInstanceOverrides: operations.PatchInstanceOverridesDocument,
  updateInstance: operations.UpdateInstanceDocument,
  renameInstance: operations.RenameInstanceDocument,
  duplicateInstance: operations.DuplicateInstanceDocument,
  softDeleteInstance: operations.SoftDeleteInstanceDocument,
  restoreInstance: operations.RestoreInstanceDocument,
  purgeInstance: operations.PurgeInstanceDocument,
  updateTemplate: operations.UpdateTemplateDocument,
  revertChange: operations.RevertChangeDocument,
  restoreVersion: operations.RestoreVersionDocument,
  setSharedVars: operations.SetSharedVarsDocument,
  importCompose: operations.ImportComposeDocument,
  createApiKey: operations.CreateApiKeyDocument,
  revokeApiKey: operations.RevokeApiKeyDocument,
};

type Documents = typeof documents;
export type ChangeName = keyof Documents;
/** Those that can be planned. */
export type PlannedName = ChangeName & keyof operations.ChangeInput;
type Types<Name extends ChangeName> =
  Documents[Name] extends TypedDocumentString<infer Data, infer Variables> ? { data: Data; variables: Variables } : never;
export type InputOf<Name extends ChangeName> = Types<Name>['variables'] extends { input: infer Input } ? Input : never;
export type ResultOf<Name extends ChangeName> =
  Types<Name>['data'] extends { result?: infer Result } ? NonNullable<Result> : never;

type ProblemOf<Name extends ProblemFragment['__typename']> = Partial<
  Omit<Extract<ProblemFragment, { __typename: Name }>, '__typename' | 'code' | 'message' | 'path' | 'suggestion'>
>;
/** What has to be put right, with what some errors tell beyond that. Its path begins at the input. */
export type Problem = Pick<ProblemFragment, 'code' | 'message' | 'path'> & { suggestion?: string | null } &
  ProblemOf<'StaleRevisionError'> & ProblemOf<'ConflictError'> & ProblemOf<'PlanChangedError'>;
export type Plan = PlanPartsFragment;

interface Data {
  result?: { userErrors: ProblemFragment[] } | null;
}

export interface Outcome<Result> {
  result: Result | undefined;
  problems: readonly Problem[];
}

const failure = (error: unknown): Problem[] => [{ code: 'INVALID_VALUE', message: sentence(error), path: [] }];

/** A text that no other change has. `randomUUID` is missing where the page is not served over https. */
function makeKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Makes a change. It is sent again when no answer came, which its idempotency key makes safe. */
export async function make<Name extends ChangeName>(name: Name, input: InputOf<Name>): Promise<Outcome<ResultOf<Name>>> {
  const { client } = connection.get();
  const variables = { input: { idempotencyKey: makeKey(), ...(input as object) } };
  const send = () => client.mutation<Data, object>(documents[name].toString(), variables).toPromise();
  let { data, error } = await send();
  if (error?.networkError && !error.response) ({ data, error } = await send());
  if (error) {
    noteRefusal(error, client);
    return { result: undefined, problems: failure(error) };
  }
  const result = data?.result as ResultOf<Name> | undefined;
  const problems = (data?.result?.userErrors ?? []).map((problem) => ({ ...problem, path: problem.path.slice(1) }));
  return { result: problems.length > 0 ? undefined : result, problems };
}

/** What a change would do. */
export async function plan<Name extends PlannedName>(name: Name, input: InputOf<Name>): Promise<Outcome<Plan>> {
  const { client } = connection.get();
  const variables = { change: { [name]: input } as unknown as operations.ChangeInput };
  const { data, error } = await client
    .query<operations.MakePlanQuery, operations.MakePlanQueryVariables>(operations.MakePlanDocument.toString(), variables, {
      requestPolicy: 'network-only',
    })
    .toPromise();
  if (error || !data) return { result: undefined, problems: failure(error) };
  // Their paths begin with `change` and the name of the mutation.
  const problems = data.plan.userErrors.map((problem) => ({ ...problem, path: problem.path.slice(2) }));
  return { result: problems.length > 0 ? undefined : data.plan, problems };
}

/** A free port of the host. */
export async function freePort(near: number, protocol: operations.Protocol): Promise<number | null> {
  const { data } = await connection
    .get()
    .client.query<operations.FreePortQuery, operations.FreePortQueryVariables>(
      operations.FreePortDocument.toString(),
      { near, protocol },
      { requestPolicy: 'network-only' },
    )
    .toPromise();
  return data?.suggestHostPort ?? null;
}
