import { gatewayAccessInput, getGatewayAccess } from '../../governance/gateway-access.ts';
import { procedure, router } from '../trpc.ts';

/** What people need to call models with tools of their own. */
export const gatewayRouter = router({
  access: procedure.input(gatewayAccessInput).query(({ ctx, input }) => getGatewayAccess(ctx, input)),
});
