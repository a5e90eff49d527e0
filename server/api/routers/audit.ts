import { listAudit, listAuditInput } from '../../audit/list.ts';
import { procedure, router } from '../trpc.ts';

export const auditRouter = router({
  /** A page of the audit log, newest first; for leads and admins. */
  list: procedure.input(listAuditInput).query(({ ctx, input }) => listAudit(ctx, input)),
});
