import {
  policyToJson,
  preparsePolicySet,
  preparseSchema,
  statefulIsAuthorized,
  validate,
  type CedarValueJson,
  type DetailedError,
  type PolicyJson,
  type TypeAndId,
} from '@cedar-policy/cedar-wasm/nodejs';

/** Cedar in this process: reads, checks and evaluates policies. Plain values in and out; nothing else imports the package. */

export type { PolicyJson };
export type CedarUid = TypeAndId;
export type CedarEntity = { uid: CedarUid; attrs: Record<string, CedarValueJson>; parents: CedarUid[] };
export type CedarRequest = {
  principal: CedarUid;
  action: CedarUid;
  resource: CedarUid;
  context: Record<string, CedarValueJson>;
  entities: CedarEntity[];
};

/** What Cedar has to say about a policy. `place` counts bytes of UTF-8 from the policy's first character. */
export type CedarProblem = {
  policyId?: string;
  severity: 'error' | 'warning';
  message: string;
  help?: string;
  place?: { start: number; end: number };
};

/** `reasons` are ids of the policies that decided; a denial without any is one by default. */
export type CedarAnswer = {
  decision: 'allow' | 'deny';
  reasons: string[];
  errors: { policyId: string; message: string }[];
};

/** As a sentence, without what the place says already. */
function sentence(message: string): string {
  const plain = message.replace(/^(failed to parse policy (from string|with id `[^`]*`): |for policy `[^`]*`, )/, '');
  return `${plain.charAt(0).toUpperCase()}${plain.slice(1)}${/[.!?]$/.test(plain) ? '' : '.'}`;
}

function toProblem(error: DetailedError, severity: 'error' | 'warning'): CedarProblem {
  const [place] = error.sourceLocations ?? [];
  // What was expected stands at the label; the message of a syntax error often says no more than where.
  const label = place?.label ?? null;
  const message = label === null || error.message.includes(label) ? error.message : `${error.message}: ${label}`;
  return {
    severity,
    message: sentence(message),
    ...(error.help !== null && { help: sentence(error.help) }),
    ...(place && { place: { start: place.start, end: place.end } }),
  };
}

/** One policy as JSON (Cedar's JSON policy format), or why it cannot be read. */
export function parsePolicy(text: string): { json: PolicyJson } | { problems: CedarProblem[] } {
  const answer = policyToJson(text);
  if (answer.type === 'success') return { json: answer.json };
  return { problems: answer.errors.map((error) => toProblem(error, 'error')) };
}

/** Strict validation of policies, by their ids, against a schema. */
export function validatePolicies(schema: string, policies: Record<string, string>): CedarProblem[] {
  const answer = validate({ schema, policies: { staticPolicies: policies } });
  if (answer.type === 'failure') return answer.errors.map((error) => toProblem(error, 'error'));
  return [
    ...answer.validationErrors.map(({ policyId, error }) => ({ ...toProblem(error, 'error'), policyId })),
    ...answer.validationWarnings.map(({ policyId, error }) => ({ ...toProblem(error, 'warning'), policyId })),
  ];
}

/**
 * Keeps policies, by their ids, read and ready under a name, in place of what had the name before. What was kept under
 * other names stays in memory: take few names.
 * @throws when they cannot be read
 */
export function keepPolicies(name: string, policies: Record<string, string>): void {
  const answer = preparsePolicySet(name, { staticPolicies: policies });
  if (answer.type === 'failure') throw new Error(`policies cannot be read: ${answer.errors[0]?.message ?? 'unknown'}`);
}

const schemaName = 'ensemble';
let keptSchema: string | undefined;

function keepSchema(schema: string): void {
  if (keptSchema === schema) return;
  const answer = preparseSchema(schemaName, schema);
  if (answer.type === 'failure')
    throw new Error(`the schema cannot be read: ${answer.errors[0]?.message ?? 'unknown'}`);
  keptSchema = schema;
}

/**
 * Decides a request by the policies kept under a name. The request is checked against the schema first.
 * @throws when the request does not fit the schema, or nothing is kept under the name
 */
export function evaluate(of: { policies: string; schema: string; request: CedarRequest }): CedarAnswer {
  keepSchema(of.schema);
  const answer = statefulIsAuthorized({
    ...of.request,
    preparsedPolicySetId: of.policies,
    preparsedSchemaName: schemaName,
    validateRequest: true,
  });
  if (answer.type === 'failure')
    throw new Error(`the question does not fit the schema: ${answer.errors[0]?.message ?? 'unknown'}`);
  const { decision, diagnostics } = answer.response;
  return {
    decision,
    reasons: diagnostics.reason,
    errors: diagnostics.errors.map(({ policyId, error }) => ({ policyId, message: error.message })),
  };
}
