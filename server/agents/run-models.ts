import { existsSync } from 'node:fs';
import path from 'node:path';
import { and, eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { firstRunModel } from '../governance/first-run-model.ts';
import { log } from '../platform/log.ts';
import { issueRunKey, renewRunKey, runKeyLifeMs } from '../runs/issue-run-key.ts';
import type { RunClaim, RunRow } from '../runs/run-claim.ts';
import type { Mount } from '../workspace/sandbox-arguments.ts';
import type { AgentAvailability, ModelAccess } from './registry.ts';

/** A socket on which one run, and nobody else, reaches the gateway and nothing else. */
export type RunDoor = { socketPath: string; close(): Promise<void> };

/** Opens a run's door. Handed in by the entrypoint: agents and gateway are strangers. */
export type OpenRunDoor = (runId: string) => Promise<RunDoor>;

/** What a run needs to call models, for as long as its box lives. */
export type RunModels = {
  access: ModelAccess;
  sockets: readonly Mount[];
  /** The agent's command, started when the door can be reached as an address. */
  throughDoor(argv: readonly string[]): string[];
  close(): Promise<void>;
};

const socketInside = '/run/gateway.sock';
const portInside = 8080;
const origin = `http://127.0.0.1:${portInside}`;

/** Agents want an address: socat passes its connections on to the socket. Nothing else listens in the box's network. */
const relay =
  `socat TCP-LISTEN:${portInside},bind=127.0.0.1,fork,reuseaddr,backlog=64 UNIX-CONNECT:${socketInside} </dev/null >/dev/null 2>&1 & ` +
  `while ! (: </dev/tcp/127.0.0.1/${portInside}) 2>/dev/null; do ` +
  'kill -0 $! 2>/dev/null || { echo "socat is not installed or did not start" >&2; exit 127; }; sleep 0.02; done; ' +
  'exec "$@"';

/** Where programs of the host are found inside a box. */
const foldersInside = ['/usr/local/bin', '/usr/bin', '/bin'];

/** Whether agents that need a model can run in this process; else why not, and what to do. */
export function modelsAvailability(openDoor: OpenRunDoor | undefined): AgentAvailability {
  if (!openDoor) return { ok: false, reason: noGateway, fix: 'Start it as npm start does: that worker has one.' };
  if (foldersInside.some((folder) => existsSync(path.join(folder, 'socat')))) return { ok: true };
  return {
    ok: false,
    reason: 'socat is not installed on the server, so no agent can reach a model from its box.',
    fix: 'Ask an administrator to install it, for example with: apt-get install socat',
  };
}

const noGateway = 'This worker has no gateway, so agents that need a model cannot run here.';

/**
 * Makes the run's key and opens its door.
 * @throws AppError `unavailable` when this process has no gateway or nobody offers a model; RunLostError
 */
export async function openRunModels(
  ctx: Context,
  { run, claim, openDoor }: { run: RunRow; claim: RunClaim; openDoor: OpenRunDoor | undefined },
): Promise<RunModels> {
  if (!openDoor) throw new AppError('unavailable', noGateway);
  const model = run.model ?? (await firstRunModel(run));
  const effort = await effortOf(ctx, run);
  const door = await openDoor(claim.runId);
  try {
    const key = await issueRunKey(ctx, claim);
    const renewal = setInterval(() => void renew(ctx, claim), runKeyLifeMs / 3);
    return {
      access: {
        anthropicUrl: `${origin}/gateway/anthropic`,
        openAiUrl: `${origin}/gateway/openai/v1`,
        geminiUrl: `${origin}/gateway/gemini`,
        key,
        model,
        ...effort,
      },
      sockets: [[door.socketPath, socketInside]],
      throughDoor: (argv) => ['bash', '-c', relay, 'bash', ...argv],
      close: async () => {
        clearInterval(renewal);
        await door.close();
      },
    };
  } catch (error) {
    await door.close();
    throw error;
  }
}

/** How hard the model is to think, when whoever asked said so. */
async function effortOf(ctx: Context, run: RunRow): Promise<{ effort?: string }> {
  const { runPrompt } = schema;
  const [asked] = await ctx.db
    .select({ effort: runPrompt.effort })
    .from(runPrompt)
    .where(and(eq(runPrompt.runId, run.id), eq(runPrompt.teamId, run.teamId)));
  return asked?.effort == null ? {} : { effort: asked.effort };
}

async function renew(ctx: Context, claim: RunClaim): Promise<void> {
  // Without the database no call is let through either.
  await renewRunKey(ctx, claim).catch((error: unknown) =>
    log().warn({ err: error, runId: claim.runId }, 'the key of a run could not be renewed'),
  );
}
