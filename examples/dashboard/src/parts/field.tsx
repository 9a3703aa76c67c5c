import { createContext, useContext, useId, useState, type ReactNode } from 'react';
import type { Problem } from '../api/changes';
import { Sentence } from './small';

/** The problems of one field: those whose path ends there, or inside it. */
export const problemsOf = (problems: readonly Problem[], ...path: string[]) =>
  problems.filter((problem) => path.every((part, index) => problem.path[index] === part));

/** Whether problems are told before anything was sent. */
export const BeforeSending = createContext(false);

interface FieldProps {
  label: string;
  hint?: string | undefined;
  problems?: readonly Problem[] | undefined;
  onSuggestion?: ((suggestion: string) => void) | undefined;
  /** Nothing is in it. That is no problem before something was typed, or it was sent so. */
  isEmpty?: boolean;
  /** What is in it so far may become right. That is no problem before it was sent so. */
  isUnfinished?: boolean;
  /** Beside the control, such as a button. */
  beside?: ReactNode;
  children(attributes: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: boolean }): ReactNode;
}

/** A control with its label, what is wrong with it, and a value that would be accepted. */
export function Field({ label, hint, problems = [], onSuggestion, isEmpty = false, isUnfinished = false, beside, children }: FieldProps) {
  const id = useId();
  const [isTouched, setTouched] = useState(false);
  const isEarly = useContext(BeforeSending) && (isUnfinished || (isEmpty && !isTouched));
  const isInvalid = problems.length > 0 && !isEarly;
  const described = isInvalid || hint ? { 'aria-describedby': `${id}-about` } : {};
  return (
    <div className={isInvalid ? 'field invalid' : 'field'}>
      <label htmlFor={id}>{label}</label>
      <div className="control" onInput={() => setTouched(true)}>
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

interface TextFieldProps extends Omit<FieldProps, 'children' | 'isEmpty' | 'onSuggestion'> {
  value: string;
  onChange(value: string): void;
  required?: boolean;
  readOnly?: boolean;
  type?: 'text' | 'number' | 'password' | 'datetime-local';
  placeholder?: string;
  /** The id of a list of proposals. */
  list?: string;
  autoFocus?: boolean;
}

export function TextField({ value, onChange, type = 'text', required, readOnly, placeholder, list, autoFocus, ...field }: TextFieldProps) {
  return (
    <Field {...field} isEmpty={value === ''} onSuggestion={onChange}>
      {(attributes) => (
        <input
          {...attributes}
          type={type}
          value={value}
          required={required}
          readOnly={readOnly}
          placeholder={placeholder}
          list={list}
          autoFocus={autoFocus}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}
