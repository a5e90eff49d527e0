import { isOutside, type ActionRule, type AgentAction } from '../core/agent-action.ts';
import { isAppError } from '../core/errors.ts';
import { withOpinion, type SecondOpinion } from '../core/guard/second-opinion.ts';
import type { Verdict } from '../core/guard/verdict.ts';
import type { ActionFamily } from '../core/guard/action-family.ts';
import { familiesOf } from '../core/guard/command-families.ts';
import { isFreeInMode, isLeftToReview } from '../core/mode-freedom.ts';
import { onlyReads } from '../core/plain-reads.ts';
import type { ActAction, PolicyAct } from '../core/policy-question.ts';
import type { Denier, RunMode } from '../core/session-event.ts';
import { treePathProblem } from '../workspace/tree-path.ts';

/** Who or what had the last word on an action. */
export type JudgedBy = Denier;

export type Judgement = {
  /** What the action is about, so that it is known who may allow it. */
  families?: readonly ActionFamily[];
} & (
  | { verdict: 'allow'; by?: JudgedBy; rules?: readonly ActionRule[]; reason?: string; opinion?: SecondOpinion }
  | {
      verdict: 'ask' | 'deny';
      by: JudgedBy;
      rules: readonly ActionRule[];
      /** For people and for the model. */
      reason: string;
      saferWay?: string;
      /** What a model said of it. */
      opinion?: SecondOpinion;
    }
);

/** What is not simply allowed. */
export type Judged = Exclude<Judgement, { verdict: 'allow' }>;

/**
 * `house`: a rule that people wrote had the last word. `families`: what the action is about, whatever is said of it. `beneath`: the guard's
 * own, and every rule that spoke.
 */
export type GuardSays = Verdict & {
  by?: 'guard' | 'house';
  families?: readonly ActionFamily[];
  beneath?: Partial<Pick<Verdict, 'verdict'>> & Pick<Verdict, 'rules'>;
};

/** A model's opinion, and whether it may let through what the guard would ask about. */
export type OpinionSays = { opinion: SecondOpinion; mayEase: boolean };

/** What judging looks at besides the action; each of the questions does its own reading. */
export type JudgeFacts = {
  mode: RunMode;
  /** Policy's word on a path of the repository. @throws AppError `forbidden` naming the rule */
  requireOpen: (path: string) => Promise<void>;
  /** Policy's word on what is done. @throws AppError `forbidden` naming the rule */
  requireActing: (action: ActAction, act: PolicyAct) => Promise<void>;
  /** Policy's word on going on without asking, as it is now. @throws AppError `forbidden` naming the rule */
  requireUnattended: () => Promise<void>;
  /** The guard's verdict with the house's rules on top; undefined where neither says anything. */
  guard: (action: AgentAction) => Promise<GuardSays | undefined>;
  /** A second opinion on what the guard said; undefined when there is none. */
  opinion: (action: AgentAction, said: GuardSays) => Promise<OpinionSays | undefined>;
  /** The MCP servers that the host gave to the run, by name. */
  mcpServers: ReadonlyMap<string, McpRules>;
};

/** What an admin said of the tools of an MCP server. */
export type McpRules = {
  /** They only read, so nobody is asked. */
  readTools: ReadonlySet<string>;
  /** What is said to the others. */
  otherTools: 'ask' | 'deny';
};

const allow: Judgement = { verdict: 'allow' };

/**
 * Whether an agent may do something, asked before each of its tools: policy first, then the run's mode, then the guard. The
 * strictest word counts, and what none of them knows is asked (docs/spec/agents.md).
 */
export async function judgeAction(action: AgentAction, facts: JudgeFacts): Promise<Judgement> {
  const closed = impossible(action, facts) ?? (await closedByPolicy(action, facts)) ?? closedByMode(action, facts.mode);
  if (closed) return closed;
  if (action.kind === 'quiet') return allow;
  const said = await facts.guard(action);
  const act = actOf(action, facts.mode, said);
  const forbidden = await refusalOf(facts.requireActing('act', act));
  if (forbidden) return forbidden;
  const word = { ...(await wordOn(action, said, facts)), families: act.families };
  if (word.verdict !== 'allow') return word;
  const unasked = await refusalOf(facts.requireActing('actUnasked', act));
  if (!unasked) return word;
  // Who may allow it is a matter of what the guard saw, too.
  const rules = [...unasked.rules, ...act.rules.map((id) => ({ id, words: said?.reason ?? '' }))];
  return { ...unasked, verdict: 'ask', rules, families: act.families, ...(word.opinion && { opinion: word.opinion }) };
}

