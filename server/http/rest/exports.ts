import { z } from 'zod';
import { exportSession } from '../../sessions/export-session.ts';
import { sendExport } from '../session-export.ts';
import { event } from './event-stream.ts';
import { answered, param, restRoute, type RestRoute } from './route.ts';

const file = z.object({
  format: z.literal('ensemble.session').describe('What the file is'),
  version: z.literal(1).describe('Of this form'),
  session: z.object({ id: z.string(), title: z.string(), branch: z.string(), projectId: z.string() }),
  events: z.array(event.omit({ type: true })),
});

export const exportRoutes: RestRoute[] = [
  restRoute({
    method: 'GET',
    path: '/sessions/{sessionId}/export',
    operationId: 'exportSession',
    summary: 'A session’s whole log as a file: Markdown to read, JSON with every entry and every long text',
    tag: 'Sessions',
    query: z.object({
      format: z.enum(['markdown', 'json']).default('markdown').describe('How it is written'),
      values: z
        .enum(['0', '1'])
        .default('0')
        .describe('`1`: with the values that stand behind masks; needs the right to edit, and is audited'),
    }),
    answers: {
      200: { description: 'The file, written while it is read: this, or the same as Markdown', schema: file },
    },
    async handle(call) {
      const { format, values } = call.query;
      const asked = { sessionId: param(call, 'sessionId'), format, withValues: values === '1' };
      await sendExport(call.res, await exportSession(call.ctx, asked));
      return answered;
    },
  }),
];
