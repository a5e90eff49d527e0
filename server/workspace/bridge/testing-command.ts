import { eq } from 'drizzle-orm';
import type * as Y from 'yjs';
import { db, schema } from '../../../db/client.ts';
import { eventually, type Client, type RoomFixture } from '../../../db/testing-room.ts';
import type { Context } from '../../context.ts';
import { openFile } from '../../sessions/open-file.ts';
import { runTask } from '../run-task.ts';
import { startTask } from '../start-task.ts';
import { getTaskOutput } from '../task-queries.ts';

/** A command that runs in a session, as tests see it. */
export type RunningCommand = {
  taskId: string;
  output(): Promise<string>;
  /** Until it has printed this. */
  printed(text: string): Promise<void>;
  /** Its row, once it has ended. */
  ended(): Promise<typeof schema.task.$inferSelect>;
};

export async function runCommand(
  ctx: Context,
  given: { sessionId: string; command: string; signal?: AbortSignal },
): Promise<RunningCommand> {
  const { sessionId, command } = given;
  const { taskId } = await startTask(ctx, { sessionId, name: 'custom', command });
  const running = runTask({ taskId }, given.signal ?? new AbortController().signal);
  const output = async () => (await getTaskOutput(ctx, { taskId })).text;
  return {
    taskId,
    output,
    printed: (text) =>
      eventually(async () => {
        if (!(await output()).includes(text)) throw new Error(`not printed yet: ${text}`);
      }, 20_000),
    async ended() {
      await running;
      const [row] = await db().select().from(schema.task).where(eq(schema.task.id, taskId));
      if (!row) throw new Error(`no task ${taskId}`);
      return row;
    },
  };
}

/** A session with these files, all of them open, and a client of its person that is in step. */
export async function openSession(room: RoomFixture, files: Record<string, string>, open = Object.keys(files)) {
  const sessionId = await room.session(files);
  const ada = await room.person('developer', 'Ada');
  const client = await room.enter(ada, sessionId);
  const ids = new Map<string, string>();
  for (const path of open) ids.set(path, (await openFile(ada, { sessionId, path })).fileId);
  await eventually(() => {
    if (client.doc.getMap('files').size !== open.length) throw new Error('not open yet');
  });
  return { sessionId, ada, client, id: (path: string) => ids.get(path) ?? '' };
}

export function entryOf(client: Client, fileId: string): Y.Map<unknown> {
  const entry = client.doc.getMap<Y.Map<unknown>>('files').get(fileId);
  if (!entry) throw new Error(`no file ${fileId}`);
  return entry;
}

/** The layout of the document is the server's: each file has a text. */
export const textOf = (client: Client, fileId: string) => entryOf(client, fileId).get('text') as Y.Text;
