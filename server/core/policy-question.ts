import type { ModelCaller, ModelTarget } from './model-call.ts';
import type { Sensitivity } from './sensitivity.ts';

/** What policies are asked about, as plain values (docs/spec/policy.md). Nothing here knows the language they are written in. */

/** The three ways in which a class of what was found may leave: as it is, as it is with a word to the asker, masked. */
export const sendActions = ['sendUnredacted', 'sendWithNotice', 'sendMasked'] as const;
export type SendAction = (typeof sendActions)[number];

/** What people and what works for them may do with AI. */
export const policyActions = ['useModel', ...sendActions, 'usePath', 'applyWithoutReview', 'runUnattended'] as const;

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

export type PolicyQuestion = { caller: PolicyCaller; circumstances?: PolicyCircumstances } & (
  | { action: 'useModel'; model: PolicyModel }
  | { action: SendAction; model: PolicyModel; dataClass: string }
  | { action: 'usePath' | 'applyWithoutReview'; path: string }
  | { action: 'runUnattended' }
);

/** The caller's project, as far as policies look at it. */
export type PolicyProject = { id: string; name: string; sensitivity: Sensitivity; isArchived: boolean };
