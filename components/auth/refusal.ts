import type { TRPCClientErrorLike } from '@trpc/client';
import type { AppRouter } from '@/server/api/root.ts';

export type Refusal = TRPCClientErrorLike<AppRouter>;

const unreachable = 'The server did not answer. Check the connection, then try again.';

/** The words of a refusal for a person; `undefined` while there is none. */
export function refusalMessage(error: Refusal | null | undefined): string | undefined {
  if (!error) return undefined;
  // Without `data` nothing came back at all.
  if (!error.data) return unreachable;
  return firstIssue(error.message) ?? error.message;
}

/** The field of the form that the refusal is about, when it names one. */
export function refusedField(error: Refusal): string | undefined {
  const field = error.data?.details?.['field'];
  return typeof field === 'string' ? field : undefined;
}

/** Input that a form let through answers with a list of issues; the first one is enough to go on. */
function firstIssue(message: string): string | undefined {
  if (!message.startsWith('[')) return undefined;
  try {
    const [issue] = JSON.parse(message) as { message?: unknown }[];
    return typeof issue?.message === 'string' ? issue.message : undefined;
  } catch {
    return undefined;
  }
}
