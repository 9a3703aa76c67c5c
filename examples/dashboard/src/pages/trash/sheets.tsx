import { problemsOf, TextField } from '../../parts/field';
import { Sheet } from '../../parts/sheet';

export interface Trashed {
  kind: 'stack' | 'instance';
  id: string;
  name: string;
}

interface TrashSheetProps {
  what: Trashed;
  change: 'restore' | 'purge';
  onClose(): void;
}

export function TrashSheet({ what: { kind, id, name }, change, onClose }: TrashSheetProps) {
  if (change === 'purge') {
    const shared = { title: `Purge ${name}`, confirm: 'Delete for good', onClose };
    return kind === 'stack' ? (
      <Sheet {...shared} name="purgeStack" initial={{ stack: { id } }} />
    ) : (
      <Sheet {...shared} name="purgeInstance" initial={{ instance: { id } }} />
    );
  }
  const shared = { title: `Restore ${name}`, confirm: `Restore ${kind}`, fields: ['name'], onClose };
  return kind === 'stack' ? (
    <Sheet {...shared} name="restoreStack" initial={{ stack: { id }, name }}>
      {(input, setInput, problems) => (
        <TextField label="Name" required value={input.name ?? ''} onChange={(name) => setInput({ ...input, name })} problems={problemsOf(problems, 'name')} />
      )}
    </Sheet>
  ) : (
    <Sheet {...shared} name="restoreInstance" initial={{ instance: { id }, name }}>
      {(input, setInput, problems) => (
        <TextField label="Name" required value={input.name ?? ''} onChange={(name) => setInput({ ...input, name })} problems={problemsOf(problems, 'name')} />
      )}
    </Sheet>
  );
}
