import { z } from 'zod';
import { actionRuleSchema, agentActionSchema } from '../core/agent-action.ts';
import { deniers } from '../core/session-event.ts';

/** What was asked or denied, as its row keeps it; rows of earlier versions say less. */
const permissionRequest = z.object({
  title: z.string().catch(''),
  action: agentActionSchema.optional().catch(undefined),
  /** A digest of the action. */
  subject: z.string().optional().catch(undefined),
  rules: z.array(actionRuleSchema).catch([]),
  /** What denied it without a question. */
  by: z.enum(deniers).optional().catch(undefined),
});

export function readPermissionRequest(kept: Record<string, unknown>): z.infer<typeof permissionRequest> {
  return permissionRequest.parse(kept);
}
