// A plain EventSource, without any library. The id of an event is its cursor; a browser keeps it, and sends it as
// `Last-Event-ID` when it connects again. It cannot send an API key: use graphql-sse where one is required.
import type { Page, Sink, StackEvent } from './follow.js';

/** Opens a subscription. A stream without an event for `silence` milliseconds is dead: a heartbeat comes every 15 seconds. */
export function subscribe<Event extends StackEvent>(
  url: string,
  query: string,
  variables: Record<string, unknown>,
  sink: Sink<Event>,
  silence = 40_000,
): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let latest = variables;

  const close = () => {
    clearTimeout(timer);
    source.close();
  };
  const end = () => {
    close();
    sink.end();
  };
  const open = () => {
    const parameters = new URLSearchParams({ query, variables: JSON.stringify(latest) });
    source = new EventSource(`${url}?${parameters}`);
    watch();
    source.addEventListener('next', ({ data: json, lastEventId }) => {
      watch();
      const { data, errors } = JSON.parse(json);
      if (errors) return end();
      sink.next(Object.values(data)[0] as Event);
      latest = { ...variables, after: lastEventId };
    });
    // Without this a browser would connect again and again.
    source.addEventListener('complete', end);
    // It connects again by itself, but not after an answer that is no stream.
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) end();
    });
  };
  // A browser does not notice that a connection is dead, as after a sleep.
  const watch = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      source.close();
      open();
    }, silence);
  };

  open();
  return close;
}

/** The page of a stack. `render` shows what the query returns. */
export function stackPage<Data extends { stack?: { changeCursor: string } | null }, Event extends StackEvent>(
  url: string,
  stack: string,
  query: string,
  subscription: string,
  { render, show, silence }: { render(data: Data): void; show(event: Event): void; silence?: number },
): Page<Event> {
  return {
    async load() {
      const parameters = new URLSearchParams({ query, variables: JSON.stringify({ stack }) });
      const response = await fetch(`${url}?${parameters}`, { headers: { accept: 'application/graphql-response+json' } });
      const { data, errors } = await response.json();
      if (errors) throw new Error(errors[0].message);
      render(data);
      return data.stack?.changeCursor ?? null;
    },
    subscribe: (after, sink) => subscribe(url, subscription, { stack: { name: stack }, after }, sink, silence),
    show,
  };
}
