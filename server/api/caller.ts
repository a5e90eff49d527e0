import { dehydrate, QueryClient } from '@tanstack/react-query';
import { TRPCError } from '@trpc/server';
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import { cookies, headers } from 'next/headers';
import { notFound, redirect } from 'next/navigation';
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

/** The signed-in person and their place in a team; sends others to the sign-in page, or says that nothing is here. */
export const memberOf = cache(async (slug: string) => {
  const me = await (await api()).identity.me();
  if (!me) redirect(`/sign-in?callbackUrl=${encodeURIComponent((await headers()).get('x-page') ?? `/${slug}`)}`);
  const team = me.teams.find((each) => each.slug === slug);
  if (!team) notFound();
  return { me, team, role: team.role };
});

/** What a page shows, or the not-found page for what is absent or not visible to this person. */
export async function visibleOrNotFound<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof TRPCError && error.code === 'NOT_FOUND') notFound();
    throw error;
  }
}
