import { z } from 'zod';
import { storeUpload } from '../../workspace/store-upload.ts';
import { withUploadBody } from '../upload-body.ts';
import { reply, restRoute, type RestRoute } from './route.ts';

export const uploadRoutes: RestRoute[] = [
  restRoute({
    method: 'POST',
    path: '/uploads',
    operationId: 'storeUpload',
    summary: 'Send an archive (.zip or .tar.gz, up to 500 MB) to make a project of',
    tag: 'Projects',
    rawBody: 'application/octet-stream',
    answers: {
      201: {
        description: 'The archive is kept for a day',
        schema: z.object({
          uploadId: z.string().describe('Names the archive in `source` of a new project'),
          sizeBytes: z.number().int(),
        }),
      },
    },
    async handle({ ctx, req }) {
      return reply(201, await withUploadBody(req, (body) => storeUpload(ctx, body)));
    },
  }),
];
