import type { StackDifferenceFragment } from '../generated/graphql';
import { Edits } from './edits';
import { Badge, Empty } from './small';

interface DifferenceProps {
  diff: StackDifferenceFragment;
  /** What the two sides are called. */
  a: string;
  b: string;
}

/** What the second side has in place of what the first one has. */
export function Difference({ diff: { same, fields, onlyInA, onlyInB, changed }, a, b }: DifferenceProps) {
  if (same) return <Empty>Nothing differs.</Empty>;
  return (
    <div className="difference">
      <Edits edits={[]} fields={fields} />
      {onlyInA.map(({ name, templateName }) => (
        <div key={name} className="instance-diff">
          <h3>
            {name} <Badge tone="removed">only in {a}</Badge>
          </h3>
          <p className="muted">from {templateName}</p>
        </div>
      ))}
      {onlyInB.map(({ name, templateName }) => (
        <div key={name} className="instance-diff">
          <h3>
            {name} <Badge tone="good">only in {b}</Badge>
          </h3>
          <p className="muted">from {templateName}</p>
        </div>
      ))}
      {changed.map(({ name, fields, entries }) => (
        <div key={name} className="instance-diff">
          <h3>{name}</h3>
          <Edits edits={entries} fields={fields} />
        </div>
      ))}
    </div>
  );
}
