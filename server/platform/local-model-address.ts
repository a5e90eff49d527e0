import path from 'node:path';
import { env } from './env.ts';
import { sign } from './secrets.ts';

/** Where the process that serves a model file listens, and what lets a caller in: every process of this machine knows both. */
export const localModelSocket = (providerId: string) =>
  path.join(env().dataDir, 'sockets', `${providerId.slice(-12)}.sock`);

export const localModelSecret = (providerId: string) => sign('local-model', providerId);
