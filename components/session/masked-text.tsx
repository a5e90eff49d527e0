'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import type { Marks } from '@/components/ui/markdown.tsx';
import { markedPlaces } from '@/server/core/dlp/placeholder.ts';
import classes from './masked-text.module.css';
import { useSession } from './session-context.tsx';

/** A text with a lozenge in the place of each mask. Who may see the value sees it on a click, which is recorded. */
export function MaskedText({ text }: { text: string }) {
  const places = markedPlaces(text);
  if (places.length === 0) return text;
  return (
    <>
      {places.map(({ start, placeholder }, at) => (
        <span key={start}>
          {text.slice(places[at - 1]?.end ?? 0, start)}
          <Masked text={placeholder} />
        </span>
      ))}
      {text.slice(places.at(-1)?.end ?? 0)}
    </>
  );
}

/** One placeholder: a lozenge when the session knows it, else the word as it is. What is asked at once is one request. */
function Masked({ text: placeholder }: { text: string }) {
  const { session } = useSession();
  const trpc = useTRPC();
  const masks = useQuery(
    trpc.dlp.masks.queryOptions(
      { sessionId: session.id, placeholders: [placeholder] },
      { enabled: !session.isGuest && placeholder.length <= 200, staleTime: Infinity },
    ),
  );
  const mask = masks.data?.[0];
  if (!mask && !session.isGuest) return placeholder;
  return <Lozenge placeholder={placeholder} kind={mask?.detector ?? 'masked'} />;
}

/** The same in Markdown. */
export const maskMarks: Marks = { find: markedPlaces, Mark: Masked };

function Lozenge({ placeholder, kind }: { placeholder: string; kind: string }) {
  const { session } = useSession();
  const trpc = useTRPC();
  const reveal = useMutation(trpc.dlp.reveal.mutationOptions());
  const label = kind.replaceAll('-', ' ');
  if (!session.rights.includes('edit') || session.isGuest)
    return (
      <span className={classes.lozenge} title="A masked value">
        {label}
      </span>
    );
  const value = reveal.data?.[0]?.value;
  return (
    <button
      type="button"
      className={classes.lozenge}
      aria-busy={reveal.isPending}
      aria-pressed={value !== undefined}
      title={
        refusalMessage(reveal.error) ??
        (value === undefined ? 'Masked. Show the value; that you did is recorded.' : 'Hide the value')
      }
      onClick={() =>
        value === undefined ? reveal.mutate({ sessionId: session.id, placeholders: [placeholder] }) : reveal.reset()
      }
    >
      {value ?? label}
    </button>
  );
}
