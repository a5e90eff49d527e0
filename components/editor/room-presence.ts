import { removeAwarenessStates, type Awareness } from 'y-protocols/awareness';

/** What each participant tells the others (CONTRACTS, "The room's document"); the server overwrites `user`. */
export type ParticipantState = {
  user?: { id: string; name: string; color: string; kind: 'person' | 'agent' };
  file?: string;
  /** `line`: of the head, 1-based, so that nobody has to count lines to say where someone is. */
  cursor?: { anchor: unknown; head: unknown; line?: unknown } | null;
  /** The client id of whom they follow. */
  following?: unknown;
  /** What they write to agents, when they let others see it. */
  draft?: unknown;
};

export type Participant = {
  clientId: number;
  isMe: boolean;
  user: NonNullable<ParticipantState['user']>;
  file: string | undefined;
  cursor: ParticipantState['cursor'];
  line: number | undefined;
  following: number | undefined;
  draft: string | undefined;
};

/** Others may send anything. */
const numberIn = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;

const textIn = (value: unknown): string | undefined => (typeof value === 'string' ? value.slice(0, 2_000) : undefined);

export function readParticipants(awareness: Awareness): Participant[] {
  const states = awareness.getStates() as Map<number, ParticipantState>;
  return [...states].flatMap(([clientId, { user, file, cursor, following, draft }]) => {
    if (!user) return [];
    const isMe = clientId === awareness.clientID;
    return [
      {
        clientId,
        isMe,
        user,
        file,
        cursor,
        line: numberIn(cursor?.line),
        following: numberIn(following),
        draft: textIn(draft),
      },
    ];
  });
}

/** The others are gone with the connection; what this person says of themselves stays. */
export function forgetOthers(awareness: Awareness): void {
  const others = [...awareness.getStates().keys()].filter((clientId) => clientId !== awareness.clientID);
  removeAwarenessStates(awareness, others, 'connection lost');
}

/** Speaks under another client id from now on. */
export function presentAs(awareness: Awareness, clientId: number): void {
  if (awareness.clientID === clientId) return;
  const state = awareness.getLocalState();
  removeAwarenessStates(awareness, [awareness.clientID], 'another client id');
  awareness.clientID = clientId;
  awareness.setLocalState(state);
}
