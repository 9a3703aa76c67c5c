import { useState } from 'react';
import { usePage } from '../api/page';
import { mayMakeStacks } from '../api/rights';
import { StacksPageDocument, type StackRowFragment } from '../generated/graphql';
import { Frame } from '../parts/frame';
import { Section } from '../parts/section';
import { Badge, ChangeLine, LeaseBadge, PortLink } from '../parts/small';
import { Pages, Table } from '../parts/table';
import { address, pageArguments, stackAddress } from '../route';
import { ExampleStack } from './stacks/example';
import { ImportStack } from './stacks/import';
import { NewStack } from './stacks/new';

type Open = 'new' | 'import' | undefined;

export function StacksPage({ parameters }: { parameters: URLSearchParams }) {
  const page = usePage(StacksPageDocument, pageArguments(parameters, 20), { cursor: ({ changeCursor }) => changeCursor });
  const [open, setOpen] = useState<Open>();
  return (
    <Frame page={page} title="Stacks">
      {({ stacks, viewer }) => {
        const mayMake = mayMakeStacks(viewer);
        const isEmpty = stacks.totalCount === 0;
        return (
          <>
            {open === 'new' && <NewStack onClose={() => setOpen(undefined)} />}
            {mayMake && (isEmpty || open === 'import') && <ImportStack />}
            {mayMake && isEmpty && (
              <>
                <ExampleStack />
                <section className="card">
                  <h2>Or begin with an empty stack</h2>
                  <p>Its instances are made one by one, each from a template.</p>
                  <button type="button" onClick={() => setOpen('new')}>
                    New stack
                  </button>
                </section>
              </>
            )}
            {!isEmpty && (
              <Section
                title="All stacks"
                count={stacks.totalCount}
                query={page.graphiql}
                actions={
                  mayMake && (
                    <>
                      <button type="button" onClick={() => setOpen('new')}>
                        New stack
                      </button>
                      <button type="button" aria-pressed={open === 'import'} onClick={() => setOpen(open === 'import' ? undefined : 'import')}>
                        Import
                      </button>
                    </>
                  )
                }
              >
                <Table
                  label="Stacks"
                  columns={['Stack', 'Instances', 'Published ports', 'Conflicts', 'Last change']}
                  rows={stacks.nodes.map((stack) => ({ key: stack.id, cells: cells(stack) }))}
                />
                <Pages info={stacks.pageInfo} to={(to) => address(['stacks'], to)} />
              </Section>
            )}
          </>
        );
      }}
    </Frame>
  );
}

function cells(stack: StackRowFragment) {
  const { name, description, enabled, forkedFrom, lease, instances, conflicts, history } = stack;
  const ports = instances.nodes
    .filter((instance) => instance.enabled)
    .flatMap((instance) => instance.effectiveConfig.ports.map((port) => ({ instance: instance.name, port })));
  const [last] = history.nodes;
  return [
    <>
      <a className="strong" href={stackAddress(name)}>
        {name}
      </a>{' '}
      {!enabled && <Badge>disabled</Badge>} {lease && <LeaseBadge lease={lease} />}
      {forkedFrom && (
        <div className="muted">
          fork of <a href={stackAddress(forkedFrom.name)}>{forkedFrom.name}</a>
        </div>
      )}
      {description && <div className="muted">{description}</div>}
    </>,
    instances.totalCount,
    <span className="ports">
      {ports.map(({ instance, port }, index) => (
        <span key={index} title={instance}>
          <PortLink port={port} />
        </span>
      ))}
      {instances.totalCount > instances.nodes.length && <span className="muted">of the first {instances.nodes.length} instances</span>}
      {ports.length === 0 && <span className="muted">none</span>}
    </span>,
    conflicts.length > 0 ? (
      <a href={stackAddress(name)} title={conflicts[0]?.message}>
        <Badge tone="caution">{conflicts.length}</Badge>
      </a>
    ) : (
      <span className="muted">none</span>
    ),
    last ? <ChangeLine change={last} /> : null,
  ];
}
