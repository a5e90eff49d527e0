'use client';

import type * as monaco from 'monaco-editor';
import { useCallback, useContext } from 'react';
import type { RoomFile } from '@/components/editor/room-files.ts';
import { FaceColours } from '@/components/people/face.tsx';
import { useSession } from '@/components/session/session-context.tsx';
import { useTRPCClient } from '@/components/trpc.tsx';
import { relativeTime } from '@/components/ui/time-ago.tsx';
import { useResource } from '@/components/ui/use-resource.ts';
import { creditGrainMs, type Credit, type TextAuthors } from '@/server/core/authorship.ts';
import { participantColour } from '@/server/core/participant-colour.ts';
import { AuthorStripes, type AuthorLabel } from './author-stripes.ts';

type Editor = monaco.editor.IStandaloneCodeEditor;
type Named = { name: string; said: string };

const close = (shown: { dispose(): void }) => shown.dispose();

/** Who wrote each line of the file on screen. Client-only, as the editor is. */
export default function ProvenanceGutter({ editor, file }: { editor: Editor; file: RoomFile }) {
  const { room, session } = useSession();
  const client = useTRPCClient();
  const { fileId } = file;
  const colours = useContext(FaceColours);
  const open = useCallback(() => {
    const names = new Map<string, Named | undefined>();
    const learn = async (credits: readonly Credit[]) => {
      const unknown = credits.filter(({ actor }) => actor.kind !== 'system' && !names.has(actor.id));
      if (unknown.length === 0) return;
      const ids = (kind: Credit['actor']['kind']) => [
        ...new Set(unknown.filter(({ actor }) => actor.kind === kind).map(({ actor }) => actor.id)),
      ];
      const given = { sessionId: session.id, people: ids('person').slice(0, 500), runs: ids('run').slice(0, 500) };
      const { people, runs } = await client.rooms.authors.query(given);
      for (const { id, name } of people) names.set(id, { name, said: name });
      for (const { id, agent, model, prompt, askedBy } of runs)
        names.set(id, {
          name: agent,
          said: `${agent}${model === null ? '' : ` (${model})`}, asked by ${askedBy}: ${prompt}`,
        });
      for (const { actor } of unknown) if (!names.has(actor.id)) names.set(actor.id, undefined);
    };
    const colourOf = (id: string) => colours.get(id) ?? participantColour(id);
    let isOpen = true;
    const refresh = async () => {
      const authors: TextAuthors | undefined = await room.authorsOf(fileId);
      if (!authors || !isOpen) return;
      await learn(authors.credits).catch(() => undefined);
      if (isOpen) stripes.show(authors, (credit) => labelOf(credit, names.get(credit.actor.id), colourOf));
    };
    const stripes = new AuthorStripes(editor, () => void refresh());
    void refresh();
    return {
      dispose() {
        isOpen = false;
        stripes.dispose();
      },
    };
  }, [client, room, editor, fileId, session.id, colours]);
  useResource(open, close);
  return null;
}

const how: Record<Credit['kind'], string> = {
  edit: 'wrote',
  accept: 'suggested, accepted',
  merge: 'merged in',
  restore: 'brought back',
  open: 'in the repository',
};

/** What came from the repository has no stripe: git knows more about it. */
function labelOf(
  { actor, kind, at }: Credit,
  named: Named | undefined,
  colourOf: (id: string) => string,
): AuthorLabel | undefined {
  if (kind === 'open' || actor.kind === 'system') return undefined;
  // Credits are told apart by five minutes: the end of them is the nearest that is known.
  const when = relativeTime(new Date(Math.min(at + creditGrainMs, Date.now())), Date.now());
  const who = named?.said ?? (actor.kind === 'run' ? 'An agent' : 'Someone who left');
  return {
    colour: colourOf(actor.kind === 'run' ? (named?.name ?? actor.id) : actor.id),
    words: `${who}\n${how[kind]} ${when}`,
  };
}
