import { useState } from 'react';
import { usePage } from '../api/page';
import { mayChange, mayPurge } from '../api/rights';
import { TrashPageDocument, type TrashPageQuery } from '../generated/graphql';
import { Frame } from '../parts/frame';
import { Section } from '../parts/section';
import { Empty, Sentence, Time } from '../parts/small';
import { Table } from '../parts/table';
import { TrashSheet, type Trashed } from './trash/sheets';

type Obstacles = TrashPageQuery['trash']['stacks']['nodes'][number]['obstacles'];
type Opened = { what: Trashed; change: 'restore' | 'purge' };

export function TrashPage() {
  const page = usePage(TrashPageDocument, {}, { cursor: ({ changeCursor }) => changeCursor });
  const [open, setOpen] = useState<Opened>();
  return (
    <Frame page={page} title="Trash">
      {({ trash: { stacks, instances }, viewer }) => {
        const actions = (what: Trashed) => (
          <span className="row-actions">
            {mayChange(viewer) && (
              <button type="button" aria-label={`Restore ${what.name}`} onClick={() => setOpen({ what, change: 'restore' })}>
                Restore
              </button>
            )}
            {mayPurge(viewer) && (
              <button type="button" aria-label={`Purge ${what.name}`} onClick={() => setOpen({ what, change: 'purge' })}>
                Purge
              </button>
            )}
          </span>
        );
        if (stacks.totalCount + instances.totalCount === 0) return <Empty>The trash is empty.</Empty>;
        return (
          <>
            {open && <TrashSheet {...open} onClose={() => setOpen(undefined)} />}
            {stacks.totalCount > 0 && (
              <Section title="Stacks" count={stacks.totalCount} query={page.graphiql}>
                <Table
                  label="Deleted stacks"
                  columns={['Stack', 'Instances', 'Deleted', 'In the way', '']}
                  rows={stacks.nodes.map(({ stack, instanceCount, obstacles }) => ({
                    key: stack.id,
                    cells: [
                      <>
                        <span className="strong">{stack.name}</span>
                        {stack.description && <div className="muted">{stack.description}</div>}
                      </>,
                      instanceCount,
                      stack.deletedAt && <Time at={stack.deletedAt} />,
                      <InTheWay obstacles={obstacles} />,
                      actions({ kind: 'stack', ...stack }),
                    ],
                  }))}
                />
              </Section>
            )}
            {instances.totalCount > 0 && (
              <Section title="Instances" count={instances.totalCount} query={page.graphiql}>
                <Table
                  label="Deleted instances"
                  columns={['Instance', 'Stack', 'Overrides', 'Deleted', 'In the way', '']}
                  rows={instances.nodes.map(({ instance, obstacles }) => ({
                    key: instance.id,
                    cells: [
                      <>
                        <span className="strong">{instance.name}</span> <span className="muted">from {instance.template.name}</span>
                      </>,
                      instance.stack.name,
                      instance.overrideCount,
                      instance.deletedAt && <Time at={instance.deletedAt} />,
                      <InTheWay obstacles={obstacles} />,
                      actions({ kind: 'instance', ...instance }),
                    ],
                  }))}
                />
              </Section>
            )}
          </>
        );
      }}
    </Frame>
  );
}

function InTheWay({ obstacles }: { obstacles: Obstacles }) {
  if (obstacles.length === 0) return <span className="muted">nothing</span>;
  return obstacles.map(({ message }, index) => <div key={index} className="message"><Sentence text={message} /></div>);
}
