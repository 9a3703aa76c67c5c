// A client of graphql-ws for streams that last: it goes on after the last event that it had, never gives up, and notices a
// connection that is dead. Apollo Client, urql and Relay use it as they use any other client of graphql-ws.
import { createClient, type Client, type ClientOptions } from 'graphql-ws';
import type { StackEvent } from './follow.js';

/**
 * The same client, which sends the latest cursor. When the socket is connected again, graphql-ws sends the payload of each
 * subscription once more, with the variables of the first time: everything since then would come again. Here the variable
 * `after` is the cursor of the last event. The document has to declare `$after` and to select `cursor`.
 */
export function fromLatestCursor(client: Client): Client {
  return {
    ...client,
    subscribe(payload, sink) {
      let { variables } = payload;
      // The payload is made into JSON whenever it is sent, so a getter is asked each time.
      const latest = { ...payload, get variables() { return variables; } };
      return client.subscribe(latest as typeof payload, {
        next(result) {
          sink.next(result as Parameters<typeof sink.next>[0]);
          const [event] = Object.values(result.data ?? {}) as (StackEvent | null)[];
          if (event?.cursor) variables = { ...variables, after: event.cursor };
        },
        error: (cause) => sink.error(cause),
        complete: () => sink.complete(),
      });
    },
    // It queues events, so the last one that came is not the last one that was taken.
    iterate() {
      throw new Error('Use subscribe: iterate does not keep the cursor.');
    },
  };
}

/** A client for `url`. A connection that does not answer within `patience` milliseconds, asked every `keepAlive`, is dead. */
export function createSocket({ patience = 5_000, ...options }: ClientOptions & { patience?: number }): Client {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    // By default a client gives up after five attempts, and at once when the connection is refused.
    retryAttempts: Infinity,
    shouldRetry(cause) {
      const { code, type } = cause as { code?: number; type?: string };
      // Of a connection that is refused there is an event without a code. 4403: another API key is needed.
      return code === undefined ? type === 'error' : code !== 4403;
    },
    // Soon, then every 10 seconds, and not all pages at once.
    retryWait: (retries) =>
      new Promise((resolve) => setTimeout(resolve, Math.min(500 * 2 ** retries, 10_000) * (0.5 + Math.random() / 2))),
    connectionAckWaitTimeout: patience,
    // After a sleep the network may have forgotten the connection without a word.
    keepAlive: 10_000,
    ...options,
    on: {
      ...options.on,
      ping(received) {
        if (!received) timer = setTimeout(() => client.terminate(), patience);
      },
      pong(received) {
        if (received) clearTimeout(timer);
      },
      closed: () => clearTimeout(timer),
    },
  });
  return fromLatestCursor(client);
}
