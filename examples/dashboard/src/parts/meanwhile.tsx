import type { Problem } from '../api/changes';
import { Edits } from './edits';
import { actorName, Deed, Time } from './small';

interface MeanwhileProps {
  problems: readonly Problem[];
  /** The revision that was expected. */
  expected?: number;
}

/** What somebody else has changed since the revision that was expected. */
export function Meanwhile({ problems, expected }: MeanwhileProps) {
  const stale = problems.find(({ code }) => code === 'STALE_REVISION');
  if (!stale) return null;
  const history = stale.current && 'history' in stale.current ? stale.current.history.nodes : [];
  // Each change raises the revision by one.
  const count = expected === undefined ? 1 : (stale.currentRevision ?? expected + 1) - expected;
  return (
    <div className="notice caution meanwhile" role="alert">
      <p>It has changed meanwhile:</p>
      {history.slice(0, count).map((change) => (
        <div key={change.id}>
          <p>
            <Deed change={change} /> by {actorName(change.actor)}, <Time at={change.at} />
          </p>
          <Edits edits={change.edits} fields={change.fields} />
        </div>
      ))}
    </div>
  );
}
