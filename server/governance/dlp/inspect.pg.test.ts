import { eq } from 'drizzle-orm';
import { afterAll, describe, expect, test } from 'vitest';
import { db, schema, setDatabaseUrl } from '../../../db/client.ts';
import { testDatabase } from '../../../db/testing.ts';
import { newPerson, newTeam } from '../../auth/testing.ts';
import { newId } from '../../platform/ids.ts';
import { closeNotifications } from '../../platform/notifications.ts';
import { notify } from '../../platform/notify.ts';
import { newProvider } from '../testing.ts';
import { inspectTexts, type InspectedText } from './inspect.ts';
import { forgetKnownSecrets } from './known-secrets.ts';
import { sealRule } from './rules.ts';
import { forgetScope, scopeOf } from './scope.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);
afterAll(closeNotifications);

const ana = await newPerson('ana');
const teamId = await newTeam('Alpha', [[ana, 'admin']]);
const otherTeam = await newTeam('Beta', [[ana, 'admin']]);
const caller = { teamId, person: { id: ana.personId, name: 'ana', email: 'ana@example.com' } };

const letters = (length: number) => 'q7Zt2Lw9XkB4nR8vC3mJ6hY1sD5fG0pKeTaUiOb'.repeat(9).slice(0, length);
const token = `ghp_${letters(36)}`;

const masked = (detector: string) => ({ class: 'secret', detector, count: 1, action: 'mask' });

type Sent = InspectedText & { sent: string };

function place(text: string, of: Partial<InspectedText> = {}): Sent {
  const one: Sent = { role: 'user', isJson: false, ...of, text, sent: text, replace: (now) => void (one.sent = now) };
  return one;
}

async function send(texts: readonly Sent[], actions = new Map<string, 'mask' | 'allow' | 'warn'>(), by = caller) {
  const inspection = await inspectTexts(by, texts);
  return { ...(await inspection.mask(actions)), classes: inspection.classes };
}

const rowsOf = (scopeId: string) =>
  db().select().from(schema.maskedValue).where(eq(schema.maskedValue.scopeId, scopeId));

test('[DL8][DL11] what was masked is a sealed row before the request leaves, and the same in another process', async () => {
  const first = place(`use ${token} here`);
  const { found, classes } = await send([first]);
  expect(classes).toEqual(['secret']);
  expect(found).toEqual([{ ...masked('github-token'), places: [{ role: 'user', text: 0, start: 4 }] }]);
  expect(first.sent).toMatch(/^use ghp_masked\w{30} here$/);
  const [row] = await rowsOf(ana.personId);
  expect(row).toMatchObject({ teamId, class: 'secret', detector: 'github-token', personId: ana.personId });
  expect(JSON.stringify(row)).not.toContain(token);
  forgetScope(scopeOf(caller));
  const later = place(`use ${token} here`);
  const { filter } = await send([later]);
  expect(later.sent).toBe(first.sent);
  const said = { channel: 'a', role: 'assistant', isJson: false, text: later.sent };
  expect(filter.push(said) + filter.end('a')).toBe(`use ${token} here`);
});

test('[DL8] a value that is told in one text is masked in all of them, and later wherever it stands', async () => {
  const told = [place('it is hunter22, they say'), place('password = "hunter22"')];
  await send(told);
  expect(told.map(({ sent }) => sent).join()).not.toContain('hunter22');
  const later = place('{"say": "hunter22"}', { isJson: true, role: 'tool_arguments' });
  const { found } = await send([later]);
  expect(later.sent).toMatch(/^\{"say": "masked\w{10}"\}$/);
  expect(found).toEqual([{ ...masked('password'), places: [{ role: 'tool_arguments', text: 0, start: 9 }] }]);
});

