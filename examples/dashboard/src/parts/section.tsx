import { useId, type ReactNode } from 'react';

interface SectionProps {
  title: string;
  count?: number | undefined;
  /** The address of the query in GraphiQL. */
  query?: string;
  actions?: ReactNode;
  children: ReactNode;
}

export function Section({ title, count, query, actions, children }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <header>
        <h2 id={id}>
          {title}
          {count !== undefined && <span className="count">{count}</span>}
        </h2>
        <div className="actions">
          {actions}
          {query && (
            <a className="query" href={query} target="_blank" rel="noreferrer" aria-label={`Query of ${title} in GraphiQL`}>
              Query
            </a>
          )}
        </div>
      </header>
      {children}
    </section>
  );
}
