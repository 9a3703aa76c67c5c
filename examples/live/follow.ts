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
}

/** Follows a page until the returned function is called. `pause` is the time in milliseconds until another attempt. */
export function follow<Event extends StackEvent>(page: Page<Event>, pause = 2_000): () => void {
  let stop = () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  // What comes from an earlier stream, or from an earlier query, is ignored.
  let current = 0;

  const close = () => {
    current += 1;
    clearTimeout(timer);
    stop();
    stop = () => {};
  };

  // To subscribe again after a new query, not beside it, keeps an older answer from replacing a newer event.
  const begin = async (wait: number) => {
    close();
    const mine = current;
    if (wait > 0) {
      await new Promise((resolve) => { timer = setTimeout(resolve, wait); });
    }
    const after = await page.load().catch(() => undefined);
    if (mine !== current || after === null) return;
    if (after === undefined) return void begin(pause);
    stop = page.subscribe(after, {
      next(event) {
        if (mine !== current) return;
        // Changes are missing: fetch the page anew.
        if (event.__typename === 'ResyncEvent') void begin(0);
        if (event.__typename === 'ChangeEvent') page.show(event);
      },
      // The key is no longer valid, the stack is gone, or an event could not be shown: the query tells.
      end: () => void (mine === current && begin(pause)),
    });
  };

  void begin(0);
  return close;
}