test('[DL8] teams and sessions have masks of their own', async () => {
  const [mine, theirs] = [place(token), place(token)];
  await send([mine]);
  await send([theirs], new Map(), { ...caller, teamId: otherTeam });
  expect(theirs.sent).not.toBe(mine.sent);
  const { filter } = await send([place('hello')], new Map(), { ...caller, teamId: otherTeam });
  const said = { channel: 'a', role: 'assistant', isJson: false, text: mine.sent };
  expect(filter.push(said) + filter.end('a')).toBe(mine.sent);
});

test('[DL12] what is allowed or only told of leaves as it is; a class without a word is masked', async () => {
  const text = place(`write to bo.berg@corp-mail.de with ${token}`);
  const { found } = await send([text], new Map([['personal', 'warn']]));
  expect(text.sent).toMatch(/^write to bo\.berg@corp-mail\.de with ghp_masked/);
  expect(found).toContainEqual(
    expect.objectContaining({ class: 'personal', detector: 'email', count: 1, action: 'warn' }),
  );
  const again = place(`write to bo.berg@corp-mail.de with ${token}`);
  await send([again]);
  expect(again.sent).toMatch(/^write to masked\w{10}@masked\.example with ghp_masked/);
});

test('[DL10] what a model thought goes back to its provider unit for unit', async () => {
  const { filter } = await send([place('hello')]);
  const thought = `maybe password = "correct-horse-9" or so`;
  const think = (text: string) => filter.push({ channel: 't', role: 'thinking', isJson: false, text });
  expect(think(thought.slice(0, 20)) + think(thought.slice(20)) + filter.end('t')).toBe(thought);
  const back = place(thought, { role: 'thinking' });
  const made = place(`${thought}.`, { role: 'thinking' });
  await send([back, made]);
  expect(back.sent).toBe(thought);
  expect(made.sent).not.toContain('correct-horse-9');
});

describe('[DL10] where values come back', () => {
  test.each([
    ['Write', token],
    ['Bash', undefined],
    ['WebFetch', undefined],
    ['mcp__mail__send', undefined],
  ])('%s', async (toolName, value) => {
    const text = place(token);
    const { filter } = await send([text]);
    const piece = { channel: 'a', role: 'tool_arguments', isJson: true, toolName, text: text.sent };
    expect(filter.push(piece) + filter.end('a')).toBe(value ?? text.sent);
  });
});

describe('what admins add', () => {
  async function addRule(kind: 'words' | 'pattern' | 'paths' | 'tools', lines: string[], name = `the ${kind}`) {
    await db()
      .insert(schema.dlpRule)
      .values({
        id: newId('dlp'),
        teamId,
        kind,
        name,
        class: 'customers',
        bodySealed: sealRule(lines),
        createdBy: ana.personId,
      });
    await notify(db(), 'dlp_rules', teamId);
  }

  async function untilFound(text: () => Promise<string>, wanted: RegExp): Promise<void> {
    await expect.poll(text, { timeout: 20_000 }).toMatch(wanted);
  }

  const sent = async (text: string) => {
    const one = place(text);
    await send([one]);
    return one.sent;
  };

  test('[DL13] words and patterns are found, whatever their case, whole words alone', async () => {
    await addRule('words', ['Project Bluebird']);
    await untilFound(() => sent('about PROJECT bluebird today'), /^about masked\w{10} today$/);
    expect(await sent('project bluebirds')).toBe('project bluebirds');
    await addRule('pattern', ['CUST-[0-9]{6}']);
    await untilFound(() => sent('see CUST-123456.'), /^see MASKED\w{10}\.$/);
    expect((await send([place('see CUST-123456.')])).found).toEqual([
      expect.objectContaining({ class: 'customers', detector: 'the pattern', count: 1, action: 'mask' }),
    ]);
  });

  test('[DL14] files with excluded paths are kept out whole', async () => {
    await addRule('paths', ['.env*', '/secrets/'], 'no keys');
    const read = async () => {
      const call = { role: 'tool_arguments', callId: 'c1', isJson: true, toolName: 'Read' };
      const texts = [
        place('{"file_path":"/work/app/.env.local"}', call),
        place('COLOUR=blue', { role: 'tool_result', callId: 'c1' }),
        place('{"command":"cat app/secrets/plan.txt | head"}', { ...call, callId: 'c2' }),
        place('to rule the world', { role: 'tool_result', callId: 'c2' }),
        place('fine', { role: 'tool_result', callId: 'c3' }),
        place('look: <file path="x/.env">\nCOLOUR=red\n</file> and so on'),
      ];
      const { found } = await send(texts);
      return { sent: texts.map((text) => text.sent), found };
    };
    await untilFound(async () => (await read()).sent[1] ?? '', /kept out by the rule "no keys"/);
    const { sent: out, found } = await read();
    expect(out.join('\n')).not.toMatch(/COLOUR|world/);
    expect(out[4]).toBe('fine');
    expect(out[5]).toMatch(
      /^look: <file path="x\/\.env">\n\[This file is kept out by the rule "no keys".*\]\n<\/file> and so on$/,
    );
    expect(found).toContainEqual({ class: 'excluded', detector: 'no keys', count: 3, action: 'block' });
  });

  test('[DL10] tools that the rules name get real values', async () => {
    await addRule('tools', ['mcp__vault__store']);
    const stored = async () => {
      const text = place(token);
      const { filter } = await send([text]);
      const piece = {
        channel: 'a',
        role: 'tool_arguments',
        isJson: true,
        toolName: 'mcp__vault__store',
        text: text.sent,
      };
      return filter.push(piece) + filter.end('a');
    };
    await untilFound(stored, new RegExp(token));
  });
});

