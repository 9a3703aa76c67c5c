import { useState } from 'react';
import { usePage } from '../api/page';
import { mayChange } from '../api/rights';
import { InstancePageDocument, type InstancePageQuery } from '../generated/graphql';
import { Frame } from '../parts/frame';
import { Section } from '../parts/section';
import { Badge, ChangeList, counted, Notice } from '../parts/small';
import { address, instanceAddress, replace, stackAddress, templateAddress } from '../route';
import { InstanceConflicts } from './instance/conflicts';
import { Effective } from './instance/effective';
import { InstanceSheet, type InstanceChange } from './instance/sheets';

export type InstanceDetails = NonNullable<InstancePageQuery['instance']>;

export function InstancePage({ stack, name }: { stack: string; name: string }) {
  const page = usePage(InstancePageDocument, { stack, name }, {
    stack,
    cursor: ({ instance }) => instance?.stack.changeCursor,
    onEvent({ instance, stack: now }) {
      const shown = page.data?.instance;
      if (!shown) return;
      // Somebody has renamed it, or its stack.
      const isRenamed = instance?.id === shown.id && instance.name !== name;
      const isMoved = now?.id === shown.stack.id && now.name !== stack;
      if (isRenamed || isMoved) replace(instanceAddress(now?.name ?? stack, isRenamed ? instance.name : name));
    },
  });
  const [open, setOpen] = useState<InstanceChange>();
  const above = [[address(['stacks']), 'Stacks'], [stackAddress(stack), stack]] as const;
  return (
    <Frame page={page} title={name} above={above}>
      {({ instance, viewer }) => {
        if (!instance) {
          return (
            <Notice>
              There is no instance “{name}” in <a href={stackAddress(stack)}>{stack}</a>. It may be in the{' '}
              <a href={address(['trash'])}>trash</a>, or have another name.
            </Notice>
          );
        }
        return (
          <>
            <About instance={instance} />
            {mayChange(viewer) && (
              <div className="toolbar">
                {(['duplicate', 'rename', 'describe', instance.enabled ? 'disable' : 'enable', 'delete'] as const).map((change) => (
                  <button key={change} type="button" onClick={() => setOpen(change)}>
                    {change[0]?.toUpperCase() + change.slice(1)}
                  </button>
                ))}
                <a className="button" href={instanceAddress(stack, name, 'history')}>History</a>
              </div>
            )}
            {open && <InstanceSheet change={open} instance={instance} onClose={() => setOpen(undefined)} />}
            <InstanceConflicts instance={instance} mayChange={mayChange(viewer)} />
            <Effective instance={instance} mayChange={mayChange(viewer)} query={page.graphiql} />
            <Section title="Latest changes">
              <ChangeList changes={instance.history.nodes} />
            </Section>
          </>
        );
      }}
    </Frame>
  );
}

function About({ instance }: { instance: InstanceDetails }) {
  const { containerName, description, enabled, template, overrideStats } = instance;
  const { total, redundant, dead } = overrideStats;
  return (
    <div className="about-it">
      {description && <p>{description}</p>}
      <p className="muted">
        Container <code>{containerName}</code> from <a href={templateAddress(template.name)}>{template.name}</a>{' '}
        {!enabled && <Badge>disabled</Badge>} {total > 0 && <Badge tone="instance">{counted(total, 'override')}</Badge>}{' '}
        {redundant + dead > 0 && <Badge>{redundant + dead} without effect</Badge>}
      </p>
    </div>
  );
}
