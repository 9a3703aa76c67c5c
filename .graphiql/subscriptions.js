// Runs subscriptions as server-sent events. `fetch` sends the headers of the tab, which WebSockets and EventSource cannot.

const isSubscription = (document, name) =>
  document?.definitions.some(
    (definition) =>
      definition.kind === 'OperationDefinition' &&
      definition.operation === 'subscription' &&
      (!name || definition.name?.value === name),
  );

// Calls `next` with the data of each event until the stream ends.
async function readEvents(response, next) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ''; ; ) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (text + value).split('\n\n');
    text = events.pop();
    for (const event of events) {
      const data = event.split('\n').filter((line) => line.startsWith('data: ')).map((line) => line.slice(6));
      if (data.length > 0) next(JSON.parse(data.join('\n')));
    }
  }
}

// A fetcher that leaves everything but subscriptions to another one.
export const withSubscriptions = (url, fetcher) => (params, options) => {
  if (!isSubscription(options?.documentAST, params.operationName)) return fetcher(params, options);
  return {
    subscribe({ next, error, complete }) {
      const aborting = new AbortController();
      const run = async () => {
        const response = await fetch(url, {
          method: 'POST',
          body: JSON.stringify(params),
          headers: { 'content-type': 'application/json', ...options.headers, accept: 'text/event-stream' },
          signal: aborting.signal,
        });
        const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
        if (isStream) await readEvents(response, next);
        else next(await response.json());
      };
      run().then(complete, (cause) => aborting.signal.aborted || error(cause));
      return { unsubscribe: () => aborting.abort() };
    },
  };
};
