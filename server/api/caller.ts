import { dehydrate, QueryClient } from '@tanstack/react-query';
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import { cookies } from 'next/headers';
import { cache } from 'react';
import superjson from 'superjson';
import { sessionFromCookie } from '../auth/live-session.ts';
import { createContext } from '../context.ts';
import { appRouter } from './root.ts';
import { createCallerFactory } from './trpc.ts';

/** The one door from pages to the server: the same procedures the browser calls, without the wire. */

const createCaller = createCallerFactory(appRouter);

const pageContext = cache(async () => {
  const jar = await cookies();
  const header = jar
    .getAll()
    .map(({ name, value }) => `${name}=${encodeURIComponent(value)}`)
    .join('; ');
  const session = await sessionFromCookie(header);
  return createContext(session ? { actor: session.actor, credential: session.credential } : {});
});

/** Calls a procedure from a page; one context a request. */
export const api = cache(async () => createCaller(await pageContext()));

/** For a page that prefetches what its client components will ask for; pass `dehydrated()` to a HydrationBoundary. */
export async function prefetching() {
  const queryClient = new QueryClient({ defaultOptions: { dehydrate: { serializeData: superjson.serialize } } });
  const trpc = createTRPCOptionsProxy({ ctx: await pageContext(), router: appRouter, queryClient });
  return { trpc, queryClient, dehydrated: () => dehydrate(queryClient) };
}
