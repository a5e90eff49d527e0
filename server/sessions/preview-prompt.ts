import { and, desc, eq, isNotNull } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { authorizeSession, type SessionAccess } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import { promptAttachments, type PromptAttachment } from '../core/attachment.ts';
import { costOf } from '../core/call-cost.ts';
import { AppError } from '../core/errors.ts';
import type { ModelTarget } from '../core/model-call.ts';
import type { PolicyCaller } from '../core/policy-question.ts';
import { estimateTokens, imageTokens } from '../core/token-estimate.ts';
import { dataActions } from '../governance/data-actions.ts';
import { decide } from '../governance/decide.ts';
import { inspectTexts } from '../governance/dlp/inspect.ts';
import { findRoute, listModels } from '../governance/model-routes.ts';
import { knownAgents } from '../runs/list-agents.ts';

export const previewPromptInput = z.object({
  sessionId: z.string(),
  agent: z.string(),
  model: z.string().optional(),
  text: z.string().max(100_000),
  attachments: promptAttachments.optional(),
});

export type OfferedModel = {
  alias: string;
  place: 'local' | 'remote';
  provider: string;
  takesImages: boolean;
  /** Why this person may not use it here; undefined when they may. */
  denied: string | undefined;
};

/** What would happen to a prompt if it were sent now. */
export type PromptPreview = {
  /** The models that the agent can be given here. Empty for an agent without a model. */
  models: OfferedModel[];
  /** Where it would go; undefined for an agent without a model, and when there is none for it. */
  route: OfferedModel | undefined;
  /** How many values would be masked, and what would stop it. */
  masked: number;
  blocked: string[];
  /** In micro-USD: what such turns cost (`turns`), or at least the reading of this prompt (`prompt`). */
  estimate: { microUsd: number; basis: 'turns' | 'prompt' } | undefined;
};

/** Says before a prompt is sent where it goes, what is masked on the way, and about what it costs. Nothing is stored. */
export async function previewPrompt(ctx: Context, given: z.input<typeof previewPromptInput>): Promise<PromptPreview> {
  const access = await authorizeSession(ctx, given.sessionId, 'prompt');
  const { agent: name, model, text, attachments = [] } = previewPromptInput.parse(given);
  const agent = (await knownAgents(ctx)).find((each) => each.name === name);
  if (!agent) throw new AppError('not_found', `There is no agent called ${name} on this installation.`);
  const nothing: PromptPreview = { models: [], route: undefined, masked: 0, blocked: [], estimate: undefined };
  if (!agent.needsModel) return nothing;
  const caller = callerOf(access);
  const models = await offeredModels(caller);
  const open = models.filter(({ denied }) => denied === undefined);
  const chosen = model === undefined ? open[0] : models.find(({ alias }) => alias === model);
  const target = chosen && (await findRoute(access.teamId, chosen.alias))?.targets[0];
  if (!chosen || !target) return { ...nothing, models };
  const texts = [text, ...attachments.map(textOf)];
  const found = await whatIsFound({ access, caller, alias: chosen.alias, target, texts });
  return {
    models,
    route: chosen,
    ...found,
    estimate: await estimateOf(ctx, { access, agent: name, alias: chosen.alias, target, texts, attachments }),
  };
}

function callerOf({ actor, teamId, role, project }: SessionAccess): PolicyCaller {
  const { personId: id, name, email } = actor;
  return { person: { id, name, email }, teamId, role, projectId: project.id };
}

/** Models that can call tools, each with what policy says of this person's use of it here. */
async function offeredModels(caller: PolicyCaller): Promise<OfferedModel[]> {
  const models = (await listModels(caller.teamId)).filter(({ capabilities }) => capabilities.tools);
  return Promise.all(
    models.map(async ({ alias, place, providers, capabilities }) => ({
      alias,
      place,
      provider: providers[0] ?? '',
      takesImages: capabilities.images,
      denied: await denialOf(caller, alias),
    })),
  );
}

async function denialOf(caller: PolicyCaller, alias: string): Promise<string | undefined> {
  let denial = 'No provider offers it now.';
  for (const target of (await findRoute(caller.teamId, alias))?.targets ?? []) {
    const circumstances = { task: 'run' };
    const word = await decide({ caller, action: 'useModel', model: { alias, target }, circumstances });
    if (word.effect === 'allow') return undefined;
    denial = word.rules.map(({ title, id }) => title || id).join(', ') || 'No policy permits it.';
  }
  return denial;
}

type Inspected = { access: SessionAccess; caller: PolicyCaller; alias: string; target: ModelTarget; texts: string[] };

async function whatIsFound({ access, caller, alias, target, texts }: Inspected) {
  const places = texts.map((text) => ({ role: 'user', text, isJson: false, replace: () => undefined }));
  const { teamId, session } = access;
  const inspection = await inspectTexts({ teamId, sessionId: session.id, person: caller.person }, places);
  const treatments = await dataActions({ caller, model: { alias, target } }, inspection.classes);
  const actions = new Map([...treatments].map(([name, { action }]) => [name, action]));
  const found = inspection.found(actions);
  const masked = found.filter(({ action }) => action === 'mask').reduce((sum, one) => sum + one.count, 0);
  const blocked = found.flatMap(({ action, class: name }) => (action === 'block' ? [name] : []));
  return { masked, blocked: [...new Set(blocked)] };
}

/** Ended turns of this agent with this model tell more than a prompt does: most of a turn is what the agent reads itself. */
async function estimateOf(
  ctx: Context,
  of: {
    access: SessionAccess;
    agent: string;
    alias: string;
    target: ModelTarget;
    texts: string[];
    attachments: readonly PromptAttachment[];
  },
): Promise<PromptPreview['estimate']> {
  const { run } = schema;
  const { access, agent, alias, target, texts, attachments } = of;
  const ended = await ctx.db
    .select({ usage: run.usage })
    .from(run)
    .where(and(eq(run.teamId, access.teamId), eq(run.agent, agent), eq(run.model, alias), isNotNull(run.usage)))
    .orderBy(desc(run.createdAt))
    .limit(20);
  const costs = ended.flatMap(({ usage }) => (usage ? [usage.costMicroUsd] : [])).toSorted((a, b) => a - b);
  const median = costs[Math.floor(costs.length / 2)];
  if (costs.length >= 3 && median !== undefined) return { microUsd: median, basis: 'turns' };
  const images = attachments.filter(({ kind }) => kind === 'image').length;
  const input = texts.reduce((sum, text) => sum + estimateTokens(text), 0) + images * imageTokens;
  const cost = costOf({ input, output: 0 }, target.price);
  return cost === null ? undefined : { microUsd: cost, basis: 'prompt' };
}

/** What of an attachment is known before the agent reads it. */
function textOf(attachment: PromptAttachment): string {
  if (attachment.kind === 'range') return attachment.text;
  return attachment.kind === 'diagnostic' ? attachment.message : '';
}
