'use client';

import { createContext, useContext, useSyncExternalStore } from 'react';
import type { OpenModels } from '@/components/editor/open-models.ts';
import type { RoomConnection } from '@/components/editor/room-connection.ts';
import type { SessionFeed } from './session-feed.ts';
import type { EditorOpen, Workbench, WorkbenchState } from './workbench.ts';
import type { TeamRole } from '@/server/core/permissions.ts';
import type { Sensitivity } from '@/server/core/sensitivity.ts';

export type SessionFacts = {
  id: string;
  title: string;
  branch: string;
  projectId: string;
  projectName: string;
  /** As it was when the page was opened. */
  sensitivity: Sensitivity;
  /** Whether the project is joined to a repository elsewhere, to fetch from and push to. */
  hasUpstream: boolean;
  teamSlug: string;
  othersOnBranch: readonly { id: string; title: string }[];
  isArchived: boolean;
  /** How far this person had read the conversation when the page was opened. */
  readSeq?: number;
  canArchive: boolean;
  canDelete: boolean;
  /** Lets guests in, by links and when they knock. */
  canShare: boolean;
  /** Here by a link: one session, and no team around it. */
  isGuest: boolean;
  rights: readonly string[];
  /** In the team; guests have none. */
  role?: TeamRole;
  me: { id: string; name: string };
};

export type SessionContextValue = {
  session: SessionFacts;
  room: RoomConnection;
  /** The open files' models; undefined until the editor's code has arrived. */
  models: OpenModels | undefined;
  feed: SessionFeed;
  workbench: Workbench;
  /** Opens a file of the session by path; one that cannot be edited shows the reason. */
  openFile: EditorOpen;
};

const Context = createContext<SessionContextValue | undefined>(undefined);
export const SessionProvider = Context.Provider;

export function useSession(): SessionContextValue {
  const value = useContext(Context);
  if (!value) throw new Error('outside a session');
  return value;
}

export function useWorkbench<T>(pick: (state: WorkbenchState) => T): T {
  const { workbench } = useSession();
  return useSyncExternalStore(
    workbench.subscribe,
    () => pick(workbench.getSnapshot()),
    () => pick(workbench.getSnapshot()),
  );
}

/** For what no guest does, whatever they may do with the text: deciding, committing, running commands. */
export const mayAsMember = (session: SessionFacts, right: 'prompt' | 'edit' | 'approve') =>
  !session.isGuest && may(session, right);

export const may = (session: SessionFacts, right: 'comment' | 'prompt' | 'edit' | 'approve') =>
  session.rights.includes(right);
