import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, expect, test, vi } from 'vitest';
import { passOn, readPassage, type Attempt } from './pass-through.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listening(onUpgrade: (req: IncomingMessage, socket: Duplex, head: Buffer) => void): Promise<number> {
  const server = createServer();
  servers.push(server);
  server.on('upgrade', onUpgrade);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has an address with a port.
  return (server.address() as AddressInfo).port;
}

type Chain = { client: Socket; attempt: Promise<Attempt> };

/** A client, a node that passes it on, and an owner at `port`. */
async function chainTo(port: number, signal = new AbortController().signal): Promise<Chain> {
  const owner = { nodeId: 'node_owner', address: `http://127.0.0.1:${port}` };
  const passed = Promise.withResolvers<Attempt>();
  const first = await listening((req, socket, head) => {
    socket.on('error', () => socket.destroy());
    const passage = { from: 'node_first', room: 'ses_1', address: '10.0.0.9' };
    passOn({ req, socket, head }, { owner, passage, signal }).then(passed.resolve, passed.reject);
  });
  const client = connect(first, '127.0.0.1');
  client.on('error', () => client.destroy());
  const handshake = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: key\r\nSec-WebSocket-Version: 13';
  client.write(`GET /collab/ses_1?ticket=t HTTP/1.1\r\nHost: first\r\nCookie: secret\r\n${handshake}\r\n\r\nearly`);
  return { client, attempt: passed.promise };
}

const switching =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Owner: yes\r\n\r\n';

async function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(socket, 'close');
  return text;
}

test('[CB70] the owner gets the handshake with a passage and what came with it; its answer, bytes and end come back', async () => {
  const seen = Promise.withResolvers<IncomingMessage>();
  let received = '';
  const port = await listening((req, socket) => {
    seen.resolve(req);
    socket.write(switching);
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString();
      if (received === 'early') socket.end('farewell');
    });
  });
  const { client } = await chainTo(port);
  expect(await readAll(client)).toBe(`${switching}farewell`);
  const { headers, url } = await seen.promise;
  expect(url).toBe('/collab/ses_1?ticket=t');
  expect(headers).toMatchObject({ 'sec-websocket-key': 'key', 'sec-websocket-version': '13' });
  expect(headers.cookie).toBeUndefined();
  const passage = { from: 'node_first', to: 'node_owner', room: 'ses_1', address: '10.0.0.9' };
  expect(readPassage(headers, { nodeId: 'node_owner', room: 'ses_1' })).toMatchObject(passage);
  expect(readPassage(headers, { nodeId: 'node_third', room: 'ses_1' })).toBe('astray');
  expect(readPassage(headers, { nodeId: 'node_owner', room: 'ses_2' })).toBe('forged');
  expect(readPassage({}, { nodeId: 'node_owner', room: 'ses_1' })).toBe('none');
});

test('[CB70] a reader that does not read holds back the owner, and gets everything when it reads', async () => {
  const chunk = Buffer.alloc(256 * 1024, 'x');
  const total = 256;
  let sent = 0;
  let isHeldBack = false;
  const port = await listening((_req, socket) => {
    const pump = () => {
      isHeldBack = false;
      while (sent < total) {
        sent++;
        if (!socket.write(chunk)) {
          isHeldBack = true;
          return void socket.once('drain', pump);
        }
      }
      socket.end();
    };
    socket.write(switching);
    pump();
  });
  const { client, attempt } = await chainTo(port);
  client.pause();
  await attempt;
  let before = -1;
  await vi.waitFor(
    () => {
      const now = sent;
      const isStill = isHeldBack && now === before;
      before = now;
      expect(isStill).toBe(true);
    },
    { timeout: 20_000, interval: 200 },
  );
  // What the system's own buffers hold on two ways, and not the 64 MiB.
  expect(sent * chunk.byteLength).toBeLessThan(40 * 1024 * 1024);
  let bytes = 0;
  client.on('data', (data: Buffer) => (bytes += data.byteLength));
  client.resume();
  await once(client, 'close');
  expect(bytes).toBe(switching.length + total * chunk.byteLength);
});

test.each(['owner', 'client'] as const)('[CB70] when the %s is gone, the other side is told', async (which) => {
  const opened = Promise.withResolvers<Duplex>();
  const port = await listening((_req, socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.end());
    socket.resume();
    socket.write(switching);
    opened.resolve(socket);
  });
  const { client, attempt } = await chainTo(port);
  client.resume();
  await attempt;
  const owner = await opened.promise;
  const [gone, left] = which === 'owner' ? [owner, client] : [client, owner];
  const told = once(left, 'close');
  gone.destroy();
  await told;
});

test('[CB71] nothing that listens, no answer, and another answer than a room’s are told apart from an owner', async () => {
  const port = await listening((_req, socket) => void socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n'));
  expect(await (await chainTo(port)).attempt).toBe('unanswered');
  const hanging = new AbortController();
  const silent = await listening(() => hanging.abort());
  expect(await (await chainTo(silent, hanging.signal)).attempt).toBe('unanswered');
  for (const server of servers.filter((one) => (one.address() as AddressInfo).port === port)) {
    await new Promise((resolve) => server.close(resolve));
  }
  expect(await (await chainTo(port)).attempt).toBe('refused');
});
