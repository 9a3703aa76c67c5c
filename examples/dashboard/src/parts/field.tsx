import { useId, type ReactNode } from 'react';
import type { Problem } from '../api/changes';
import { Sentence } from './small';

/** The problems of one field: those whose path ends there, or inside it. */
export const problemsOf = (problems: readonly Problem[], ...path: string[]) =>
  problems.filter((problem) => path.every((part, index) => problem.path[index] === part));

interface FieldProps {
  label: string;
  hint?: string | undefined;
  problems?: readonly Problem[] | undefined;
  onSuggestion?: ((suggestion: string) => void) | undefined;
  /** Beside the control, such as a button. */
  beside?: ReactNode;
  children(attributes: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: boolean }): ReactNode;
}

/** A control with its label, what is wrong with it, and a value that would be accepted. */
export function Field({ label, hint, problems = [], onSuggestion, beside, children }: FieldProps) {
  const id = useId();
  const isInvalid = problems.length > 0;
  const described = isInvalid || hint ? { 'aria-describedby': `${id}-about` } : {};
  return (
    <div className={isInvalid ? 'field invalid' : 'field'}>
      <label htmlFor={id}>{label}</label>
      <div className="control">
        {children({ id, ...described, ...(isInvalid ? { 'aria-invalid': true } : {}) })}
        {beside}
      </div>
      {(isInvalid || hint) && (
        <div className="about" id={`${id}-about`}>
          {isInvalid
            ? problems.map(({ message, suggestion, code }, index) => (
                <p key={index} className="problem" data-code={code}>
                  <Sentence text={message} />
                  {suggestion && onSuggestion && (
                    <button type="button" onClick={() => onSuggestion(suggestion)}>
                      Use {suggestion}
                    </button>
                  )}
                </p>
              ))
            : hint}
        </div>
      )}
    </div>
  );
}

interface TextFieldProps extends Omit<FieldProps, 'children' | 'onSuggestion'> {
  value: string;
  onChange(value: string): void;
  required?: boolean;
  readOnly?: boolean;
  type?: 'text' | 'number' | 'password' | 'datetime-local';
  placeholder?: string;
  autoFocus?: boolean;
}

export function TextField({ value, onChange, type = 'text', required, readOnly, placeholder, autoFocus, ...field }: TextFieldProps) {
  return (
    <Field {...field} onSuggestion={onChange}>
      {(attributes) => (
        <input
          {...attributes}
          type={type}
          value={value}
          required={required}
          readOnly={readOnly}
          placeholder={placeholder}
          autoFocus={autoFocus}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}
