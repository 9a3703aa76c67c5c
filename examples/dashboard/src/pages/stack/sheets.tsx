// The changes of a stack, each with what it does.
import type { StackDetails } from '../stack';
import type { Problem } from '../../api/changes';
import { Field, problemsOf, TextField } from '../../parts/field';
import { Sheet } from '../../parts/sheet';
import { goWithout } from '../../parts/trashed';
import { address, go, stackAddress } from '../../route';

export type StackChange = 'fork' | 'renew' | 'duplicate' | 'rename' | 'describe' | 'enable' | 'disable' | 'delete';

interface StackSheetProps {
  change: StackChange;
  stack: StackDetails;
  onClose(): void;
}

const leases = [
  ['', 'It stays until it is deleted'],
  ['P1D', 'One day'],
  ['P7D', 'One week'],
  ['P30D', 'Thirty days'],
] as const;

interface LeaseProps {
  value: string;
  /** Whether there may be none. */
  mayBeEndless?: boolean;
  problems: readonly Problem[];
  onChange(value: string): void;
}

function Lease({ value, mayBeEndless = false, problems, onChange }: LeaseProps) {
  return (
    <Field label="Lease" problems={problems}>
      {(attributes) => (
        <select {...attributes} value={value} onChange={({ target }) => onChange(target.value)}>
          {leases
            .filter(([duration]) => duration || mayBeEndless)
            .map(([duration, label]) => (
              <option key={duration} value={duration}>
                {label}
              </option>
            ))}
        </select>
      )}
    </Field>
  );
}

export function StackSheet({ change, stack, onClose }: StackSheetProps) {
  const { id, name, revision } = stack;
  const ref = { id };
  const show = (made: { stack?: { name: string } | null }) => made.stack && go(stackAddress(made.stack.name));
  switch (change) {
    case 'fork':
      return (
        <Sheet title={`Fork ${name}`} confirm="Fork stack" name="forkStack" initial={{ stack: ref, name: `${name}-fork` }} fields={['name', 'expiresIn']} onDone={show} onClose={onClose}>
          {(input, setInput, problems) => (
            <>
              <p>A copy that runs beside everything else: with host ports, domains, volumes and a network of its own.</p>
              <TextField label="Name" required value={input.name ?? ''} onChange={(name) => setInput({ ...input, name })} problems={problemsOf(problems, 'name')} />
              <Lease value={input.expiresIn ?? ''} mayBeEndless problems={problemsOf(problems, 'expiresIn')} onChange={(value) => setInput({ ...input, expiresIn: value || null })} />
            </>
          )}
        </Sheet>
      );
    case 'renew':
      return (
        <Sheet title={`Renew the lease of ${name}`} confirm="Renew lease" name="renewLease" initial={{ stack: ref, expiresIn: 'P7D' }} fields={['expiresIn']} onClose={onClose}>
          {(input, setInput, problems) => (
            <Lease value={input.expiresIn} problems={problemsOf(problems, 'expiresIn')} onChange={(expiresIn) => setInput({ ...input, expiresIn })} />
          )}
        </Sheet>
      );
    case 'duplicate':
      return (
        <Sheet title={`Duplicate ${name}`} confirm="Duplicate stack" name="duplicateStack" initial={{ stack: ref, name: `${name}-copy` }} fields={['name']} onDone={show} onClose={onClose}>
          {(input, setInput, problems) => (
            <>
              <p>A copy with everything as it is. What both claim of the host is a conflict.</p>
              <TextField label="Name" required value={input.name ?? ''} onChange={(name) => setInput({ ...input, name })} problems={problemsOf(problems, 'name')} />
            </>
          )}
        </Sheet>
      );
    case 'rename':
      return (
        <Sheet title={`Rename ${name}`} confirm="Rename stack" name="renameStack" initial={{ stack: ref, name, expectedRevision: revision }} fields={['name']} onDone={show} onClose={onClose}>
          {(input, setInput, problems) => (
            <TextField label="Name" required value={input.name} onChange={(name) => setInput({ ...input, name })} problems={problemsOf(problems, 'name')} />
          )}
        </Sheet>
      );
    case 'describe':
      return (
        <Sheet title={`Describe ${name}`} confirm="Save description" name="updateStack" initial={{ stack: ref, description: stack.description, expectedRevision: revision }} fields={['description']} onClose={onClose}>
          {(input, setInput, problems) => (
            <TextField label="Description" value={input.description ?? ''} onChange={(description) => setInput({ ...input, description })} problems={problemsOf(problems, 'description')} />
          )}
        </Sheet>
      );
    case 'enable':
    case 'disable': {
      const enabled = change === 'enable';
      return (
        <Sheet
          title={enabled ? `Enable ${name}` : `Disable ${name}`}
          confirm={enabled ? 'Enable stack' : 'Disable stack'}
          name="updateStack"
          initial={{ stack: ref, enabled, expectedRevision: revision }}
          onClose={onClose}
        />
      );
    }
    case 'delete':
      return (
        <Sheet title={`Delete ${name}`} confirm="Move to the trash" name="softDeleteStack" initial={{ stack: ref, expectedRevision: revision }} onDone={() => goWithout(address(['stacks']), { kind: 'stack', id, name, address: stackAddress(name) })} onClose={onClose}>
          {() => <p>It goes into the trash with its instances, and can be restored from there.</p>}
        </Sheet>
      );
  }
}
