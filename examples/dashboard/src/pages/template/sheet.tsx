import { useState } from 'react';
import { EntryFields } from '../../entries/fields';
import { valuesOf } from '../../entries/forms';
import { kindName } from '../../entries/text';
import type { EntryFragment } from '../../generated/graphql';
import { Field, problemsOf, TextField } from '../../parts/field';
import { Sheet } from '../../parts/sheet';
import { go, templateAddress } from '../../route';
import type { TemplateDetails } from '../template';
import { edit, fieldsOf, inputFieldsOf, templateKinds, type TemplateKind } from './entries';

export type Edited = 'about' | { kind: TemplateKind; entry: EntryFragment | undefined };

interface TemplateSheetProps {
  template: TemplateDetails;
  edited: Edited;
  onClose(): void;
}

/** An edit of a template, with what it does to all instances that inherit what changes. */
export function TemplateSheet({ template, edited, onClose }: TemplateSheetProps) {
  const base = { template: { id: template.id }, expectedRevision: template.revision };
  if (edited === 'about') {
    const { name, category, description, imageName, imageTag } = template;
    return (
      <Sheet title={`Edit ${template.name}`} confirm="Save template" name="updateTemplate" initial={{ ...base, name, category, description, imageName, imageTag }} fields={['name', 'category', 'description', 'imageName', 'imageTag']} onDone={({ template }) => template && template.name !== name && go(templateAddress(template.name))} onClose={onClose}>
        {(input, setInput, problems) => (
          <>
            <TextField label="Name" required value={input.name ?? ''} onChange={(name) => setInput({ ...input, name })} problems={problemsOf(problems, 'name')} />
            <TextField label="Category" value={input.category ?? ''} onChange={(category) => setInput({ ...input, category })} problems={problemsOf(problems, 'category')} />
            <TextField label="Description" value={input.description ?? ''} onChange={(description) => setInput({ ...input, description })} problems={problemsOf(problems, 'description')} />
            <TextField label="Image" required value={input.imageName ?? ''} onChange={(imageName) => setInput({ ...input, imageName })} problems={problemsOf(problems, 'imageName')} />
            <TextField label="Tag" required value={input.imageTag ?? ''} onChange={(imageTag) => setInput({ ...input, imageTag })} problems={problemsOf(problems, 'imageTag')} />
          </>
        )}
      </Sheet>
    );
  }
  return <EntrySheet template={template} {...edited} onClose={onClose} />;
}

interface EntrySheetProps {
  template: TemplateDetails;
  kind: TemplateKind;
  entry: EntryFragment | undefined;
  onClose(): void;
}

function EntrySheet({ template: current, kind: first, entry, onClose }: EntrySheetProps) {
  // The edit is of the template as it was when the sheet was opened.
  const [template] = useState(current);
  const [kind, setKind] = useState(first);
  const [values, setValues] = useState(() => valuesOf(first, entry));
  const [isRemoved, setRemoved] = useState(false);
  const base = { template: { id: template.id }, expectedRevision: template.revision };
  return (
    <Sheet
      title={`${entry ? 'Edit' : 'Add to'} ${template.name}`}
      confirm="Save template"
      name="updateTemplate"
      initial={{ ...base, ...(entry ? edit(template, kind, entry, values) : {}) }}
      fields={inputFieldsOf(kind)}
      onClose={onClose}
    >
      {(_, setInput, problems) => {
        const write = (kind: TemplateKind, next: typeof values, isRemoved: boolean) => {
          setKind(kind);
          setValues(next);
          setRemoved(isRemoved);
          setInput({ ...base, ...edit(template, kind, entry, isRemoved ? undefined : next) });
        };
        return (
          <>
            {!entry && (
              <Field label="Kind">
                {(attributes) => (
                  <select
                    {...attributes}
                    value={kind}
                    onChange={({ target }) => {
                      const next = target.value as TemplateKind;
                      write(next, valuesOf(next, undefined), false);
                    }}
                  >
                    {templateKinds.map((kind) => (
                      <option key={kind} value={kind}>
                        {kindName(kind)}
                      </option>
                    ))}
                  </select>
                )}
              </Field>
            )}
            {!isRemoved && (
              <EntryFields fields={fieldsOf(kind)} values={values} onChange={(next) => write(kind, next, false)} problems={problems} isKeyFixed={entry !== undefined} instances={[]} />
            )}
            {entry && (
              <Field label="Remove this entry">
                {(attributes) => (
                  <input {...attributes} type="checkbox" checked={isRemoved} onChange={({ target }) => write(kind, values, target.checked)} />
                )}
              </Field>
            )}
          </>
        );
      }}
    </Sheet>
  );
}
