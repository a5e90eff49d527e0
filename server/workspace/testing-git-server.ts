import { spawn } from 'node:child_process';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A git server on the loopback for tests: smart HTTP over `git http-backend`, with paths that misbehave. */
export type TestGitServer = { port: number; url: (path: string) => string; stop(): Promise<void> };

/**
 * Serves the repositories below `root` at `/open/<name>` and, with `user:pass`, at `/locked/<name>`. `/redirect/…` sends
 * elsewhere, `/silent/…` never answers.
 */
export async function startGitServer(root: string): Promise<TestGitServer> {
  const server = http.createServer((request, response) => {
    const [, area = '', ...rest] = (request.url ?? '').split('/');
    const isLetIn = request.headers.authorization === `Basic ${Buffer.from('user:pass').toString('base64')}`;
    if (area === 'silent') return;
    if (area === 'redirect') response.writeHead(302, { location: `/open/${rest.join('/')}` }).end();
    else if (area === 'locked' && !isLetIn) response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    else if (area === 'open' || area === 'locked') serve(root, { url: `/${rest.join('/')}`, request, response });
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: (path) => `http://127.0.0.1:${port}/${path}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Exchange = { url: string; request: http.IncomingMessage; response: http.ServerResponse };

function serve(root: string, { url, request, response }: Exchange): void {
  const [pathInfo = '', query = ''] = url.split('?');
  const child = spawn('git', ['http-backend'], {
    env: {
      NODE_ENV: 'test',
      PATH: '/usr/local/bin:/usr/bin:/bin',
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      PATH_INFO: pathInfo,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => undefined);
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.once('close', () => {
    const whole = Buffer.concat(chunks);
    const end = whole.indexOf('\r\n\r\n');
    const headers = whole.subarray(0, end).toString('latin1').split('\r\n');
    let status = 200;
    for (const header of headers) {
      const [name = '', value = ''] = header.split(/: (.*)/s);
      if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.writeHead(status).end(whole.subarray(end + 4));
  });
}
