import { Sheet } from '../../parts/sheet';

interface RestoreSheetProps {
  stack?: { id: string };
  instance?: { id: string };
  /** The id of the change right after which it was so. */
  at: string;
  name: string;
  revision: number;
  onClose(): void;
}

export function RestoreSheet({ stack, instance, at, name, revision, onClose }: RestoreSheetProps) {
  return (
    <Sheet
      title={`Bring back ${name}`}
      confirm="Bring this version back"
      name="restoreVersion"
      initial={{ ...(stack ? { stack } : {}), ...(instance ? { instance } : {}), at: { change: at }, expectedRevision: revision }}
      onClose={onClose}
    >
      {() => <p>Nothing is taken out of the history: this is a change that can be undone.</p>}
    </Sheet>
  );
}
