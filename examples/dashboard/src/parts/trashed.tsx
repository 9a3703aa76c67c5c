// What has just been moved to the trash, with the way back.
import { useEffect, useState } from 'react';
import { make, plan, type Problem } from '../api/changes';
import { makeStore, useStore } from '../api/store';
import { go } from '../route';
import { Notice, Sentence } from './small';

interface Trashed {
  kind: 'stack' | 'instance';
  id: string;
  name: string;
  /** Where it is when it is back. */
  address: string;
}

/** It is told on the page that follows, and nowhere else. */
const trashed = makeStore<(Trashed & { place: string }) | undefined>(undefined);

/** Goes to the page that follows a deletion, and tells there what is in the trash. */
export function goWithout(to: string, deleted: Trashed): void {
  go(to);
  trashed.set({ ...deleted, place: location.hash });
}

async function restore({ kind, id }: Trashed): Promise<readonly Problem[]> {
  const input = { [kind]: { id } };
  const name = kind === 'stack' ? 'restoreStack' : 'restoreInstance';
  const planned = await plan(name, input as never);
  if (!planned.result) return planned.problems;
  return (await make(name, { ...input, planToken: planned.result.token } as never)).problems;
}

export function TrashedNotice() {
  const told = useStore(trashed);
  return told && told.place === location.hash ? <Told key={told.id} {...told} /> : null;
}

function Told(deleted: Trashed) {
  const { name, address } = deleted;
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => () => trashed.set(undefined), []);
  const undo = async () => {
    setBusy(true);
    const found = await restore(deleted);
    setBusy(false);
    setProblems(found);
    if (found.length === 0) go(address);
  };
  return (
    <Notice>
      <Sentence text={`\`${name}\` is in the trash.`} />{' '}
      <button type="button" disabled={isBusy} onClick={() => void undo()}>
        Undo
      </button>{' '}
      <button type="button" onClick={() => trashed.set(undefined)}>
        Dismiss
      </button>
      {problems.map(({ message }, index) => (
        <p key={index} className="problem" role="alert">
          <Sentence text={message} />
        </p>
      ))}
    </Notice>
  );
}
