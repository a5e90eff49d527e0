import { expect, test } from 'vitest';
import { z } from 'zod';
import { createCallerFactory, publicProcedure, router } from './trpc.ts';

const call = createCallerFactory(
  router({ echo: publicProcedure.input(z.object({ text: z.string() })).query(({ input }) => input.text) }),
);

test('a text that cannot be stored is refused before the use case sees it', async () => {
  const caller = call({
    actor: undefined,
    credential: { kind: 'none' },
    // Nothing here reads or writes rows.
    db: undefined as never,
    inTransaction: false,
    now: () => new Date(),
    requestId: 'req_test',
  });
  expect(await caller.echo({ text: 'whole \u{1f600}' })).toBe('whole \u{1f600}');
  for (const text of ['zero \0', 'half \ud83d'])
    await expect(caller.echo({ text })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
});
