import { itemText } from './item-text.ts';
import type { SessionEvent, SessionEventBody } from './session-event.ts';
import { emptyTranscript, foldEvents, type Transcript } from './transcript.ts';
import type { ToolCallItem } from './transcript-item.ts';
import { unifiedDiff } from './unified-diff.ts';

type Body<Type extends SessionEventBody['type']> = Extract<SessionEventBody, { type: Type }>;

/** More open tool calls than this are told as they are: what is held stays small. */
const mostOpen = 200;

/** Writes a session's log as Markdown, entry by entry, as people read it: a tool call once, when it has ended. */
export function createMarkdownWriter() {
  const open = new Map<string, Transcript>();
  /** The message that the last piece of text belongs to. */
  let message = '';

  const endMessage = (): string => {
    const ended = message === '' ? '' : message.startsWith('agent_thought') ? '\n\n</details>\n\n' : '\n\n';
    message = '';
    return ended;
  };

  const text = (body: Body<'agent_text' | 'agent_thought'>): string => {
    const id = `${body.type}:${body.runId}:${body.messageId}`;
    if (id === message) return body.text;
    const begin = endMessage() + (body.type === 'agent_thought' ? '<details><summary>Thinking</summary>\n\n' : '');
    message = id;
    return begin + body.text;
  };

  const call = (event: SessionEvent, body: Body<'tool_call' | 'tool_call_update'>): string => {
    const key = `${body.runId}:${body.toolCallId}`;
    const known = open.get(key);
    if (!known && body.type === 'tool_call_update') return '';
    const folded = foldEvents(alone(known), [event]);
    open.set(key, folded);
    const isOver = body.status === 'completed' || body.status === 'failed';
    if (isOver) return endMessage() + closeCall(key);
    const [oldest] = open.keys();
    return open.size > mostOpen && oldest !== undefined ? endMessage() + closeCall(oldest) : '';
  };

  const closeCall = (key: string): string => {
    const [item] = open.get(key)?.items ?? [];
    open.delete(key);
    return item?.kind === 'tool_call' ? callMarkdown(item) : '';
  };

  const closeCalls = (): string => [...open.keys()].map(closeCall).join('');

  return {
    push(event: SessionEvent): string {
      const { body } = event;
      switch (body.type) {
        case 'agent_text':
        case 'agent_thought':
          return text(body);
        case 'tool_call':
        case 'tool_call_update':
          return call(event, body);
        case 'run_finished':
          return endMessage() + closeCalls() + entryMarkdown(event);
        default: {
          const told = entryMarkdown(event);
          return told === '' ? '' : endMessage() + told;
        }
      }
    },
    end: () => endMessage() + closeCalls(),
  };
}

/** The same value, for an entry whose place in the log does not matter. */
const alone = (known: Transcript | undefined): Transcript => ({ ...(known ?? emptyTranscript()), lastSeq: 0 });

/** Text in a fence that is longer than any in it. */
export function fenced(text: string, language = ''): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.replace(/\n$/, '')}\n${fence}\n\n`;
}

function callMarkdown({ title, status, durationMs, exitCode, input, output, diffs }: ToolCallItem): string {
  const took = durationMs === undefined ? '' : `, ${(durationMs / 1000).toFixed(1)} s`;
  const exit = exitCode === undefined || exitCode === null ? '' : `, exit code ${exitCode}`;
  const parts = [
    ...(input?.text ? [`Input\n\n${fenced(input.text)}`] : []),
    ...diffs.map(({ path, oldText, newText }) => `${path}\n\n${fenced(unifiedDiff(oldText ?? '', newText), 'diff')}`),
    ...(output?.text ? [`Output${cutNote(output)}\n\n${fenced(output.text)}`] : []),
  ];
  return `**${oneLine(title)}** (${status.replace('_', ' ')}${took}${exit})\n\n${parts.join('')}`;
}

const cutNote = ({ blobId, sizeBytes }: { blobId?: string | undefined; sizeBytes: number }) =>
  blobId === undefined ? '' : `, the beginning of ${Math.ceil(sizeBytes / 1024)} KB`;

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim();

function entryMarkdown(event: SessionEvent): string {
  const { body, actor, at } = event;
  switch (body.type) {
    case 'prompt':
      return `## ${oneLine(actor.name)} to ${body.agent}${body.model ? ` · ${body.model}` : ''} · ${body.mode}\n\n*${at}*\n\n${body.text}\n\n`;
    case 'permission_voted':
      return `*Allowed by ${oneLine(actor.name)}, more people are needed · ${at}*\n\n`;
    case 'permission_decided':
      return `*${body.decision === 'allow' ? 'Allowed' : 'Denied'} by ${oneLine(actor.name)}${body.reason ? `: ${body.reason}` : ''} · ${at}*\n\n`;
    case 'hunk_decided':
      return `*${oneLine(actor.name)}: ${body.decision} a hunk in ${body.path}${body.reason ? `: ${body.reason}` : ''} · ${at}*\n\n`;
    case 'run_finished':
      return `*${endWords[body.state]}${body.error ? `: ${body.error}` : ''} · ${at}*\n\n---\n\n`;
    default:
      return otherMarkdown(event);
  }
}

const endWords = { succeeded: 'Done', failed: 'Failed', cancelled: 'Stopped' };

/** What the transcript shows of the entry by itself. */
function otherMarkdown(event: SessionEvent): string {
  const { items } = foldEvents(emptyTranscript(), [event]);
  return items
    .map((item) => (item.kind === 'plan' ? `${listOf(itemText(item))}\n\n` : `*${itemText(item)} · ${event.at}*\n\n`))
    .join('');
}

const listOf = (text: string) =>
  text
    .split('\n')
    .map((line) => `- ${line}`)
    .join('\n');
