import { PassThrough, type Readable, type Writable } from 'node:stream';
import { AppError } from '../core/errors.ts';
import { checkpointRef } from './checkpoint.ts';
import { assertObjectId, gitInto, gitOk, isAncestor, repoPath, resolveCommit } from './git.ts';
import { importPack } from './git-pack.ts';
import { putBackRef, runRef, startRef } from './run-refs.ts';

/**
 * Git's smart protocol for the workers of other machines. Reading is git's own upload-pack, which sees the refs of one run and no
 * others. Writing is ours: the pack goes through the quarantine that every pack goes through, and a ref moves only when it is
 * one of the run's. See docs/decisions/workers-on-other-machines.md.
 */
export type DoorRefs = { repo: string; session: string; readable: string[]; writable: string[] };

export function doorRefs(of: {
  projectId: string;
  sessionId: string;
  runId: string;
  runIds: readonly string[];
  putBack: { keptIds: readonly string[]; now: readonly string[] };
  checkpointIds: readonly string[];
}): DoorRefs {
  const session = `refs/ensemble/sessions/${of.sessionId}`;
  const turns = of.runIds.flatMap((runId) => [runRef(runId), startRef(runId)]);
  return {
    repo: repoPath(of.projectId),
    session,
    readable: [session, ...turns, ...of.putBack.keptIds.map(putBackRef), ...of.checkpointIds.map(checkpointRef)],
    writable: [runRef(of.runId), startRef(of.runId), ...of.putBack.now.map(putBackRef)],
  };
}

export type DoorService = 'git-upload-pack' | 'git-receive-pack';

const flush = '0000';

function pktLine(text: string): string {
  return `${(Buffer.byteLength(text) + 4).toString(16).padStart(4, '0')}${text}`;
}

type Flow = { output: Writable; signal: AbortSignal };

/** What a client is told first: the refs that it may know of. */
export async function advertise(refs: DoorRefs, service: DoorService, { output, signal }: Flow): Promise<void> {
  output.write(`${pktLine(`# service=${service}\n`)}${flush}`);
  if (service === 'git-upload-pack') {
    const args = ['--strict', '--stateless-rpc', '--http-backend-info-refs', refs.repo];
    await gitInto('upload-pack', args, { config: onlyThese(refs), output, signal });
    return;
  }
  const capabilities = 'report-status ofs-delta object-format=sha1 agent=ensemble';
  const found = await refsAt(refs.repo, refs.readable);
  const lines = found.size === 0 ? [['0'.repeat(40), 'capabilities^{}']] : [...found].map(([ref, oid]) => [oid, ref]);
  output.write(
    lines.map(([oid, ref], at) => pktLine(`${oid} ${ref}${at === 0 ? `\0${capabilities}` : ''}\n`)).join(''),
  );
  output.write(flush);
}

/** Answers what a client asks for. */
export async function serveFetch(refs: DoorRefs, { input, output, signal }: Flow & { input: Readable }): Promise<void> {
  const args = ['--strict', '--stateless-rpc', '--timeout=120', refs.repo];
  await gitInto('upload-pack', args, { config: onlyThese(refs), input, output, signal });
}

/** Every other ref is hidden, and what is reachable from those alone cannot be asked for. */
function onlyThese({ readable }: DoorRefs): (readonly [string, string])[] {
  const hidden = ['refs', 'HEAD', ...readable.map((ref) => `!${ref}`)];
  return [
    ...hidden.map((pattern) => ['transfer.hideRefs', pattern] as const),
    ['uploadpack.allowFilter', 'false'],
    ['uploadpack.allowTipSHA1InWant', 'false'],
    ['uploadpack.allowReachableSHA1InWant', 'false'],
    ['uploadpack.allowAnySHA1InWant', 'false'],
  ];
}

async function refsAt(repo: string, refs: readonly string[]): Promise<Map<string, string>> {
  const wanted = new Set(refs);
  const out = await gitOk('for-each-ref', ['--format=%(refname) %(objectname)', ...refs], { repo });
  const lines = out.toString('utf8').split('\n');
  const found = lines.map((line) => line.split(' ')).filter(([ref = '']) => wanted.has(ref));
  return new Map(found.map(([ref = '', oid = '']) => [ref, oid]));
}

/** A move of a ref that a client asks for. `from` has zeros when the ref must not exist yet. */
export type RefMove = { ref: string; from: string; to: string };

export type Push = { moves: RefMove[]; pack: Readable };

const mostCommandBytes = 64 * 1024;

/** Reads which refs are to move; what follows is the pack. @throws AppError `invalid` */
export async function readPush(input: Readable): Promise<Push> {
  const pack = new PassThrough();
  const lines = await linesBeforeFlush(input, pack);
  const moves = lines.map((line): RefMove => {
    const [, from = '', to = '', ref = ''] = /^([0-9a-f]{40}) ([0-9a-f]{40}) ([^\0\n]+)/.exec(line) ?? [];
    if (ref === '') throw new AppError('invalid', 'A command of the push cannot be read.');
    return { ref, from, to };
  });
  return { moves, pack };
}

/** Gives the lines up to the first flush, and passes on what comes after them. */
function linesBeforeFlush(input: Readable, rest: PassThrough): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let seen = Buffer.alloc(0);
    const collect = (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk]);
      const read = readLines(seen);
      if (read === 'more' && seen.length <= mostCommandBytes) return;
      input.off('data', collect);
      if (typeof read === 'string') return reject(new AppError('invalid', 'The push does not begin with commands.'));
      rest.write(read.rest);
      input.pipe(rest);
      resolve(read.lines);
    };
    input
      .on('data', collect)
      .once('error', reject)
      .once('end', () => reject(new AppError('invalid', 'The push broke off.')));
  });
}

