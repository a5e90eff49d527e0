import { Center } from '@mantine/core';
import { TRPCError } from '@trpc/server';
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { cache } from 'react';
import { AuthCard } from '@/components/auth/auth-card.tsx';
import { GuestFrame } from '@/components/guest/guest-frame.tsx';
import { SessionRoom } from '@/components/session/session-room.tsx';
import { api } from '@/server/api/caller.ts';

type Params = { params: Promise<{ sessionId: string }> };
type Session = Awaited<ReturnType<Awaited<ReturnType<typeof api>>['sessions']['get']>>;

/** The session, or why this person is not in it. */
const lookIn = cache(async (sessionId: string): Promise<Session | string> => {
  try {
    return await (await api()).sessions.get({ sessionId });
  } catch (error) {
    if (!(error instanceof TRPCError)) throw error;
    if (error.code === 'UNAUTHORIZED') return 'This browser is not known here. Open the link you were sent.';
    if (error.code === 'NOT_FOUND') return error.message;
    throw error;
  }
});

export async function generateMetadata({ params }: Params): Promise<Metadata> {
  const session = await lookIn((await params).sessionId);
  return { title: typeof session === 'string' ? 'A session' : session.title, robots: { index: false, follow: false } };
}

/** A session as its guests see it: the room, and no team around it. */
export default async function GuestPage({ params }: Params) {
  const { sessionId } = await params;
  const session = await lookIn(sessionId);
  if (typeof session === 'string')
    return (
      <Center component="main" mih="100vh" p="lg">
        <AuthCard title="You are not in this session" lead={session} />
      </Center>
    );
  if (!session.isGuest) redirect(`/${session.team.slug}/sessions/${session.id}` as never);
  const me = await (await api()).sharing.standing({ sessionId });
  return (
    <GuestFrame sessionId={session.id} name={me.name} expiresAt={me.expiresAt}>
      <SessionRoom
        session={{
          id: session.id,
          title: session.title,
          branch: session.branch,
          projectId: session.projectId,
          sensitivity: session.project.sensitivity,
          projectName: session.project.name,
          hasUpstream: false,
          othersOnBranch: [],
          isArchived: session.archivedAt !== null,
          canArchive: false,
          canDelete: false,
          canShare: false,
          isGuest: true,
          teamSlug: '',
          rights: session.rights,
          me: { id: me.personId, name: me.name },
        }}
      />
    </GuestFrame>
  );
}
