import { and, desc, eq } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../core/errors.ts';
import type { PolicyRule } from '../../core/policy-rule.ts';
import { readPolicyRule } from '../../core/read-policy-rule.ts';
import { authorizeManaging, authorizeReading, mayManage } from './authorize-policies.ts';
import { checkPolicies, type PolicyProblem, type ReadPolicy } from './check-policies.ts';
import { findPublished, ofTeam, type PolicyScope } from './published.ts';
import { shippedPolicies, teamStart } from './shipped-policies.ts';
import { policyText, scopeInput } from './write-version.ts';

/** A policy as the screen lists it; `rule` is there when the form can show and change it. */
export type PolicyView = {
  id: string;
  title: string;
  advice?: string;
  effect: 'permit' | 'forbid';
  /** Where it stands in the text, in UTF-16 units. */
  start: number;
  end: number;
  text: string;
  rule?: PolicyRule;
};

function toView({ id, title, advice, start, end, text, json }: ReadPolicy): PolicyView {
  const rule = readPolicyRule(json, text);
  return { id, title, effect: json.effect, start, end, text, ...(advice && { advice }), ...(rule && { rule }) };
}

export type PoliciesInForce = {
  /** 0: the shipped ones, or for a team none of its own. */
  number: number;
  text: string;
  reason: string | null;
  publishedBy: string | null;
  publishedAt: Date | null;
  policies: PolicyView[];
  mayManage: boolean;
};

/** The policies in force of a team, or of the installation, for those who live under them. */
export async function getPolicies(ctx: Context, given: z.infer<typeof scopeInput>): Promise<PoliciesInForce> {
  const { teamId: scope } = scopeInput.parse(given);
  await authorizeReading(ctx, scope);
  const row = await findPublished(ctx.db, scope);
  const text = row?.text ?? shippedText(scope);
  const shipped = { number: 0, reason: null, publishedAt: null };
  const { number, reason, publishedAt } = row ?? shipped;
  return {
    number,
    text,
    reason,
    publishedAt,
    publishedBy: await nameOf(ctx, row?.publishedBy ?? null),
    policies: checkPolicies(text).policies.map(toView),
    mayManage: await mayManage(ctx, scope),
  };
}

async function nameOf(ctx: Context, personId: string | null): Promise<string | null> {
  if (personId === null) return null;
  const { person } = schema;
  const [row] = await ctx.db.select({ name: person.name }).from(person).where(eq(person.id, personId));
  return row?.name ?? null;
}

const shippedText = (scope: PolicyScope) => (scope === null ? shippedPolicies : teamStart);

export type PolicyVersionView = {
  policyVersionId: string;
  number: number;
  reason: string;
  basedOn: number;
  restores: number | null;
  createdBy: string;
  createdAt: Date;
  publishedBy: string | null;
  publishedAt: Date | null;
};

const mostVersions = 200;

/** The versions of a scope and its drafts, the newest first. For those who write them. */
export async function listPolicyVersions(
  ctx: Context,
  given: z.infer<typeof scopeInput>,
): Promise<PolicyVersionView[]> {
  const { teamId: scope } = scopeInput.parse(given);
  await authorizeManaging(ctx, scope);
  const { policyVersion, person } = schema;
  const publisher = alias(person, 'publisher');
  return ctx.db
    .select({
      policyVersionId: policyVersion.id,
      number: policyVersion.number,
      reason: policyVersion.reason,
      basedOn: policyVersion.basedOn,
      restores: policyVersion.restores,
      createdBy: person.name,
      createdAt: policyVersion.createdAt,
      publishedBy: publisher.name,
      publishedAt: policyVersion.publishedAt,
    })
    .from(policyVersion)
    .innerJoin(person, eq(person.id, policyVersion.createdBy))
    .leftJoin(publisher, eq(publisher.id, policyVersion.publishedBy))
    .where(ofTeam(scope))
    .orderBy(desc(policyVersion.number))
    .limit(mostVersions);
}

export const versionInput = scopeInput.extend({ number: z.number().int().min(0) });

/** The text of one version; 0 is what is shipped. @throws AppError `not_found` */
export async function getPolicyVersion(ctx: Context, given: z.infer<typeof versionInput>): Promise<{ text: string }> {
  const { teamId: scope, number } = versionInput.parse(given);
  await authorizeManaging(ctx, scope);
  if (number === 0) return { text: shippedText(scope) };
  const { policyVersion } = schema;
  const [row] = await ctx.db
    .select({ text: policyVersion.text })
    .from(policyVersion)
    .where(and(ofTeam(scope), eq(policyVersion.number, number)));
  if (!row) throw new AppError('not_found', `There is no version ${number}.`);
  return row;
}

export const checkInput = scopeInput.extend({ text: policyText });

export type CheckedText = { problems: PolicyProblem[]; policies: PolicyView[] };

/** What is wrong with a text, and what its policies say. For those who write them. */
export async function checkPolicyText(ctx: Context, given: z.infer<typeof checkInput>): Promise<CheckedText> {
  const { teamId: scope, text } = checkInput.parse(given);
  await authorizeManaging(ctx, scope);
  const { problems, policies } = checkPolicies(text);
  return { problems, policies: policies.map(toView) };
}
