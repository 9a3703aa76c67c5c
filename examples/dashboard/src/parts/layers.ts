// Where the instances of a stack stand in the picture: each one column to the left of what it depends on.

export interface GraphNode {
  id: string;
  needs: readonly string[];
}

export interface Placed {
  id: string;
  column: number;
  row: number;
}

/** The distance to the instances that depend on nothing. The service refuses cycles; `seen` guards against old data. */
function depths(nodes: ReadonlyMap<string, GraphNode>): Map<string, number> {
  const known = new Map<string, number>();
  const depth = (id: string, seen: ReadonlySet<string>): number => {
    const found = known.get(id);
    if (found !== undefined) return found;
    const behind = (nodes.get(id)?.needs ?? []).filter((need) => nodes.has(need) && !seen.has(need));
    const result = behind.reduce((most, need) => Math.max(most, depth(need, new Set([...seen, id])) + 1), 0);
    known.set(id, result);
    return result;
  };
  for (const id of nodes.keys()) depth(id, new Set());
  return known;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

export function layers(list: readonly GraphNode[]): Placed[] {
  const nodes = new Map(list.map((node) => [node.id, node]));
  const known = depths(nodes);
  const deepest = Math.max(0, ...known.values());
  const columns: string[][] = Array.from({ length: deepest + 1 }, () => []);
  for (const { id } of list) columns[deepest - (known.get(id) ?? 0)]?.push(id);

  const neighbours = new Map<string, string[]>(list.map(({ id }) => [id, []]));
  for (const { id, needs } of list) {
    for (const need of needs) {
      if (!nodes.has(need)) continue;
      neighbours.get(id)?.push(need);
      neighbours.get(need)?.push(id);
    }
  }

  // Each stands at the mean height of its neighbours, so that fewer lines cross.
  const rows = new Map<string, number>();
  // Columns stand in the middle, unless they are so long that their middle would be out of sight.
  const isLong = columns.some((column) => column.length > 8);
  const number = (column: readonly string[]) =>
    column.forEach((id, row) => rows.set(id, isLong ? row : row - (column.length - 1) / 2));
  columns.forEach(number);
  for (let round = 0; round < 6; round += 1) {
    for (const column of round % 2 === 0 ? columns : columns.toReversed()) {
      const height = new Map(
        column.map((id) => {
          const around = (neighbours.get(id) ?? []).map((other) => rows.get(other) ?? 0);
          return [id, around.length > 0 ? mean(around) : (rows.get(id) ?? 0)];
        }),
      );
      column.sort((a, b) => (height.get(a) ?? 0) - (height.get(b) ?? 0));
      number(column);
    }
  }
  return columns.flatMap((ids, column) => ids.map((id) => ({ id, column, row: rows.get(id) ?? 0 })));
}
