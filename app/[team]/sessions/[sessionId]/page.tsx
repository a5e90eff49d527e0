import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { SessionRoom } from '@/components/session/session-room.tsx';
import { api, memberOf, visibleOrNotFound } from '@/server/api/caller.ts';

type Params = { params: Promise<{ team: string; sessionId: string }> };

export async function generateMetadata({ params }: Params): Promise<Metadata> {
  const { sessionId } = await params;
  const session = await visibleOrNotFound(async () => (await api()).sessions.get({ sessionId }));
  return { title: `${session.title} · ${session.project.name}` };
}

export default async function SessionPage({ params }: Params) {
  const { team, sessionId } = await params;
  const { me, team: current } = await memberOf(team);
  const session = await visibleOrNotFound(async () => (await api()).sessions.get({ sessionId }));
  if (session.teamId !== current.id) notFound();
  return (
    <SessionRoom
      session={{
        id: session.id,
        title: session.title,
        branch: session.branch,
        projectId: session.projectId,
        sensitivity: session.project.sensitivity,
        projectName: session.project.name,
        hasUpstream: session.project.hasUpstream,
        othersOnBranch: session.othersOnBranch,
        isArchived: session.archivedAt !== null,
        readSeq: session.readSeq,
        canArchive: session.may.archive,
        canDelete: session.may.delete,
        canShare: session.may.share,
        isGuest: false,
        teamSlug: team,
        rights: session.rights,
        role: current.role,
        me: { id: me.id, name: me.name },
      }}
    />
  );
}
