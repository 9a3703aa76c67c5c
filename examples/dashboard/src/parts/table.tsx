import { Fragment, type ReactNode } from 'react';
import type { Parameters } from '../route';

export interface TableRow {
  key: string;
  cells: ReactNode[];
  className?: string | undefined;
  /** Shown below the row, over its whole width. */
  below?: ReactNode;
}

interface TableProps {
  label: string;
  columns: string[];
  rows: TableRow[];
}

/** On a narrow screen each row is a block, and each cell has its column's name. The roles keep it a table for readers. */
export function Table({ label, columns, rows }: TableProps) {
  return (
    <table role="table" aria-label={label}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column, index) => (
            <th key={index} role="columnheader" scope="col">
              {column || <span className="unseen">Actions</span>}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map(({ key, cells, className, below }) => (
          <Fragment key={key}>
            <tr role="row" className={className}>
              {cells.map((cell, index) => (
                <td key={index} role="cell" data-label={columns[index]}>
                  {cell}
                </td>
              ))}
            </tr>
            {below && (
              <tr role="row" className="below">
                <td role="cell" colSpan={columns.length}>
                  {below}
                </td>
              </tr>
            )}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

interface PageInfo {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor?: string | null;
  endCursor?: string | null;
}

/** The way to the pages before and behind. */
export function Pages({ info, to }: { info: PageInfo; to(parameters: Parameters): string }) {
  if (!info.hasNextPage && !info.hasPreviousPage) return null;
  return (
    <nav className="pages" aria-label="Pages of the list">
      {info.hasPreviousPage && <a href={to({ before: info.startCursor })}>Previous page</a>}
      {info.hasNextPage && <a href={to({ after: info.endCursor })}>Next page</a>}
    </nav>
  );
}
