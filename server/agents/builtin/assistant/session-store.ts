import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { historyItem } from './history.ts';

const stored = z.object({
  version: z.literal(1),
  sessionId: z.string(),
  root: z.string(),
  mode: z.enum(['ask', 'plan', 'edit', 'auto']),
  model: z.string().optional(),
  effort: z.string().optional(),
  items: z.array(historyItem),
});

export type StoredSession = z.infer<typeof stored>;

/** Keeps sessions in the agent's home, which outlives the process. */
export type SessionStore = {
  save(session: StoredSession): Promise<void>;
  /** Undefined when there is none of this id, or it cannot be read. */
  load(sessionId: string): Promise<StoredSession | undefined>;
};

export function createSessionStore(home: string): SessionStore {
  const folder = path.join(home, '.ensemble-assistant');
  const fileOf = (sessionId: string) => path.join(folder, `${sessionId}.json`);
  return {
    async save(session) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const next = `${fileOf(session.sessionId)}.next`;
      // A process that ends in the middle leaves the state before.
      await writeFile(next, JSON.stringify(session), { mode: 0o600 });
      await rename(next, fileOf(session.sessionId));
    },
    async load(sessionId) {
      if (!/^[\w-]{1,100}$/.test(sessionId)) return undefined;
      const text = await readFile(fileOf(sessionId), 'utf8').catch(() => undefined);
      if (text === undefined) return undefined;
      return parse(text);
    },
  };
}

function parse(text: string): StoredSession | undefined {
  try {
    const parsed = stored.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
