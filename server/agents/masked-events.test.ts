import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { SessionEventBody } from '../core/session-event.ts';
import { withReplaced } from '../core/dlp/mask-place.ts';
import { openAfterMatches } from '../core/dlp/restore.ts';
import { createVault } from '../core/dlp/vault.ts';
import type { RecordMask } from '../governance/dlp/mask-record.ts';
import { maskedEvents } from './masked-events.ts';

const value = 'correct-horse-9';
const placeholder = 'masked22222222aa';
const vault = createVault((text) => createHash('sha512').update(text).digest());
vault.add({ placeholder, value, class: 'secret', detector: 'password' });
const masked = (text: string) => withReplaced(text, vault.knownIn(text, false), ({ value: by }) => by.placeholder);
const mask: RecordMask = {
  mask: (text) => Promise.resolve(masked(text)),
  maskPiece(text) {
    const open = openAfterMatches(text, vault.known(false));
    return Promise.resolve({ kept: masked(text.slice(0, open)), held: text.slice(open) });
  },
};

const text = (of: string, messageId = 'm1'): SessionEventBody => ({
  type: 'agent_text',
  runId: 'run_1',
  messageId,
  text: of,
});

async function logOf(bodies: readonly SessionEventBody[]): Promise<SessionEventBody[]> {
  const log: SessionEventBody[] = [];
  const events = maskedEvents(mask, (body) => Promise.resolve(void log.push(body)));
  for (const body of bodies) await events.add(body);
  await events.end();
  return log;
}

test('[DL19] a value that is cut between two entries of a message is masked, wherever it is cut', async () => {
  const whole = `it is ${value}, no correct guess`;
  for (let cut = 0; cut <= whole.length; cut++) {
    const log = await logOf([text(whole.slice(0, cut)), text(whole.slice(cut))]);
    expect(log.map((body) => ('text' in body ? body.text : '')).join('')).toBe(whole.replace(value, placeholder));
  }
});

test('[DL19] what is held of a message comes before what follows it', async () => {
  const call: SessionEventBody = {
    type: 'tool_call',
    runId: 'run_1',
    toolCallId: 't1',
    title: `write ${value}`,
    kind: 'edit',
    status: 'pending',
    paths: [],
    input: { text: `{"x": "${value}"}`, sizeBytes: 30 },
    diffs: [{ path: 'a', oldText: null, newText: value }],
  };
  const log = await logOf([text('so: corr'), call, text('ect', 'm2')]);
  expect(log).toMatchObject([
    { text: 'so: ' },
    { text: 'corr' },
    { title: `write ${placeholder}`, input: { text: `{"x": "${placeholder}"}` }, diffs: [{ newText: placeholder }] },
    { text: 'ect' },
  ]);
});
