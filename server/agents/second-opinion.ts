import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Context } from '../context.ts';
import type { AgentAction } from '../core/agent-action.ts';
import { familiesOf } from '../core/guard/command-families.ts';
import { opinionMessages } from '../core/guard/opinion-question.ts';
import { mayBeEased, readOpinion, type SecondOpinion } from '../core/guard/second-opinion.ts';
import type { RecordMask } from '../governance/dlp/mask-record.ts';
import { approvalNeedsOf } from '../governance/guard/approval-rules.ts';
import { opinionOfTeam } from '../governance/guard/guard-settings.ts';
import { log } from '../platform/log.ts';
import { issueRunKey, renewRunKey, runKeyLifeMs } from '../runs/issue-run-key.ts';
import type { RunClaim, RunRow } from '../runs/run-claim.ts';
import { wordsOfPeople } from '../runs/threads/words-of-people.ts';
import { askThroughDoor } from './ask-through-door.ts';
import type { GuardSays, OpinionSays } from './judge-action.ts';
import type { OpenRunDoor, RunDoor } from './run-models.ts';

export type OpinionOptions = {
  run: RunRow;
  claim: RunClaim;
  mask: RecordMask;
  projectId: Promise<string>;
  /** The action with what a command comes to. */
  takenApart: (action: AgentAction) => Promise<AgentAction>;
  /** Without a way to models nobody is asked. */
  openDoor: OpenRunDoor | undefined;
  /** How long a model has to answer. */
  waitMs: number;
};

export type RunOpinion = {
  /** A model's opinion on an action; undefined when none is to be asked, or there is no use in its answer. */
  ask: (action: AgentAction, said: GuardSays) => Promise<OpinionSays | undefined>;
  close: () => Promise<void>;
};

/** A model that was silent so often in a row is not asked for a while: it would hold up the agent at each step. */
const mostSilences = 2;
const restMs = 30_000;
const mostKept = 500;
/** Models that think first count what they think. */
const mostAnswerTokens = 2_000;

/** The second opinion on what one run's agent does, by the rights and the budget of whoever asked for the run (docs/spec/guard.md, GU60 to GU67). */
export function openRunOpinion(ctx: Context, options: OpinionOptions): RunOpinion {
  const { run, mask, projectId, takenApart, waitMs } = options;
  const way = openWay(ctx, options);
  const kept = new Map<string, SecondOpinion>();
  let silences = 0;
  let restsUntil = 0;

  async function opinionOf(body: Question): Promise<SecondOpinion | undefined> {
    const key = createHash('sha256').update(JSON.stringify(body)).digest('hex');
    const known = kept.get(key);
    if (known || performance.now() < restsUntil) return known;
    try {
      const opinion = await asked(body);
      silences = 0;
      if (opinion && kept.size < mostKept) kept.set(key, opinion);
      return opinion;
    } catch (error) {
      log().info({ err: error, runId: run.id }, 'a second opinion could not be had');
      silences += 1;
      if (silences >= mostSilences) restsUntil = performance.now() + restMs;
      return undefined;
    }
  }

  /** @throws when the model is silent or out of reach */
  async function asked(body: Question): Promise<SecondOpinion | undefined> {
    const late = AbortSignal.timeout(waitMs);
    const { status, text, requestId } = await askThroughDoor({ ...(await way.open()), body }, late);
    const read = status === 200 ? readOpinion(contentOf(text)) : undefined;
    if (!read) {
      log().info({ runId: run.id, requestId, status }, 'what came for a second opinion is none');
      return undefined;
    }
    const reason = (await mask.mask(read.reason)).toWellFormed().replaceAll('\0', '');
    return { verdict: read.verdict, reason, model: body.model, ...(requestId !== undefined && { requestId }) };
  }

  return {
    async ask(action, said) {
      if (!options.openDoor) return undefined;
      const setting = await opinionOfTeam(ctx.db, run.teamId);
      if (!setting) return undefined;
      const { mode } = run;
      const words = await wordsOfPeople(ctx, run);
      const messages = opinionMessages({ words, action: await takenApart(action), mode, guard: said });
      if (!messages) return undefined;
      const opinion = await opinionOf({ model: setting.model, messages, max_tokens: mostAnswerTokens, stream: false });
      if (!opinion) return undefined;
      const where = { teamId: run.teamId, projectId: await projectId };
      const needs = await approvalNeedsOf(ctx.db, where, said.families ?? familiesOf(said.rules));
      return { opinion, mayEase: setting.mode === 'both' && mayBeEased(said, needs) };
    },
    close: way.close,
  };
}

type Question = {
  model: string;
  messages: NonNullable<ReturnType<typeof opinionMessages>>;
  max_tokens: number;
  stream: false;
};

/** The guard's own key and door, opened when they are first needed: the agent has neither. */
function openWay(ctx: Context, { claim, openDoor }: OpinionOptions) {
  let opening: Promise<{ door: RunDoor; key: string }> | undefined;
  let renewal: NodeJS.Timeout | undefined;
  // Calls with a key that ran out are refused, and the guard's word stands: it is tried again in time for most.
  const unrenewed = (error: unknown) =>
    log().warn({ err: error, runId: claim.runId }, 'the key for second opinions could not be renewed');
  const open = async () => {
    if (!openDoor) throw new Error('there is no way to models');
    const door = await openDoor(claim.runId);
    try {
      const key = await issueRunKey(ctx, claim, 'guard');
      renewal = setInterval(() => void renewRunKey(ctx, claim).catch(unrenewed), runKeyLifeMs / 3);
      return { door, key };
    } catch (error) {
      await door.close();
      throw error;
    }
  };
  return {
    open: async () => {
      opening ??= open();
      // What could not be opened is tried again the next time.
      opening.catch(() => (opening = undefined));
      const { door, key } = await opening;
      return { socketPath: door.socketPath, key };
    },
    close: async () => {
      clearInterval(renewal);
      const opened = await opening?.catch(() => undefined);
      await opened?.door.close();
    },
  };
}

const completion = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
});

/** The text of an answer; empty when it has none. */
function contentOf(text: string): string {
  try {
    return completion.safeParse(JSON.parse(text)).data?.choices[0]?.message.content ?? '';
  } catch {
    return '';
  }
}
