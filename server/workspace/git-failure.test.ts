import { describe, expect, it } from 'vitest';
import { cleanGitOutput, explainGitFailure } from './git-failure.ts';
import { gitProgressReader, parseGitProgress } from './git-progress.ts';

describe('what git prints', () => {
  it.each([
    ["fatal: unable to access 'https://x/': Could not resolve host: x", 'unavailable'],
    [
      "fatal: unable to access 'http://127.0.0.1:1/': Failed to connect to 127.0.0.1 port 1: Connection refused",
      'unavailable',
    ],
    ["fatal: Authentication failed for 'https://x/'", 'forbidden'],
    ["fatal: could not read Username for 'https://x': terminal prompts disabled", 'forbidden'],
    ['git@x: Permission denied (publickey).', 'forbidden'],
    ["fatal: repository 'https://x/' not found", 'not_found'],
    ["fatal: '/x' does not appear to be a git repository", 'not_found'],
    ["fatal: couldn't find remote ref refs/heads/x", 'not_found'],
    ['fatal: pack exceeds maximum allowed size (1.00 KiB)', 'too_large'],
    ['fatal: write error: No space left on device', 'unavailable'],
    ['!\tabc:refs/heads/main\t[rejected] (fetch first)', 'conflict'],
    ['! [remote rejected] main -> main (pre-receive hook declined)', 'forbidden'],
    ['fatal: mismatched algorithms: client sha1; server sha256', 'unsupported'],
  ])('%s is %s', (stderr, code) => {
    expect(explainGitFailure(stderr)).toMatchObject({ code });
  });

  it('leaves an unknown message unexplained', () => {
    expect(explainGitFailure('fatal: something new')).toBeUndefined();
  });

  it('loses the credential of an address', () => {
    expect(cleanGitOutput("fatal: unable to access 'https://me:secret@host/x'")).toBe(
      "fatal: unable to access 'https://host/x'",
    );
    expect(explainGitFailure("'https://me:secret@host/': Could not resolve host")?.cause).not.toMatchObject({
      message: expect.stringContaining('secret'),
    });
  });

  it('reads progress lines', () => {
    expect(parseGitProgress('Receiving objects:  45% (450/1000), 1.2 MiB')).toEqual({
      phase: 'receiving objects',
      percent: 45,
    });
    expect(parseGitProgress('remote: Counting objects: 100% (3/3), done.')).toEqual({
      phase: 'counting objects',
      percent: 100,
    });
    expect(parseGitProgress('From https://x')).toBeUndefined();
  });

  it('reports a percentage once, however the stream is cut', () => {
    const seen: string[] = [];
    const read = gitProgressReader(({ phase, percent }) => seen.push(`${phase} ${percent}`));
    for (const piece of [
      'Resolving del',
      'tas:  50% (1/2)\rResolving deltas:  50% (1/2)\r',
      'Resolving deltas: 100% (2/2)',
      ', done.\n',
    ])
      read(piece);
    expect(seen).toEqual(['resolving deltas 50', 'resolving deltas 100']);
  });
});
