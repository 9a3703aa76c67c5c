// A service of a test's own, for what would disturb other tests or be disturbed by them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface OwnService {
  address: string;
  /** Lets it stop by itself. */
  stop(): Promise<void>;
  kill(): void;
}

/** Starts the service in a folder. */
export async function startService(dir: string, databaseUrl: string, options: string[] = []): Promise<OwnService> {
  const { DEVARCH_BIN } = process.env;
  assert(DEVARCH_BIN, 'DEVARCH_BIN is not set; .ci/clients sets it');
  const all = ['--listen', '127.0.0.1:0', '--database-url', databaseUrl, '--log', 'error', ...options];
  const service = spawn(DEVARCH_BIN, all, { stdio: ['ignore', 'pipe', 'inherit'], cwd: dir });
  const ended = once(service, 'exit');
  const kill = () => void service.kill('SIGKILL');
  for await (const line of createInterface({ input: service.stdout })) {
    const address = /http:\/\/[0-9.:]+/.exec(line)?.[0];
    if (!address) continue;
    const stop = async () => {
      service.kill('SIGTERM');
      await ended;
    };
    return { address, stop, kill };
  }
  kill();
  throw new Error('the service did not say where it listens');
}

/** Makes a change that no page has made. */
export async function changeAt(address: string, mutation: string, input: Record<string, unknown>): Promise<void> {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
  const response = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: `mutation ($input: ${type}!) { payload: ${mutation}(input: $input) { userErrors { message } } }`,
      variables: { input },
    }),
  });
  assert.deepEqual(await response.json(), { data: { payload: { userErrors: [] } } });
}
