// The controls of the form of an entry.
import type { ReactNode } from 'react';
import type { Problem } from '../api/changes';
import { words } from '../parts/small';
import { Field } from '../parts/field';
import type { FieldSpec, Values } from './forms';

interface EntryFieldsProps {
  fields: readonly FieldSpec[];
  values: Values;
  onChange(values: Values): void;
  problems: readonly Problem[];
  /** The key stays as it is. */
  isKeyFixed: boolean;
  instances: readonly { id: string; name: string }[];
  /** The first field that can be changed gets the focus. */
  takesFocus?: boolean;
  beside?: Record<string, ReactNode>;
}

/** Whether a problem is about a field: its name is the last name of a field on the path. */
function isAbout(problem: Problem, field: FieldSpec, fields: readonly FieldSpec[]): boolean {
  const names = fields.map(({ name }) => name);
  return problem.path.findLast((part) => names.includes(part)) === field.name;
}

export const isAboutFields = (problem: Problem, fields: readonly FieldSpec[]) =>
  fields.some((field) => isAbout(problem, field, fields));

export function EntryFields({ fields, values, onChange, problems, isKeyFixed, instances, takesFocus = false, beside = {} }: EntryFieldsProps) {
  const first = fields.find(({ isKey }) => !(isKeyFixed && isKey));
  return (
    <div className="fields">
      {fields.map((field) => {
        const set = (value: string | boolean) => onChange({ ...values, [field.name]: value });
        const isFixed = isKeyFixed && field.isKey;
        return (
          <Field
            key={field.name}
            label={field.label}
            hint={field.hint}
            problems={problems.filter((problem) => isAbout(problem, field, fields))}
            onSuggestion={set}
            isEmpty={(values[field.name] ?? '') === ''}
            beside={beside[field.name]}
          >
            {(attributes) => (
              <Control
                field={field}
                value={values[field.name] ?? ''}
                set={set}
                isFixed={isFixed}
                instances={instances}
                attributes={{ ...attributes, autoFocus: takesFocus && field === first }}
              />
            )}
          </Field>
        );
      })}
    </div>
  );
}

interface ControlProps {
  field: FieldSpec;
  value: string | boolean;
  set(value: string | boolean): void;
  isFixed: boolean | undefined;
  instances: EntryFieldsProps['instances'];
  attributes: { id: string; autoFocus: boolean };
}

function Control({ field, value, set, isFixed, instances, attributes }: ControlProps) {
  const text = String(value);
  const required = !field.optional;
  switch (field.type) {
    case 'check':
      return <input {...attributes} type="checkbox" checked={value === true} onChange={({ target }) => set(target.checked)} />;
    case 'select':
      return (
        <select {...attributes} value={text} disabled={isFixed} onChange={({ target }) => set(target.value)}>
          {field.options?.map((option) => (
            <option key={option} value={option}>
              {words(option)}
            </option>
          ))}
        </select>
      );
    case 'instance':
      return (
        <select {...attributes} value={text} disabled={isFixed} required onChange={({ target }) => set(target.value)}>
          <option value="">Choose an instance</option>
          {instances.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      );
    case 'area':
    case 'lines':
    case 'json':
      return (
        <textarea
          {...attributes}
          value={text}
          rows={Math.min(12, Math.max(1, text.split('\n').length))}
          required={required}
          spellCheck={false}
          onChange={({ target }) => set(target.value)}
        />
      );
    default:
      return (
        <input
          {...attributes}
          type={field.type}
          value={text}
          readOnly={isFixed}
          required={required}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => set(target.value)}
        />
      );
  }
}
