import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { Context } from '../context.ts';
import { actionTitle, type ActionRule, type AgentAction } from '../core/agent-action.ts';
import type { ApprovalNeeds } from '../core/guard/approval.ts';
import type { RecordMask } from '../governance/dlp/mask-record.ts';
import { askRunPermission } from '../runs/ask-permission.ts';
import { recordDenial } from '../runs/record-denial.ts';
import type { RunClaim } from '../runs/run-claim.ts';
import { useActionGrant } from '../runs/use-action-grant.ts';
import { keepFirst, type Keeping } from './keep-first.ts';
import type { RecordJudgement } from './record-judgement.ts';
import { judgeAction, type JudgeFacts, type Judged } from './judge-action.ts';
import { maxShownInput } from './read-hook-call.ts';
import { shownAction } from './shown-action.ts';
import { waitForAnswer } from './wait-for-answer.ts';

export type ActionRequest = {
  action: AgentAction;
  toolCallId?: string | undefined;
  /** Aborts when nobody waits for the answer any more. */
  signal: AbortSignal;
};

export type ActionAnswer = { allowed: true; scope: 'once' | 'run' } | { allowed: false; reason: string };

export type RunActions = {
  /** Judges an action, asks people when that is the word, and writes down what was denied. */
  decide: (request: ActionRequest) => Promise<ActionAnswer>;
  /** The same for what an agent does through the host: what was allowed just before, when it asked, is not asked again. */
  decideEffect: (request: ActionRequest) => Promise<ActionAnswer>;
  /** Writes down what was denied for another reason than the action itself. */
  refuse: (request: ActionRequest, denied: { rules: readonly ActionRule[]; reason: string }) => Promise<void>;
};

type Given = {
  claim: RunClaim;
  facts: JudgeFacts;
  mask: RecordMask;
  /** The action with what a command comes to, for people to read. */
  takenApart: (action: AgentAction) => Promise<AgentAction>;
  /** The same with how far it would reach. */
  withReach: (action: AgentAction) => Promise<AgentAction>;
  /** Who may allow what was judged so, where that is more than the right to approve. */
  needs: (judgement: Judged) => Promise<ApprovalNeeds | undefined>;
  /** Keeps what was said of each action. */
  record: RecordJudgement;
  /** Keeps the run's files before what may destroy some of them. */
  keep: Keeping | undefined;
  /** The run does not work while it waits for people. */
  pausedFor: <T>(waiting: Promise<T>) => Promise<T>;
  /** How long people have to answer what is asked, by whichever way. */
  answerMs: number;
};

const maxKept = 2_000;

/** Everything that one run's agent asks to do goes through here, by whichever way it asks. */
export function runActions(ctx: Context, given: Given): RunActions {
  const word = createWord(ctx, given);
  const effects = createEffects();
  /** Answers by the agent's own id of the call: its hook and its question of the protocol are about the same. */
  const answered = new Map<string, ActionAnswer>();
  return {
    async decide(request) {
      const { action, toolCallId } = request;
      const key = toolCallId === undefined ? undefined : `${toolCallId} ${callOf(action)}`;
      const known = key === undefined ? undefined : answered.get(key);
      if (known) return known;
      const answer = await word(request);
      if (key !== undefined && answered.size < maxKept) answered.set(key, answer);
      if (answer.allowed) effects.keep(action);
      return answer;
    },
    async refuse(request, denied) {
      const judgement = { ...denied, verdict: 'deny', by: 'policy' } as const;
      await recordDenial(ctx, given.claim, { ...(await questionOf(request, { judgement, given })), by: judgement.by });
    },
    decideEffect: async (request) => (effects.use(request.action) ? { allowed: true, scope: 'once' } : word(request)),
  };
}

/** What an agent was allowed to do through the host, and has not done yet. */
function createEffects() {
  const left = new Map<string, number>();
  return {
    keep(action: AgentAction): void {
      for (const effect of effectsOf(action)) if (left.size < maxKept) left.set(effect, (left.get(effect) ?? 0) + 1);
    },
    use(action: AgentAction): boolean {
      const effects = effectsOf(action);
      if (effects.length === 0 || !effects.every((effect) => left.has(effect))) return false;
      for (const effect of effects) {
        const rest = (left.get(effect) ?? 1) - 1;
        if (rest === 0) left.delete(effect);
        else left.set(effect, rest);
      }
      return true;
    },
  };
}

