import { useEffect, useId, useRef, useState } from 'react';
import { referencesFor, type Reference } from '../api/references';

interface ReferToProps {
  stack: string;
  /** The id of the instance whose value it is; without it, it is one of the stack. */
  instance?: string;
}

/** Puts a reference at the cursor of the field that it stands beside. */
export function ReferTo({ stack, instance }: ReferToProps) {
  const list = useId();
  const place = useRef<HTMLSpanElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [references, setReferences] = useState<readonly Reference[]>();
  const field = () => place.current?.parentElement?.querySelector<HTMLTextAreaElement>('textarea, input');

  useEffect(() => {
    if (!isOpen) return;
    let isCurrent = true;
    void referencesFor(stack, instance).then((found) => isCurrent && setReferences(found));
    return () => {
      isCurrent = false;
    };
  }, [isOpen, stack, instance]);

  const close = () => {
    setOpen(false);
    field()?.focus();
  };
  const take = (text: string) => {
    const target = field();
    if (!target || !references?.some((reference) => reference.text === text)) return;
    target.setRangeText(text, target.selectionStart, target.selectionEnd, 'end');
    target.dispatchEvent(new Event('input', { bubbles: true }));
    close();
  };

  return (
    <span ref={place} className="refer">
      {isOpen ? (
        <>
          <input
            autoFocus
            list={list}
            aria-label="Refer to"
            placeholder={references ? `${references.length} names: type a part` : 'Loading…'}
            autoComplete="off"
            spellCheck={false}
            onChange={({ target }) => take(target.value)}
            onKeyDown={(event) => {
              // Neither is meant for the form around it.
              if (event.key === 'Enter') event.preventDefault();
              if (event.key !== 'Escape') return;
              event.preventDefault();
              event.stopPropagation();
              close();
            }}
          />
          <datalist id={list}>
            {references?.map(({ text, meaning }) => (
              <option key={text} value={text} label={`${text} – ${meaning}`} />
            ))}
          </datalist>
        </>
      ) : (
        <button type="button" onClick={() => setOpen(true)}>
          Refer to…
        </button>
      )}
    </span>
  );
}
