import type { Transcript } from './transcript-draft.ts';

/** Turns that are told, and how much of each at most; of the whole, the newest count. */
const maxStoryChars = 24_000;
const maxPartChars = 4_000;

type Turn = { author: string; prompt: string; said: string[]; done: string[]; end: string };

/**
 * What was said in these turns, for an agent that does not remember it: prompts with who wrote them, the agent's words, what it
 * did in one line each. Bounded: older turns are left out first.
 */
export function storySoFar(transcript: Transcript, runIds: readonly string[]): string {
  const turns = runIds.flatMap((runId) => turnOf(transcript, runId) ?? []).map(tellTurn);
  const kept: string[] = [];
  let chars = 0;
  for (const turn of turns.toReversed()) {
    chars += turn.length;
    if (chars > maxStoryChars && kept.length > 0) break;
    kept.unshift(turn);
  }
  const left = turns.length - kept.length;
  return [...(left > 0 ? [`(${left} earlier ${left === 1 ? 'turn is' : 'turns are'} left out.)`] : []), ...kept].join(
    '\n\n',
  );
}

function turnOf({ items }: Transcript, runId: string): Turn | undefined {
  const turn: Turn = { author: '', prompt: '', said: [], done: [], end: '' };
  for (const item of items) {
    if (!('runId' in item) || item.runId !== runId) continue;
    if (item.kind === 'prompt') [turn.author, turn.prompt] = [item.author.name, item.text];
    else if (item.kind === 'text') turn.said.push(item.text);
    else if (item.kind === 'tool_call') turn.done.push(`${item.title} (${item.status})`);
    else if (item.kind === 'run_end' && item.state !== 'succeeded') turn.end = item.error ?? item.state;
  }
  return turn.prompt === '' ? undefined : turn;
}

function tellTurn({ author, prompt, said, done, end }: Turn): string {
  return [
    `${author} wrote:\n${cut(prompt)}`,
    ...(done.length > 0 ? [`You did:\n${cut(done.map((line) => `- ${line}`).join('\n'))}`] : []),
    ...(said.length > 0 ? [`You answered:\n${cut(said.join('\n'))}`] : []),
    ...(end === '' ? [] : [`The turn ended early: ${cut(end)}`]),
  ].join('\n\n');
}

function cut(text: string): string {
  const trimmed = text.trim();
  return trimmed.length <= maxPartChars ? trimmed : `${trimmed.slice(0, maxPartChars).toWellFormed()} …`;
}
