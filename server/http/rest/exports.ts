import { z } from 'zod';
import { exportSession } from '../../sessions/export-session.ts';
import { sendExport } from '../session-export.ts';
import { answered, param, restRoute, type RestRoute } from './route.ts';

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
    answers: { 200: { description: 'The file, written while it is read', schema: z.string() } },
    async handle(call) {
      const { format, values } = call.query;
      const asked = { sessionId: param(call, 'sessionId'), format, withValues: values === '1' };
      await sendExport(call.res, await exportSession(call.ctx, asked));
      return answered;
    },
  }),
];
