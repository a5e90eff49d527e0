import { whyNotAllow } from '@/server/core/guard/approval.ts';
import type { DeniedItem, PermissionItem } from '@/server/core/transcript-item.ts';
import { may, useSession } from './session-context.tsx';

/** Whether this person may allow what is asked or was denied; with why not, where they may approve in general. */
export function useMayAllow(item: PermissionItem | DeniedItem): { ok: boolean; why?: string } {
  const { session } = useSession();
  const { me, role } = session;
  if (!may(session, 'approve') || role === undefined) return { ok: false };
  if (!item.needs) return { ok: true };
  if (item.allowedBy.some(({ id }) => id === me.id))
    return { ok: false, why: 'You have allowed this. Somebody else has to allow it as well.' };
  const why = whyNotAllow(item.needs, { role, spoke: item.spoke.includes(me.id) });
  return why === undefined ? { ok: true } : { ok: false, why };
}
