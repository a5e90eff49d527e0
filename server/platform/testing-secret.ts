import { env, type Env } from './env.ts';
import { singleton } from './singleton.ts';

type Held = { atStart: string | undefined; lookedAt: number; byId: Map<string, string> };

/** Runs `fn` as a process that was started with other secrets, or with another data folder to hold them. */
export async function withSecrets<T>(
  given: Partial<Pick<Env, 'secret' | 'previousSecrets' | 'dataDir'>>,
  fn: () => T | Promise<T>,
): Promise<T> {
  const before = { ...env() };
  const forget = () => {
    const held = singleton<Partial<Held>>('installation-secrets', () => ({}));
    Object.assign(held, { atStart: undefined, lookedAt: Number.NEGATIVE_INFINITY, byId: new Map(), now: '' });
  };
  Object.assign(env(), given);
  forget();
  try {
    return await fn();
  } finally {
    Object.assign(env(), before);
    forget();
  }
}
