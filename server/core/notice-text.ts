import { moneyText, type BudgetScope } from './budget.ts';
import type { NoticeItem } from './transcript-item.ts';
import { isAboutThread, threadText } from './thread-notice.ts';
import { toldWords } from './undo-words.ts';

type Cause = Extract<NoticeItem, { what: 'files_changed' }>['cause'];

const verbs: Record<Cause, string> = {
  create: 'made',
  rename: 'renamed',
  delete: 'deleted',
  discard: 'discarded the changes of',
  restore: 'restored',
  accept: 'accepted changes in',
  command: 'changed by a command',
  merge: 'merged',
  commit: 'committed',
  open: 'opened',
};

/** @param count how many there are in all, when `paths` are the first of them */
function named(paths: readonly string[], count = paths.length): string {
  const [first, second] = paths;
  if (first === undefined) return 'nothing';
  if (count === 1) return first;
  return count === 2 && second !== undefined ? `${first} and ${second}` : `${first} and ${count - 1} more`;
}

const beginningOf = (text: string) => text.slice(0, 120).toWellFormed();

const fixedWords = {
  archived: 'archived the session',
  unarchived: 'brought the session back from the archive',
  run_restarted: 'begins again: the worker ended while it was at work',
  cancel_requested: 'asked to stop',
} as const;

type Fixed = Extract<NoticeItem, { what: keyof typeof fixedWords }>;
const isFixed = (item: NoticeItem): item is Fixed => item.what in fixedWords;

/** What happened to the session, in words that follow the name of who did it. */
export function noticeText(item: NoticeItem): string {
  return isFixed(item) ? fixedWords[item.what] : wordsOf(item);
}

function wordsOf(item: Exclude<NoticeItem, Fixed>): string {
  switch (item.what) {
    case 'created':
      return `opened this session on ${item.branch}`;
    case 'renamed':
      return `renamed the session to “${item.title}”`;
    case 'checkpoint_named':
      return `saved the checkpoint “${item.name}”`;
    case 'checkpoint_restored':
      return restoredText(item);
    case 'files_changed':
      return `${verbs[item.cause]} ${named(item.paths)}`;
    default:
      if (isAboutThread(item)) return threadText(item);
      if (isAboutRun(item)) return runText(item);
      return isAboutModelCall(item) ? modelCallText(item) : guestText(item);
  }
}

const ofRuns = [
  'run_removed',
  'files_put_back',
  'undo_told',
  'instructions_given',
  'files_closed',
  'mcp_servers_given',
] as const;
type RunNotice = Extract<NoticeItem, { what: (typeof ofRuns)[number] }>;
const isAboutRun = (item: NoticeItem): item is RunNotice => ofRuns.some((what) => what === item.what);

function runText(item: RunNotice): string {
  switch (item.what) {
    case 'run_removed':
      return `removed “${beginningOf(item.text)}”, which had not begun`;
    case 'files_put_back':
      return `put the run’s files back to before “${beginningOf(item.title)}”`;
    case 'undo_told':
      return toldWords(item.title);
    case 'instructions_given':
      return `began with the repository’s instructions in ${named(item.paths)}`;
    case 'files_closed':
      return filesClosedText(item);
    case 'mcp_servers_given':
      return mcpServersText(item);
  }
}

function filesClosedText({ paths, count, history }: Extract<NoticeItem, { what: 'files_closed' }>): string {
  if (count === 0) return 'began without the repository’s history, which holds files that policy closes to it';
  const past = history ? ', and without the repository’s history' : '';
  return `began without ${named(paths, count)}, which policy closes to it${past}`;
}

function mcpServersText({ names, refused }: Extract<NoticeItem, { what: 'mcp_servers_given' }>): string {
  const given = names.length === 0 ? 'began without MCP servers' : `began with the MCP servers ${names.join(', ')}`;
  if (refused.length === 0) return given;
  const reasons = refused.map(({ name, reason }) => `${name} (${reason})`);
  return `${given}; not given: ${reasons.join(', ')}`;
}

function restoredText({ isPart, paths, title }: Extract<NoticeItem, { what: 'checkpoint_restored' }>): string {
  if (isPart) return `restored ${named(paths)} from “${title}”`;
  return `restored the session to “${title}” (${paths.length} ${paths.length === 1 ? 'file' : 'files'})`;
}

const forWhom: Record<BudgetScope, string> = {
  installation: 'the installation',
  team: 'the team',
  project: 'this project',
  person: 'who asked',
  run: 'this run',
};

type ModelCallNotice = Extract<NoticeItem, { what: 'data_sent' | 'model_call_denied' | 'budget_reached' }>;

const isAboutModelCall = (item: NoticeItem): item is ModelCallNotice =>
  item.what === 'data_sent' || item.what === 'model_call_denied' || item.what === 'budget_reached';

function modelCallText(item: ModelCallNotice): string {
  if (item.what === 'budget_reached') return budgetText(item);
  if (item.what === 'model_call_denied') return `was not let through to a model. ${item.message}`;
  return `sent data to ${item.model} as it is, which the rules ask to be told: ${item.classes.join(', ')}`;
}

function budgetText(item: Extract<NoticeItem, { what: 'budget_reached' }>): string {
  const { outcome, scope, percent, spentMicroUsd, limitMicroUsd } = item;
  const amounts = `${moneyText(spentMicroUsd)} of ${moneyText(limitMicroUsd)}`;
  return outcome === 'blocked'
    ? `for ${forWhom[scope]} refused a model call: ${amounts} is spent`
    : `for ${forWhom[scope]} has come to ${percent} %: ${amounts} is spent`;
}

type GuestNotice = Extract<NoticeItem, { what: `guest_${string}` | `link_${string}` }>;

function guestText(item: GuestNotice): string {
  switch (item.what) {
    case 'link_created':
      return `made a link for guests who may ${item.level}`;
    case 'link_ended':
      return 'ended a link for guests';
    case 'guest_knocked':
      return 'asks to be let in';
    case 'guest_came':
      return 'came in by a link';
    case 'guest_admitted':
      return `let ${item.guest} in`;
    case 'guest_denied':
      return `declined ${item.guest}`;
    case 'guest_revoked':
      return `ended the access of ${item.guest}`;
    case 'guest_changed':
      return `lets ${item.guest} ${item.level} from now on`;
    case 'guest_left':
      return item.wasIn ? 'left the session' : 'stopped waiting to be let in';
  }
}
