'use client';

import { useComputedColorScheme } from '@mantine/core';
import { File, MultiFileDiff, PatchDiff } from '@pierre/diffs/react';
import { useMemo } from 'react';
import { hunkPatch, type PatchHunk } from '@/server/core/hunk-patch.ts';

const themes = { light: 'pierre-light', dark: 'pierre-dark' } as const;

function useDiffOptions(split: boolean) {
  const scheme = useComputedColorScheme('light');
  return useMemo(
    () => ({
      theme: themes,
      themeType: scheme,
      diffStyle: split ? ('split' as const) : ('unified' as const),
      disableFileHeader: true,
      lineDiffType: 'word' as const,
      overflow: 'scroll' as const,
      hunkSeparators: 'simple' as const,
    }),
    [scheme, split],
  );
}

/** One hunk with its line numbers in the file. */
export function HunkDiff({ hunk, split = false }: { hunk: PatchHunk; split?: boolean }) {
  const options = useDiffOptions(split);
  const patch = useMemo(() => hunkPatch(hunk), [hunk]);
  return <PatchDiff patch={patch} options={options} disableWorkerPool />;
}

/** Two whole texts of one file beside or below each other. */
export function FileDiff({
  path,
  oldText,
  newText,
  split,
}: {
  path: string;
  oldText: string;
  newText: string;
  split: boolean;
}) {
  const options = useDiffOptions(split);
  const oldFile = useMemo(() => ({ name: path, contents: oldText }), [path, oldText]);
  const newFile = useMemo(() => ({ name: path, contents: newText }), [path, newText]);
  return <MultiFileDiff oldFile={oldFile} newFile={newFile} options={options} disableWorkerPool />;
}

/** One text to read, with line numbers, one line of it marked. */
export function FileText({ path, text, line }: { path: string; text: string; line?: number }) {
  const scheme = useComputedColorScheme('light');
  const options = useMemo(() => ({ theme: themes, themeType: scheme, disableFileHeader: true }), [scheme]);
  const file = useMemo(() => ({ name: path, contents: text }), [path, text]);
  const marked = useMemo(() => (line === undefined ? null : { start: line, end: line }), [line]);
  return <File file={file} options={options} selectedLines={marked} disableWorkerPool />;
}
