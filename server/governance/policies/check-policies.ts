import { positionAt, splitPolicies, utf16Offset, type PolicySpan, type TextPosition } from '../../core/cedar-text.ts';
import { parsePolicy, validatePolicies, type CedarProblem, type PolicyJson } from '../../platform/parsers/cedar.ts';
import { isOnlyAboutActs } from './forbidden-acts.ts';
import { policySchema } from './policy-schema.ts';

/** What is wrong with a text of policies, where in it, for people and editors. A `warning` may be published. */
export type PolicyProblem = {
  severity: 'error' | 'warning';
  message: string;
  /** What to do about it, where that is known. */
  help?: string;
  from: TextPosition;
  to: TextPosition;
};

/** A policy of a text that was read: what it is called, and what it says as JSON (Cedar's JSON policy format). */
export type ReadPolicy = PolicySpan & { id: string; title: string; advice?: string; json: PolicyJson };

export type CheckedPolicies = { problems: PolicyProblem[]; policies: ReadPolicy[] };

const maxChars = 200_000;
const maxPolicies = 500;
const idForm = /^[a-z0-9][a-z0-9-]{0,63}$/;

/**
 * Reads a text of policies: its syntax, its types against the schema (strict), and that each policy has an id of its own
 * and a title. `policies` is complete only when no problem is an error.
 */
export function checkPolicies(text: string): CheckedPolicies {
  const whole = { start: 0, end: text.length, text };
  if (text.length > maxChars)
    return refused(whole, `The text has more than ${maxChars.toLocaleString('en')} characters.`);
  const spans = splitPolicies(text);
  if (spans.length > maxPolicies) return refused(whole, `There are more than ${maxPolicies} policies.`);
  const read = spans.map((span) => readPolicy(text, span));
  const problems = read.flatMap((each) => ('problems' in each ? each.problems : []));
  const policies = read.flatMap((each) => ('problems' in each ? [] : [each]));
  problems.push(...repeatedIds(text, policies));
  if (problems.length === 0) problems.push(...validated(text, policies));
  if (problems.length === 0 && policies.every(({ json }) => json.effect !== 'permit'))
    problems.push(permitsNothing(whole));
  if (problems.length === 0)
    problems.push(
      ...policies.filter(({ json }) => json.effect === 'permit' && isOnlyAboutActs(json)).map(permitsInVain(text)),
    );
  return { problems: problems.sort(byPlace), policies };
}

/** True when nothing keeps the policies from being published. */
export const isPublishable = ({ problems }: CheckedPolicies): boolean =>
  problems.every(({ severity }) => severity !== 'error');

const byPlace = (a: PolicyProblem, b: PolicyProblem) => a.from.line - b.from.line || a.from.column - b.from.column;

function problemAt(
  text: string,
  at: { start: number; end: number },
  said: Omit<PolicyProblem, 'from' | 'to'>,
): PolicyProblem {
  return { ...said, from: positionAt(text, at.start), to: positionAt(text, at.end) };
}

const refused = (whole: PolicySpan, message: string): CheckedPolicies => ({
  problems: [problemAt(whole.text, { start: 0, end: 0 }, { severity: 'error', message })],
  policies: [],
});

/** Cedar counts in bytes from the policy's start. */
function inText(text: string, span: PolicySpan, problem: CedarProblem): PolicyProblem {
  const { message, help, place, severity } = problem;
  const at =
    place === undefined
      ? { start: span.start, end: span.end }
      : {
          start: span.start + utf16Offset(span.text, place.start),
          end: span.start + utf16Offset(span.text, place.end),
        };
  return problemAt(text, at, { severity, message, ...(help !== undefined && { help }) });
}

function readPolicy(text: string, span: PolicySpan): ReadPolicy | { problems: PolicyProblem[] } {
  const parsed = parsePolicy(span.text);
  if ('problems' in parsed) return { problems: parsed.problems.map((problem) => inText(text, span, problem)) };
  const { id, title, advice } = parsed.json.annotations ?? {};
  const missing = (name: string, help: string) => ({
    problems: [problemAt(text, span, { severity: 'error', message: `This policy needs ${name}.`, help })],
  });
  if (id === undefined || !idForm.test(id))
    return missing('an id of small letters, digits and hyphens', 'Write above it: @id("a-short-name")');
  if (title === undefined || title.trim() === '')
    return missing('a title', 'Write above it what people are told when it decides: @title("…")');
  return { ...span, id, title, json: parsed.json, ...(advice ? { advice } : {}) };
}

function repeatedIds(text: string, policies: readonly ReadPolicy[]): PolicyProblem[] {
  const repeated = policies.filter(({ id }, index) => policies.findIndex((other) => other.id === id) !== index);
  return repeated.map((policy) =>
    problemAt(text, policy, { severity: 'error', message: `The id "${policy.id}" is taken by a policy above.` }),
  );
}

function validated(text: string, policies: readonly ReadPolicy[]): PolicyProblem[] {
  const byId = new Map(policies.map((policy) => [policy.id, policy]));
  const texts = Object.fromEntries(policies.map((policy) => [policy.id, policy.text]));
  return validatePolicies(policySchema, texts).map((problem) => {
    const span = byId.get(problem.policyId ?? '') ?? { start: 0, end: 0, text: '' };
    return inText(text, span, problem);
  });
}

const permitsInVain = (text: string) => (policy: PolicySpan) =>
  problemAt(text, policy, {
    severity: 'warning',
    message: 'What agents do needs no permission, so this policy changes nothing.',
    help: 'Write which acts are closed, beginning with forbid. The guard and the modes of runs say the rest.',
  });

const permitsNothing = (whole: PolicySpan): PolicyProblem =>
  problemAt(
    whole.text,
    { start: 0, end: 0 },
    {
      severity: 'warning',
      message: 'No policy permits anything, so everything is denied.',
      help: 'Add a policy that begins with permit.',
    },
  );
