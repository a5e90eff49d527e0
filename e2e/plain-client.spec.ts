import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import type { WebsocketProvider } from 'y-websocket';
import type * as Yjs from 'yjs';
import { expect, test } from './fixtures/people.ts';
import { joinRoom } from './fixtures/room-client.ts';

/** A page that is not ours: the provider of y-websocket as npm has it, in a browser, with nothing but a ticket. */

const packages = path.resolve(import.meta.dirname, '../node_modules');
const imports = {
  yjs: '/plain/yjs/dist/yjs.mjs',
  'y-websocket': '/plain/y-websocket/src/y-websocket.js',
  'y-protocols/': '/plain/y-protocols/',
  'lib0/': '/plain/lib0/',
};
const html = `<!doctype html><title>plain</title><script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module">
  import * as Y from 'yjs';
  import { WebsocketProvider } from 'y-websocket';
  globalThis.plain = { Y, WebsocketProvider };
</script>`;

declare global {
  var plain: { Y: typeof Yjs; WebsocketProvider: typeof WebsocketProvider } | undefined;
  var shown: { doc: Yjs.Doc; text: () => Yjs.Text | undefined } | undefined;
}

/** Files of packages as they lie there; `lib0/encoding` is the file of that name. */
async function servePackages(page: Page): Promise<void> {
  await page.route('**/plain/**', async (route) => {
    const asked = new URL(route.request().url()).pathname.slice('/plain/'.length);
    const file = path.join(packages, /\.m?js$/.test(asked) ? asked : `${asked}.js`);
    return route.fulfill({ contentType: 'text/javascript', body: await readFile(file, 'utf8') });
  });
}

test('a standard y-websocket client in a page of its own writes and reads with a ticket', async ({
  app,
  browser,
  rest,
  session,
}) => {
  await rest.post(`/sessions/${session.id}/files`, { path: 'plain.txt', text: 'first\n' });
  const ticket = await rest.post<{ room: string; ticket: string }>(`/sessions/${session.id}/tickets`, {});
  const page = await browser.newPage({ bypassCSP: true });
  await servePackages(page);
  // The document has to come over the network: from one made up here the browser opens no socket to this machine.
  await page.goto(`${app.url}/healthz`);
  await page.setContent(html);
  await page.waitForFunction(() => globalThis.plain !== undefined);
  await page.evaluate(
    ({ room, ticket: secret }) => {
      if (!globalThis.plain) throw new Error('the modules are not there');
      const { Y, WebsocketProvider: Provider } = globalThis.plain;
      const doc = new Y.Doc();
      const text = () => {
        const [entry] = doc.getMap<Yjs.Map<Yjs.Text>>('files').values();
        return entry?.get('text');
      };
      globalThis.shown = { doc, text };
      const server = `${location.origin.replace(/^http/, 'ws')}/collab`;
      return new Promise<void>((resolve, reject) => {
        const provider = new Provider(server, room, doc, { params: { ticket: secret } });
        provider.on('sync', (isSynced) => isSynced && resolve());
        provider.on('closed', ({ code, reason }) => reject(new Error(`closed: ${code} ${reason}`)));
      });
    },
    { room: ticket.room, ticket: ticket.ticket },
  );
  const shownText = () => page.evaluate(() => globalThis.shown?.text()?.toJSON());
  await expect.poll(shownText).toBe('first\n');

  const program = await joinRoom(rest, app.url, session.id);
  await page.evaluate(() => globalThis.shown?.text()?.insert(0, 'from a page 😀\n'));
  await expect.poll(() => program.text('plain.txt')?.toJSON()).toBe('from a page 😀\nfirst\n');
  program.text('plain.txt')?.insert(0, 'from a program\n');
  await expect.poll(shownText).toBe('from a program\nfrom a page 😀\nfirst\n');
  program.end();
  await page.close();
});
