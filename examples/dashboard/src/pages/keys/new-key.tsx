import { useEffect, useRef, useState } from 'react';
import { make, type Problem } from '../../api/changes';
import { hold, setKey } from '../../api/connection';
import type { Role } from '../../generated/graphql';
import { Dialog } from '../../parts/dialog';
import { Field, problemsOf, TextField } from '../../parts/field';
import { CopyButton, Notice, Sentence } from '../../parts/small';

interface NewKeyProps {
  stacks: readonly { id: string; name: string }[];
  /** This tab has no key yet, because none is asked for. */
  isFirst: boolean;
  onClose(): void;
}

const roles = [
  ['READER', 'reader: sees everything but secrets'],
  ['EDITOR', 'editor: also changes stacks and instances'],
  ['ADMIN', 'admin: also templates, secrets, purges and keys'],
] as const;

export function NewKey({ stacks, isFirst, onClose }: NewKeyProps) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>(isFirst ? 'ADMIN' : 'READER');
  const [requirePlan, setRequirePlan] = useState(false);
  const [reach, setReach] = useState<string[]>([]);
  const [expiresAt, setExpiresAt] = useState('');
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [token, setToken] = useState<string>();

  // The token is shown once, so nothing may take the place of this dialog.
  const release = useRef<() => void>(undefined);
  useEffect(() => () => release.current?.(), []);

  const create = async () => {
    release.current = hold();
    const { result, problems } = await make('createApiKey', {
      name,
      role,
      requirePlan,
      stacks: reach.length > 0 ? reach.map((id) => ({ id })) : null,
      expiresAt: expiresAt ? new Date(expiresAt).toISOString() : null,
    });
    setProblems(problems);
    if (result?.token) setToken(result.token);
    // From now on every request needs a key.
    const isUsed = isFirst && role === 'ADMIN';
    if (result?.token && isUsed) setKey(result.token);
    if (!result?.token || isUsed) release.current();
  };

  if (token) {
    return (
      <Dialog title={`Key ${name}`} onClose={onClose}>
        <div className="sheet">
          <p>It is shown only now, and stored nowhere.</p>
          <pre className="token" tabIndex={0}>
            {token}
          </pre>
          <footer>
            <CopyButton text={token} />
            <button type="button" className="primary" onClick={onClose}>
              Done
            </button>
          </footer>
        </div>
      </Dialog>
    );
  }
  const shown = ['name', 'expiresAt', 'stacks', 'role'];
  return (
    <Dialog title="New key" onClose={onClose}>
      <form
        className="sheet"
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        {isFirst && (
          <Notice tone="caution">
            No key is asked for now. If this is the first one, every request needs a key from then on. An admin key is used by
            this tab at once.
          </Notice>
        )}
        <TextField label="Name" required value={name} onChange={setName} problems={problemsOf(problems, 'name')} />
        <Field label="Role" problems={problemsOf(problems, 'role')}>
          {(attributes) => (
            <select {...attributes} value={role} onChange={({ target }) => setRole(target.value as Role)}>
              {roles.map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Only these stacks" hint="None chosen: all stacks" problems={problemsOf(problems, 'stacks')}>
          {(attributes) => (
            <select {...attributes} multiple size={4} value={reach} onChange={({ target }) => setReach(Array.from(target.selectedOptions, ({ value }) => value))}>
              {stacks.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <TextField label="Ends" type="datetime-local" value={expiresAt} onChange={setExpiresAt} hint="Empty: never" problems={problemsOf(problems, 'expiresAt')} />
        <Field label="Needs plans for what can destroy something">
          {(attributes) => <input {...attributes} type="checkbox" checked={requirePlan} onChange={({ target }) => setRequirePlan(target.checked)} />}
        </Field>
        {problems
          .filter(({ path }) => !shown.includes(path[0] ?? ''))
          .map(({ message }, index) => (
            <Notice key={index} tone="bad">
              <Sentence text={message} />
            </Notice>
          ))}
        <footer>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="primary">
            Create key
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
