// Keeps a page current, with any client: query, then subscribe after the cursor of what the query has shown.

/** What every event of a subscription has, if its document selects it. */
export interface StackEvent {
  __typename?: string | undefined;
  /** Select it in ChangeEvent, HeartbeatEvent and ResyncEvent, without an alias. */
  cursor?: string | undefined;
}

export interface Sink<Event> {
  next(event: Event): void;
  /** The stream is over, whatever the reason is. */
  end(): void;
}

/** A page that can be kept current. The other files here make one for each client. */
export interface Page<Event> {
  /** Fetches and shows what the page shows. Returns its `changeCursor`, or null to follow it no longer. */
  load(): Promise<string | null>;
  /** Opens the subscription. Returns a function that closes it. */
  subscribe(after: string, sink: Sink<Event>): () => void;
  /** Shows one change. */
  show(event: Event): void;
  /** Tells why `load` has failed. It is tried again. */
  failed?(cause: unknown): void;
}

/** Follows a page until the returned function is called. `pause` is the time in milliseconds until the second attempt. */
export function follow<Event extends StackEvent>(page: Page<Event>, pause = 2_000): () => void {
  let stop = () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempts = 0;
  // What comes from an earlier query or stream is ignored.
  let current = 0;

  const close = () => {
    current += 1;
    clearTimeout(timer);
    stop();
    stop = () => {};
  };

  // Each attempt waits longer, up to half a minute, and not all pages come at once.
  const later = () => {
    close();
    timer = setTimeout(begin, Math.min(pause * 2 ** attempts, 30_000) * (0.5 + Math.random() / 2));
    attempts += 1;
  };

  // To subscribe again after a new query, not beside it, keeps an older response from replacing a newer event.
  const begin = async () => {
    close();
    const mine = current;
    try {
      const after = await page.load();
      if (mine !== current || after === null) return;
      stop = page.subscribe(after, {
        next(event) {
          if (mine !== current) return;
          attempts = 0;
          // Changes are missing: fetch the page anew.
          if (event.__typename === 'ResyncEvent') void begin();
          if (event.__typename === 'ChangeEvent') page.show(event);
        },
        // The key is no longer valid, the stack is gone, or an event could not be shown: the query tells.
        end() {
          if (mine === current) later();
        },
      });
    } catch (cause) {
      if (mine !== current) return;
      page.failed?.(cause);
      later();
    }
  };

  void begin();
  return close;
}
