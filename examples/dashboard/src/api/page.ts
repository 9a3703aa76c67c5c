// A page: one query, and one subscription after its cursor.
import type { AnyVariables } from '@urql/core';
import { useCallback, useEffect, useRef, useState } from 'react';
import { follow } from '../../../live/follow.js';
import { AllChangesDocument, StackChangesDocument, type EventFragment, type TypedDocumentString } from '../generated/graphql';
import { connection, isHeld, noteRefusal, sentence } from './connection';
import { useStore } from './store';

export type ChangeEvent = Extract<EventFragment, { __typename: 'ChangeEvent' }>;

export interface Page<Data> {
  /** Undefined until the first answer. */
  data: Data | undefined;
  error: string | undefined;
  refetch(): void;
  /** The address of its query in GraphiQL. */
  graphiql: string;
}

interface Following<Data> {
  /** The stack that is followed; without it everything is. */
  stack?: string;
  /** The cursor of an answer; null when there is nothing to follow. */
  cursor(data: Data): string | null | undefined;
  onEvent?(event: ChangeEvent): void;
}

export function usePage<Data, Variables extends AnyVariables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  following: Following<Data>,
): Page<Data> {
  const { client } = useStore(connection);
  const text = document.toString();
  const { stack } = following;
  const key = JSON.stringify([text, variables, stack]);
  const [state, setState] = useState<{ key: string; data?: Data; error?: string }>({ key });
  const latest = useRef({ variables, following });
  latest.current = { variables, following };
  const fetchAgain = useRef(() => {});

  useEffect(() => {
    const { variables } = latest.current;
    const fetchNow = () =>
      client.query<Data, Variables>(text, variables, { requestPolicy: 'network-only' }).toPromise();
    setState((state) => (state.key === key ? state : { key }));

    // What the cache has is shown at once, if it has all of it. A stale answer may lack what is being fetched, so the one
    // before stays.
    const view = client.query<Data, Variables>(text, variables, { requestPolicy: 'cache-only' }).subscribe((result) => {
      const { data } = result;
      const isPartial = result.operation.context.meta?.cacheOutcome === 'partial';
      if (data && !isPartial && !result.stale && !result.error) setState({ key, data });
    });

    let timer: ReturnType<typeof setTimeout> | undefined;
    let fetched = 0;
    let isOver = false;
    // Soon after a change, and once a second while there are many.
    const refetch = (pause: number) => {
      if (timer !== undefined) return;
      timer = setTimeout(async () => {
        timer = undefined;
        if (isHeld()) {
          if (!isOver) refetch(250);
          return;
        }
        fetched = Date.now();
        const { error } = await fetchNow();
        if (!error) return;
        noteRefusal(error, client);
        if (!isOver) refetch(3_000);
      }, Math.max(pause, fetched + 1_000 - Date.now()));
    };
    fetchAgain.current = () => refetch(0);

    const stop = follow<EventFragment>({
      async load() {
        const { data, error } = await fetchNow();
        if (error) {
          noteRefusal(error, client);
          throw error;
        }
        return data ? (latest.current.following.cursor(data) ?? null) : null;
      },
      subscribe(after, { next, end }) {
        const events = stack
          ? client.subscription(StackChangesDocument.toString(), { stack: { name: stack }, after })
          : client.subscription(AllChangesDocument.toString(), { after });
        const subscription = events.subscribe(({ data, error }) => {
          const event = Object.values((data ?? {}) as Record<string, EventFragment>).find((value) => typeof value === 'object');
          if (event && !error) next(event);
          else end();
        });
        return () => subscription.unsubscribe();
      },
      show(event) {
        if (event.__typename !== 'ChangeEvent') return;
        latest.current.following.onEvent?.(event);
        // The cache has the objects of the event. Lists and computed fields, it cannot know.
        refetch(50);
      },
      failed: (cause) => setState((state) => ({ ...state, key, error: sentence(cause) })),
    });

    return () => {
      isOver = true;
      clearTimeout(timer);
      stop();
      view.unsubscribe();
    };
  }, [client, key, stack, text]);

  const refetch = useCallback(() => fetchAgain.current(), []);
  const current = state.key === key ? state : undefined;
  return { data: current?.data, error: current?.error, refetch, graphiql: graphiqlOf(text, variables) };
}

function graphiqlOf(query: string, variables: AnyVariables): string {
  const parameters = new URLSearchParams({ query, variables: JSON.stringify(variables) });
  return `./graphiql?${parameters}`;
}
