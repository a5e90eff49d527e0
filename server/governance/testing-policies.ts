import { db, schema } from '../../db/client.ts';
import type { PolicyCaller, PolicyModel } from '../core/policy-question.ts';
import { newId } from '../platform/ids.ts';
import { notify } from '../platform/notify.ts';
import { scopeName, type PolicyScope } from './policies/published.ts';

/** Policies in force, askers and models for tests, without going through the use cases under test. */

let lastNumber = 100;

/** Puts a text in force as the next version of a scope, in the name of a person. @returns its number */
export async function putInForce(scope: PolicyScope, text: string, createdBy: string): Promise<number> {
  lastNumber += 1;
  await db().transaction(async (tx) => {
    await tx.insert(schema.policyVersion).values({
      id: newId('pov'),
      teamId: scope,
      number: lastNumber,
      text,
      reason: 'a test',
      basedOn: 0,
      createdBy,
      publishedBy: createdBy,
      publishedAt: new Date(),
    });
    await notify(tx, 'policy', scopeName(scope));
  });
  return lastNumber;
}

export const policy = (id: string, says: string) => `@id("${id}")\n@title("The rule ${id}")\n${says};\n`;

export const asker = (teamId: string, more: Partial<PolicyCaller> = {}): PolicyCaller => ({
  person: { id: 'per_ana', name: 'Ana', email: 'ana@example.com' },
  teamId,
  role: 'developer',
  ...more,
});

export const someModel = (place: 'local' | 'remote' = 'remote', alias = 'claude'): PolicyModel => ({
  alias,
  target: {
    modelId: `mod_${alias}`,
    providerId: 'prv_1',
    providerName: 'Somewhere',
    place,
    upstreamModel: `${alias}-1`,
    price: { input: 3_000_000, output: 15_000_000 },
  },
});

/** The row of a call that went well an hour ago. */
export const aCallRow = () => ({
  id: newId('mcl'),
  teamId: 'team_1',
  personId: 'per_ana',
  keyKind: 'token' as const,
  keyId: 'tok_1',
  client: 'codex/1.0',
  protocol: 'openai_responses' as const,
  alias: 'gpt',
  modelId: 'mdl_1',
  providerId: 'prv_1',
  providerName: 'OpenAI',
  upstreamModel: 'gpt-5',
  place: 'remote' as const,
  isStream: true,
  rules: [],
  findings: [],
  state: 'succeeded' as const,
  isPriced: true,
  isEstimate: false,
  reservedMicroUsd: 0,
  budgetKeys: [],
  nodeId: 'node_1',
  requestId: 'req_1',
  auditEntryId: 'aud_1',
  startedAt: new Date(),
});