/** The action as policies look at it. They know the guard's own verdict, so that no rule of the house hides it from them. */
function actOf(action: Exclude<AgentAction, { kind: 'quiet' }>, mode: RunMode, said: GuardSays | undefined): PolicyAct {
  const { verdict, rules } = said?.beneath ?? said ?? { rules: [] };
  const families = said?.families ?? familiesOf(rules);
  const called = action.kind === 'mcp' ? { server: action.server, tool: action.name } : {};
  return { kind: action.kind, mode, rules, families, ...(verdict && { verdict }), ...called };
}

/** What the guard, a model and the mode say. */
async function wordOn(action: AgentAction, said: GuardSays | undefined, facts: JudgeFacts): Promise<Judgement> {
  const verdict = await withGivenOpinion(action, said, facts);
  if (verdict && verdict.verdict !== 'allow' && !isLeftToReview(action, verdict, facts.mode))
    return guardWord(verdict.verdict, verdict);
  // What the house allows nobody is asked about; a plan stays a plan.
  if (verdict?.by === 'house' && facts.mode !== 'plan')
    return { ...guardRules(verdict), verdict: 'allow', by: 'house' };
  return besideOpinion(await wordOfMode(action, { facts, known: verdict !== undefined }), verdict);
}

type Said = Omit<GuardSays, 'by'> & { by?: 'guard' | 'house' | 'opinion'; opinion?: SecondOpinion };

/** The guard's word, with a model's opinion where one is worth its time: on what the guard asks, and on what nobody else would look at. */
async function withGivenOpinion(
  action: AgentAction,
  said: GuardSays | undefined,
  facts: JudgeFacts,
): Promise<Said | undefined> {
  if (!said || said.by === 'house' || said.verdict === 'deny' || isLeftToReview(action, said, facts.mode)) return said;
  const isUnseen = facts.mode === 'auto' && !(action.kind === 'command' && onlyReads(action.command));
  if (said.verdict === 'allow' && !isUnseen) return said;
  const given = await facts.opinion(action, said);
  // Where people are asked anyway there is nothing to let through.
  return given ? withOpinion(said, given.opinion, given.mayEase && facts.mode === 'auto') : said;
}

/** The word with the opinion beside it, where there is one, which let it through where the guard would have asked. */
function besideOpinion(word: Judgement, said: Said | undefined): Judgement {
  if (!said?.opinion) return word;
  const { opinion } = said;
  if (word.verdict !== 'allow') return { ...word, opinion };
  return said.by === 'opinion' ? { ...word, ...guardRules(said), by: 'opinion', opinion } : { ...word, opinion };
}

/** What can never be meant well: git's own folder, names no tree can hold, what lies outside of the repository. */
function impossible(action: AgentAction, facts: JudgeFacts): Judgement | undefined {
  if (action.kind === 'mcp') return closedTool(action, facts);
  if (action.kind !== 'edit') return undefined;
  const bad = action.changes.find(({ path }) => !mayBeChanged(path));
  if (!bad) return undefined;
  return deny('mode', {
    rule: { id: 'edit.outside', words: 'Agents change files of the repository only' },
    reason: `${JSON.stringify(bad.path)} is not a file of the repository that an agent may change. Files that are needed for a while go to /tmp.`,
  });
}

type McpCall = Extract<AgentAction, { kind: 'mcp' }>;

const isReadTool = ({ server, name }: McpCall, { mcpServers }: JudgeFacts) =>
  mcpServers.get(server)?.readTools.has(name) === true;

