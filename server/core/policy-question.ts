import type { AgentAction } from './agent-action.ts';
import type { ActionFamily } from './guard/action-family.ts';
import type { Verdict } from './guard/verdict.ts';
import type { ModelCaller, ModelTarget } from './model-call.ts';
import type { Sensitivity } from './sensitivity.ts';
import type { RunMode } from './session-event.ts';

/** What policies are asked about, as plain values (docs/spec/policy.md). Nothing here knows the language they are written in. */

/** The three ways in which a class of what was found may leave: as it is, as it is with a word to the asker, masked. */
export const sendActions = ['sendUnredacted', 'sendWithNotice', 'sendMasked'] as const;
export type SendAction = (typeof sendActions)[number];

/** What agents do: whether at all, and whether without asking people. Policies only narrow these; nothing has to permit them. */
export const actActions = ['act', 'actUnasked'] as const;
export type ActAction = (typeof actActions)[number];

/** What people and what works for them may do with AI. */
export const policyActions = [
  'useModel',
  ...sendActions,
  'usePath',
  'applyWithoutReview',
  'runUnattended',
  ...actActions,
] as const;

/** Who asks: a person in the app, or by a key (a token of theirs, a run that works for them). */
export type PolicyCaller = Omit<ModelCaller, 'key'> & { key?: ModelCaller['key'] };

/** The model that is asked for: by which name, and where the call would go. */
export type PolicyModel = {
  alias: string;
  target: Pick<ModelTarget, 'modelId' | 'providerId' | 'providerName' | 'place' | 'upstreamModel' | 'price'>;
};

/** What is known of the moment. What is left out counts as nothing found, no client named. */
export type PolicyCircumstances = {
  /** What the call is for: `chat`, `run`, `review`, `guard` and the like. */
  task?: string;
  /** The program that calls: its user agent, or how that begins. */
  client?: string;
  /** Classes of what was found in the text that would be sent. */
  dataClasses?: readonly string[];
  /** What the run cost so far; without a run, what the person's calls cost this day. Looked up when left out. */
  spentMicroUsd?: number;
  isUnattended?: boolean;
};

export const actKinds = ['command', 'edit', 'read', 'fetch', 'mcp', 'other'] as const satisfies AgentAction['kind'][];

/** What an agent wants to do, as policies look at it. */
export type PolicyAct = {
  kind: (typeof actKinds)[number];
  mode: RunMode;
  /** The guard's own, whatever the house's rules make of it; left out where the guard does not look. */
  verdict?: Verdict['verdict'];
  /** Ids of the rules of the guard and of the house that spoke about it. */
  rules: readonly string[];
  /** Of what it does and of those rules. */
  families: readonly ActionFamily[];
  /** The MCP server whose tool is called, by its name on the admins' list, and the tool; left out for anything else. */
  server?: string;
  tool?: string;
};

export type PolicyQuestion = { caller: PolicyCaller; circumstances?: PolicyCircumstances } & (
  | { action: 'useModel'; model: PolicyModel }
  | { action: SendAction; model: PolicyModel; dataClass: string }
  | { action: 'usePath' | 'applyWithoutReview'; path: string }
  | { action: 'runUnattended' }
  | { action: ActAction; act: PolicyAct }
);

/** The caller's project, as far as policies look at it. */
export type PolicyProject = { id: string; name: string; sensitivity: Sensitivity; isArchived: boolean };
