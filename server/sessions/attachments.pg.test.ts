import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { db, schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import type { PromptAttachment } from '../core/attachment.ts';
import { newModel, newProvider } from '../governance/testing.ts';
import { closeQueue } from '../jobs/queue.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { logOf, newTestRun, newTestSession, newTestWorker, testAgent, type TestSession } from '../runs/testing.ts';
import { addImage, getImage } from './add-image.ts';
import { previewPrompt } from './preview-prompt.ts';
import { sendPrompt } from './send-prompt.ts';
import { newGuest } from './testing-guests.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);

const png = Buffer.from('89504e470d0a1a0a00', 'hex').toString('base64');
let session: TestSession;

beforeAll(async () => {
  const seeing = { ...testAgent, name: 'seeing', needsModel: true, images: true };
  await newTestWorker([testAgent, seeing, { ...testAgent, name: 'blind', title: 'Blind', needsModel: true }]);
});
beforeEach(async () => {
  session = await newTestSession();
});
afterAll(async () => {
  await closeQueue();
  await closeNotifications();
});

const send = (attachments: PromptAttachment[], agent = 'seeing') =>
  sendPrompt(session.developer.ctx, { sessionId: session.sessionId, text: 'Look', agent, attachments });
const image = async () => {
  const { imageId } = await addImage(session.developer.ctx, { sessionId: session.sessionId, content: png });
  return { kind: 'image', imageId, name: 'screen.png' } as const;
};
const range = { kind: 'range', path: 'src/a.ts', startLine: 2, endLine: 3, text: 'secret of two lines' } as const;

test('[CV30] the log names what goes with a prompt, without its content', async () => {
  const runId = await newTestRun(session);
  await send([range, await image(), { kind: 'run', runId, title: 'rename a to b' }]);
  const prompt = (await logOf(session.sessionId)).findLast(({ type }) => type === 'prompt');
  expect(prompt?.['attachments']).toMatchObject([
    { kind: 'range', label: 'src/a.ts:2-3', path: 'src/a.ts', line: 2 },
    { kind: 'image', label: 'screen.png' },
    { kind: 'run', label: 'rename a to b', id: runId },
  ]);
  expect(JSON.stringify(prompt)).not.toContain('secret');
});

test('[CV30] what is of another session, leads outside, or is for no program, is refused and nothing is stored', async () => {
  const own = await image();
  const elsewhere = await newTestSession();
  const prompt = { sessionId: elsewhere.sessionId, text: 'Look', agent: 'seeing', attachments: [own] };
  await expect(sendPrompt(elsewhere.developer.ctx, prompt)).rejects.toMatchObject({ code: 'not_found' });
  await expect(send([{ kind: 'file', path: '../etc/passwd' }])).rejects.toMatchObject({ code: 'invalid' });
  await expect(send([{ kind: 'file', path: 'a.ts' }], 'refactor')).rejects.toMatchObject({ code: 'unsupported' });
  await expect(send(Array.from({ length: 21 }, () => range))).rejects.toThrow(/at most 20/);
  expect((await logOf(session.sessionId)).filter(({ type }) => type === 'prompt')).toEqual([]);
});

test('[CV32] an image is one by its bytes, has a bound, and is the session’s alone', async () => {
  const { sessionId, developer, viewer, stranger } = session;
  const add = (bytes: Buffer) => addImage(developer.ctx, { sessionId, content: bytes.toString('base64') });
  await expect(add(Buffer.from('<svg onload="x"/>'))).rejects.toMatchObject({ code: 'unsupported' });
  const large = Buffer.alloc(4 * 1024 * 1024 + 1);
  large.write('GIF89a');
  await expect(add(large)).rejects.toMatchObject({ code: 'too_large' });
  await expect(addImage(viewer.ctx, { sessionId, content: png })).rejects.toMatchObject({ code: 'forbidden' });
  const { imageId } = await image();
  expect(await getImage(viewer.ctx, { imageId })).toEqual({ mimeType: 'image/png', content: png });
  const gus = await newGuest(developer.ctx, { sessionId, level: 'view' });
  expect(await getImage(gus.ctx, { imageId })).toMatchObject({ content: png });
  await expect(getImage(stranger.ctx, { imageId })).rejects.toMatchObject({ code: 'not_found' });
});

test('[CV32] an agent that takes no images is not sent a prompt with one', async () => {
  await expect(send([await image()], 'blind')).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining('Blind takes no images'),
  });
});

const ask = (text: string, agent = 'seeing') =>
  previewPrompt(session.developer.ctx, { sessionId: session.sessionId, text, agent });

test('[CV33] a preview says the route, what is masked and a cost, and stores nothing', async () => {
  expect(await ask('Look', 'refactor')).toMatchObject({ models: [], route: undefined });
  const providerId = await newProvider({ baseUrl: 'https://models.example/v1', name: 'Somewhere' });
  await newModel('coder', [{ providerId, upstreamModel: 'coder-1', priceInput: 3_000_000, priceOutput: 15_000_000 }]);
  const key = `ghp_${'a1B2c3D4e5F6g7H8i9J0'.repeat(2).slice(0, 36)}`;
  const preview = await ask(`Use ${key} to call it`);
  expect(preview.route).toMatchObject({ alias: 'coder', provider: 'Somewhere', denied: undefined });
  expect(preview.masked + preview.blocked.length).toBeGreaterThan(0);
  expect(preview.estimate).toMatchObject({ basis: 'prompt' });
  expect(await db().select().from(schema.modelCall)).toEqual([]);
  expect(await db().select().from(schema.maskedValue)).toEqual([]);
});
