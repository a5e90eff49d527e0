'use client';

import { Text } from '@mantine/core';
import * as monaco from 'monaco-editor';
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { RoomFile } from '@/components/editor/room-files.ts';
import { mayAsMember, useSession } from '@/components/session/session-context.tsx';
import type { HunkLocation } from '@/server/core/locate-hunk.ts';
import { InlineHunk } from './inline-hunk.tsx';
import classes from './suggestions-in-file.module.css';
import { useDecisions } from './use-decisions.ts';
import { useHunkPlaces } from './use-hunk-places.ts';
import { useOpenSuggestions, type Suggestion, type SuggestionHunk } from './use-open-suggestions.ts';
import { Zone } from './zone.tsx';

type Editor = monaco.editor.IStandaloneCodeEditor;

/** More than these would be a page of their own: the rest is marked, and shown as those before are decided. */
const mostShown = 60;

/** What agents suggest for the file on screen, where it would go. Client-only, as the editor is. */
export default function SuggestionsInFile({ editor, file }: { editor: Editor; file: RoomFile }) {
  const suggestions = useOpenSuggestions();
  return suggestions
    .filter((suggestion) => suggestion.files.some(({ path }) => path === file.path))
    .map((suggestion) => <OneSuggestion key={suggestion.id} editor={editor} file={file} suggestion={suggestion} />);
}

type OneSuggestionProps = { editor: Editor; file: RoomFile; suggestion: Suggestion };
type Placed = { hunk: SuggestionHunk; place: HunkLocation };

function OneSuggestion({ editor, file, suggestion }: OneSuggestionProps) {
  const { session, workbench } = useSession();
  const hunks = suggestion.files.find(({ path }) => path === file.path)?.hunks;
  const places = useHunkPlaces({ suggestionId: suggestion.id, path: file.path, hunks: hunks ?? [], text: file.text });
  const review = useCallback(
    (hunkId: string) =>
      workbench.show({ kind: 'suggestion', suggestionId: suggestion.id, title: 'Suggestion', hunkId }),
    [workbench, suggestion.id],
  );
  const decisions = useDecisions(suggestion.id, review);
  const placed = useMemo(
    () =>
      (hunks ?? []).flatMap((hunk): Placed[] => {
        const place = places.get(hunk.id);
        return place && hunk.state === 'unreviewed' ? [{ hunk, place }] : [];
      }),
    [hunks, places],
  );
  useMarks(editor, placed);
  useGoing(editor, placed);

  const go = (index: number) => {
    const next = placed[index];
    if (next) focusHunk(editor, next);
    else editor.focus();
  };
  return placed.slice(0, mostShown).map(({ hunk, place }, index) => (
    <Zone key={hunk.id} editor={editor} id={`suggestion-${hunk.id}`} line={place.endLine}>
      <InlineHunk
        hunk={hunk}
        place={place}
        agent={suggestion.agent}
        language={editor.getModel()?.getLanguageId() ?? 'plaintext'}
        canDecide={mayAsMember(session, 'edit')}
        busy={decisions.busy === hunk.id}
        onDecide={(decision) => {
          decisions.decide({ hunkId: hunk.id, decision });
          go(index + 1 < placed.length ? index + 1 : index - 1);
        }}
        onReview={() => review(hunk.id)}
        onGo={(step) => go((index + step + placed.length) % placed.length)}
        onLeave={() => editor.focus()}
      />
      {index === mostShown - 1 && placed.length > mostShown && (
        <Text size="xs" px="sm">
          {placed.length - mostShown} more in this file come up as you decide on these.
        </Text>
      )}
    </Zone>
  ));
}

/** Colours the lines that would change. */
function useMarks(editor: Editor, placed: readonly Placed[]): void {
  const [marks] = useState(() => editor.createDecorationsCollection());
  useEffect(() => {
    marks.set(placed.flatMap(({ place }) => markOf(place)));
  }, [marks, placed]);
  useEffect(() => () => marks.clear(), [marks]);
}

const words = { clean: 'A suggestion changes this line', conflict: 'People changed this line of a suggestion' };

function markOf({ state, startLine, endLine }: HunkLocation): monaco.editor.IModelDeltaDecoration[] {
  if (state === 'there' || endLine < startLine) return [];
  const kind = state === 'clean' ? classes.lines : classes.conflictLines;
  return [
    {
      range: new monaco.Range(startLine, 1, endLine, 1),
      options: {
        isWholeLine: true,
        className: kind ?? '',
        linesDecorationsClassName: (state === 'clean' ? classes.stripe : classes.conflictStripe) ?? '',
        hoverMessage: { value: words[state] },
        stickiness: monaco.editor.TrackedRangeStickiness.NeverGrowsWhenTypingAtEdges,
      },
    },
  ];
}

/** A key and a command go from the text to the nearest suggestion. */
function useGoing(editor: Editor, placed: readonly Placed[]): void {
  useEffect(() => {
    if (placed.length === 0) return undefined;
    const action = editor.addAction({
      id: 'ensemble.nextSuggestion',
      label: 'Go to the next suggestion in this file',
      keybindings: [monaco.KeyMod.Alt | monaco.KeyCode.F5],
      contextMenuGroupId: 'navigation',
      run: () => {
        const line = editor.getPosition()?.lineNumber ?? 1;
        const next = placed.find(({ place }) => place.endLine >= line) ?? placed[0];
        if (next) focusHunk(editor, next);
      },
    });
    return () => action.dispose();
  }, [editor, placed]);
}

/** Shows a hunk's zone, then gives it the keyboard. */
function focusHunk(editor: Editor, { hunk, place }: Placed): void {
  const line = Math.max(1, place.endLine);
  editor.setPosition({ lineNumber: line, column: 1 });
  editor.revealLineInCenterIfOutsideViewport(line, monaco.editor.ScrollType.Immediate);
  requestAnimationFrame(() =>
    requestAnimationFrame(() =>
      editor
        .getDomNode()
        ?.querySelector<HTMLElement>(`[data-inline-hunk="${hunk.id}"]`)
        ?.focus({ preventScroll: true }),
    ),
  );
}
