'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { markedPlaces } from '@/server/core/dlp/placeholder.ts';
import classes from './masked-text.module.css';
import { useSession } from './session-context.tsx';

const mostAsked = 50;

/** A text with a lozenge in the place of each mask. Who may see the value sees it on a click, which is recorded. */
export function MaskedText({ text }: { text: string }) {
  const places = markedPlaces(text);
  if (places.length === 0) return text;
  return <WithLozenges text={text} places={places} />;
}

function WithLozenges({ text, places }: { text: string; places: ReturnType<typeof markedPlaces> }) {
  const { session } = useSession();
  const trpc = useTRPC();
  const placeholders = [...new Set(places.map(({ placeholder }) => placeholder))].slice(0, mostAsked);
  const masks = useQuery(
    trpc.dlp.masks.queryOptions(
      { sessionId: session.id, placeholders },
      { enabled: !session.isGuest, staleTime: Infinity },
    ),
  );
  const known = new Map(masks.data?.map((mask) => [mask.placeholder, mask]));
  return (
    <>
      {places.map(({ start, end, placeholder }, at) => {
        const mask = known.get(placeholder);
        return (
          <span key={start}>
            {text.slice(places[at - 1]?.end ?? 0, start)}
            {mask || session.isGuest ? (
              <Lozenge placeholder={placeholder} kind={mask?.detector ?? 'masked'} />
            ) : (
              text.slice(start, end)
            )}
          </span>
        );
      })}
      {text.slice(places.at(-1)?.end ?? 0)}
    </>
  );
}

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
