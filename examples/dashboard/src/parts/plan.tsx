import type { Plan } from '../api/changes';
import { Badge, Sentence } from './small';

const tones = { INFO: 'plain', CAUTION: 'caution', DESTRUCTIVE: 'bad' } as const;
const names = { INFO: 'info', CAUTION: 'caution', DESTRUCTIVE: 'destructive' } as const;

function containers({ containersCreated, containersRecreated, containersRemoved }: Plan['summary']): string {
  const parts = [
    containersCreated && `${containersCreated} created`,
    containersRecreated && `${containersRecreated} made anew`,
    containersRemoved && `${containersRemoved} removed`,
  ].filter(Boolean);
  return parts.length > 0 ? `Containers: ${parts.join(', ')}.` : 'No container is touched.';
}

/** What a change would do. */
export function PlanView({ plan }: { plan: Plan }) {
  const { effects, summary, newConflicts, solvedConflicts } = plan;
  // The effect on a reference ends with the conflict that it becomes.
  const isUntold = ({ message }: Plan['newConflicts'][number]) => !effects.nodes.some((effect) => effect.message.endsWith(message));
  return (
    <div className="plan">
      <p>
        <Badge tone={plan.destructive ? 'bad' : 'good'}>{plan.destructive ? 'destructive' : 'nothing is lost'}</Badge>{' '}
        {summary.effects === 0 ? 'It changes nothing.' : containers(summary)}
      </p>
      {effects.nodes.length > 0 && (
        <ul className="effects" aria-label="Effects">
          {effects.nodes.map(({ severity, message }, index) => (
            <li key={index}>
              <Badge tone={tones[severity]}>{names[severity]}</Badge> <Sentence text={message} />
            </li>
          ))}
        </ul>
      )}
      {effects.pageInfo.hasNextPage && <p className="muted">The first 100 of {summary.effects} effects.</p>}
      <Conflicts title="New conflicts" conflicts={newConflicts.filter(isUntold)} />
      <Conflicts title="Conflicts that it solves" conflicts={solvedConflicts} />
    </div>
  );
}

function Conflicts({ title, conflicts }: { title: string; conflicts: Plan['newConflicts'] }) {
  if (conflicts.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul>
        {conflicts.map(({ message }, index) => (
          <li key={index}><Sentence text={message} /></li>
        ))}
      </ul>
    </>
  );
}
