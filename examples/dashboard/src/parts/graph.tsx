import { useEffect, useRef, useState, type RefObject } from 'react';
import type { StackInstanceFragment } from '../generated/graphql';
import { instanceAddress } from '../route';
import { layers } from './layers';

const width = 168;
const height = 44;
const gapX = 64;
const gapY = 18;
const margin = 8;

interface GraphProps {
  stack: string;
  instances: readonly StackInstanceFragment[];
  /** The ids of the instances that have a conflict. */
  conflicting: ReadonlySet<string>;
}

function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

interface Edge {
  to: string;
  className: string;
}

/** What an instance depends on, and what else it refers to in its values. */
function edgesOf({ id, effectiveConfig, references }: StackInstanceFragment): Edge[] {
  const edges = new Map<string, Edge>();
  for (const { instance, condition } of effectiveConfig.dependencies) {
    if (instance) edges.set(instance.id, { to: instance.id, className: condition === 'SERVICE_STARTED' ? 'edge' : 'edge waits' });
  }
  for (const { targetInstance } of references) {
    if (targetInstance && targetInstance.id !== id && !edges.has(targetInstance.id)) {
      edges.set(targetInstance.id, { to: targetInstance.id, className: 'edge refers' });
    }
  }
  return Array.from(edges.values());
}

/** How many that nothing connects stand side by side at least. */
const sideBySide = 4;

/** Where the instances stand. Those that neither need another one nor are needed come below the others. */
function positionsOf(instances: readonly StackInstanceFragment[]): Map<string, { x: number; y: number }> {
  const nodes = instances.map((instance) => ({ id: instance.id, needs: edgesOf(instance).map(({ to }) => to) }));
  const needed = new Set(nodes.flatMap(({ needs }) => needs));
  const isConnected = ({ id, needs }: (typeof nodes)[number]) => needs.length > 0 || needed.has(id);
  const placed = layers(nodes.filter(isConnected));
  const loose = nodes.filter((node) => !isConnected(node));
  const top = Math.min(...placed.map(({ row }) => row));
  const bottom = Math.ceil(Math.max(...placed.map(({ row }) => row)) - top);
  const columns = Math.max(sideBySide, ...placed.map(({ column }) => column + 1));
  const cells = [
    ...placed.map(({ id, column, row }) => ({ id, column, row: row - top })),
    ...loose.map(({ id }, index) => ({ id, column: index % columns, row: bottom + 1 + Math.floor(index / columns) })),
  ];
  return new Map(cells.map(({ id, column, row }) => [id, { x: margin + column * (width + gapX), y: margin + row * (height + gapY) }]));
}

/** The instances, and what they depend on and refer to, from left to right. */
export function Graph(props: GraphProps) {
  return props.instances.some((instance) => edgesOf(instance).length > 0) ? <Picture {...props} /> : null;
}

/** On which side of a frame there is more to scroll to. */
function useMore(frame: RefObject<HTMLElement | null>) {
  const [more, setMore] = useState<'left' | 'right' | 'both'>();
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const measure = () => {
      const { scrollLeft, scrollWidth, clientWidth } = element;
      const isRight = scrollLeft + clientWidth < scrollWidth - 1;
      setMore(scrollLeft > 1 ? (isRight ? 'both' : 'left') : isRight ? 'right' : undefined);
    };
    const observer = new ResizeObserver(measure);
    for (const one of [element, ...element.children]) observer.observe(one);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, [frame]);
  return more;
}

function Picture({ stack, instances, conflicting }: GraphProps) {
  const frame = useRef<HTMLDivElement>(null);
  const more = useMore(frame);
  const position = positionsOf(instances);
  const right = Math.max(0, ...Array.from(position.values(), ({ x }) => x)) + width + margin;
  const bottom = Math.max(0, ...Array.from(position.values(), ({ y }) => y)) + height + margin;

  return (
    <>
      <div ref={frame} className="graph" data-more={more} tabIndex={0} role="region" aria-label="Picture of the dependencies">
        <svg width={right} height={bottom} viewBox={`0 0 ${right} ${bottom}`}>
          {instances.flatMap((instance) =>
            edgesOf(instance).map(({ to: needed, className }) => {
              const from = position.get(instance.id);
              const to = position.get(needed);
              if (!from || !to) return null;
              const [x1, y1, x2, y2] = [from.x + width, from.y + height / 2, to.x, to.y + height / 2];
              const bend = Math.max(gapX / 2, (x2 - x1) / 2);
              return (
                <path
                  key={`${instance.id} ${needed}`}
                  className={className}
                  d={`M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`}
                />
              );
            }),
          )}
          {instances.map(({ id, name, enabled, effectiveConfig: { imageName, imageTag } }) => {
            const { x, y } = position.get(id) ?? { x: 0, y: 0 };
            const marks = [!enabled && 'disabled', conflicting.has(id) && 'conflicting'].filter(Boolean).join(' ');
            return (
              <a key={id} href={instanceAddress(stack, name)} className={marks}>
                <title>{`${name}: ${imageName}:${imageTag}`}</title>
                <rect x={x} y={y} width={width} height={height} rx={6} />
                <text x={x + 12} y={y + 19} className="name">
                  {shortened(name, 20)}
                </text>
                <text x={x + 12} y={y + 34} className="image">
                  {shortened(`${imageName.split('/').at(-1)}:${imageTag}`, 23)}
                </text>
              </a>
            );
          })}
        </svg>
      </div>
      {more && <p className="muted">The picture goes on: scroll it sideways.</p>}
    </>
  );
}
