import type { Problem } from '../../api/changes';
import { kindName } from '../../entries/text';
import type { ChangeDetailsFragment, ResolutionInput } from '../../generated/graphql';
import { Sheet } from '../../parts/sheet';
import { actorName, Badge, Deed, Sentence, Time } from '../../parts/small';

interface RevertSheetProps {
  change: ChangeDetailsFragment;
  onClose(): void;
}

/** Undoes a change. What has changed since is decided one by one. */
export function RevertSheet({ change, onClose }: RevertSheetProps) {
  return (
    <Sheet title="Undo" confirm="Undo this change" name="revertChange" initial={{ change: change.id, resolutions: [] }} fields={['change', 'resolutions']} onClose={onClose}>
      {(input, setInput, problems) => {
        const resolutions = input.resolutions ?? [];
        const decide = (resolution: ResolutionInput) => setInput({ ...input, resolutions: [...without(resolutions, resolution), resolution] });
        return (
          <>
            <p>
              {actorName(change.actor)} <Deed change={change} />, <Time at={change.at} />.
            </p>
            {problems.map((problem, index) => (
              <Decision key={index} problem={problem} onDecide={decide} />
            ))}
            {resolutions.length > 0 && (
              <ul className="lines" aria-label="Decisions">
                {resolutions.map((resolution) => (
                  <li key={`${resolution.kind} ${resolution.key}`}>
                    <code>{resolution.key}</code>{' '}
                    <Badge>{resolution.take === 'KEEP' ? 'keeps its value' : 'goes back'}</Badge>{' '}
                    <button type="button" onClick={() => setInput({ ...input, resolutions: without(resolutions, resolution) })}>
                      Decide again
                    </button>
                  </li>
                ))}
              </ul>
            )}
          </>
        );
      }}
    </Sheet>
  );
}

const without = (list: readonly ResolutionInput[], { kind, key }: ResolutionInput) =>
  list.filter((other) => other.kind !== kind || other.key !== key);

function Decision({ problem, onDecide }: { problem: Problem; onDecide(resolution: ResolutionInput): void }) {
  const { message, code, key, kind, since } = problem;
  if (code !== 'CHANGED_SINCE' || key === undefined) return <p className="problem"><Sentence text={message} /></p>;
  return (
    <div className="notice caution decision" role="group" aria-label={key}>
      <p>
        {kind && kindName(kind)} <code>{key}</code>: <Sentence text={message} />
        {since && (
          <span className="muted">
            {' '}
            <Time at={since.at} /> by {actorName(since.actor)}
          </span>
        )}
      </p>
      <button type="button" onClick={() => onDecide({ key, kind, take: 'KEEP' })}>
        Keep what is there
      </button>{' '}
      <button type="button" onClick={() => onDecide({ key, kind, take: 'REVERT' })}>
        Go back all the same
      </button>
    </div>
  );
}