function closedTool(action: McpCall, facts: JudgeFacts): Judgement | undefined {
  const rules = facts.mcpServers.get(action.server);
  if (rules === undefined)
    return deny('mode', {
      rule: { id: 'mcp.unknown-server', words: 'Only MCP servers that an admin listed may be used' },
      reason: `${action.server} is not an MCP server that this run was given.`,
    });
  if (rules.otherTools !== 'deny' || isReadTool(action, facts)) return undefined;
  return deny('policy', {
    rule: { id: 'mcp.closed-tool', words: 'An admin opened only some tools of this MCP server' },
    reason: `${action.name} of ${action.server} is not one of the tools that an admin opened to agents.`,
  });
}

function mayBeChanged(path: string): boolean {
  return isOutside(path) ? path.startsWith('/tmp/') : treePathProblem(path) === undefined;
}

/** Policies close paths to agents, whether they read or write them. */
async function closedByPolicy(action: AgentAction, { requireOpen }: JudgeFacts): Promise<Judgement | undefined> {
  for (const path of pathsOf(action)) {
    if (isOutside(path) || path === '') continue;
    const refusal = await refusalOf(requireOpen(path));
    if (refusal) return refusal;
  }
  return undefined;
}

function pathsOf(action: AgentAction): readonly string[] {
  if (action.kind === 'edit') return action.changes.map(({ path }) => path);
  return action.kind === 'read' ? action.paths : [];
}

async function refusalOf(asked: Promise<void>): Promise<Judged | undefined> {
  try {
    await asked;
    return undefined;
  } catch (error) {
    if (!isAppError(error)) throw error;
    const rules = Array.isArray(error.details?.['rules']) ? error.details['rules'].map(String) : [];
    return {
      verdict: 'deny',
      by: 'policy',
      rules: rules.map((id) => ({ id, words: error.message })),
      reason: error.message,
    };
  }
}

function closedByMode(action: AgentAction, mode: RunMode): Judgement | undefined {
  if (mode !== 'plan' || action.kind !== 'edit') return undefined;
  return deny('mode', {
    rule: { id: 'mode.plan', words: 'A run that plans changes no file' },
    reason: 'This run plans only, so it changes no file. Say what would be changed.',
  });
}

function guardWord(verdict: 'ask' | 'deny', said: Said): Judgement {
  const { by = 'guard', saferWay, opinion } = said;
  return { verdict, by, ...guardRules(said), ...(saferWay !== undefined && { saferWay }), ...(opinion && { opinion }) };
}

const guardRules = ({ rules, reason }: Pick<Verdict, 'rules' | 'reason'>) => ({
  rules: rules.map((id) => ({ id, words: reason })),
  reason,
});

/** Nothing speaks against it: whether a person is asked all the same is a matter of the mode. */
async function wordOfMode(
  action: AgentAction,
  { facts, known }: { facts: JudgeFacts; known: boolean },
): Promise<Judgement> {
  const { mode } = facts;
  if (isFreeInMode(action, mode)) return allow;
  if (action.kind === 'mcp') return isReadTool(action, facts) ? allow : wordOnTool(action);
  if (mode === 'auto' && known) {
    const refusal = await refusalOf(facts.requireUnattended());
    return refusal ? { ...refusal, verdict: 'ask' } : allow;
  }
  return {
    verdict: 'ask',
    by: 'mode',
    rules: [{ id: `mode.${mode}`, words: modeWords[mode] }],
    reason: modeWords[mode],
  };
}

const wordOnTool = ({ server, name }: McpCall): Judgement => ({
  verdict: 'ask',
  by: 'mode',
  rules: [{ id: 'mcp.tool', words: 'A person allows what a tool of an MCP server does' }],
  reason: `${name} is a tool of the MCP server ${server}, and it may do more than read.`,
});

const modeWords: Readonly<Record<RunMode, string>> = {
  ask: 'In the mode Ask a person allows each change and each command.',
  plan: 'In the mode Plan a person allows what is more than reading.',
  edit: 'In the mode Edit files are changed freely; a person allows each command.',
  auto: 'The guard does not know this kind of action, so a person allows it.',
};

function deny(by: JudgedBy, { rule, reason }: { rule: ActionRule; reason: string }): Judgement {
  return { verdict: 'deny', by, rules: [rule], reason };
}
