'use client';

import { QueryClient, QueryClientProvider, defaultShouldDehydrateQuery } from '@tanstack/react-query';
import { createTRPCClient, httpBatchLink, httpLink, httpSubscriptionLink, splitLink } from '@trpc/client';
import { createTRPCContext } from '@trpc/tanstack-react-query';
import { useState, type ReactNode } from 'react';
import superjson from 'superjson';
import type { AppRouter } from '@/server/api/root.ts';

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 10_000, retry: (count, error) => count < 2 && !isRefusal(error) },
      // What cannot be sent is refused at once: nothing is done later, when nobody looks.
      mutations: { networkMode: 'always' },
      dehydrate: { serializeData: superjson.serialize, shouldDehydrateQuery: defaultShouldDehydrateQuery },
      hydrate: { deserializeData: superjson.deserialize },
    },
  });
}

/** A refusal stays one when asked again; only faults and lost connections are worth another try. */
function isRefusal(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('data' in error)) return false;
  const data = error.data as { httpStatus?: number } | undefined;
  return data?.httpStatus !== undefined && data.httpStatus < 500;
}

/** Too long for an address, as a whole text is. */
function isLong(input: unknown): boolean {
  return (JSON.stringify(input)?.length ?? 0) > 1_000;
}

function newClient() {
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (op) => op.type === 'subscription',
        true: httpSubscriptionLink({ url: '/api/trpc', transformer: superjson }),
        false: splitLink({
          condition: (op) => op.type === 'query' && isLong(op.input),
          true: httpLink({ url: '/api/trpc', transformer: superjson, methodOverride: 'POST' }),
          false: httpBatchLink({ url: '/api/trpc', transformer: superjson, maxURLLength: 4_000 }),
        }),
      }),
    ],
  });
}

export function ApiProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(newQueryClient);
  const [client] = useState(newClient);
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={client} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  );
}
