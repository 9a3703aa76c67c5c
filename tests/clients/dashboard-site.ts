// The dashboard below a prefix of a proxy, as behind the reverse proxy of a team. Until the service serves the page itself,
// the proxy adds the built files and their Content-Security-Policy; with DASHBOARD_FROM=service it passes everything on.
import { existsSync, readFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

export const files = '../../assets/dashboard';
const prefix = '/team/devarch/';
const isServed = process.env['DASHBOARD_FROM'] === 'service';

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const types: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.txt': 'text/plain' };

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
    if (!isServed && sendFile(rest || 'index.html', response)) return;
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

function sendFile(name: string, response: ServerResponse): boolean {
  const type = types[extname(name)];
  const file = join(files, name);
  if (!type || name.includes('/') || !existsSync(file)) return false;
  const headers = { 'content-type': type, 'content-encoding': 'gzip', 'content-security-policy': policy };
  response.writeHead(200, headers).end(gzipSync(readFileSync(file)));
  return true;
}

function passOn(target: string, path: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { hostname, port } = new URL(target);
  const { method, headers } = incoming;
  const outgoing = request({ hostname, port, path, method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.on('error', () => response.writeHead(502).end());
  incoming.pipe(outgoing);
}
