import { entryKey, entryText, kindName } from '../entries/text';
import type { EditFragment, EntryFragment } from '../generated/graphql';

interface EditsProps {
  edits: readonly EditFragment[];
  fields?: readonly { field: string; from?: string | null; to?: string | null }[];
}

const most = 30;

/** Before and after, entry by entry. */
export function Edits({ edits, fields = [] }: EditsProps) {
  if (edits.length + fields.length === 0) return null;
  return (
    <>
      <ul className="edits">
        {fields.map(({ field, from, to }) => (
          <li key={field}>
            <span className="kind">{field}</span>
            <Before texts={from ? [from] : []} />
            <After texts={to ? [to] : []} />
          </li>
        ))}
        {edits.slice(0, most).map(({ kind, key, from, to, change }) => (
          <li key={`${kind} ${key}`}>
            <span className="kind">
              {kindName(kind)} <Key name={key} entry={to[0] ?? from[0]} />
            </span>
            <Before texts={from.map(entryText)} />
            <After texts={to.map(entryText)} />
            {from.length + to.length === 0 && <span className="muted">{change.toLowerCase()}</span>}
          </li>
        ))}
      </ul>
      {edits.length > most && <p className="muted">and {edits.length - most} more</p>}
    </>
  );
}

/** The key for people: that of a dependency is an id. */
function Key({ name, entry }: { name: string; entry: EntryFragment | undefined }) {
  const shown = entry ? entryKey(entry) : name;
  return shown && shown !== '*' ? <code>{shown}</code> : null;
}

const Before = ({ texts }: { texts: string[] }) => texts.map((text, index) => <del key={index}>{text}</del>);
const After = ({ texts }: { texts: string[] }) => texts.map((text, index) => <ins key={index}>{text}</ins>);
