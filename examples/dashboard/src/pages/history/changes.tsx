import { useState } from 'react';
import type { ChangeDetailsFragment } from '../../generated/graphql';
import { Edits } from '../../parts/edits';
import { actorName, Badge, Deed, Time } from '../../parts/small';
import { Table } from '../../parts/table';
import { stackAddress } from '../../route';
import { RevertSheet } from './revert';

interface ChangeTableProps {
  changes: readonly ChangeDetailsFragment[];
  mayUndo: boolean;
}

export function ChangeTable({ changes, mayUndo }: ChangeTableProps) {
  const [undone, setUndone] = useState<ChangeDetailsFragment>();
  return (
    <>
      {undone && <RevertSheet change={undone} onClose={() => setUndone(undefined)} />}
      <Table
        label="Changes"
        columns={['When', 'Who', 'What', ...(mayUndo ? [''] : [])]}
        rows={changes.map((change) => ({
          key: change.id,
          className: 'change',
          cells: [
            <Time at={change.at} />,
            actorName(change.actor),
            <>
              <Deed change={change} />
              {change.stack && change.subjectKind === 'INSTANCE' && (
                <span className="muted">
                  {' '}
                  in <a href={stackAddress(change.stack.name)}>{change.stack.name}</a>
                </span>
              )}
              {change.message && <q>{change.message}</q>} {change.redacted && <Badge>redacted</Badge>}
              <Edits edits={change.edits} fields={change.fields} />
            </>,
            ...(mayUndo
              ? [
                  change.revertible && (
                    <button type="button" onClick={() => setUndone(change)}>
                      Undo
                    </button>
                  ),
                ]
              : []),
          ],
        }))}
      />
    </>
  );
}
