import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { Context } from '../context.ts';
import { actionTitle, type AgentAction } from '../core/agent-action.ts';
import type { RecordMask } from '../governance/dlp/mask-record.ts';
import { askRunPermission } from '../runs/ask-permission.ts';
import { recordDenial } from '../runs/record-denial.ts';
import type { RunClaim } from '../runs/run-claim.ts';
import { useActionGrant } from '../runs/use-action-grant.ts';
import { judgeAction, type JudgeFacts, type Judgement } from './judge-action.ts';
import { shownAction } from './shown-action.ts';
import { waitForAnswer } from './wait-for-answer.ts';

export type ActionRequest = {
  action: AgentAction;
  toolCallId?: string | undefined;
  /** Aborts when nobody waits for the answer any more. */
  signal: AbortSignal;
  /** How long people have to answer; for ever when left out. */
  answerWithinMs?: number;
};

export type ActionAnswer = { allowed: true; scope: 'once' | 'run' } | { allowed: false; reason: string };

export type RunActions = {
  /** Judges an action, asks people when that is the word, and writes down what was denied. */
  decide(request: ActionRequest): Promise<ActionAnswer>;
  /** The same for what an agent does through the host: what was allowed just before, when it asked, is not asked again. */
  decideEffect(request: ActionRequest): Promise<ActionAnswer>;
};

type Given = {
  claim: RunClaim;
  facts: JudgeFacts;
  mask: RecordMask;
  /** The run does not work while it waits for people. */
  pausedFor<T>(waiting: Promise<T>): Promise<T>;
};

const maxKept = 2_000;

/** Everything that one run's agent asks to do goes through here, by whichever way it asks. */
export function runActions(ctx: Context, given: Given): RunActions {
  const { claim } = given;
  /** What people allowed for the whole run. */
  const allowedForRun = new Set<string>();
  /** Answers by the agent's own id of the call: its hook and its question of the protocol are about the same. */
  const answered = new Map<string, ActionAnswer>();
  /** What an agent was allowed to do through the host, and has not done yet. */
  const allowedEffects = new Map<string, number>();

  async function decide(request: ActionRequest): Promise<ActionAnswer> {
    const { action, toolCallId } = request;
    const key = toolCallId === undefined ? undefined : `${toolCallId} ${subjectOf(action)}`;
    const known = key === undefined ? undefined : answered.get(key);
    if (known) return known;
    const answer = await judged(request);
    if (key !== undefined && answered.size < maxKept) answered.set(key, answer);
    if (answer.allowed) for (const effect of effectsOf(action)) keepEffect(effect);
    return answer;
  }

  function keepEffect(effect: string): void {
    if (allowedEffects.size < maxKept) allowedEffects.set(effect, (allowedEffects.get(effect) ?? 0) + 1);
  }

  function useEffect(effect: string): boolean {
    const left = allowedEffects.get(effect) ?? 0;
    if (left === 1) allowedEffects.delete(effect);
    else if (left > 1) allowedEffects.set(effect, left - 1);
    return left > 0;
  }

  async function judged(request: ActionRequest): Promise<ActionAnswer> {
    const { action } = request;
    const judgement = await judgeAction(action, given.facts);
    if (judgement.verdict === 'allow') return { allowed: true, scope: 'once' };
    const subject = subjectOf(action, judgement);
    const isFinal = judgement.verdict === 'deny' && judgement.by !== 'guard';
    if (!isFinal && (await useActionGrant(ctx, claim, subjectOf(action)))) return { allowed: true, scope: 'once' };
    if (judgement.verdict === 'deny') return denied(request, judgement);
    if (allowedForRun.has(subject)) return { allowed: true, scope: 'run' };
    const answer = await asked(request, judgement);
    if (answer.allowed && answer.scope === 'run') allowedForRun.add(subject);
    return answer;
  }

  async function denied(request: ActionRequest, judgement: Judged): Promise<ActionAnswer> {
    await recordDenial(ctx, claim, { ...(await questionOf(request, judgement)), by: judgement.by });
    return { allowed: false, reason: wordsFor(judgement) };
  }

  async function asked(request: ActionRequest, judgement: Judged): Promise<ActionAnswer> {
    const { answerWithinMs, signal } = request;
    const expiresAt = answerWithinMs === undefined ? undefined : new Date(Date.now() + answerWithinMs);
    const question = await questionOf(request, judgement);
    const permissionId = await askRunPermission(ctx, claim, { ...question, ...(expiresAt && { expiresAt }) });
    return given.pausedFor(waitForAnswer(ctx, claim, { permissionId, signal, expiresAt }));
  }

  async function questionOf({ action, toolCallId }: ActionRequest, judgement: Judged) {
    const shown = await shownAction(action, given.mask);
    const { reason, rules, saferWay } = judgement;
    return {
      ...(toolCallId !== undefined && { toolCallId }),
      title: actionTitle(shown).slice(0, 500).toWellFormed(),
      action: shown,
      subject: subjectOf(action),
      reason,
      rules,
      ...(saferWay !== undefined && { saferWay }),
    };
  }

  return {
    decide,
    decideEffect: async (request) =>
      effectsOf(request.action).every(useEffect) ? { allowed: true, scope: 'once' } : judged(request),
  };
}

type Judged = Exclude<Judgement, { verdict: 'allow' }>;

function wordsFor({ reason, saferWay }: Judged): string {
  return saferWay === undefined ? reason : `${reason} ${saferWay}`;
}

/** What two actions have in common when a person's word on one holds for the other. */
function subjectOf(action: AgentAction, judgement?: Judged): string {
  const rules = judgement === undefined ? [] : judgement.rules.map(({ id }) => id).toSorted();
  switch (action.kind) {
    case 'command':
      return digest('command', action.cwd, action.command);
    case 'edit':
      return digest('edit', ...(judgement === undefined ? action.changes.map(({ path }) => path) : rules));
    case 'mcp':
      return digest('mcp', action.server, action.name);
    case 'fetch':
      return digest('fetch', hostOf(action.address));
    case 'other':
      return digest('other', action.tool);
    case 'read':
      return digest('read', ...action.paths);
    case 'quiet':
      return digest('quiet');
  }
}

function digest(...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function hostOf(address: string): string {
  return URL.parse(address)?.host ?? address;
}

/** The calls of the host that belong to an action: its command, or the writing of each of its files. */
function effectsOf(action: AgentAction): string[] {
  if (action.kind === 'command') return [digest('run', posix.normalize(action.cwd || '.'), action.command)];
  if (action.kind !== 'edit') return [];
  return action.changes.map(({ path, newText }) => digest('write', path, newText ?? ''));
}
