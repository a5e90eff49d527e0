import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { setSecurityHeaders } from './security-headers.ts';

function headersOf(url: string): Record<string, unknown> {
  const req = new IncomingMessage(new Socket());
  req.url = url;
  const res = new ServerResponse(req);
  setSecurityHeaders(req, res, { dev: false, https: true });
  return res.getHeaders();
}

test('[AC34] the page of a link into a session tells nobody its address', () => {
  expect(headersOf('/join/a-secret')).toMatchObject({
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
  });
  expect(headersOf('/team/sessions/ses_1')).toMatchObject({ 'referrer-policy': 'same-origin' });
});
