import { useMemo, useRef, useState, type MouseEvent } from 'react';
import { make, type Problem } from '../../api/changes';
import { keyInput } from '../../entries/forms';
import { rowsOf, type Row } from '../../entries/rows';
import { kindName } from '../../entries/text';
import type { OverrideOperation } from '../../generated/graphql';
import { Meanwhile } from '../../parts/meanwhile';
import { Section } from '../../parts/section';
import { actorName, Badge, Key, Notice, Sentence, Time } from '../../parts/small';
import { Table } from '../../parts/table';
import type { InstanceDetails } from '../instance';
import { EntryEditor } from './editor';

interface EffectiveProps {
  instance: InstanceDetails;
  mayChange: boolean;
  query: string;
}

const origins = { TEMPLATE: 'template', STACK: 'stack', INSTANCE: 'instance', SYSTEM: 'system', REMOVED: 'removed' } as const;
const nameOf = ({ kind, key }: Row) => `${kindName(kind)} ${key}`.trim();
const idOf = ({ kind, key, origin, text }: Row) => `${kind} ${key} ${origin === 'REMOVED' ? origin : ''} ${kind === 'PORT' ? text : ''}`;

/** The effective configuration as one table, in which entries are overridden, removed and reset. */
export function Effective({ instance, mayChange, query }: EffectiveProps) {
  const rows = useMemo(() => rowsOf(instance.effectiveConfig), [instance.effectiveConfig]);
  const [open, setOpen] = useState<string>();
  const [failed, setFailed] = useState<{ problems: readonly Problem[]; expected: number }>();
  // Gets the focus back when the form is closed.
  const opener = useRef<HTMLElement>(null);
  const toggle = (id: string) => (event: MouseEvent<HTMLElement>) => {
    opener.current = event.currentTarget;
    setOpen(open === id ? undefined : id);
  };
  const close = () => {
    setOpen(undefined);
    opener.current?.focus();
  };

  const patch = async (operation: OverrideOperation) => {
    const expected = instance.revision;
    const input = { instance: { id: instance.id }, expectedRevision: expected, operations: [operation] };
    const { problems } = await make('patchInstanceOverrides', input);
    setFailed(problems.length > 0 ? { problems, expected } : undefined);
  };

  const actions = (row: Row) => {
    const name = nameOf(row);
    const key = () => keyInput(row.kind, row.entry);
    const reset = (
      <button type="button" aria-label={`Reset ${name}`} onClick={() => void patch({ reset: { entry: key() } })}>
        Reset
      </button>
    );
    if (row.origin === 'SYSTEM') return null;
    if (row.origin === 'REMOVED') return reset;
    const isOwn = row.origin === 'INSTANCE';
    return (
      <>
        <button type="button" aria-expanded={open === idOf(row)} aria-label={`${isOwn ? 'Edit' : 'Override'} ${name}`} onClick={toggle(idOf(row))}>
          {isOwn ? 'Edit' : 'Override'}
        </button>
        {isOwn && reset}
        {row.kind !== 'SETTING' && (
          <button type="button" aria-label={`Remove ${name}`} onClick={() => void patch({ remove: key() })}>
            Remove
          </button>
        )}
      </>
    );
  };

  return (
    <Section
      title="Effective configuration"
      count={rows.length}
      query={query}
      actions={
        mayChange && (
          <button type="button" aria-expanded={open === 'new'} onClick={toggle('new')}>
            Add override
          </button>
        )
      }
    >
      <p className="legend">
        {Object.values(origins).map((origin) => (
          <Badge key={origin} tone={origin}>
            {origin}
          </Badge>
        ))}
        <span className="muted">where a value comes from; what it shadows is struck out</span>
      </p>
      {failed && (
        <>
          <Meanwhile {...failed} />
          {failed.problems
            .filter(({ code }) => code !== 'STALE_REVISION')
            .map(({ message }, index) => (
              <Notice key={index} tone="bad">
                <Sentence text={message} />
              </Notice>
            ))}
        </>
      )}
      {open === 'new' && <EntryEditor instance={instance} onClose={close} />}
      <Table
        label="Effective configuration"
        columns={['Kind', 'Key', 'Value', 'Origin', 'Since', ...(mayChange ? [''] : [])]}
        rows={rows.map((row) => ({
          key: idOf(row),
          className: `entry ${origins[row.origin]}`,
          cells: [...cells(row), ...(mayChange ? [<span className="row-actions">{actions(row)}</span>] : [])],
          below: open === idOf(row) && <EntryEditor instance={instance} row={row} onClose={close} />,
        }))}
      />
    </Section>
  );
}

function cells({ kind, key, text, written, isUnresolved, origin, shadows, since }: Row) {
  return [
    kindName(kind),
    key ? <Key text={key} /> : null,
    <span className="value">
      {origin === 'REMOVED' ? <del>{text}</del> : <span className="current">{text}</span>}
      {written !== undefined && <code className="muted">{written}</code>}
      {isUnresolved && <Badge tone="bad">no value</Badge>}
      {shadows.map((shadow, index) => (
        <del key={index}>{shadow}</del>
      ))}
    </span>,
    <Badge tone={origins[origin]}>{origins[origin]}</Badge>,
    since ? (
      <span className="muted">
        <Time at={since.at} /> by {actorName(since.actor)}
      </span>
    ) : null,
  ];
}
