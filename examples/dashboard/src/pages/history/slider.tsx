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
  const last = changes.length - 1;
  const index = at === null ? 0 : changes.findIndex((change) => change.id === at);
  const [position, setPosition] = useState(last - Math.max(0, index));
  const change = changes[last - position];

  // What is dragged over is not fetched.
  useEffect(() => {
    const chosen = position === last ? null : (change?.id ?? null);
    if (chosen === at) return;
    const timer = setTimeout(() => replace(to(chosen)), 200);
    return () => clearTimeout(timer);
  }, [position]);

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
        onChange={({ target }) => setPosition(Number(target.value))}
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
