import { useState } from 'react';
import { freePort, make, type Problem } from '../../api/changes';
import { EntryFields, isAboutFields } from '../../entries/fields';
import { entryInput, forms, valuesOf } from '../../entries/forms';
import { ReferTo } from '../../entries/refer';
import type { Row } from '../../entries/rows';
import { kindName, kinds } from '../../entries/text';
import type { OverrideKind, Protocol } from '../../generated/graphql';
import { Field } from '../../parts/field';
import { Meanwhile } from '../../parts/meanwhile';
import { Notice, Sentence } from '../../parts/small';
import type { InstanceDetails } from '../instance';

interface EntryEditorProps {
  instance: InstanceDetails;
  /** The row that is overridden; without it an override is added. */
  row?: Row;
  onClose(): void;
}

/** The fields of forms whose texts contain references. */
const refers: Partial<Record<OverrideKind, string>> = {
  ENV_VAR: 'value',
  LABEL: 'value',
  DOMAIN: 'domain',
  HEALTHCHECK: 'test',
  CONFIG_FILE: 'content',
};

/** The form of an entry, in its place. It was filled from a revision, and is saved only over that one. */
export function EntryEditor({ instance, row, onClose }: EntryEditorProps) {
  const [kind, setKind] = useState<OverrideKind>(row?.kind ?? 'ENV_VAR');
  const [former] = useState(row?.entry);
  const [values, setValues] = useState(() => valuesOf(kind, former));
  const [revision, setRevision] = useState(instance.revision);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [isBusy, setBusy] = useState(false);
  const { fields } = forms[kind];
  // The key of an entry stays what it is.
  const refersIn = row && kind === 'DOMAIN' ? undefined : refers[kind];

  const save = async (expectedRevision: number) => {
    setBusy(true);
    const { result, problems } = await make('patchInstanceOverrides', {
      instance: { id: instance.id },
      expectedRevision,
      operations: [{ set: entryInput(kind, values, former) }],
    });
    setBusy(false);
    setProblems(problems);
    if (result) onClose();
  };

  const stale = problems.find(({ code }) => code === 'STALE_REVISION');
  const elsewhere = problems.filter((problem) => problem !== stale && !isAboutFields(problem, fields));
  const suggest = async () => {
    const near = Number(values['hostPort']) || Number(values['containerPort']) || 8080;
    const free = await freePort(near, values['protocol'] as Protocol);
    if (free !== null) setValues((values) => ({ ...values, hostPort: String(free) }));
  };

  return (
    <form
      className="editor"
      aria-label={row ? `Override ${kindName(kind)} ${row.key}` : 'Add override'}
      onSubmit={(event) => {
        event.preventDefault();
        void save(revision);
      }}
      onKeyDown={({ key }) => {
        if (key === 'Escape') onClose();
      }}
    >
      {!row && (
        <Field label="Kind">
          {(attributes) => (
            <select
              {...attributes}
              autoFocus
              value={kind}
              onChange={({ target }) => {
                const next = target.value as OverrideKind;
                setKind(next);
                setValues(valuesOf(next, undefined));
                setProblems([]);
              }}
            >
              {kinds.map((kind) => (
                <option key={kind} value={kind}>
                  {kindName(kind)}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <EntryFields
        fields={fields}
        values={values}
        onChange={setValues}
        problems={problems}
        isKeyFixed={row !== undefined}
        takesFocus={row !== undefined}
        instances={instance.stack.instances.nodes.filter(({ id }) => id !== instance.id)}
        beside={{
          hostPort: (
            <button type="button" onClick={() => void suggest()}>
              Free port
            </button>
          ),
          ...(refersIn ? { [refersIn]: <ReferTo stack={instance.stack.name} instance={instance.id} /> } : {}),
        }}
      />
      {elsewhere.map(({ message }, index) => (
        <Notice key={index} tone="bad">
          <Sentence text={message} />
        </Notice>
      ))}
      <Meanwhile problems={problems} expected={revision} />
      <footer>
        <button type="button" onClick={onClose}>
          {stale ? 'Keep theirs' : 'Cancel'}
        </button>
        {stale ? (
          <button
            type="button"
            className="danger"
            disabled={isBusy}
            onClick={() => {
              const current = stale.currentRevision ?? instance.revision;
              setRevision(current);
              void save(current);
            }}
          >
            Save mine over it
          </button>
        ) : (
          <button type="submit" className="primary" disabled={isBusy}>
            Save
          </button>
        )}
      </footer>
    </form>
  );
}
