import nextAuth from 'next-auth';
import type { NextRequest } from 'next/server';
import { authOptions } from '@/server/auth/next-auth.ts';

/** Sign-in and sign-out: the only API that Next serves. */
async function handle(request: NextRequest, context: { params: Promise<{ nextauth: string[] }> }): Promise<Response> {
  return (await nextAuth(request as never, context as never, authOptions())) as unknown as Response;
}

export { handle as GET, handle as POST };
