// The changes of an instance, each with what it does.
import type { InstanceDetails } from '../instance';
import { problemsOf, TextField } from '../../parts/field';
import { Sheet } from '../../parts/sheet';
import { goWithout } from '../../parts/trashed';
import { go, instanceAddress, stackAddress } from '../../route';

export type InstanceChange = 'duplicate' | 'rename' | 'describe' | 'enable' | 'disable' | 'delete';

interface InstanceSheetProps {
  change: InstanceChange;
  instance: InstanceDetails;
  onClose(): void;
}

export function InstanceSheet({ change, instance, onClose }: InstanceSheetProps) {
  const { id, name, revision, stack } = instance;
  const ref = { id };
  const show = (made: { instance?: { name: string } | null }) => made.instance && go(instanceAddress(stack.name, made.instance.name));
  switch (change) {
    case 'duplicate':
      return (
        <Sheet title={`Duplicate ${name}`} confirm="Duplicate instance" name="duplicateInstance" initial={{ instance: ref, name: `${name}-copy` }} fields={['name']} onDone={show} onClose={onClose}>
          {(input, setInput, problems) => (
            <TextField label="Name" required value={input.name ?? ''} onChange={(name) => setInput({ ...input, name })} problems={problemsOf(problems, 'name')} />
          )}
        </Sheet>
      );
    case 'rename':
      return (
        <Sheet title={`Rename ${name}`} confirm="Rename instance" name="renameInstance" initial={{ instance: ref, name, expectedRevision: revision }} fields={['name']} onDone={show} onClose={onClose}>
          {(input, setInput, problems) => (
            <TextField label="Name" required value={input.name} onChange={(name) => setInput({ ...input, name })} problems={problemsOf(problems, 'name')} />
          )}
        </Sheet>
      );
    case 'describe':
      return (
        <Sheet title={`Describe ${name}`} confirm="Save description" name="updateInstance" initial={{ instance: ref, description: instance.description, expectedRevision: revision }} fields={['description']} onClose={onClose}>
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
          confirm={enabled ? 'Enable instance' : 'Disable instance'}
          name="updateInstance"
          initial={{ instance: ref, enabled, expectedRevision: revision }}
          onClose={onClose}
        />
      );
    }
    case 'delete':
      return (
        <Sheet title={`Delete ${name}`} confirm="Move to the trash" name="softDeleteInstance" initial={{ instance: ref, expectedRevision: revision }} onDone={() => goWithout(stackAddress(stack.name), { kind: 'instance', id, name, address: instanceAddress(stack.name, name) })} onClose={onClose} />
      );
  }
}
