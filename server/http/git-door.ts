import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { systemContext } from '../context.ts';
import { isAppError } from '../core/errors.ts';
import { log } from '../platform/log.ts';
import { RunLostError } from '../runs/append-run-event.ts';
import { claimedRepository, whileClaimed } from '../runs/claimed-repository.ts';
import type { RunClaim } from '../runs/run-claim.ts';
import { readWorkerCredential } from '../runs/worker-credential.ts';
import { createRefs } from '../workspace/git.ts';
import {
  advertise,
  areWhereSeen,
  doorRefs,
  pushReport,
  readPush,
  serveFetch,
  takePush,
  type DoorRefs,
  type DoorService,
} from '../workspace/git-door.ts';

/** The git door: `/git/-/<run>.git`, for the worker that holds the run (docs/spec/runs.md, RN30 to RN39). */
export async function handleGitDoor(req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
  const claim = claimOf(req);
  if (!claim) {
    res.setHeader('www-authenticate', 'Bearer');
    return refuse(res, 401, 'Only workers of this installation enter here. Give the worker its ENSEMBLE_SECRET.');
  }
  const [, runId, what = ''] = /^\/git\/-\/(run_[0-9a-z]+)\.git\/(.*)$/.exec(path) ?? [];
  const answer = answers[`${req.method} ${what}`];
  if (!answer) return refuse(res, 404, 'There is nothing here.');
  const found = claim.runId === runId ? await claimedRepository(systemContext('git-door'), claim) : undefined;
  if (!found) return refuse(res, 403, 'The run is not held by this worker any more.');
  const ended = new AbortController();
  res.once('close', () => ended.abort());
  return answer({ req, res, claim, refs: doorRefs({ ...found, runId: claim.runId }), signal: ended.signal });
}

function claimOf({ headers }: IncomingMessage): RunClaim | undefined {
  const [, credential] = /^Bearer (\S+)$/.exec(headers.authorization ?? '') ?? [];
  return credential === undefined ? undefined : readWorkerCredential(credential);
}

const answers: Readonly<Record<string, (call: Call) => Promise<void>>> = {
  'GET info/refs': answerRefs,
  'POST git-upload-pack': answerFetch,
  'POST git-receive-pack': answerPush,
};

type Call = { req: IncomingMessage; res: ServerResponse; refs: DoorRefs; claim: RunClaim; signal: AbortSignal };

function refuse(res: ServerResponse, status: number, words: string): void {
  res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
  res.end(`${words}\n`);
}

function begin(res: ServerResponse, type: string): void {
  res.writeHead(200, { 'content-type': `application/x-${type}`, 'cache-control': 'no-store' });
}

async function answerRefs({ req, res, refs, signal }: Call): Promise<void> {
  const wanted = /[?&]service=(git-upload-pack|git-receive-pack)(?:&|$)/.exec(req.url ?? '')?.[1];
  const services: readonly DoorService[] = ['git-upload-pack', 'git-receive-pack'];
  const service = services.find((candidate) => candidate === wanted);
  if (!service) return refuse(res, 400, 'Use git 2.38 or newer.');
  begin(res, `${service}-advertisement`);
  await advertise(refs, service, { output: res, signal });
  res.end();
}

/** Clients of git pack long questions. */
const bodyOf = (req: IncomingMessage): Readable =>
  req.headers['content-encoding'] === 'gzip' ? req.pipe(createGunzip()) : req;

async function answerFetch({ req, res, refs, signal }: Call): Promise<void> {
  begin(res, 'git-upload-pack-result');
  await serveFetch(refs, { input: bodyOf(req), output: res, signal });
  res.end();
}

async function answerPush(call: Call): Promise<void> {
  const { req, res } = call;
  const push = await readPush(bodyOf(req));
  // Before a large push git asks whether it would be let in.
  if (push.moves.length === 0) {
    begin(res, 'git-receive-pack-result');
    return void res.end();
  }
  const refused = await tryPush(call, push);
  begin(res, 'git-receive-pack-result');
  res.end(pushReport(push.moves, refused));
}

/** @returns why nothing was moved */
async function tryPush(
  { refs, claim, signal }: Call,
  push: Awaited<ReturnType<typeof readPush>>,
): Promise<string | undefined> {
  try {
    await takePush(refs, push, signal);
    // What took long to come in is of no effect when the run has changed hands meanwhile.
    return await whileClaimed(systemContext('git-door'), claim, async () => {
      if (!(await areWhereSeen(refs.repo, push.moves))) return 'the refs have moved';
      await createRefs(
        refs.repo,
        push.moves.map(({ ref, to }) => ({ ref, oid: to })),
      );
      return undefined;
    });
  } catch (error) {
    push.pack.resume();
    if (error instanceof RunLostError) return 'not held any more';
    if (isAppError(error)) return error.message;
    log().error({ err: error, runId: claim.runId }, 'a push of a worker could not be taken in');
    return 'a fault on the server';
  }
}