/** The word on one action: judged, asked where that is the judgement, and written down where it was denied. */
function createWord(ctx: Context, given: Given) {
  const { claim, facts, pausedFor } = given;
  /** What people allowed for the whole run, with the question they were asked. */
  const allowedForRun = new Map<string, string>();

  async function asked(request: ActionRequest, judgement: Judged, subject?: string): Promise<ActionAnswer> {
    const expiresAt = new Date(Date.now() + given.answerMs);
    const question = await questionOf(request, { judgement, given });
    const permissionId = await askRunPermission(ctx, claim, { ...question, expiresAt });
    await given.record(request.action, judgement, permissionId);
    const answer = await pausedFor(waitForAnswer(ctx, claim, { permissionId, signal: request.signal, expiresAt }));
    if (subject !== undefined && answer.allowed && answer.scope === 'run') allowedForRun.set(subject, permissionId);
    return answer;
  }

  /** A person's word holds also when nothing could be kept: then it is what it is about. */
  async function allowed(request: ActionRequest, scope: 'once' | 'run'): Promise<ActionAnswer> {
    await keepFirst({ ...request, isAsked: true }, given);
    return { allowed: true, scope };
  }

  return async (request: ActionRequest): Promise<ActionAnswer> => {
    const { action } = request;
    const judgement = await judgeAction(action, facts);
    if (judgement.verdict === 'allow') {
      const unkept = await keepFirst({ ...request, isAsked: false }, given);
      if (unkept) return asked(request, { ...unkept, families: judgement.families ?? [] });
      await given.record(action, judgement);
      return { allowed: true, scope: 'once' };
    }
    const isFinal = judgement.verdict === 'deny' && judgement.by !== 'guard' && judgement.by !== 'opinion';
    if (!isFinal && (await useActionGrant(ctx, claim, liftedOf(action, judgement)))) return allowed(request, 'once');
    if (judgement.verdict === 'deny') {
      await given.record(action, judgement);
      await recordDenial(ctx, claim, { ...(await questionOf(request, { judgement, given })), by: judgement.by });
      return { allowed: false, reason: wordsFor(judgement) };
    }
    const subject = subjectOf(action, judgement);
    const known = allowedForRun.get(subject);
    if (known !== undefined) {
      await given.record(action, judgement, known);
      return allowed(request, 'run');
    }
    const answer = await asked(request, judgement, subject);
    return answer.allowed ? allowed(request, answer.scope) : answer;
  };
}

async function questionOf(
  { action, toolCallId }: ActionRequest,
  { judgement, given }: { judgement: Judged; given: Given },
) {
  const shown = await shownAction(await given.withReach(await given.takenApart(action)), given.mask);
  const { reason, rules, saferWay, opinion } = judgement;
  const needs = await given.needs(judgement);
  return {
    ...(toolCallId !== undefined && { toolCallId }),
    title: actionTitle(shown).slice(0, 500).toWellFormed(),
    action: shown,
    subject: liftedOf(action, judgement),
    reason,
    rules,
    ...(saferWay !== undefined && { saferWay }),
    ...(needs && { needs }),
    ...(opinion && { opinion }),
  };
}

function wordsFor({ reason, saferWay }: Judged): string {
  return saferWay === undefined ? reason : `${reason} ${saferWay}`;
}

/** One call, exactly: ids of calls come from models, and some of them give the same to all. */
function callOf(action: AgentAction): string {
  return action.kind === 'command' ? subjectOf(action) : digest(action.kind, JSON.stringify(action));
}

/**
 * What is done when a person lifts a denial. An agent writes its edit anew, so there the files and what is said of it are the same; all else
 * is what the person saw.
 */
function liftedOf(action: AgentAction, { rules }: Judged): string {
  if (action.kind !== 'edit') return callOf(action);
  return digest('edit', ...action.changes.map(({ path }) => path), ...rules.map(({ id }) => id).toSorted());
}

/** What two actions have in common when a person's word on one holds for the other. */
function subjectOf(action: AgentAction, judgement?: Judged): string {
  const rules = judgement === undefined ? [] : judgement.rules.map(({ id }) => id).toSorted();
  switch (action.kind) {
    case 'command':
      return digest('command', action.cwd, action.command);
    case 'edit':
      return digest('edit', ...(isAlike(judgement) ? rules : action.changes.map(({ path }) => path)));
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

/** What rules ask about two changes is the same when the rules are; what a model thinks of one says nothing of another. */
const isAlike = (judgement: Judged | undefined) => judgement !== undefined && judgement.by !== 'opinion';

function digest(...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function hostOf(address: string): string {
  return URL.parse(address)?.host ?? address;
}

/** What was cut is not known whole, so what was said of it does not hold for a call. */
function toolCallOf({ server, name, input }: Extract<AgentAction, { kind: 'mcp' }>): string[] {
  return input.length < maxShownInput ? [digest('call', server, name, input === '' ? '{}' : input)] : [];
}

/** The calls of the host that belong to an action: its command, the writing of each of its files, or its call of a tool. */
function effectsOf(action: AgentAction): string[] {
  if (action.kind === 'command') return [digest('run', posix.normalize(action.cwd || '.'), action.command)];
  if (action.kind === 'mcp') return toolCallOf(action);
  if (action.kind !== 'edit') return [];
  return action.changes.map(({ path, newText }) => digest('write', path, newText ?? ''));
}
