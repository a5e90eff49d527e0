import type { ActionReach } from '../core/action-reach.ts';
import type { AgentAction, FileChange } from '../core/agent-action.ts';
import type { RecordMask } from '../governance/dlp/mask-record.ts';
import { clean, cut } from './agent-text.ts';
import { trimDiff } from './diff-window.ts';
import { maxShownInput } from './read-hook-call.ts';

const maxTextChars = 32_000;
const maxChanges = 40;

/** An action as it is kept and shown: known values masked, long texts cut, of large files the changed lines. */
export async function shownAction(action: AgentAction, mask: RecordMask): Promise<AgentAction> {
  const text = async (given: string) => cutAloud(clean(await mask.mask(given)));
  switch (action.kind) {
    case 'command':
      return {
        ...action,
        command: await text(action.command),
        ...(await shownSteps(action.steps, text)),
        ...(await shownReach(action.reach, text)),
      };
    case 'edit':
      return {
        ...action,
        changes: await shownChanges(action.changes.slice(0, maxChanges), text),
        ...(await shownReach(action.reach, text)),
      };
    case 'fetch':
      return { ...action, address: await text(action.address) };
    case 'mcp':
    case 'other':
      return { ...action, input: (await text(action.input)) + (isCut(action.input) ? notAll : '') };
    case 'read':
    case 'quiet':
      return action;
  }
}

/** Who decides on a part must know that it is one. */
function cutAloud(text: string): string {
  if (text.length <= maxTextChars) return text;
  return `${cut(text, maxTextChars)}\n[${text.length - maxTextChars} more characters are not shown]`;
}

/** What a tool is given was cut when it was read. */
const isCut = (input: string) => input.length >= maxShownInput;
const notAll = '\n[The rest of it is not shown]';

type Text = (given: string) => Promise<string>;
type Steps = Extract<AgentAction, { kind: 'command' }>['steps'];

async function shownSteps(steps: Steps, text: Text): Promise<{ steps?: NonNullable<Steps> }> {
  if (steps === undefined) return {};
  return { steps: await Promise.all(steps.map(async (step) => ({ ...step, text: await text(step.text) }))) };
}

const mostNames = 20;
const longestName = 300;

async function shownReach(reach: ActionReach | undefined, text: Text): Promise<{ reach?: ActionReach }> {
  if (reach === undefined) return {};
  const name = async (given: string) => cut(await text(given), longestName);
  const names = (given: readonly string[]) => Promise.all(given.slice(0, mostNames).map(name));
  const files = await Promise.all(reach.files.map(async (one) => ({ ...one, paths: await names(one.paths) })));
  const remotes = await Promise.all(
    reach.remotes.slice(0, mostNames).map(async ({ host, ...one }) => ({
      ...one,
      name: await name(one.name),
      branches: await names(one.branches),
      ...(host !== undefined && { host: await name(host) }),
    })),
  );
  return { reach: { files, remotes, outside: await names(reach.outside), hosts: await names(reach.hosts) } };
}

async function shownChanges(changes: readonly FileChange[], text: Text): Promise<FileChange[]> {
  const orNull = async (given: string | null) => (given === null ? null : text(given));
  return Promise.all(
    changes.map(async (change) => {
      const { oldText, newText } = changedLines(change);
      return { ...change, oldText: await orNull(oldText), newText: await orNull(newText) };
    }),
  );
}

function changedLines({ path, oldText, newText }: FileChange): Pick<FileChange, 'oldText' | 'newText'> {
  return newText === null ? { oldText, newText } : (trimDiff({ path, oldText, newText }) ?? { oldText, newText });
}
