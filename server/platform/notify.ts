import { sql } from 'drizzle-orm';
import pg from 'pg';
import type { DatabaseOrTransaction } from '../../db/client.ts';
import { log } from './log.ts';

/** Process-to-process talk over LISTEN/NOTIFY (ARCHITECTURE, decision 12): ids only, never content. */
export type Channel =
  | 'session_event' // <sessionId>:<seq>
  | 'room_command' // <sessionId>:<commandId>
  | 'room_command_done' // <commandId>
  | 'run_queued' // <runId>
  | 'run_cancel' // <runId>
  | 'run_steer' // <runId>: something was said into its turn
  | 'run_put_back' // <runId>: somebody wants its files from before an action
  | 'run_permission' // <permissionId>
  | 'access_changed' // person:<id>, auth_session:<id>, token:<id>, run:<id>, session:<id>, project:<id>, team:<id>
  | 'models_changed' // <providerId> or <modelId>
  | 'masked_values' // <process>:<teamId>:<sessionId or personId>
  | 'dlp_rules' // <teamId>, or nothing for the installation's
  | 'agent_install' // <agent>
  | 'task' // <taskId>
  | 'project' // <projectId>
  | 'policy'; // <teamId> or 'installation': other policies are in force

/** Sends when the surrounding transaction commits. Payloads are ids; at most 7,999 bytes. */
export async function notify(db: DatabaseOrTransaction, channel: Channel, payload: string): Promise<void> {
  await db.execute(sql`select pg_notify(${channel}, ${payload})`);
}

type Listener = (payload: string) => void;

export type Notifications = {
  /** Calls `listener` for each notification until the returned function is called. */
  on(channel: Channel, listener: Listener): () => void;
  /** Called after a lost connection came back: notifications may have been missed, so look at the rows. */
  onReconnect(listener: () => void): () => void;
  close(): Promise<void>;
};

/**
 * One connection a process that listens to every channel and reconnects with backoff. Polling stays the safety net
 * of every user: a notification is a hint, never the record.
 */
export async function openNotifications(url: string): Promise<Notifications> {
  const listeners = new Map<string, Set<Listener>>();
  const reconnected = new Set<() => void>();
  const listened = new Set<string>();
  let client: pg.Client | undefined;
  let closed = false;
  let asking: Promise<unknown> = Promise.resolve();

  async function connect(): Promise<void> {
    const next = newClient(url);
    next.on('notification', (message) => {
      for (const listener of listeners.get(message.channel) ?? []) listener(message.payload ?? '');
    });
    next.on('error', (error) => {
      if (client === next) retry(error);
    });
    await next.connect();
    for (const channel of listened) await next.query(`listen "${channel}"`);
    client = next;
  }

  function retry(cause: unknown, waitMs = 100): void {
    client = undefined;
    if (closed) return;
    log().warn({ err: cause }, 'lost the notification connection, reconnecting');
    setTimeout(() => {
      if (closed) return;
      connect().then(
        () => {
          for (const listener of reconnected) listener();
        },
        (error: unknown) => retry(error, Math.min(waitMs * 2, 5_000)),
      );
    }, waitMs).unref();
  }

  await connect();
  return {
    on(channel, listener) {
      const set = listeners.get(channel) ?? new Set();
      listeners.set(channel, set.add(listener));
      if (!listened.has(channel)) {
        listened.add(channel);
        // One after the other: the connection takes one statement at a time.
        asking = asking.then(() => client?.query(`listen "${channel}"`)).catch((error: unknown) => retry(error));
      }
      return () => void set.delete(listener);
    },
    onReconnect(listener) {
      reconnected.add(listener);
      return () => void reconnected.delete(listener);
    },
    async close() {
      closed = true;
      await client?.end();
    },
  };
}

function newClient(url: string): pg.Client {
  return new pg.Client({
    connectionString: url,
    options: '-c role=ensemble_app',
    application_name: 'ensemble notify',
    keepAlive: true,
  });
}
