import { useState } from 'react';
import { usePage } from '../api/page';
import { mayChange, mayMakeStacks } from '../api/rights';
import { StackPageDocument, type StackInstanceFragment, type StackPageQuery, type WhoFragment } from '../generated/graphql';
import { Frame } from '../parts/frame';
import { Graph } from '../parts/graph';
import { Section } from '../parts/section';
import { Badge, ChangeList, Empty, Image, LeaseBadge, Notice, PortLink } from '../parts/small';
import { Pages, Table } from '../parts/table';
import { address, instanceAddress, pageArguments, replace, stackAddress, templateAddress } from '../route';
import { ComposeView } from './stack/compose';
import { StackConflicts } from './stack/conflicts';
import { NewInstance } from './stack/new-instance';
import { SharedVars } from './stack/shared-vars';
import { StackSheet, type StackChange } from './stack/sheets';

export type StackDetails = NonNullable<StackPageQuery['stack']>;

export function StackPage({ name, parameters }: { name: string; parameters: URLSearchParams }) {
  const page = usePage(StackPageDocument, { name, ...pageArguments(parameters, 100) }, {
    stack: name,
    cursor: ({ stack }) => stack?.changeCursor,
    onEvent({ stack, change }) {
      // Somebody has renamed it.
      if (change.subjectKind === 'STACK' && stack && stack.id === page.data?.stack?.id && stack.name !== name) {
        replace(stackAddress(stack.name));
      }
    },
  });
  const [open, setOpen] = useState<StackChange | 'instance'>();
  return (
    <Frame page={page} title={name} above={[[address(['stacks']), 'Stacks']]}>
      {({ stack, viewer, templates }) => {
        if (!stack) {
          return (
            <Notice>
              There is no stack “{name}”. It may be in the <a href={address(['trash'])}>trash</a>, or have another name.
            </Notice>
          );
        }
        const changes = changesOf(stack, viewer);
        const close = () => setOpen(undefined);
        return (
          <>
            <About stack={stack} />
            {mayChange(viewer) && (
              <div className="toolbar">
                {changes.map((change) => (
                  <button key={change} type="button" onClick={() => setOpen(change)}>
                    {change[0]?.toUpperCase() + change.slice(1)}
                  </button>
                ))}
                <a className="button" href={address(['compare'], { a: name })}>Compare</a>
                <a className="button" href={stackAddress(name, 'history')}>History</a>
              </div>
            )}
            {open === 'instance' && <NewInstance stack={stack} templates={templates.nodes} onClose={close} />}
            {open && open !== 'instance' && <StackSheet change={open} stack={stack} onClose={close} />}
            <StackConflicts conflicts={stack.conflicts} stack={name} query={page.graphiql} />
            <Section
              title="Instances"
              count={stack.instances.totalCount}
              query={page.graphiql}
              actions={
                mayChange(viewer) && (
                  <button type="button" onClick={() => setOpen('instance')}>
                    New instance
                  </button>
                )
              }
            >
              <Instances stack={stack} />
            </Section>
            <SharedVars stack={stack} mayChange={mayChange(viewer)} query={page.graphiql} />
            <ComposeView stack={stack} query={page.graphiql} />
            <Section title="Latest changes">
              <ChangeList changes={stack.history.nodes} />
            </Section>
          </>
        );
      }}
    </Frame>
  );
}

const changesOf = ({ lease, enabled }: StackDetails, viewer: WhoFragment): StackChange[] => [
  ...(mayMakeStacks(viewer) ? (['fork', 'duplicate'] as const) : []),
  ...(lease ? (['renew'] as const) : []),
  'rename',
  'describe',
  enabled ? 'disable' : 'enable',
  'delete',
];

function About({ stack }: { stack: StackDetails }) {
  const { description, enabled, forkedFrom, forkKey, forks, lease, networkName, owners } = stack;
  return (
    <div className="about-it">
      {description && <p>{description}</p>}
      <p className="muted">
        Network <code>{networkName}</code> {!enabled && <Badge>disabled</Badge>} {lease && <LeaseBadge lease={lease} />}
        {forkedFrom && (
          <>
            {' '}
            Fork of <a href={stackAddress(forkedFrom.name)}>{forkedFrom.name}</a>
            {forkKey && (
              <>
                {' '}
                for <code>{forkKey}</code>
              </>
            )}
          </>
        )}
        {owners.length > 0 && <> Kept in files by {owners.join(', ')}</>}
      </p>
      {forks.totalCount > 0 && (
        <p className="muted">
          Forks:{' '}
          {forks.nodes.map((fork) => (
            <span key={fork.id} className="fork">
              <a href={stackAddress(fork.name)}>{fork.name}</a> {fork.lease && <LeaseBadge lease={fork.lease} />}
            </span>
          ))}
        </p>
      )}
    </div>
  );
}

function Instances({ stack }: { stack: StackDetails }) {
  const { nodes, pageInfo } = stack.instances;
  if (nodes.length === 0) return <Empty>No instances yet.</Empty>;
  const conflicting = new Set(stack.conflicts.map(({ instance }) => instance.id));
  return (
    <>
      <Graph stack={stack.name} instances={nodes} conflicting={conflicting} />
      <Table
        label="Instances"
        columns={['Instance', 'Image', 'Ports', 'Needs', 'Overrides']}
        rows={nodes.map((instance) => ({ key: instance.id, cells: cells(stack.name, instance, conflicting.has(instance.id)) }))}
      />
      <Pages info={pageInfo} to={(to) => address(['stacks', stack.name], to)} />
    </>
  );
}

function cells(stack: string, instance: StackInstanceFragment, isConflicting: boolean) {
  const { id, name, description, enabled, template, effectiveConfig, overrideCount, references } = instance;
  const { ports, dependencies } = effectiveConfig;
  const others = references.flatMap(({ targetInstance }) => (targetInstance && targetInstance.id !== id ? [targetInstance.name] : []));
  const referred = Array.from(new Set(others));
  return [
    <>
      <a className="strong" href={instanceAddress(stack, name)}>
        {name}
      </a>{' '}
      {!enabled && <Badge>disabled</Badge>} {isConflicting && <Badge tone="caution">conflict</Badge>}
      {description && <div className="muted">{description}</div>}
    </>,
    <>
      <Image of={effectiveConfig} />
      <div className="muted">
        from <a href={templateAddress(template.name)}>{template.name}</a>
      </div>
    </>,
    ports.length > 0 ? (
      <span className="ports">
        {ports.map((port, index) => (
          <PortLink key={index} port={port} />
        ))}
      </span>
    ) : (
      <span className="muted">none</span>
    ),
    dependencies.length > 0 || referred.length > 0 ? (
      <>
        {dependencies.map(({ instance, condition }, index) => (
          <span key={index}>
            {index > 0 && ', '}
            {instance?.name ?? '(gone)'}
            {condition === 'SERVICE_HEALTHY' && <span className="muted"> healthy</span>}
          </span>
        ))}
        {referred.length > 0 && <div className="muted">values of {referred.join(', ')}</div>}
      </>
    ) : (
      <span className="muted">nothing</span>
    ),
    overrideCount > 0 ? <Badge tone="instance">{overrideCount}</Badge> : <span className="muted">none</span>,
  ];
}
