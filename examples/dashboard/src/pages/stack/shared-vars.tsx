import { useState } from 'react';
import type { StackDetails } from '../stack';
import type { InputOf } from '../../api/changes';
import { ReferTo } from '../../entries/refer';
import { Field, problemsOf, TextField } from '../../parts/field';
import { Section } from '../../parts/section';
import { Sheet } from '../../parts/sheet';
import { Badge, Empty } from '../../parts/small';
import { Table } from '../../parts/table';
import { instanceAddress } from '../../route';

type SharedVar = StackDetails['sharedVars'][number];
type SharedVarInput = InputOf<'setSharedVars'>['vars'][number];
/** The number of the variable; the one after the last is new. */
type Opened = { change: 'edit' | 'remove'; at: number };

interface SharedVarsProps {
  stack: StackDetails;
  mayChange: boolean;
  query: string;
}

const targets = { ALL: 'every instance', ON_REFERENCE: 'where it is referred to' } as const;

/** A variable as it is written back: a secret without a value keeps the one that is stored. */
function written({ key, value, isSecret, inject, locked }: SharedVar): SharedVarInput {
  return { key, isSecret, inject, locked, ...(isSecret ? {} : { value: value ?? null }) };
}

/** The variables that the instances of a stack share. */
export function SharedVars({ stack, mayChange, query }: SharedVarsProps) {
  const [opened, setOpened] = useState<Opened>();
  const vars = stack.sharedVars;
  return (
    <Section
      title="Variables of the stack"
      count={vars.length}
      query={query}
      actions={
        mayChange && (
          <button type="button" onClick={() => setOpened({ change: 'edit', at: vars.length })}>
            New variable
          </button>
        )
      }
    >
      {vars.length === 0 ? (
        <Empty>None. A variable of the stack is set in every instance, or only where it is referred to.</Empty>
      ) : (
        <Table
          label="Variables of the stack"
          columns={['Name', 'Value', 'Set in', 'Referred to by', ...(mayChange ? [''] : [])]}
          rows={vars.map((variable, at) => ({
            key: variable.key,
            cells: [
              <>
                <code>{variable.key}</code> {variable.locked && <Badge>locked</Badge>}
              </>,
              variable.isSecret ? <span className="muted">{variable.isSet ? 'a secret' : 'a secret without a value'}</span> : (variable.value ?? <span className="muted">from the shell</span>),
              targets[variable.inject],
              <Users variable={variable} stack={stack.name} />,
              ...(mayChange
                ? [
                    <span className="row-actions">
                      <button type="button" aria-label={`Edit stack variable ${variable.key}`} onClick={() => setOpened({ change: 'edit', at })}>
                        Edit
                      </button>
                      <button type="button" aria-label={`Remove stack variable ${variable.key}`} onClick={() => setOpened({ change: 'remove', at })}>
                        Remove
                      </button>
                    </span>,
                  ]
                : []),
            ],
          }))}
        />
      )}
      {opened && <VariableSheet {...opened} stack={stack} onClose={() => setOpened(undefined)} />}
    </Section>
  );
}

function Users({ variable: { usedBy }, stack }: { variable: SharedVar; stack: string }) {
  const names = new Set(usedBy?.nodes.map(({ instance }) => instance.name));
  return Array.from(names, (name) => (
    <span key={name} className="fork">
      <a href={instanceAddress(stack, name)}>{name}</a>{' '}
    </span>
  ));
}

function VariableSheet({ change, at, stack, onClose }: Opened & { stack: StackDetails; onClose(): void }) {
  const vars = stack.sharedVars.map(written);
  const common = { stack: { id: stack.id }, expectedRevision: stack.revision };
  if (change === 'remove') {
    return (
      <Sheet
        title={`Remove ${vars[at]?.key} from ${stack.name}`}
        confirm="Remove variable"
        name="setSharedVars"
        initial={{ ...common, vars: vars.filter((_, number) => number !== at) }}
        onClose={onClose}
      />
    );
  }
  const isNew = at >= vars.length;
  const initial = { ...common, vars: isNew ? [...vars, { key: '', value: '', isSecret: false, inject: 'ALL', locked: false } as const] : vars };
  return (
    <Sheet title={isNew ? `New variable of ${stack.name}` : `Variable ${vars[at]?.key} of ${stack.name}`} confirm="Save variable" name="setSharedVars" initial={initial} fields={['vars']} onClose={onClose}>
      {(input, setInput, problems) => {
        const variable = input.vars[at];
        if (!variable) return null;
        const set = (changed: Partial<SharedVarInput>) =>
          setInput({ ...input, vars: input.vars.map((other, number) => (number === at ? { ...other, ...changed } : other)) });
        const hint = variable.isSecret && !isNew ? 'Left empty, the stored secret stays' : undefined;
        const check = (label: string, isOn: boolean, change: (isOn: boolean) => void) => (
          <Field label={label}>
            {(attributes) => <input {...attributes} type="checkbox" checked={isOn} onChange={({ target }) => change(target.checked)} />}
          </Field>
        );
        return (
          <>
            <TextField label="Name" required readOnly={!isNew} value={variable.key} onChange={(key) => set({ key })} problems={problemsOf(problems, 'vars', `${at}`, 'key')} />
            <TextField
              label="Value"
              type={variable.isSecret ? 'password' : 'text'}
              hint={hint}
              value={variable.value ?? ''}
              beside={<ReferTo stack={stack.name} />}
              onChange={(value) => set({ value })}
              problems={problemsOf(problems, 'vars', `${at}`, 'value')}
            />
            {check('Secret', variable.isSecret ?? false, (isSecret) => set({ isSecret }))}
            <Field label="Set in">
              {(attributes) => (
                <select {...attributes} value={variable.inject ?? 'ALL'} onChange={({ target }) => set({ inject: target.value as SharedVar['inject'] })}>
                  {Object.entries(targets).map(([inject, label]) => (
                    <option key={inject} value={inject}>
                      {label}
                    </option>
                  ))}
                </select>
              )}
            </Field>
            {check('Locked against overrides', variable.locked ?? false, (locked) => set({ locked }))}
          </>
        );
      }}
    </Sheet>
  );
}
