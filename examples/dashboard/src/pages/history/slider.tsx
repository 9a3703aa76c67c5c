import { useEffect, useId, useState } from 'react';
import type { ChangeLineFragment } from '../../generated/graphql';
import { actorName, Deed, exact } from '../../parts/small';
import { replace } from '../../route';

interface SliderProps {
  /** Latest first. */
  changes: readonly ChangeLineFragment[];
  /** The id of the change whose version is shown; null is now. */
  at: string | null;
  to(at: string | null): string;
}

/** Goes through the versions; the right end is now. */
export function Slider({ changes, at, to }: SliderProps) {
  const id = useId();
  /** Where the slider was moved to, until that version is shown. */
  const [chosen, setChosen] = useState<string | null>();
  const shown = chosen === undefined ? at : chosen;
  const last = changes.length - 1;
  // The end follows the latest change. A version that is older than the list stands at its beginning.
  const index = shown === null ? 0 : changes.findIndex((change) => change.id === shown);
  const position = index < 0 ? 0 : last - index;
  const change = changes[last - position];

  // What is dragged over is not fetched.
  useEffect(() => {
    if (chosen === undefined) return;
    if (chosen === at) return setChosen(undefined);
    const timer = setTimeout(() => replace(to(chosen)), 200);
    return () => clearTimeout(timer);
  }, [chosen, at]);

  return (
    <div className="slider">
      <label htmlFor={id}>Version</label>
      <input
        id={id}
        type="range"
        min={0}
        max={last}
        value={position}
        aria-valuetext={change && (position === last ? 'now' : exact(change.at))}
        onChange={({ target }) => {
          const moved = Number(target.value);
          setChosen(moved === last ? null : changes[last - moved]?.id);
        }}
      />
      <p className="muted">
        {position === last ? 'Now' : change && exact(change.at)}
        {change && (
          <>
            , after {actorName(change.actor)} <Deed change={change} />
          </>
        )}
      </p>
    </div>
  );
}
