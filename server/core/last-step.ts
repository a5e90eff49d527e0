import type { SessionEventBody, SessionEventType } from './session-event.ts';

/** The entries that say what an agent did last; streamed text does not, it comes in pieces. */
export const stepTypes = [
  'prompt',
  'run_started',
  'tool_call',
  'permission_requested',
  'suggestion_created',
  'run_finished',
] as const satisfies readonly SessionEventType[];

/** An entry of the log as one short line for lists: "Edited src/money.ts", or undefined for an entry that is no step. */
export function describeStep(body: SessionEventBody): string | undefined {
  switch (body.type) {
    case 'prompt':
      return `Asked: ${oneLine(body.text)}`;
    case 'run_started':
      return 'Started';
    case 'tool_call':
      return oneLine(body.title);
    case 'permission_requested':
      return `Wants to: ${oneLine(body.title)}`;
    case 'suggestion_created':
      return `Suggested ${counted(body.hunks, 'change')} in ${counted(body.files, 'file')}`;
    case 'run_finished':
      return finished(body);
    default:
      return undefined;
  }
}

function finished(body: Extract<SessionEventBody, { type: 'run_finished' }>): string {
  if (body.state === 'cancelled') return 'Stopped';
  if (body.state === 'failed') return body.error ? `Failed: ${oneLine(body.error)}` : 'Failed';
  return 'Finished';
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

const maxLength = 140;

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line;
}
