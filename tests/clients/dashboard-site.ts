// The dashboard below a prefix of a proxy, as behind the reverse proxy of a team. Its files are those that the service holds;
// with DASHBOARD_FROM=files they are those of the folder, with the headers of the service.
import { readFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';

export const files = '../../assets/dashboard';
const prefix = '/team/devarch/';
const replaced = process.env['DASHBOARD_FROM'] === 'files' ? ['index.html', 'app.js', 'app.css'] : [];

export interface Site {
  address: string;
  /** Where the service is: another place after a restart. */
  target: string;
  close(): void;
}

export async function serveDashboard(target: string): Promise<Site> {
  const server = createServer((incoming, response) => {
    const { pathname, search } = new URL(incoming.url ?? '', 'http://site');
    if (!pathname.startsWith(prefix)) return void response.writeHead(404).end();
    const rest = pathname.slice(prefix.length);
    passOn(site.target, `/${rest}${search}`, incoming, response);
  });
  server.on('upgrade', (incoming, client, head) => {
    const { hostname, port } = new URL(site.target);
    const path = new URL(incoming.url ?? '', 'http://site').pathname.slice(prefix.length);
    const lines = incoming.rawHeaders.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('');
    const service = connect(Number(port), hostname, () => {
      service.write(`GET /${path} HTTP/1.1\r\n${lines}\r\n`);
      service.write(head);
      service.pipe(client).pipe(service);
    });
    for (const [from, to] of [[service, client], [client, service]] as const) {
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const site: Site = {
    address: `http://127.0.0.1:${port}${prefix}`,
    target,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return site;
}

function passOn(target: string, path: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { hostname, port } = new URL(target);
  const { method, headers } = incoming;
  const file = replaced.find((name) => name === (path.slice(1) || 'index.html'));
  if (file) for (const name of ['accept-encoding', 'if-none-match']) delete headers[name];
  const outgoing = request({ hostname, port, path, method, headers }, (answer) => {
    if (file) {
      const body = readFileSync(join(files, file));
      answer.resume();
      response.writeHead(200, { ...answer.headers, 'content-length': body.length, etag: `"${Date.now()}"` }).end(body);
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.on('error', () => response.writeHead(502).end());
  incoming.pipe(outgoing);
}
