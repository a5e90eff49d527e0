/** How far git is: the phase in lower-case words and 0 to 100 of that phase. */
export type GitProgress = { phase: string; percent: number };

const line = /^(?:remote: )?([A-Z][a-z]+ [a-z]+):\s+(\d{1,3})%/;

/** Reads one line of git's progress; undefined for anything else it prints. */
export function parseGitProgress(text: string): GitProgress | undefined {
  const found = line.exec(text);
  if (!found?.[1] || !found[2]) return undefined;
  return { phase: found[1].toLowerCase(), percent: Math.min(100, Number(found[2])) };
}

/** Feeds a stream of progress output, cut anywhere, and calls `report` when the phase or the percentage changes. */
export function gitProgressReader(report: (progress: GitProgress) => void): (chunk: Buffer | string) => void {
  let rest = '';
  let last = '';
  return (chunk) => {
    const pieces = (rest + chunk.toString()).split(/[\r\n]/);
    rest = (pieces.pop() ?? '').slice(-1000);
    for (const piece of pieces) {
      const progress = parseGitProgress(piece);
      const key = progress && `${progress.phase} ${progress.percent}`;
      if (!progress || !key || key === last) continue;
      last = key;
      report(progress);
    }
  };
}
