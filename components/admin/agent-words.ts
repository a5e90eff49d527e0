import type { AgentDescription } from '@/server/core/agent-description.ts';

/** How an agent's state is put, in a word or two. */
export function standing({ availability, installation }: AgentDescription): { words: string; color: string } {
  switch (installation?.state) {
    case 'missing':
      return { words: 'Not installed', color: 'gray' };
    case 'outdated':
      return { words: 'Outdated', color: 'yellow' };
    case 'broken':
      return { words: 'Broken', color: 'red' };
    default:
      return availability.ok ? { words: 'Ready', color: 'teal' } : { words: 'Cannot run', color: 'yellow' };
  }
}

export const sizeOf = (bytes: number) => `${Math.round(bytes / 1024 ** 2)} MB`;

/** Of a progress like `12 of 391 MB`, in percent; undefined when it says nothing yet. */
export function progressPart(progress: string | null): number | undefined {
  const [, done, of] = /^(\d+) of (\d+) MB$/.exec(progress ?? '') ?? [];
  if (done === undefined || of === undefined || Number(of) === 0) return undefined;
  return Math.round((100 * Number(done)) / Number(of));
}

/** Variables as a form takes them, a line each. @returns the sentence to show when a line is none */
export function readVariables(text: string, { mayHaveHyphens = false } = {}): Record<string, string> | string {
  const form = mayHaveHyphens ? /^[A-Za-z_][A-Za-z0-9_-]*$/ : /^[A-Za-z_][A-Za-z0-9_]*$/;
  const given: Record<string, string> = {};
  for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
    const at = line.indexOf('=');
    const name = line.slice(0, at).trim();
    if (at < 1 || !form.test(name)) return `Write NAME=value, not: ${line.slice(0, 60)}`;
    given[name] = line.slice(at + 1);
  }
  return given;
}