test('[DL15] secrets of the installation are known by heart', async () => {
  const key = 'Plain old words, no 2 alike';
  await newProvider({ baseUrl: 'http://127.0.0.1:9', key });
  forgetKnownSecrets();
  const text = place(`so: ${key}`);
  const { found } = await send([text]);
  expect(text.sent).not.toContain(key);
  expect(found).toEqual([expect.objectContaining(masked('known-secret'))]);
  const basic = Buffer.from(`user:${key}`).toString('base64');
  const packed = place(`it prints ${basic}`);
  await send([packed]);
  expect(packed.sent).not.toContain(basic.slice(8, -4));
});

describe('[DL21] an answer', () => {
  const { length } = token;

  test('tells of a secret that the model wrote itself, wherever the stream is cut', async () => {
    const { filter: none } = await send([place('hello')]);
    expect(none.found()).toEqual([]);
    for (let cut = 1; cut < length; cut++) {
      const { filter } = await send([place('hello')], new Map(), { ...caller, teamId: otherTeam });
      const piece = { channel: 'a', role: 'assistant', isJson: false };
      const said = filter.push({ ...piece, text: `so: ${token.slice(0, cut)}` });
      const rest = filter.push({ ...piece, text: `${token.slice(cut)}.` }) + filter.end('a');
      expect(said + rest).toBe(`so: ${token}.`);
      expect(filter.found()).toEqual([
        {
          class: 'secret',
          detector: 'github-token',
          count: 1,
          action: 'warn',
          inAnswer: true,
          places: [{ role: 'assistant', text: 0, start: 4 }],
        },
      ]);
    }
  });

  test('that breaks off is looked at as far as it came, and one that is very long in parts', async () => {
    const { filter } = await send([place('hello')]);
    const line = 'nothing to see in here\n';
    const long = line.repeat(12_000);
    for (const text of [long, token.slice(0, 9), `${token.slice(9)}\n`, long])
      filter.push({ channel: 'b', role: 'assistant', isJson: false, text });
    expect(filter.found()).toMatchObject([{ count: 1, places: [{ start: long.length }] }]);
  });

  test('has no finding where it says a placeholder', async () => {
    const told = place(token);
    const { filter } = await send([told]);
    filter.push({ channel: 'a', role: 'assistant', isJson: false, text: told.sent });
    expect(filter.found()).toEqual([]);
  });
});
