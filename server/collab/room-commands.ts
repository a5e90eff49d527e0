import type { Database } from '../../db/client.ts';
import type { Rooms } from './rooms.ts';
export type CommandRunner = {
  run(sessionId: string): Promise<void>;
  runQueued(): Promise<void>;
  close(): Promise<void>;
};
export function createCommandRunner(_given: { db: Database; rooms: Rooms }): CommandRunner {
  return { run: async () => {}, runQueued: async () => {}, close: async () => {} };
}
