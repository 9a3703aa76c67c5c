import { useEffect, type ReactNode } from 'react';
import type { Page } from '../api/page';
import { Empty, Notice } from './small';

interface FrameProps<Data> {
  page: Page<Data>;
  title: string;
  /** The way here from above: addresses and their titles. */
  above?: readonly (readonly [string, string])[];
  beside?: ReactNode;
  children(data: Data): ReactNode;
}

/** What all pages have: title, way up, and what is shown before the answer and without one. */
export function Frame<Data>({ page, title, above = [], beside, children }: FrameProps<Data>) {
  useEffect(() => {
    document.title = `${title} – DevArch`;
  }, [title]);
  return (
    <>
      <div className="title">
        {above.length > 0 && (
          <nav aria-label="Above this page">
            {above.map(([to, name]) => (
              <a key={to} href={to}>
                {name}
              </a>
            ))}
          </nav>
        )}
        <h1>{title}</h1>
        {beside}
      </div>
      {page.error && <Notice tone="bad">{page.error}</Notice>}
      {page.data ? children(page.data) : !page.error && <Empty>Loading…</Empty>}
    </>
  );
}
