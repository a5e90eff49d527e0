import type { NoticeItem } from '@/server/core/transcript-item.ts';

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

function named(paths: readonly string[]): string {
  const [first, second] = paths;
  if (first === undefined) return 'nothing';
  if (paths.length === 1) return first;
  return paths.length === 2 && second !== undefined
    ? `${first} and ${second}`
    : `${first} and ${paths.length - 1} more`;
}

/** What happened to the session, in words that follow the name of who did it. */
export function noticeText(item: NoticeItem): string {
  switch (item.what) {
    case 'created':
      return `opened this session on ${item.branch}`;
    case 'renamed':
      return `renamed the session to “${item.title}”`;
    case 'archived':
      return 'archived the session';
    case 'unarchived':
      return 'brought the session back from the archive';
    case 'run_restarted':
      return 'begins again: the worker ended while it was at work';
    case 'cancel_requested':
      return 'asked to stop';
    case 'checkpoint_named':
      return `saved the checkpoint “${item.name}”`;
    case 'checkpoint_restored':
      return item.isPart
        ? `restored ${named(item.paths)} from “${item.title}”`
        : `restored the session to “${item.title}” (${item.paths.length} ${item.paths.length === 1 ? 'file' : 'files'})`;
    case 'files_changed':
      return `${verbs[item.cause]} ${named(item.paths)}`;
    default:
      return guestText(item);
  }
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