function readLines(seen: Buffer): { lines: string[]; rest: Buffer } | 'more' | 'wrong' {
  const lines: string[] = [];
  for (let at = 0; at + 4 <= seen.length;) {
    const length = Number.parseInt(seen.subarray(at, at + 4).toString('latin1'), 16);
    if (length === 0) return { lines, rest: seen.subarray(at + 4) };
    if (!(length > 4)) return 'wrong';
    if (at + length > seen.length) return 'more';
    lines.push(seen.subarray(at + 4, at + length).toString('utf8'));
    at += length;
  }
  return 'more';
}

const mostPushBytes = 1024 ** 3;

/**
 * Takes in what a push brings, without moving a ref.
 * @throws AppError `forbidden` for a ref that is not the run's, `invalid` for a pack that is damaged or incomplete
 */
export async function takePush(refs: DoorRefs, { moves, pack }: Push, signal: AbortSignal): Promise<void> {
  const tips = moves.map(({ to }) => to);
  for (const move of moves) requireOwn(refs, move);
  const known = [...(await refsAt(refs.repo, refs.readable)).values()];
  const header = await firstBytes(pack, 12);
  // Nothing new: what the refs are to name is here.
  if (header.length === 12 && header.readUInt32BE(8) === 0) pack.resume();
  else await importPack(refs.repo, pack, { tips, known, maxBytes: mostPushBytes, signal });
  for (const move of moves) await requireCommit(refs, move);
}

function requireOwn({ writable }: DoorRefs, { ref, from, to }: RefMove): void {
  assertObjectId(to);
  const isNew = /^0+$/.test(from);
  const isMade = !/^0+$/.test(to);
  const isCheckpoint = isNew && /^refs\/ensemble\/checkpoints\/chk_[0-9a-z]+$/.test(ref);
  if (!isMade || !(writable.includes(ref) || isCheckpoint))
    throw new AppError('forbidden', 'A worker moves the refs of its own run and no others.');
}

/** A checkpoint is of a state that the session had; a run's own refs may name any commit. */
async function requireCommit({ repo, session, writable }: DoorRefs, { ref, to }: RefMove): Promise<void> {
  if ((await resolveCommit(repo, to)) !== to) throw new AppError('invalid', 'A ref of a run names a commit.');
  if (writable.includes(ref)) return;
  const state = await resolveCommit(repo, session);
  if (state === undefined || !(await isAncestor(repo, to, state)))
    throw new AppError('forbidden', 'A checkpoint names a state of its session.');
}

/** Looks at the beginning of a stream and leaves it there. */
async function firstBytes(stream: PassThrough | Readable, count: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  await new Promise<void>((resolve, reject) => {
    const look = () => {
      for (let chunk: unknown = stream.read(); chunk !== null; chunk = stream.read()) {
        if (!Buffer.isBuffer(chunk)) continue;
        chunks.push(chunk);
        size += chunk.length;
        if (size >= count) break;
      }
      if (size < count && !stream.readableEnded) return;
      stream.off('readable', look).off('end', look).off('error', reject);
      resolve();
    };
    stream.on('readable', look).once('end', look).once('error', reject);
    look();
  });
  const all = Buffer.concat(chunks);
  if (!stream.readableEnded && all.length > 0) stream.unshift(all);
  return all.subarray(0, count);
}

/** How a push is answered: all refs moved, or none with the reason. */
export function pushReport(moves: readonly RefMove[], refused?: string): string {
  const reason = refused?.replaceAll(/\s+/g, ' ').slice(0, 200);
  const lines = moves.map(({ ref }) => (reason === undefined ? `ok ${ref}\n` : `ng ${ref} ${reason}\n`));
  return [`unpack ok\n`, ...lines].map(pktLine).join('') + flush;
}

/** Whether the refs are still where the client saw them. */
export async function areWhereSeen(repo: string, moves: readonly RefMove[]): Promise<boolean> {
  const now = await refsAt(
    repo,
    moves.map(({ ref }) => ref),
  );
  return moves.every(({ ref, from }) => (now.get(ref) ?? '0'.repeat(40)) === from);
}
