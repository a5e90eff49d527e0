import { locateHunks, type HunkLocation, type LocatableHunk } from '@/server/core/locate-hunk.ts';

export type LocateRequest = { id: number; base: string; live: string; hunks: readonly LocatableHunk[] };
export type LocateAnswer = { id: number; places: ReadonlyMap<string, HunkLocation> };

/** Finds hunks in long texts beside the page, so that typing goes on. */
self.addEventListener('message', ({ data }: MessageEvent<LocateRequest>) => {
  const places = locateHunks(data.base, data.live, data.hunks);
  self.postMessage({ id: data.id, places } satisfies LocateAnswer);
});
