import type { Metadata } from 'next';
import { JoinSession } from '@/components/guest/join-session.tsx';
import { api } from '@/server/api/caller.ts';

export const metadata: Metadata = { title: 'Join a session' };

/** Where a link into a session leads: a name, a knock, a wait with words, and in. */
export default async function JoinPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const secret = token.slice(0, 200);
  const { sharing } = await api();
  return <JoinSession token={secret} initial={await sharing.link({ token: secret })} />;
}
