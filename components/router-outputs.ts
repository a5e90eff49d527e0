import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '@/server/api/root.ts';

/** What the procedures answer, for components that hand the pieces on. */
export type RouterOutputs = inferRouterOutputs<AppRouter>;

/** What they take. */
export type RouterInputs = inferRouterInputs<AppRouter>;
