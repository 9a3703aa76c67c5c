import type { StackDetails } from '../stack';
import { Section } from '../../parts/section';
import { Badge, Sentence } from '../../parts/small';
import { Table } from '../../parts/table';
import { instanceAddress } from '../../route';

const names = { HOST_PORT: 'host port', DOMAIN: 'domain', VOLUME: 'volume', REFERENCE: 'reference' } as const;

interface StackConflictsProps {
  conflicts: StackDetails['conflicts'];
  stack: string;
  query: string;
}

export function StackConflicts({ conflicts, stack, query }: StackConflictsProps) {
  if (conflicts.length === 0) return null;
  return (
    <Section title="Conflicts" count={conflicts.length} query={query}>
      <Table
        label="Conflicts"
        columns={['Instance', 'What', 'Conflict']}
        rows={conflicts.map(({ instance, kind, severity, value, message }) => ({
          key: `${instance.id} ${kind} ${value}`,
          cells: [
            <a href={instanceAddress(stack, instance.name)}>{instance.name}</a>,
            <>
              <Badge tone={severity === 'DESTRUCTIVE' ? 'bad' : 'caution'}>{names[kind]}</Badge> <code>{value}</code>
            </>,
            <span className="message">
              <Sentence text={message} />
            </span>,
          ],
        }))}
      />
    </Section>
  );
}
