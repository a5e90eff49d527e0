import { meRoutes } from './me.ts';
import type { RestRoute } from './route.ts';

/** Every call of the interface, in the order of the documentation. */
export const restRoutes: readonly RestRoute[] = [...meRoutes];
