import type { RoomFile } from '@/components/editor/room-files.ts';
import type { Participant } from '@/components/editor/room-presence.ts';
import { participantColour } from '@/server/core/participant-colour.ts';
import { isActiveRun } from '@/server/core/run-state.ts';
import type { Transcript } from '@/server/core/transcript.ts';
import type { ToolCallItem } from '@/server/core/transcript-item.ts';

/** Somebody who is in the session, and where. `key` stays the same while they are. */
export type Somebody = {
  key: string;
  kind: 'person' | 'agent';
  id: string;
  name: string;
  colour: string;
  isMe: boolean;
  path: string | undefined;
  /** Of a file of the room. An agent may be in a file that nobody has opened. */
  fileId: string | undefined;
  /** 1-based. */
  line: number | undefined;
  /** The run in whose own worktree the file is being changed: what it looks like is seen there only. */
  changesIn?: string;
};

export const personKey = (clientId: number) => `person:${clientId}`;

export function people(participants: readonly Participant[], files: ReadonlyMap<string, RoomFile>): Somebody[] {
  return participants.map(({ clientId, isMe, user, file, line }) => {
    const found = file === undefined ? undefined : files.get(file);
    return {
      key: personKey(clientId),
      kind: user.kind,
      id: user.id,
      name: user.name,
      colour: /^#[0-9a-f]{6}$/i.test(user.color) ? user.color : participantColour(user.id),
      isMe,
      path: found?.path,
      fileId: found?.fileId,
      line: found ? (line ?? 1) : undefined,
    };
  });
}

/** The agents at work, each at the file it last read or changed. */
export function agents(
  { runs, items }: Pick<Transcript, 'runs' | 'items'>,
  files: ReadonlyMap<string, RoomFile>,
): Somebody[] {
  const active = Object.values(runs).filter((run) => isActiveRun(run.state));
  return active.map(({ runId, agent, files: changed }) => {
    const edited = changed.findLast(({ status }) => status !== 'deleted');
    const call = items.findLast(
      (item): item is ToolCallItem => item.kind === 'tool_call' && item.runId === runId && item.paths.length > 0,
    );
    const path = edited?.path ?? call?.paths.at(-1);
    return {
      key: `agent:${runId}`,
      kind: 'agent',
      id: agent,
      name: agent,
      colour: participantColour(agent),
      isMe: false,
      path,
      fileId: path === undefined ? undefined : [...files.values()].find((file) => file.path === path)?.fileId,
      line: edited?.line ?? (call && path !== undefined ? lineOf(call, path) : undefined),
      ...(edited && { changesIn: runId }),
    };
  });
}

/** The first line that a call changed in a file. */
function lineOf({ diffs }: ToolCallItem, path: string): number {
  const diff = diffs.findLast((one) => one.path === path);
  if (!diff || diff.oldText === null) return 1;
  const before = diff.oldText.split('\n');
  const at = diff.newText.split('\n').findIndex((line, i) => line !== before[i]);
  return Math.max(0, at) + 1;
}

/** "money.ts, line 12", or that there is no file. */
export function placeInWords({ path, line }: Somebody): string {
  if (path === undefined) return 'no file open';
  const name = path.split('/').at(-1) ?? path;
  return line === undefined ? name : `${name}, line ${line}`;
}

/**
 * Whether I am the one to stop in a circle of people who follow each other, me first: the lowest client id of the
 * circle. Without a circle nobody is.
 */
export function mustStopFollowing(participants: readonly Participant[], me: number, followed: number): boolean {
  const followedBy = new Map(participants.map(({ clientId, following }) => [clientId, following]));
  const circle = [me];
  for (let next: number | undefined = followed; next !== undefined; next = followedBy.get(next)) {
    if (next === me) return Math.min(...circle) === me;
    if (circle.includes(next)) return false;
    circle.push(next);
  }
  return false;
}
